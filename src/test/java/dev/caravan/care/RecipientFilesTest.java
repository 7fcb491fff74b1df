package dev.caravan.care;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.care.RecipientFiles.Erased;
import dev.caravan.intake.DropFolder;
import dev.caravan.intake.Rows;
import dev.caravan.ledger.Batch;
import dev.caravan.ledger.ByHand;
import dev.caravan.ledger.Reach;
import dev.caravan.ledger.Recipients;
import dev.caravan.outcome.DropFolderReports;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecipientFilesTest {

    private static final String ALI = "+905301112233";
    private static final ByHand ANNE = new ByHand("anne", "asked in writing");

    @TempDir
    Path home;

    private DropFolder inbox;
    private DropFolderReports reports;
    private RecipientFiles files;

    @BeforeEach
    void open() {
        inbox = new DropFolder(home, 1_000_000);
        reports = new DropFolderReports(inbox, Clock.system(DropFolder.ZONE));
        files = new RecipientFiles(
                inbox.store(),
                inbox.batches(),
                inbox.recipients(),
                inbox.files(),
                reports.reports(),
                inbox.writtenRecipients());
    }

    @AfterEach
    void close() {
        inbox.close();
    }

    private Erased erase() {
        return files.erase(ALI, Reach.ALL, ANNE, System.currentTimeMillis());
    }

    private String text(Batch batch) throws IOException {
        return Files.readString(home.resolve(batch.path()));
    }

    private Batch now(Batch batch) {
        return inbox.store()
                .read(transaction -> inbox.batches().find(transaction, batch.id()))
                .orElseThrow();
    }

    private void finish(Batch batch) throws IOException {
        inbox.ledger().change("UPDATE send SET state = 'sent'");
        inbox.ledger().change("UPDATE batch SET unfinished = 0");
        reports.write(now(batch));
    }

    @Test
    void rowsAreTakenOutOfCsvAndAllOthersKeepTheirLines() throws IOException {
        Batch batch = inbox.drop(
                "march.csv",
                "to;text;name\r\n0530 444 55 66;\"one\r\ntwo\";Eva\r\n0530 111 22 33;\"Dear Ali,\r\n\r\nhello\";Ali\r\n"
                        + "123;bad;x\r\n\r\n+90 530 111 22 33;twice;Ali\r\n05304445577;last;Zoe");
        finish(batch);

        Erased erased = erase();

        assertThat(erased.ledger().sends()).isEqualTo(2);
        assertThat(erased.rewritten()).containsExactly(batch.path());
        assertThat(erased.left()).isEmpty();
        assertThat(text(batch))
                .isEqualTo("to;text;name\r\n0530 444 55 66;\"one\r\ntwo\";Eva\r\n\"erased\"\r\n\r\n\r\n"
                        + "123;bad;x\r\n\r\n\"erased\"\r\n05304445577;last;Zoe");
        reports.write(now(batch));
        assertThat(Files.readString(home.resolve("reports/march.report.csv")).lines())
                .hasSize(7)
                .noneMatch(line -> line.contains("Ali") || line.contains("111 22 33"))
                .anyMatch(line -> line.startsWith("05304445577,last,Zoe,10,"));
        assertThat(Files.readString(home.resolve("reports/march.rejected.csv"))).contains("123,bad,x,7,");
        assertThat(erase()).isEqualTo(new Erased(new Recipients.Erased(0, 0), List.of(), List.of()));
    }

    @Test
    void aRecordWithAnOpenQuoteFurtherUpTakesNoOthersWithIt() throws IOException {
        Batch batch = inbox.drop(
                "march.csv",
                "to,text,name\n05304445566,\"hello,Eva\n05301112233,\"hi\",Ali\n05304445577,15\",Zoe\n05304445588,d,Ada\n");
        assertThat(rows(batch)).containsExactly("1 2", "2 3", "3 4", "4 5");

        assertThat(erase().rewritten()).containsExactly(batch.path());

        assertThat(rows(batch)).containsExactly("1 2", "2 3", "3 4", "4 5");
    }

    private List<String> rows(Batch batch) throws IOException {
        List<String> rows = new ArrayList<>();
        try (Rows read = inbox.files().open(batch)) {
            read.forEachRemaining(row -> rows.add(row.number() + " " + row.line()));
        }
        return rows;
    }

    @Test
    void aFileThatNobodyCanLookAtIsNamed() throws IOException {
        Batch batch = inbox.drop("march.csv", "to,text\n05301112233,a\n");
        Path file = home.resolve(batch.path());
        Files.delete(file);
        Files.createSymbolicLink(file, file);

        assertThat(erase().left()).containsExactly(batch.path());
    }

    @Test
    void twoWhoAreErasedAtTheSameTimeAreBothGone() throws Exception {
        int others = 2_000;
        Batch batch = inbox.drop(
                "march.csv",
                "to,text\n05301112233,a\n" + "05304445566,b\n05309998877,c\n".repeat(others) + "05301112233,a\n");
        List<Erased> erased = Stream.of(ALI, "+905309998877")
                .parallel()
                .map(recipient -> files.erase(recipient, Reach.ALL, ANNE, System.currentTimeMillis()))
                .toList();

        assertThat(erased).allSatisfy(one -> assertThat(one.left()).isEmpty());
        assertThat(text(batch).lines())
                .hasSize(2 * others + 3)
                .noneMatch(line -> line.contains("1112233") || line.contains("9998877"));
        try (Stream<Path> left = Files.list(home.resolve(batch.path()).getParent())) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void whatWasSaidIsGoneFromTheFileOfTheLedgerToo() throws IOException {
        inbox.drop("march.csv", "to,text\n05301112233,secret\n05304445566,hi\n");
        assertThat(ledgerFile()).contains("secret", "hi");

        erase();

        assertThat(ledgerFile()).doesNotContain("secret", "1112233").contains("hi");
    }

    private String ledgerFile() throws IOException {
        inbox.ledger().texts("PRAGMA wal_checkpoint(TRUNCATE)");
        return Files.readString(home.resolve("ledger.db"), StandardCharsets.ISO_8859_1);
    }

    @Test
    void theReportIsGoneAtOnceAndMadeAnew() throws IOException {
        Batch batch = inbox.drop("march.csv", "to,text\n05301112233,hello\n05304445566,hi\n");
        finish(batch);
        assertThat(home.resolve("reports/march.report.csv")).exists();

        erase();

        assertThat(home.resolve("reports/march.report.csv")).doesNotExist();
        assertThat(inbox.ledger().number("SELECT count(*) FROM batch WHERE state = 'finished' AND changes > reported"))
                .isEqualTo(1);
    }

    @Test
    void rowsAreTakenOutOfFilesInOtherEncodings() throws IOException {
        Charset turkish = Charset.forName("windows-1254");
        Batch legacy = inbox.drop("legacy", "a.csv", "to;text\n05301112233;şimdi\n05304445566;ığ\n".getBytes(turkish));
        byte[] marked = ("\uFEFFto,text\n05301112233,a\n05304445566,é\n").getBytes(StandardCharsets.UTF_16LE);
        Batch wide = inbox.drop(null, "b.csv", marked);

        assertThat(erase().rewritten()).containsExactlyInAnyOrder(legacy.path(), wide.path());

        assertThat(Files.readString(home.resolve(legacy.path()), turkish))
                .isEqualTo("to;text\n\"erased\"\n05304445566;ığ\n");
        assertThat(Files.readString(home.resolve(wide.path()), StandardCharsets.UTF_16LE))
                .isEqualTo("\uFEFFto,text\n\"erased\"\n05304445566,é\n");
    }

    @Test
    void rowsAreTakenOutOfJson() throws IOException {
        String ali = "{\"to\":\"05301112233\",\"text\":\"a } ] \\\" ş😀\",\n \"name\":\"Ali\"}";
        String eva = "{ \"to\": \"05304445566\", \"text\": \"hi\" }";
        Batch array = inbox.drop("a.json", "[ " + eva + ", " + ali + " ,\n" + ali + ",7, " + eva + " ]\n");
        Batch lines = inbox.drop("b.jsonl", eva + "\n" + ali.replace("\n", "") + "\r\n" + eva);
        Batch one = inbox.drop("c.json", ali);

        assertThat(erase().rewritten()).containsExactlyInAnyOrder(array.path(), lines.path(), one.path());

        String mark = "{\"to\":\"erased\"}";
        assertThat(text(array)).isEqualTo("[ " + eva + ", " + mark + "\n ,\n" + mark + "\n,7, " + eva + " ]\n");
        assertThat(text(lines)).isEqualTo(eva + "\n" + mark + "\r\n" + eva);
        assertThat(text(one)).isEqualTo(mark + "\n");
        assertThat(rows(array)).containsExactly("1 1", "2 1", "3 3", "4 4", "5 4");
    }

    @Test
    void filesThatMayStillHoldSomethingAreNamed() throws IOException {
        Batch batch = inbox.drop("a.csv", "to,text\n05304445566,call 0530 111 22 33\n05301112233,x\n");
        inbox.drop("broken.csv", "05301112233");
        Batch elsewhere = inbox.drop("c.csv", "to,text\n05301112233,y\n");
        inbox.ledger().change("UPDATE batch SET gateway = 'other' WHERE id = ?", elsewhere.id());
        Batch reading = inbox.drop("d.csv", "to,text\n05301112233,z\n");
        inbox.ledger().change("UPDATE batch SET state = 'reading' WHERE id = ?", reading.id());

        assertThat(files.files(ALI, Reach.ALL))
                .containsExactlyInAnyOrder(
                        batch.path(),
                        "refused/broken.csv",
                        elsewhere.path() + " (in another gateway's home)",
                        reading.path());
        Erased erased = erase();

        assertThat(erased.rewritten()).containsExactly(batch.path());
        assertThat(erased.left())
                .containsExactlyInAnyOrder(
                        batch.path(),
                        "refused/broken.csv",
                        elsewhere.path() + " (in another gateway's home)",
                        reading.path());
        assertThat(text(reading)).contains("05301112233");
    }

    @Test
    void filesAndReportsWithSomethingOfTheirsAreFoundUntilItIsErased() throws IOException {
        inbox.drop("others.csv", "to,text\n05304445566,hi\n");
        Batch batch = inbox.drop("march.csv", "to,text\n05301112233,\n05304445566,hi\n");
        Batch shops = inbox.drop("shop", "april.csv", "to,text\n٠٥٣٠١١١٢٢٣٣,hi\n");
        finish(batch);
        reports.reports().writeRejected(now(batch));

        assertThat(files.files(ALI, Reach.ALL))
                .containsExactlyInAnyOrder(
                        batch.path(), shops.path(), "reports/march.report.csv", "reports/march.rejected.csv");
        assertThat(files.files(ALI, new Reach("shop", Set.of()))).containsExactly(shops.path());

        assertThat(erase().left()).isEmpty();
        reports.write(now(batch));

        assertThat(files.files(ALI, Reach.ALL)).isEmpty();
    }

    @Test
    void whoMaySeeOneAccountErasesItsRowsOnly() throws IOException {
        Batch batch = inbox.drop("a.csv", "to,text,account\n05301112233,x,main\n05301112233,y,crm\n");

        files.erase(ALI, new Reach(null, Set.of("crm")), ANNE, System.currentTimeMillis());

        assertThat(text(batch)).isEqualTo("to,text,account\n05301112233,x,main\n\"erased\"\n");
        assertThat(inbox.ledger().number("SELECT count(*) FROM send WHERE recipient = ?", ALI))
                .isEqualTo(1);
    }

    @Test
    void theirRowsAreHandedOut() throws IOException {
        Batch csv = inbox.drop("a.csv", "to,text,city\n05304445566,hi,Bursa\n05301112233,hello,İzmir\n");
        Batch json = inbox.drop("b.json", "{\"to\":\"05301112233\",\"text\":\"hello\"}");

        List<String> rows = new ArrayList<>();
        files.rows(ALI, Reach.ALL).forEach((ObjectNode row) -> rows.add(row.toString()));

        assertThat(rows)
                .containsExactly(
                        "{\"batch\":\"%s\",\"file\":\"%s\",\"row\":2,\"line\":3,\"cells\":{\"to\":\"05301112233\",\"text\":\"hello\",\"city\":\"İzmir\"}}"
                                .formatted(csv.id(), csv.path()),
                        "{\"batch\":\"%s\",\"file\":\"%s\",\"row\":1,\"line\":1,\"send\":{\"to\":\"05301112233\",\"text\":\"hello\"}}"
                                .formatted(json.id(), json.path()));
    }
}
