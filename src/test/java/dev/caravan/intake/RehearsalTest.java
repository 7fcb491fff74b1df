package dev.caravan.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.ledger.Batch;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rehearsal says what admission would do, and does none of it. */
class RehearsalTest {

    private static final String MIXED =
            """
            reference,to,type,text
            r-1,+905301234501,,One
            r-2,0530 123 45 02,,Two
            r-1,+905301234501,,One
            r-2,+905301234502,,Another two
            ,+905301234503,,Equal rows
            ,+905301234503,,Equal rows
            ,12,,Too short
            ,+905301234504,fax,No such type
            ,+972522340001,,Abroad
            """;

    @TempDir
    private Path directory;

    private DropFolder folder;

    @BeforeEach
    void open() {
        folder = new DropFolder(directory, 1_000_000);
    }

    @AfterEach
    void close() {
        folder.close();
    }

    @Test
    void rehearsalSaysWhatAdmissionThenDoes() throws IOException {
        Rehearsed rehearsed = rehearse(null, MIXED);
        Batch batch = folder.drop("mixed.csv", MIXED);

        assertThat(rehearsed.accepted()).isEqualTo(batch.accepted()).isEqualTo(5);
        assertThat(rehearsed.duplicates()).isEqualTo(batch.duplicates()).isEqualTo(1);
        assertThat(rehearsed.rejected()).isEqualTo(batch.rejected()).isEqualTo(3);
        assertThat(rehearsed.rejections())
                .extracting(Rejection::line, Rejection::code)
                .containsExactly(
                        tuple(5L, "reference-conflict"), tuple(8L, "invalid-number"), tuple(9L, "invalid-value"));
        assertThat(rehearsed.rejections().get(0).reason())
                .isEqualTo("reference: the row at line 3 has this reference and says something else");
        assertThat(rehearsed.accounts())
                .extracting(Rehearsed.Share::name, Rehearsed.Share::sends)
                .containsExactly(tuple("main", 4L), tuple("abroad", 1L));
    }

    @Test
    void nothingIsStored() throws IOException {
        rehearse(null, MIXED);

        assertThat(folder.ledger()
                        .number("SELECT (SELECT count(*) FROM send) + (SELECT count(*) FROM history)"
                                + " + (SELECT count(*) FROM batch)"))
                .isZero();
    }

    @Test
    void whatIsInTheLedgerIsADuplicateOrAConflict() throws IOException {
        folder.drop("mixed.csv", MIXED);

        Rehearsed again = rehearse(null, MIXED);
        Rehearsed changed = rehearse(null, "reference,to,text\nr-1,+905301234501,Something else\n");

        assertThat(again.accepted()).isZero();
        assertThat(again.duplicates()).isEqualTo(6);
        assertThat(again.rejected()).isEqualTo(3);
        assertThat(changed.rejections()).singleElement().satisfies(rejection -> assertThat(rejection.reason())
                .startsWith("reference: send ")
                .endsWith("has this reference and differs in [text]"));
    }

    @Test
    void rowIsForgottenWhenItWasSentLongAgo() throws IOException {
        String row = "to,text\n+905301234501,Every month\n";
        folder.drop("row.csv", row);
        folder.ledger()
                .change("UPDATE send SET accepted_at = accepted_at - ?", DropFolder.REPEAT_AFTER.toMillis() + 60_000);

        assertThat(rehearse(null, row).accepted()).isEqualTo(1);
    }

    @Test
    void folderSaysHowItIsRead() throws IOException {
        Rehearsed rehearsed = rehearse("crm", "to,text\n+905301234501,Hi\n");

        assertThat(rehearsed.accounts()).singleElement().satisfies(share -> assertThat(share.name())
                .isEqualTo("crm"));
    }

    @Test
    void waitingSendsAreCounted() throws IOException {
        folder.drop("first.csv", "to,text,priority\n+905301234501,Hi,\n+905301234502,Hi,low\n");

        Rehearsed rehearsed = rehearse(null, "to,text\n+905301234503,Hi\n");

        assertThat(rehearsed.accounts()).singleElement().satisfies(share -> assertThat(share.waiting())
                .isEqualTo(1));
    }

    @Test
    void firstTextsAreRenderedAndTheirRecipientsMasked() throws IOException {
        Rehearsed rehearsed = rehearse(
                null,
                """
                to,type,text,media_url,city
                +905301234501,text,Hello {{city}},,Bursa
                +905301234502,image,See {{city}},https://example.com/a.jpg,Konya
                +905301234503,image,,https://example.com/a.jpg,
                +905301234504,text,The fourth,,
                """);

        assertThat(rehearsed.examples())
                .containsExactly(
                        new Rehearsed.Example(1, "+90********01", "Hello Bursa"),
                        new Rehearsed.Example(2, "+90********02", "[image] See Konya"),
                        new Rehearsed.Example(3, "+90********03", "[image]"));
    }

    @Test
    void onlySoManyRejectionsAreToldButAllAreCounted() throws IOException {
        try (Rows rows = folder.files().open(file("to,text\n" + "1,x\n".repeat(50)), null)) {
            Rehearsed rehearsed = folder.rehearsal().rehearse(folder.files().origin(null), null, rows, 20);

            assertThat(rehearsed.rejected()).isEqualTo(50);
            assertThat(rehearsed.rejections()).hasSize(20);
        }
    }

    @Test
    void bodyOfARequestIsRehearsedForItsKeyInTheFieldsOfTheInterface() throws IOException {
        String body = "{\"to\":\"+905301234501\",\"text\":\"Hi\"}\n{\"to\":\"+972522340001\",\"text\":\"Hi\"}\n";
        Origin inbox = folder.files().origin(null);
        Origin key = new Origin("key:hub", "hub", null, Set.of("main"), null, inbox.phoneNumbers(), inbox.sendJson());
        try (Rows rows = BodyRows.open(new ByteArrayInputStream(body.getBytes(UTF_8)), MediaKind.LINES, null)) {
            JsonNode answer = new ObjectMapper().valueToTree(folder.rehearsal().rehearse(key, "post-1", rows, 1_000));

            assertThat(answer.path("rejections").path(0).path("code").asText()).isEqualTo("account-not-allowed");
            assertThat(answer.path("accounts").path(0).has("seconds")).isFalse();
            assertThat(answer.fieldNames())
                    .toIterable()
                    .containsExactlyInAnyOrder(
                            "accepted", "duplicates", "rejected", "rejections", "examples", "accounts", "expiring");
        }
    }

    private Rehearsed rehearse(String name, String text) throws IOException {
        try (Rows rows = folder.files().open(file(text), name)) {
            return folder.rehearsal().rehearse(folder.files().origin(name), null, rows, Integer.MAX_VALUE);
        }
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("rehearsed.csv"), text);
    }
}
