package dev.caravan.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.LoggedLines;
import dev.caravan.intake.DropFolder;
import dev.caravan.intake.Row;
import dev.caravan.intake.Rows;
import dev.caravan.ledger.Batch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportsTest {

    private static final long SENT_AT = Instant.parse("2027-01-15T08:00:00Z").toEpochMilli();

    private final SetClock clock = new SetClock();

    @TempDir
    Path home;

    private DropFolder inbox;
    private Reports reports;

    @BeforeEach
    void open() {
        inbox = new DropFolder(home, 1_000_000);
        reports = new Reports(home.resolve("reports"), clock, inbox.store(), inbox.batches(), inbox.files());
    }

    @AfterEach
    void close() {
        inbox.close();
    }

    @Test
    void aReportHasTheOriginalColumnsAndWhatBecameOfEachRow() throws IOException {
        Batch batch = inbox.drop(
                "şubat.csv",
                """
                Telefon no;to;name;text;balance
                "a;b";+905301234567;Ayşe;"He said ""merhaba"",
                and left";-5
                ;+905301234568;Çağrı;=1+1;=SUM(A1)
                ;123;@x;'-;+90 530

                ;+905301234569;İnci;ok;+905301234567
                """);
        sent("+905301234567", "wamid.1", 2);
        ended("+905301234568", "failed", "906", "=closed for marketing");
        ended("+905301234569", "unknown", "no-answer", "no answer came");

        assertThat(report(batch))
                .isEqualTo(
                        """
                        Telefon no,to,name,text,balance,line,send_id,status,provider_message_id,attempts,error_code,error,sent_at
                        a;b,+905301234567,Ayşe,"He said ""merhaba"",
                        and left",-5,2,%s,sent,wamid.1,2,,,2027-01-15T11:00:00.000+03:00
                        ,+905301234568,Çağrı,'=1+1,'=SUM(A1),4,%s,failed,,0,906,'=closed for marketing,
                        ,123,'@x,''-,'+90 530,5,,rejected,,0,invalid-number,%s,
                        ,+905301234569,İnci,ok,+905301234567,7,%s,unknown,,0,no-answer,no answer came,
                        """
                                .formatted(id("+905301234567"), id("+905301234568"), reason(5), id("+905301234569"))
                                .replace("\n", "\r\n")
                                .replace("\"\"merhaba\"\",\r\nand", "\"\"merhaba\"\",\nand"));
        assertThat(home.resolve("reports").resolve("şubat.report.csv")).exists();
    }

    @Test
    void aFileOfTheSameNameInThisHomeIsNotTakenForThatOfAnotherGateway() throws IOException {
        Batch batch = inbox.drop("a.csv", "to,text,lucky\n+905301234567,hello,7\n");
        inbox.ledger().change("UPDATE batch SET gateway = 'elsewhere'");
        Batch theirs = inbox.store()
                .read(transaction -> inbox.batches().find(transaction, batch.id()))
                .orElseThrow();

        assertThat(new String(reports.live(theirs).readAllBytes(), StandardCharsets.UTF_8))
                .doesNotContain("lucky")
                .contains("+905301234567");
    }

    @Test
    void aColumnThatIsCalledLikeAFormulaIsRunByNoSpreadsheet() throws IOException {
        Batch batch = inbox.drop("a.csv", "to,text,=1+1,'@x,+90\n123,a,b,c,d\n");
        String columns = "to,text,'=1+1,''@x,+90,";

        writeRejected(batch);

        assertThat(written("a.rejected.csv")).startsWith(columns);
        assertThat(report(batch)).startsWith(columns);
        assertThat(new String(reports.live(batch).readAllBytes(), StandardCharsets.UTF_8))
                .startsWith(columns);
        Batch again = inbox.drop("a.csv", written("a.rejected.csv").replace("123", "+905301234567"));
        assertThat(again.accepted()).isEqualTo(1);
    }

    @Test
    void rejectedRowsAreReadyToBeCorrectedAndDroppedAgain() throws IOException {
        Batch batch = inbox.drop(
                "a.csv",
                """
                to,text,note
                +905301234567,fine,
                123,"a, b",=x
                +905301234568,"open,
                9053012345,short
                """);

        writeRejected(batch);

        assertThat(written("a.rejected.csv"))
                .isEqualTo(
                        """
                        to,text,note,line,reason
                        123,"a, b",'=x,3,%s
                        +905301234568,"open,",,4,%s
                        9053012345,short,,5,%s
                        """
                                .formatted(reason(3), reason(4), reason(5))
                                .replace("\n", "\r\n"));
    }

    @Test
    void aFileWithoutRejectedRowsHasNoRejectedFile() throws IOException {
        writeRejected(inbox.drop("a.csv", "to,text\n+905301234567,fine\n"));

        assertThat(home.resolve("reports")).doesNotExist();
    }

    @Test
    void aReportOfAJsonFileHasTheDocumentedColumns() throws IOException {
        Batch batch = inbox.drop(
                "a.jsonl",
                """
                {"to":"+905301234567","type":"image","text":"=caption","media":{"url":"https://a.example/b.jpg"},"reference":"r"}
                {"to":"+905301234568","type":"location","location":{"latitude":41.5,"longitude":29},"account":"main"}
                broken
                """);
        sent("+905301234567", "wamid.1", 1);
        ended("+905301234568", "expired", "expired", "it was not sent before its expiry");

        String[] lines = report(batch).split("\r\n");
        assertThat(lines[0])
                .isEqualTo(
                        "reference,account,to,name,type,text,media_url,media_filename,latitude,longitude,"
                                + "location_name,location_address,template,template_language,reply_to,send_at,expires_at,"
                                + "priority,category,line,send_id,status,provider_message_id,attempts,error_code,error,sent_at");
        assertThat(lines[1])
                .isEqualTo("r,,+905301234567,,image,'=caption,https://a.example/b.jpg,,,,,,,,,,,,,1,"
                        + id("+905301234567") + ",sent,wamid.1,1,,,2027-01-15T11:00:00.000+03:00");
        assertThat(lines[2])
                .isEqualTo(",main,+905301234568,,location,,,,41.5,29,,,,,,,,,,2," + id("+905301234568")
                        + ",expired,,0,expired,it was not sent before its expiry,");
        assertThat(lines[3]).startsWith(",,,,,,,,,,,,,,,,,,,3,,rejected,,0,invalid-json,");
    }

    @Test
    void aDuplicateRowNamesTheSendItRepeats() throws IOException {
        String text = "to,text\n+905301234567,a\n";
        inbox.drop("a.csv", text);

        assertThat(report(inbox.drop("b.csv", text)).split("\r\n")[1])
                .isEqualTo("+905301234567,a,2," + id("+905301234567") + ",duplicate,,0,duplicate,repeats send "
                        + id("+905301234567") + ",");
    }

    @Test
    void reportsOfFilesOfOneNameAreKeptApart() throws IOException {
        Batch first = inbox.drop("a.csv", "to,text\n+905301234567,a\n");
        Batch second = inbox.drop("a.csv", "to,text\n+905301234567,b\n");

        report(first);
        report(second);

        assertThat(written("a.report.csv")).contains(",a,2,");
        assertThat(written("a-" + second.id() + ".report.csv")).contains(",b,2,");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatWeWriteIsReadBackAsItWas(long seed) throws IOException {
        Random random = new Random(seed);
        List<List<String>> original = new ArrayList<>();
        for (int row = 0; row < 60; row++) {
            List<String> cells = new ArrayList<>(List.of(random.nextBoolean() ? "+905301234567" : "12"));
            for (int cell = 0; cell < 4; cell++) {
                cells.add(randomCell(random));
            }
            original.add(cells);
        }
        Batch batch = inbox.drop(
                "a.csv",
                "to,text,one,two,three\n"
                        + original.stream().map(ReportsTest::quoted).collect(Collectors.joining("\n")));
        report(batch);
        writeRejected(batch);
        List<List<String>> rejected =
                original.stream().filter(cells -> cells.get(0).equals("12")).toList();

        assertThat(ownCells("a.report.csv")).isEqualTo(original);
        assertThat(ownCells("a.rejected.csv").stream()
                        .filter(cells -> cells.get(0).equals("12"))
                        .toList())
                .isEqualTo(rejected);
    }

    @Test
    void ourFilesAreReadWhateverTheFolderTheyComeFromIsMadeFor() throws IOException {
        Batch batch = inbox.drop(
                "legacy",
                "a.csv",
                "to;text\n123;Şimdi, geldi\n+905301234567;Güle güle\n".getBytes(Charset.forName("windows-1254")));
        writeRejected(batch);
        String corrected = written("a.rejected.csv").replaceFirst("123", "+905301234568");

        Batch again = inbox.drop("legacy", "a.rejected.csv", corrected.getBytes(StandardCharsets.UTF_8));

        assertThat(again.accepted()).isEqualTo(1);
        assertThat(inbox.ledger().text("SELECT content FROM send WHERE batch = ?", again.id()))
                .contains("\"text\":\"Şimdi, geldi\"");
    }

    @Test
    void ourFilesAreReadAsASpreadsheetSavedThem() throws IOException {
        String saved = "to;text;line;reason\r\n+905301234568;Şimdi;2;too short\r\n";

        Batch again = inbox.drop("legacy", "a.rejected.csv", saved.getBytes(Charset.forName("windows-1254")));

        assertThat(inbox.ledger().text("SELECT content FROM send WHERE batch = ?", again.id()))
                .contains("\"text\":\"Şimdi\"");
    }

    @Test
    void aReportIsWrittenOnceEveryRowHasItsEndAndAgainWhenOneChangesLater() throws IOException {
        Batch batch = inbox.drop("a.csv", "to,text\n+905301234567,a\n");
        assertThat(due()).as("a send has no end").isEmpty();

        ended("+905301234567", "unknown", "no-answer", "no answer came");
        inbox.ledger().change("UPDATE batch SET unfinished = 0, changes = 1");
        writeAll();
        assertThat(written("a.report.csv")).contains(",unknown,");
        assertThat(due()).as("nothing changed").isEmpty();

        sent("+905301234567", "wamid.9", 1);
        inbox.ledger().change("UPDATE batch SET changes = 2");
        assertThat(due()).as("it was written less than a minute ago").isEmpty();
        clock.pass(Duration.ofSeconds(61));
        assertThat(due()).extracting(Batch::id).containsExactly(batch.id());
        writeAll();
        assertThat(written("a.report.csv")).contains(",sent,wamid.9,").doesNotContain("unknown");
        clock.pass(Duration.ofSeconds(61));
        assertThat(due()).isEmpty();
    }

    @Test
    void nobodySeesHalfAReport() throws IOException {
        Batch batch = inbox.drop("a.csv", "to,text\n+905301234567,a\n");
        report(batch);
        Path file = home.resolve("reports").resolve("a.report.csv");
        Object before = Files.readAttributes(file, "unix:ino").get("ino");

        report(batch);

        assertThat(Files.readAttributes(file, "unix:ino").get("ino"))
                .as("it is another file, moved into its place")
                .isNotEqualTo(before);
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aBatchWhoseFileWasRemovedIsFinishedWithoutAReport() throws IOException {
        Batch batch = inbox.drop("a.csv", "to,text\n123,a\n");
        Files.delete(home.resolve(batch.path()));

        writeAll();

        assertThat(due()).isEmpty();
        assertThat(home.resolve("reports").resolve("a.report.csv")).doesNotExist();
    }

    @Test
    void aBatchWhoseFileCannotBeReadSaysSoOnceAndIsFinishedWhenItCanBe() throws IOException {
        try (LoggedLines log = new LoggedLines()) {
            Batch batch = inbox.drop("a.csv", "to,text\n123,a\n");
            Path file = home.resolve(batch.path());
            Path aside = Files.move(file, home.resolve("aside"));
            Files.createDirectory(file);

            List<Integer> waits = new ArrayList<>();
            int waited = 0;
            for (int second = 0; second < 600; second++) {
                if (!due().isEmpty()) {
                    waits.add(waited);
                    waited = 0;
                    writeAll();
                }
                clock.pass(Duration.ofSeconds(1));
                waited++;
            }

            assertThat(waits).startsWith(0, 5, 10, 20, 40, 60, 60).hasSizeLessThan(20);
            assertThat(log.text()).containsOnlyOnce("waits for its report");
            assertThat(log.text())
                    .contains(
                            "WARN",
                            batch.path(),
                            "it is no regular file",
                            "make it readable",
                            "/api/v1/batches/" + batch.id() + "/report");
            assertThat(new String(reports.live(batch).readAllBytes(), StandardCharsets.UTF_8))
                    .contains(",2,,rejected,,0,invalid-number,");

            Files.delete(file);
            Files.move(aside, file);
            clock.pass(Duration.ofMinutes(1));
            writeAll();

            assertThat(written("a.report.csv")).contains("123,a,2,,rejected,");
            assertThat(due()).isEmpty();
            assertThat(log.text()).contains("is finished: 0 sends, 0 duplicates, 1 rejected");
        }
    }

    @Test
    void aFileThatNobodyCanLookAtIsNotGone() throws IOException {
        Batch batch = inbox.drop("a.csv", "to,text\n123,a\n");
        Path file = home.resolve(batch.path());
        Files.delete(file);
        Files.createSymbolicLink(file, file);

        writeAll();
        clock.pass(Duration.ofSeconds(5));

        assertThat(due()).extracting(Batch::id).containsExactly(batch.id());
    }

    @Test
    void aReportThatIsLateHoldsUpNoOther() throws IOException {
        Batch late = inbox.drop("a.csv", "to,text\n123,a\n");
        Files.createDirectories(home.resolve("reports").resolve("a.report.csv").resolve("in-its-way"));
        inbox.drop("b.csv", "to,text\n123,b\n");

        writeAll();

        assertThat(written("b.report.csv")).contains("123,b,2,");
        assertThat(due()).isEmpty();
        clock.pass(Duration.ofHours(-1));
        assertThat(due()).as("whatever the clock does").extracting(Batch::id).containsExactly(late.id());
    }

    private List<Batch> due() {
        Exchange exchange = exchange();
        reports.due(exchange);
        List<?> found = exchange.getMessage().getBody(List.class);
        return found.stream().map(Batch.class::cast).toList();
    }

    /** As the route does it. */
    private void writeAll() {
        for (Batch batch : due()) {
            try {
                write(batch);
            } catch (IOException | UncheckedIOException unwritten) {
                Exchange exchange = exchange();
                exchange.getMessage().setBody(batch);
                exchange.setProperty(Exchange.EXCEPTION_CAUGHT, unwritten);
                reports.postpone(exchange);
            }
        }
    }

    private void write(Batch batch) throws IOException {
        Exchange exchange = exchange();
        exchange.getMessage().setBody(batch);
        reports.write(exchange);
    }

    private String report(Batch batch) throws IOException {
        write(batch);
        return written(batch.report() + ".report.csv");
    }

    private void writeRejected(Batch batch) throws IOException {
        Exchange exchange = exchange();
        exchange.setVariable("batch", batch.id());
        reports.writeRejected(exchange);
    }

    private static Exchange exchange() {
        return new DefaultExchange(new DefaultCamelContext());
    }

    private String written(String name) throws IOException {
        return Files.readString(home.resolve("reports").resolve(name));
    }

    private String id(String recipient) {
        return inbox.ledger().text("SELECT id FROM send WHERE recipient = ?", recipient);
    }

    private String reason(int line) {
        return inbox.ledger().text("SELECT error_message FROM history WHERE line = ?", line);
    }

    private void sent(String recipient, String providerMessageId, int attempts) {
        inbox.ledger()
                .change(
                        "UPDATE send SET state = 'sent', error_class = NULL, error_code = NULL, error_message = NULL,"
                                + " provider_message_id = ?, attempt = ?, sent_at = ? WHERE recipient = ?",
                        providerMessageId,
                        attempts,
                        SENT_AT,
                        recipient);
    }

    private void ended(String recipient, String state, String errorCode, String errorMessage) {
        inbox.ledger()
                .change(
                        "UPDATE send SET state = ?, error_code = ?, error_message = ? WHERE recipient = ?",
                        state,
                        errorCode,
                        errorMessage,
                        recipient);
    }

    private static String randomCell(Random random) {
        String alphabet = "=+-@'\"\t\r\n ,;|\\#0159.eşĞİı😀A{}";
        int[] points = alphabet.codePoints().toArray();
        StringBuilder cell = new StringBuilder();
        for (int length = random.nextInt(6); length > 0; length--) {
            cell.appendCodePoint(points[random.nextInt(points.length)]);
        }
        return cell.toString();
    }

    private static String quoted(List<String> cells) {
        return cells.stream()
                .map(cell -> '"' + cell.replace("\"", "\"\"") + '"')
                .collect(Collectors.joining(","));
    }

    /** A file of ours read again, without the columns that we added. */
    private List<List<String>> ownCells(String report) throws IOException {
        Files.copy(home.resolve("reports").resolve(report), home.resolve(report));
        Batch reread = new Batch(
                "b", "file", report, null, "default", report, "r", "reading", null, 0, 0, 0, 0, 0, 0, 0, 0, true);
        List<List<String>> cells = new ArrayList<>();
        try (Rows rows = inbox.files().open(reread)) {
            while (rows.hasNext()) {
                Row row = rows.next();
                cells.add(rows.own(row));
            }
        }
        return cells;
    }

    private static final class SetClock extends Clock {

        private Instant now = Instant.parse("2027-01-15T09:00:00Z");

        void pass(Duration duration) {
            now = now.plus(duration);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return DropFolder.ZONE;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
