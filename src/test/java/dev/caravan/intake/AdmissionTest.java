package dev.caravan.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.ledger.Batch;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdmissionTest {

    private static final String ALI = "+905301234567";
    private static final String VELI = "+905301234568";

    @TempDir
    Path home;

    private DropFolder inbox;

    @BeforeEach
    void open() {
        inbox = new DropFolder(home, 1_000_000);
    }

    @AfterEach
    void close() {
        inbox.close();
    }

    @Test
    void storesTheSendOfEachGoodRow() throws IOException {
        Batch batch = inbox.drop(
                "sends.csv",
                """
                reference,to,text,priority,category,send_at
                order-1,0530 123 45 67,hello,high,otp,
                ,+90 530 123 45 68,hello,,,2999-01-01T09:00
                """);

        assertThat(batch.accepted()).isEqualTo(2);
        assertThat(inbox.arrivals()).containsExactly("main");
        assertThat(inbox.ledger()
                        .texts("SELECT row_number || ' ' || line || ' ' || coalesce(reference, '-') || ' '"
                                + " || account || ' ' || provider || ' ' || recipient || ' ' || type || ' ' || priority || ' '"
                                + " || coalesce(category, '-') || ' ' || state || ' ' || ready FROM send ORDER BY id"))
                .containsExactly(
                        "1 2 order-1 main maytapi +905301234567 text 0 otp queued 1",
                        "2 3 - main maytapi +905301234568 text 1 - queued 0");
        assertThat(inbox.ledger().text("SELECT content FROM send WHERE reference = 'order-1'"))
                .isEqualTo("{\"reference\":\"order-1\",\"to\":\"+905301234567\",\"type\":\"text\",\"text\":\"hello\","
                        + "\"priority\":\"high\",\"category\":\"otp\"}");
    }

    // References

    @Test
    void theSameReferenceAndContentIsTheSameSend() throws IOException {
        inbox.drop("a.csv", "reference,to,text\norder-1,%s,hello\n".formatted(ALI));

        Batch again = inbox.drop("b.csv", "to,text,reference\n0530 123 45 67,hello,order-1\n");

        assertThat(inbox.fates(again)).containsExactly("1 duplicate duplicate");
        assertThat(sends()).isEqualTo(1);
    }

    @Test
    void otherContentUnderTheSameReferenceIsRejectedNamingTheEarlierSendAndTheFields() throws IOException {
        inbox.drop("a.csv", "reference,to,text\norder-1,%s,hello\n".formatted(ALI));
        String earlier = inbox.ledger().text("SELECT id FROM send");

        Batch other = inbox.drop("b.csv", "reference,to,text\norder-1,%s,secret\n".formatted(VELI));

        assertThat(inbox.fates(other)).containsExactly("1 rejected reference-conflict");
        assertThat(reason(other))
                .isEqualTo("reference: send %s has this reference and differs in [to, text]".formatted(earlier));
        assertThat(sends()).isEqualTo(1);
    }

    @Test
    void whileAnAccountIsDownItsRulesNextTakesWhatIsDue() throws IOException {
        String text = "to,text,send_at\n+33612345678,a,\n+33612345678,c,2099-01-01T00:00:00Z\n+905301234567,d,\n";
        inbox.ledger().change("UPDATE account SET paused = 'hand' WHERE name = 'main'");

        Batch batch = inbox.drop("a.csv", text);

        assertThat(inbox.ledger().texts("SELECT account FROM send ORDER BY id")).containsExactly("crm", "main", "main");
        assertThat(inbox.ledger().texts("SELECT name || ' ' || queued FROM account ORDER BY name"))
                .containsExactly("abroad 0", "crm 1", "main 2");
        assertThat(inbox.arrivals()).containsExactlyInAnyOrder("crm", "main");
        assertThat(inbox.fates(batch)).hasSize(3);
        inbox.ledger().change("UPDATE account SET paused = NULL WHERE name = 'main'");
        assertThat(inbox.fates(inbox.drop("again.csv", text)))
                .as("whoever sends it, it is the same")
                .allMatch(fate -> fate.endsWith("duplicate duplicate"));
    }

    @Test
    void whoeverNamesAnAccountGetsNoOther() throws IOException {
        inbox.ledger().change("UPDATE account SET paused = 'hand' WHERE name = 'main'");

        inbox.drop("a.csv", "to,text,account\n+33612345678,a,main\n+33612345678,b,\n");

        assertThat(inbox.ledger().texts("SELECT account FROM send ORDER BY id")).containsExactly("main", "crm");
    }

    @Test
    void aDeeperQueueThanOneAccountMayHoldGoesToTheNext() throws IOException {
        inbox.ledger().change("UPDATE account SET queued = 1000000 WHERE name = 'main'");

        inbox.drop("a.csv", "to,text\n+33612345678,a\n");

        assertThat(inbox.ledger().texts("SELECT account FROM send")).containsExactly("crm");
    }

    @ParameterizedTest
    @CsvSource({"false, 2099-01-01T00:00:00Z", "true, ''"})
    void aFullQueueTakesNoMoreOfWhatNoOtherTakesNow(boolean isNextPaused, String sendAt) throws IOException {
        inbox.ledger().change("UPDATE account SET queued = 1000000 WHERE name = 'main'");
        if (isNextPaused) {
            inbox.ledger().change("UPDATE account SET paused = 'hand' WHERE name = 'crm'");
        }
        Path file = inbox.put(null, "a.csv", "to,text,send_at\n+33612345678,a,%s\n".formatted(sendAt));

        assertThat(inbox.poll(file)).isFalse();

        assertThat(inbox.ledger().number("SELECT count(*) FROM send")).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "send_at, 2999-01-01T09:00",
        "expires_at, 2999-01-01T09:00",
        "priority, high",
        "category, marketing",
        "name, Ali",
    })
    void whenHowUrgentlyAndWhyItIsSentIsNotCompared(String column, String value) throws IOException {
        inbox.drop("a.csv", "reference,to,text\norder-1,%s,hello\n".formatted(ALI));

        Batch again = inbox.drop("b.csv", "reference,to,text,%s\norder-1,%s,hello,%s\n".formatted(column, ALI, value));

        assertThat(inbox.fates(again)).containsExactly("1 duplicate duplicate");
    }

    @ParameterizedTest
    @CsvSource({
        "account, main",
        "type, image",
        "reply_to, wamid",
        "media_url, https://a.example/b.jpg",
    })
    void whatIsSentThroughWhichAccountIsCompared(String column, String value) throws IOException {
        inbox.drop(
                "a.csv",
                "reference,to,type,text,media_url\norder-1,%s,image,,https://a.example/a.jpg\n".formatted(ALI));
        boolean sameType = column.equals("type");

        Batch again = inbox.drop(
                "b.csv",
                sameType
                        ? "reference,to,text\norder-1,%s,x\n".formatted(ALI)
                        : column.equals("media_url")
                                ? "reference,to,type,media_url\norder-1,%s,image,%s\n".formatted(ALI, value)
                                : "reference,to,type,media_url,%s\norder-1,%s,image,https://a.example/a.jpg,%s\n"
                                        .formatted(column, ALI, value));

        assertThat(inbox.fates(again)).containsExactly("1 rejected reference-conflict");
    }

    @Test
    void aReferenceTwiceInOneFileIsOneSend() throws IOException {
        Batch batch = inbox.drop(
                "a.csv", "reference,to,text\norder-1,%s,a\norder-1,%s,a\norder-1,%s,b\n".formatted(ALI, ALI, ALI));

        assertThat(inbox.fates(batch))
                .containsExactly("1 queued", "2 duplicate duplicate", "3 rejected reference-conflict");
        assertThat(List.of(batch.accepted(), batch.duplicates(), batch.rejected(), batch.unfinished()))
                .containsExactly(1L, 1L, 1L, 1L);
    }

    @Test
    void referencesOfAnotherNamespaceAreOthers() throws IOException {
        String text = "reference,to,text\norder-1,%s,hello\n".formatted(ALI);
        inbox.drop("a.csv", text);

        assertThat(inbox.fates(inbox.drop("shop", "a.csv", text))).containsExactly("1 queued");
        assertThat(inbox.fates(inbox.drop("shop", "a.csv", text))).containsExactly("1 duplicate duplicate");
        assertThat(inbox.ledger().texts("SELECT namespace FROM send ORDER BY id"))
                .containsExactly("default", "shop");
    }

    @Test
    void aReferenceIsKeptForLongerThanARow() throws IOException {
        String text = "reference,to,text\norder-1,%s,hello\n".formatted(ALI);
        inbox.drop("a.csv", text);
        age(30);

        assertThat(inbox.fates(inbox.drop("a.csv", text))).containsExactly("1 duplicate duplicate");
    }

    // Rows without a reference

    @Test
    void theSameFileAgainSendsNothingAndSaysWhatItRepeats() throws IOException {
        String text = "to,text\n%s,a\n%s,b\n".formatted(ALI, VELI);
        inbox.drop("a.csv", text);

        Batch again = inbox.drop("other-name.csv", text);

        assertThat(inbox.fates(again)).containsExactly("1 duplicate duplicate", "2 duplicate duplicate");
        assertThat(inbox.ledger().texts("SELECT repeats FROM history ORDER BY id"))
                .isEqualTo(inbox.ledger().texts("SELECT id FROM send ORDER BY row_number"));
        assertThat(inbox.ledger().texts("SELECT error_message FROM history ORDER BY id"))
                .isEqualTo(inbox.ledger().texts("SELECT 'repeats send ' || id FROM send ORDER BY row_number"));
    }

    @Test
    void anAppendedRowIsTheOnlyOneSent() throws IOException {
        String text = "to,text\n%s,a\n%s,b\n".formatted(ALI, VELI);
        inbox.drop("a.csv", text);

        assertThat(inbox.fates(inbox.drop("a.csv", text + ALI + ",c\n")))
                .containsExactly("1 duplicate duplicate", "2 duplicate duplicate", "3 queued");
    }

    @Test
    void aSortedFileSendsNothing() throws IOException {
        inbox.drop("a.csv", "to,text\n%1$s,a\n%1$s,b\n%2$s,a\n%1$s,a\n".formatted(ALI, VELI));

        Batch sorted = inbox.drop("a.csv", "to,text\n%2$s,a\n%1$s,a\n%1$s,a\n%1$s,b\n".formatted(ALI, VELI));

        assertThat(sorted.duplicates()).isEqualTo(4);
        assertThat(sends()).isEqualTo(4);
    }

    @Test
    void aCorrectedCellSendsItsRowAndNoOther() throws IOException {
        inbox.drop("a.csv", "to,text\n%1$s,a\n%1$s,b\n%1$s,c\n".formatted(ALI));

        assertThat(inbox.fates(inbox.drop("a.csv", "to,text\n%1$s,a\n%1$s,B\n%1$s,c\n".formatted(ALI))))
                .containsExactly("1 duplicate duplicate", "2 queued", "3 duplicate duplicate");
    }

    @Test
    void equalRowsAreSeveralSendsAndAllAreRecognisedAgain() throws IOException {
        String text = "to,text\n%1$s,a\n%1$s,a\n".formatted(ALI);

        assertThat(inbox.fates(inbox.drop("a.csv", text))).containsExactly("1 queued", "2 queued");
        assertThat(inbox.fates(inbox.drop("a.csv", text)))
                .containsExactly("1 duplicate duplicate", "2 duplicate duplicate");
        assertThat(inbox.fates(inbox.drop("a.csv", text + ALI + ",a\n")))
                .containsExactly("1 duplicate duplicate", "2 duplicate duplicate", "3 queued");
    }

    @Test
    void anotherFolderOrAccountIsAnotherSend() throws IOException {
        String text = "to,text\n%s,a\n".formatted(ALI);
        inbox.drop("a.csv", text);

        assertThat(inbox.fates(inbox.drop("crm", "a.csv", text))).containsExactly("1 queued");
        assertThat(inbox.fates(inbox.drop("shop", "a.csv", text))).containsExactly("1 queued");
        assertThat(inbox.fates(inbox.drop("a.csv", "to,text,account\n%s,a,crm\n".formatted(ALI))))
                .containsExactly("1 queued");
        assertThat(inbox.fates(inbox.drop("crm", "a.csv", text))).containsExactly("1 duplicate duplicate");
        assertThat(inbox.ledger().texts("SELECT account FROM send ORDER BY id"))
                .containsExactly("main", "crm", "main", "crm");
    }

    @Test
    void aRowIsRecognisedByAllItsCells() throws IOException {
        inbox.drop("a.csv", "to,text,note\n%s,a,first\n".formatted(ALI));

        assertThat(inbox.fates(inbox.drop("a.csv", "to,text,note\n%s,a,second\n".formatted(ALI))))
                .containsExactly("1 queued");
    }

    @Test
    void nextMonthsIdenticalReminderGoesOut() throws IOException {
        String text = "to,text\n%1$s,a\n%1$s,a\n".formatted(ALI);
        inbox.drop("a.csv", text);
        age(6);
        assertThat(inbox.drop("a.csv", text).duplicates()).isEqualTo(2);

        age(2);
        assertThat(inbox.fates(inbox.drop("a.csv", text))).containsExactly("1 queued", "2 queued");
        assertThat(inbox.fates(inbox.drop("a.csv", text)))
                .containsExactly("1 duplicate duplicate", "2 duplicate duplicate");
        assertThat(sends()).isEqualTo(4);
    }

    @Test
    void linesOfJsonAreRecognisedToo() throws IOException {
        String line = "{\"to\":\"%s\",\"text\":\"a\"}\n".formatted(ALI);

        assertThat(inbox.fates(inbox.drop("crm", "a.jsonl", line + line))).containsExactly("1 queued", "2 queued");
        assertThat(inbox.fates(inbox.drop("crm", "b.jsonl", line + line + line)))
                .containsExactly("1 duplicate duplicate", "2 duplicate duplicate", "3 queued");
    }

    @Test
    void theColumnsOfATemplateMakeATemplate() throws IOException {
        Batch batch = inbox.drop(
                "a.csv", "to,template,template_language,template_param.1\n%s,order_shipped,tr,Ali\n".formatted(ALI));

        assertThat(inbox.fates(batch)).containsExactly("1 rejected type-not-carried");
        assertThat(inbox.ledger().text("SELECT detail FROM history WHERE batch = ?", batch.id()))
                .contains("\"to\":\"" + ALI);
        assertThat(reason(batch)).contains("carries no template");
    }

    @ParameterizedTest
    @CsvSource({"windows-1254, Şıkır", "windows-1255, שלום", "UTF-16, Şıkır שלום 😀"})
    void theSameRowsInAnotherEncodingSendNothing(String charset, String text) throws IOException {
        String file = "to;text\n%s;%s\n".formatted(ALI, text);
        String folder = charset.equals("windows-1254") ? "legacy" : charset.equals("windows-1255") ? "hebrew" : null;

        Batch first = inbox.drop(folder, "a.csv", file.getBytes(Charset.forName(charset)));
        Batch again = inbox.drop(folder, "b.csv", ('\uFEFF' + file).getBytes(UTF_8));

        assertThat(inbox.ledger().texts("SELECT json_extract(content, '$.text') FROM send"))
                .containsExactly(text);
        assertThat(inbox.fates(first)).containsExactly("1 queued");
        assertThat(inbox.fates(again)).containsExactly("1 duplicate duplicate");
    }

    // Files of ours

    @Test
    void aRowOfOurReportRepeatsItsSend() throws IOException {
        inbox.drop("a.csv", "to,text\n%s,a\n".formatted(ALI));
        String id = inbox.ledger().text("SELECT id FROM send");

        Batch report = inbox.drop(
                "a.report.csv",
                "to,text,line,send_id,status\n%s,a,2,%s,failed\n%s,b,3,,rejected\n".formatted(ALI, id, VELI));

        assertThat(inbox.fates(report)).containsExactly("1 duplicate duplicate", "2 queued");
        assertThat(inbox.ledger().text("SELECT repeats FROM history")).isEqualTo(id);
    }

    @Test
    void rejectedRowsAreCorrectedAndDroppedAgain() throws IOException {
        inbox.drop("a.csv", "to,text\n123,a\n%s,b\n".formatted(ALI));

        Batch again = inbox.drop("a.rejected.csv", "to,text,line,reason\n%s,a,2,to: it is too short\n".formatted(VELI));
        assertThat(inbox.fates(again)).containsExactly("1 queued");

        Batch forgetful = inbox.drop("b.rejected.csv", "to,text,line,reason\n%s,b,9,what\n".formatted(ALI));
        assertThat(inbox.fates(forgetful))
                .as("the columns that reports add do not count")
                .containsExactly("1 duplicate duplicate");
    }

    // Accounts

    @Test
    void aRoutingRuleOrTheDefaultAccountServesWhatNamesNone() throws IOException {
        inbox.drop("a.csv", "to,text,account\n%s,a,\n+972522340001,a,\n%s,a,crm\n".formatted(ALI, ALI));
        inbox.drop("crm", "b.csv", "to,text,account\n+972522340001,b,\n%s,b,abroad\n".formatted(ALI));

        assertThat(inbox.ledger().texts("SELECT account FROM send ORDER BY id"))
                .containsExactly("main", "abroad", "crm", "crm", "abroad");
        assertThat(inbox.arrivals()).containsExactlyInAnyOrder("main", "crm", "abroad");
    }

    @Test
    void everyAccountThatASendMayFailOverToMustBeAbleToCarryIt() throws IOException {
        String tooLong = "x".repeat(1001);
        inbox.drop(
                "a.csv",
                "to,text,account\n+4915112345678,short,\n+4915112345678,%s,\n+4915112345678,%s,main\n"
                        .formatted(tooLong, tooLong));

        assertThat(inbox.ledger().texts("SELECT account FROM send ORDER BY id")).containsExactly("main", "main");
        assertThat(inbox.ledger()
                        .texts("SELECT error_code || ' ' || error_message FROM history WHERE status = 'rejected'"))
                .singleElement(InstanceOfAssertFactories.STRING)
                .startsWith("too-long")
                .contains("1000", "1001");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "{'to':'+905301234567','text':'a','account':'nobody'}~unknown-account",
                "{'to':'+905301234567','type':'location','location':{'latitude':1,'longitude':2},'account':'crm'}"
                        + "~type-not-carried",
                "{'to':'+905301234567','text':'a','options':{'colour':'red'}}~unknown-option",
                "{'to':'+905301234567','text':'a','options':{'skip_filter':'yes'}}~invalid-option",
                "{'to':'123','text':'a'}~invalid-number",
                "{'to':'9,05321E+11','text':'a'}~shortened-number",
                "{'to':'+905301234567','text':'a','expiresAt':'2020-01-01T00:00:00Z'}~expired",
                "{'to':'+905301234567','text':'a','colour':'red'}~unknown-field",
                "[]~invalid-type",
                "{'to':~invalid-json",
            })
    void aRowThatCannotBeSentIsRejectedAndHarmsNoOther(String json, String code) throws IOException {
        Batch batch = inbox.drop(
                "a.jsonl",
                "{'to':'%s','text':'before'}\n%s\n{'to':'%s','text':'after'}\n"
                        .formatted(ALI, json, ALI)
                        .replace('\'', '"'));

        assertThat(inbox.fates(batch)).containsExactly("1 queued", "2 rejected " + code, "3 queued");
    }

    @Test
    void anOptionThatTheProviderKnowsIsTaken() throws IOException {
        Batch batch = inbox.drop(
                "a.json", "{\"to\":\"%s\",\"text\":\"a\",\"options\":{\"skip_filter\":true}}".formatted(ALI));

        assertThat(inbox.fates(batch)).containsExactly("1 queued");
    }

    @Test
    void aGroupOfTheNamedAccountsProviderIsARecipient() throws IOException {
        Batch batch =
                inbox.drop("a.csv", "to,text,account\n120363041234567890@g.us,a,main\n120363041234567890@g.us,a,crm\n");

        assertThat(inbox.fates(batch)).containsExactly("1 queued", "2 rejected invalid-number");
    }

    // Fairness

    @Test
    void aLateSmallBatchDoesNotWaitForAnEarlyBigOne() throws IOException {
        inbox.drop("big.csv", rows("big", 10));
        inbox.ledger().change("UPDATE account SET fair_clock_normal = 4 WHERE name = 'main'");
        inbox.drop("small.csv", rows("small", 2));

        assertThat(inbox.ledger()
                        .texts("SELECT json_extract(content, '$.text') FROM send"
                                + " ORDER BY priority, fair_rank, id LIMIT 8"))
                .containsExactly("big 1", "big 2", "big 3", "big 4", "big 5", "small 1", "big 6", "small 2");
    }

    // Crashes and full queues

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void aCrashAfterAnyRowChangesNothingInTheEnd(int committed) throws IOException {
        String text = "reference,to,text,account\n"
                + ",%1$s,a,\n,%1$s,a,\n,123,a,\n,%1$s,a,crm\nr-1,%1$s,a,\nr-1,%1$s,b,\n"
                + ",%1$s,a,\nr-1,%1$s,a,\n,%2$s,a,\n,%1$s,a,\n\"x,%1$s,a,\n,%2$s,a,\n";
        String file = text.formatted(ALI, VELI);
        DropFolder inOneRun = new DropFolder(home.resolve("other"), 1_000_000);
        shareKeyWith(inOneRun);
        inOneRun.drop("a.csv", file);

        Path work = inbox.put(null, "a.csv", file);
        inbox.crashAfter(work, committed);
        inbox.crashAfter(work, 0);
        assertThat(inbox.poll(work)).isTrue();

        assertThat(rowsOf(inbox)).isEqualTo(rowsOf(inOneRun)).hasSize(12);
        Batch batch = inbox.batch(work);
        assertThat(List.of(batch.rowsRead(), batch.accepted(), batch.duplicates(), batch.rejected()))
                .containsExactly(12L, 8L, 1L, 3L);
        inOneRun.close();
    }

    @Test
    void aBatchThatIsReadHasItsFileInDone() throws IOException {
        Batch batch = inbox.drop("a.csv", rows("a", 2));

        assertThat(batch.state()).isEqualTo("read");
        assertThat(home.resolve(batch.path())).isRegularFile();
        assertThat(batch.path()).startsWith("done/").endsWith("/a.csv");
    }

    @Test
    void aCrashOnTheWayToDoneIsMadeGood() throws IOException {
        Batch moved = inbox.drop("a.csv", rows("a", 2));
        inbox.ledger().change("UPDATE batch SET state = 'reading'");
        inbox.restart();
        assertThat(inbox.ledger().texts("SELECT state FROM batch")).containsExactly("read");

        Path file = inbox.put(null, "b.csv", rows("b", 2));
        inbox.crashAfter(file, 2);
        inbox.ledger().change("UPDATE batch SET path = 'done/2027-01-15/b.csv' WHERE name = 'b.csv'");
        inbox.restart();
        assertThat(inbox.batch(file).isReading()).isTrue();
        assertThat(inbox.poll(file)).isTrue();
        assertThat(home.resolve(inbox.batch(file).path())).isRegularFile();
        assertThat(home.resolve(moved.path())).isRegularFile();
        assertThat(sends()).isEqualTo(4);
    }

    @Test
    void aFilePutIntoWorkByHandBecomesABatch() throws IOException {
        Path file = Files.writeString(
                Files.createDirectories(home.resolve("work").resolve("shop")).resolve("by hand.csv"), rows("a", 2));

        assertThat(inbox.poll(file)).isTrue();

        assertThat(inbox.ledger().texts("SELECT name || ' ' || folder || ' ' || namespace || ' ' || state FROM batch"))
                .containsExactly("by hand.csv shop shop read");
        assertThat(sends()).isEqualTo(2);
    }

    @Test
    void aCrashInTheMiddleOfARefusalIsMadeGood() throws IOException {
        Path file = inbox.put(null, "a.csv", "text\nx\n");
        inbox.crashBeforeRefusing(file);
        Files.createDirectories(home.resolve("refused"));
        Files.writeString(home.resolve("refused").resolve("a.csv.reason.txt"), "its hea");

        assertThat(inbox.poll(file)).isTrue();

        assertThat(inbox.batch(file).isRefused()).isTrue();
        assertThat(file).doesNotExist();
        assertThat(home.resolve("refused").resolve("a.csv")).exists();
        assertThat(home.resolve("refused").resolve("a.csv.reason.txt"))
                .content()
                .startsWith("its header has no column");
    }

    @Test
    void theReasonIsThereBeforeTheRefusedFile() throws IOException {
        Path file = inbox.put(null, "a.csv", "text\nx\n");

        assertThatThrownBy(() -> inbox.refuseAfterItVanished(file)).isInstanceOf(NoSuchFileException.class);

        assertThat(home.resolve("refused").resolve("a.csv.reason.txt")).exists();
    }

    @Test
    void filesInFlightAtOnceDoNotDisturbOneAnother() throws IOException {
        inbox.close();
        inbox = new DropFolder(home, 4_000);
        String text = rows("a", 9_600);
        Path waiting = inbox.put(null, "a.csv", text + ALI + ",a 1\n");
        Path passing = inbox.put("crm", "a.csv", text);
        assertThat(inbox.poll(waiting)).isFalse();
        assertThat(inbox.poll(passing)).as("another account has room").isTrue();
        assertThat(inbox.batch(waiting).rowsRead()).isEqualTo(4_000);
        drain();
        inbox.poll(waiting);
        drain();
        assertThat(inbox.poll(waiting)).isTrue();

        assertThat(inbox.batch(waiting).accepted()).as("the equal row too").isEqualTo(9_601);
        assertThat(inbox.batch(passing).accepted()).isEqualTo(9_600);
        assertThat(inbox.fates(inbox.batch(waiting)).subList(0, 2)).containsExactly("1 sent", "2 sent");
        assertThat(inbox.ledger().texts("SELECT DISTINCT batch || ' ' || account FROM send ORDER BY 1"))
                .containsExactly(
                        inbox.batch(waiting).id() + " main",
                        inbox.batch(passing).id() + " crm");
    }

    @Test
    void aFullQueueHoldsBackTheRestOfTheFileUntilThereIsRoom() throws IOException {
        inbox.close();
        inbox = new DropFolder(home, 2_400);
        Path file = inbox.put(null, "a.csv", rows("a", 6_800));

        assertThat(inbox.poll(file)).isFalse();
        assertThat(inbox.batch(file).rowsRead()).isEqualTo(4_000);
        assertThat(inbox.poll(file)).as("still full").isFalse();
        assertThat(inbox.batch(file).rowsRead()).isEqualTo(4_000);
        drain();
        assertThat(inbox.poll(file)).isTrue();

        Batch batch = inbox.batch(file);
        assertThat(List.of(batch.rowsRead(), batch.accepted())).containsExactly(6_800L, 6_800L);
        assertThat(batch.state()).isEqualTo("read");
    }

    @Test
    void rowsThatWaitedForRoomAreRecognisedAgain() throws IOException {
        inbox.close();
        inbox = new DropFolder(home, 3);
        inbox.drop("first.csv", rows("first", 3));
        String text = "to,text\n%1$s,a\n%1$s,a\n".formatted(ALI);
        Path file = inbox.put(null, "a.csv", text);
        assertThat(inbox.poll(file)).isFalse();
        assertThat(inbox.poll(file)).isFalse();
        drain();
        assertThat(inbox.poll(file)).isTrue();
        drain();

        assertThat(inbox.fates(inbox.drop("a.csv", text)))
                .containsExactly("1 duplicate duplicate", "2 duplicate duplicate");
    }

    @Test
    void afterARestartTheRestOfAFileThatWaitedIsRead() throws IOException {
        inbox.close();
        inbox = new DropFolder(home, 2_400);
        Path file = inbox.put(null, "a.csv", rows("a", 4_800));
        inbox.poll(file);
        inbox.restart();
        drain();

        assertThat(inbox.poll(file)).isTrue();
        assertThat(inbox.batch(file).accepted()).isEqualTo(4_800);
        assertThat(sends()).isEqualTo(4_800);
    }

    @Test
    void ofThousandsOfFilesThatWaitForRoomMostAreNotKeptOpen() throws IOException {
        try (DropFolder full = new DropFolder(Files.createDirectories(home.resolve("full")), 1)) {
            full.drop("first.csv", "to,text\n" + ALI + ",first\n");
            List<Path> files = new ArrayList<>();
            for (int number = 0; number < 3 * FileDoor.MOST_KEPT_OPEN; number++) {
                files.add(full.put(null, number + ".csv", "to,text\n" + ALI + ",text " + number + "\n"));
            }
            for (int time = 0; time < 2; time++) {
                for (Path file : files) {
                    assertThat(full.poll(file)).isFalse();
                }
            }
            assertThat(filesOpenIn(full.home().resolve("work"))).isLessThanOrEqualTo(FileDoor.MOST_KEPT_OPEN);

            for (Path file : files) {
                full.ledger().change("UPDATE account SET queued = 0");
                assertThat(full.poll(file)).isTrue();
            }
            assertThat(full.ledger().number("SELECT count(*) FROM send")).isEqualTo(1 + files.size());
        }
    }

    /** Where the system tells; else 0. */
    private static long filesOpenIn(Path directory) throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return 0;
        }
        long open = 0;
        try (Stream<Path> all = Files.list(descriptors)) {
            for (Path one : all.toList()) {
                try {
                    open += Files.readSymbolicLink(one).startsWith(directory) ? 1 : 0;
                } catch (NoSuchFileException closedMeanwhile) {
                    // Then it is not open.
                }
            }
        }
        return open;
    }

    private static String rows(String text, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number -> ALI + ',' + text + ' ' + number)
                .collect(Collectors.joining("\n", "to,text\n", "\n"));
    }

    private long sends() {
        return inbox.ledger().number("SELECT count(*) FROM send");
    }

    private String reason(Batch batch) {
        return inbox.ledger().text("SELECT error_message FROM history WHERE batch = ?", batch.id());
    }

    /** Lets days pass. */
    private void age(int days) {
        inbox.ledger().change("UPDATE send SET accepted_at = accepted_at - ?", days * 24L * 60 * 60 * 1000);
    }

    private void drain() {
        inbox.ledger().change("UPDATE send SET state = 'sent'");
        inbox.ledger().change("UPDATE account SET queued = 0");
    }

    private void shareKeyWith(DropFolder other) {
        String key = inbox.ledger().text("SELECT value FROM setting WHERE name = 'digest-key'");
        other.ledger().change("UPDATE setting SET value = ? WHERE name = 'digest-key'", key);
        other.restart();
    }

    /** Everything about the rows of the one batch but what differs from run to run. */
    private static List<String> rowsOf(DropFolder folder) {
        return folder.ledger()
                .texts(
                        "SELECT row_number || ' ' || line || ' ' || idempotency_key || ' ' || account || ' ' || fair_rank"
                                + " || ' ' || content || ' ' || digests || ' ' || state FROM send"
                                + " UNION ALL SELECT row_number || ' ' || line || ' ' || status || ' ' || error_code || ' '"
                                + " || detail || ' ' || coalesce((SELECT row_number FROM send WHERE send.id = repeats), '-')"
                                + " FROM history WHERE send IS NULL ORDER BY 1");
    }
}
