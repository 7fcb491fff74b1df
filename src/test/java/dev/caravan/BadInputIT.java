package dev.caravan;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that people drop by mistake, into one gateway: each is told what is wrong, and every good row is sent. */
@TestInstance(Lifecycle.PER_CLASS)
class BadInputIT {

    private static final String ERP =
            "{ account: main, charset: windows-1255, delimiter: ';', namespace: erp, region: IL,"
                    + " columns: { to: telefon, text: \"mesaj metni\" }, defaults: { text: \"no text, {{ad|friend}}\" } }";

    private static final String ERP_TEXT = "שלום, Dan";

    /** What would be a setting, a variable of the environment or a header in a route. */
    private static final List<String> PLACEHOLDERS = List.of(
            "{{env:PATH}}",
            "{{sys:user.dir}}",
            "{{caravan.home}}",
            "{{caravan.accounts.main.settings.api-key}}",
            "{{env:PATH:x}}",
            "{{?caravan.home}}",
            "{{bean:settled}}",
            "{{header.CamelFileName}}");

    private static final String LITERAL =
            "literal ${env:PATH} ${header.CamelFileName} #{systemProperties} ${caravan.home} $simple{body} %PATH%";

    private static final String LONG_NAME = "n".repeat(226) + ".csv";

    /** Report and customers in Hebrew, for {@code printf}: a test's own locale may not be able to write it. */
    private static final String HEBREW_NAME = "\\327\\223\\327\\225\\327\\227 \\327\\234\\327\\247\\327\\225.csv";

    private static final String LATIN_NAME = "latin-\\376.csv";

    private ProviderStub stub;
    private Installation installation;
    private GatewayProcess gateway;
    private int numbers;

    @BeforeAll
    void dropEverything(@TempDir Path directory) throws Exception {
        stub = new ProviderStub();
        installation = new Installation(
                directory,
                Installation.configuration(stub, "rate: unlimited")
                        .replace("settle: 300ms }", "settle: 1s, folders: { erp: " + ERP + " } }"));
        gateway = installation.start().awaitReady();

        dropFilesOfWhichNothingCanBeRead();
        dropFilesThatMayNotBeRead(directory);
        dropFilesWithBrokenRows();
        dropFilesWithOddNames();
        dropPlaceholders();
        installation.drop(
                "erp/erp.csv",
                "TELEFON;Mesaj Metni;AD\n052-234-0001;שלום, {{ad}};Dan\n052-234-0002;;\n"
                        .getBytes(Charset.forName("windows-1255")));
        installation.drop("vanishing.csv", rows("vanishing"));
        Path growing = installation.inbox().resolve("growing.csv");
        Files.writeString(growing, "to,text\n");
        for (int row = 0; row < 10; row++) {
            Files.writeString(growing, number() + ",growing " + row + '\n', StandardOpenOption.APPEND);
            Files.deleteIfExists(installation.inbox().resolve("vanishing.csv"));
            await().pollDelay(400, MILLISECONDS).until(() -> true);
        }
        gateway.awaitThat("the growing file is done", () -> installation.hasReport("growing.report.csv"));

        installation.drop("last.csv", rows("last"));
        gateway.awaitThat("the last file is done", () -> installation.hasReport("last.report.csv"));
    }

    private void dropFilesOfWhichNothingCanBeRead() throws IOException {
        installation.drop("empty.csv", "");
        installation.drop("header-only.csv", "to,text\n");
        installation.drop("no-header.csv", number() + ",hello\n" + number() + ",hello\n");
        installation.drop(
                "encoding.csv", ("to,text\n" + number() + ",Işıl\n").getBytes(Charset.forName("windows-1254")));
        installation.drop("no-recipients.csv", "text\nhello\n");
        byte[] binary = new byte[10_000];
        new Random(1).nextBytes(binary);
        installation.drop("binary.csv", binary);
        installation.drop("workbook.csv", new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0});
        installation.drop("workbook.xlsx", new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0});
        installation.drop("no-extension", rows("no extension"));
        installation.drop("unknown-folder/file.csv", rows("unknown folder"));
        installation.drop("main/deeper/deep.csv", rows("too deep"));
        Files.createDirectory(installation.inbox().resolve("directory.csv"));
        installation.drop(".hidden.csv", rows("hidden"));
    }

    /** In data they are data: only columns of the same row mean anything, and only between two braces in CSV. */
    private void dropPlaceholders() throws IOException {
        StringBuilder rejected = new StringBuilder("to,text\n");
        PLACEHOLDERS.forEach(placeholder ->
                rejected.append(number()).append(",\"leak ").append(placeholder).append("\"\n"));
        installation.drop("placeholders.csv", rejected.toString());
        installation.drop("literal.csv", "to,text\n" + number() + ",\"" + LITERAL + "\"\n");
        installation.drop(
                "literal.jsonl",
                "{\"to\":\"" + number() + "\",\"text\":\"" + LITERAL + ' ' + String.join(" ", PLACEHOLDERS) + "\"}\n");
        installation.drop("nested.csv", "to,text,city\n" + number() + ",nested {{city}},{{env:PATH}} ${env:PATH}\n");
    }

    private void dropFilesThatMayNotBeRead(Path directory) throws IOException {
        Files.createSymbolicLink(installation.inbox().resolve("dangling.csv"), directory.resolve("nothing"));
        Path forbidden = Files.writeString(installation.inbox().resolve(".forbidden"), rows("forbidden"));
        Files.setPosixFilePermissions(forbidden, PosixFilePermissions.fromString("---------"));
        Files.move(forbidden, installation.inbox().resolve("forbidden.csv"));
    }

    private void dropFilesWithBrokenRows() throws IOException {
        installation.drop("no-text.csv", "to,name\n" + number() + ",Ali\n");
        installation.drop("fields.csv", "to,text\n" + number() + ",one,two,three\n" + number() + ",fields is fine\n");
        installation.drop("quote.csv", "to,text\n" + number() + ",\"open\n" + number() + ",quote is fine\n");
        String huge = "x".repeat(10_000_000);
        installation.drop("huge.csv", "to,text\n" + number() + ',' + huge + '\n' + number() + ",huge is fine\n");
        installation.drop(
                "quoted.csv", "to,text\n" + number() + ",\"" + huge + "\"\n" + number() + ",quoted is fine\n");
    }

    private void dropFilesWithOddNames() throws Exception {
        for (String name :
                List.of("dots..in..name.csv", "with spaces.csv", "back\\slash.csv", "${x}%20.csv", "new\nline.csv")) {
            installation.drop(name, rows(name));
        }
        installation.drop("2026.11.21.UPPER.CSV", rows("upper"));
        installation.drop(LONG_NAME, rows("long"));
        dropUnder(HEBREW_NAME, rows("Hebrew"));
        dropUnder(LATIN_NAME, rows("Latin"));
    }

    private void dropUnder(String name, String content) throws Exception {
        Files.writeString(installation.inbox().resolve(".renamed"), content);
        Process move = new ProcessBuilder("sh", "-c", "mv .renamed \"$(printf '" + name + "')\"")
                .directory(installation.inbox().toFile())
                .start();
        assertThat(move.waitFor()).isZero();
    }

    @AfterAll
    void stop() {
        gateway.close();
        stub.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            empty.csv         | it is empty
            header-only.csv   | it has a header, but no rows
            no-header.csv     | it has no header: its first line holds a phone number
            encoding.csv      | line 2, at byte offset 23, is not UTF-8; save it as UTF-8, or set caravan.inbox.folders
            no-recipients.csv | its header has no column 'to'
            binary.csv        | line 1
            workbook.csv      | it is a workbook or an archive, no text
            workbook.xlsx     | its extension is none of .csv, .json and .jsonl
            no-extension      | its extension is none of .csv, .json and .jsonl
            file.csv          | the inbox has no folder 'unknown-folder'
            deep.csv          | the inbox has no folder 'main/deeper'
            dangling.csv      | it is a link to a file that does not exist
            """)
    void fileOfWhichNothingCanBeReadIsRefusedWithItsReason(String name, String reason) throws IOException {
        assertThatRefused(name, reason);
    }

    @Test
    void fileThatMayNotBeReadIsRefusedWithItsReason() throws IOException {
        assumeFalse(System.getProperty("user.name").equals("root"), "root may read everything");

        assertThatRefused("forbidden.csv", "the user of this gateway may not read it");
    }

    @Test
    void nameThatIsTooLongIsRefusedUnderItsBeginning() throws IOException {
        Path refused = installation.home().resolve("refused").resolve("n".repeat(196) + ".csv");

        assertThat(refused).exists();
        assertThat(refused.resolveSibling(refused.getFileName() + ".reason.txt"))
                .content()
                .startsWith("its name is longer than 200 bytes");
        assertThat(gateway.output()).containsOnlyOnce("File " + LONG_NAME + " is refused");
    }

    private void assertThatRefused(String name, String reason) throws IOException {
        Path refused = installation.home().resolve("refused");
        assertThat(Files.exists(refused.resolve(name), LinkOption.NOFOLLOW_LINKS))
                .isTrue();
        assertThat(Files.readString(refused.resolve(name + ".reason.txt"))).startsWith(reason);
        assertThat(gateway.output().lines())
                .filteredOn(line ->
                        line.contains("is refused, nothing of it is sent: " + reason) && line.contains("File " + name))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            no-text | 2 | text:
            fields  | 2 | there are 4 fields, but the header has 2
            quote   | 2 | field 2 opens a quote that is not closed
            huge    | 2 | the line is longer than 4 MiB
            quoted  | 2 | the line is longer than 4 MiB
            """)
    void brokenRowIsRejectedAndTheOthersAreSent(String name, String line, String reason) throws IOException {
        NamedCsvRecord rejected = installation.report(name + ".rejected.csv").get(0);

        assertThat(rejected.getField("line")).isEqualTo(line);
        assertThat(rejected.getField("reason")).startsWith(reason);
        assertThat(installation.report(name + ".report.csv"))
                .filteredOn(row -> row.getField("status").equals("sent"))
                .allSatisfy(row -> assertThat(row.getField("text")).isEqualTo(name + " is fine"))
                .hasSize(name.equals("no-text") ? 0 : 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"dots..in..name.csv", "with spaces.csv", "back\\slash.csv", "${x}%20.csv", "2026.11.21.UPPER.CSV"
            })
    void oddNameIsKept(String name) throws IOException {
        assertThat(installation.filesIn("done"))
                .extracting(file -> file.getFileName().toString())
                .contains(name);
        assertThat(installation.report(name.substring(0, name.length() - 4) + ".report.csv"))
                .singleElement()
                .satisfies(row -> assertThat(row.getField("status")).isEqualTo("sent"));
    }

    @Test
    void nameThatBreaksLinesLosesItsLineBreak() throws IOException {
        assertThat(installation.report("new_line.report.csv")).hasSize(1);
        assertThat(gateway.output()).contains("File new_line.csv is read: 1 accepted");
    }

    @Test
    void nameInHebrewIsKept() {
        assertThat(gateway.output()).contains("File \u05d3\u05d5\u05d7 \u05dc\u05e7\u05d5.csv is read: 1 accepted");
        assertThat(stub.accepted()).containsKey("Hebrew");
    }

    @Test
    void nameInAnotherEncodingIsLeftAndToldOnce() {
        assertThat(gateway.output()).containsOnlyOnce("cannot be reached under this name");
        assertThat(stub.accepted()).doesNotContainKey("Latin");
    }

    @Test
    void growingFileIsTakenOnceAndWhole() throws IOException {
        assertThat(installation.report("growing.report.csv"))
                .hasSize(10)
                .allSatisfy(row -> assertThat(row.getField("status")).isEqualTo("sent"));
        assertThat(gateway.output()).containsOnlyOnce("File growing.csv is batch");
    }

    @Test
    void fileOfAConfiguredFolderIsReadAsItsFolderSays() throws IOException {
        assertThat(stub.accepted()).containsKey(ERP_TEXT).containsKey("no text, friend");
        assertThat(installation.report("erp.report.csv"))
                .extracting(row -> row.getField("TELEFON") + ' ' + row.getField("status"))
                .containsExactly("052-234-0001 sent", "052-234-0002 sent");
    }

    @Test
    void placeholdersForSettingsAreNoColumns() throws IOException {
        assertThat(installation.report("placeholders.rejected.csv"))
                .extracting(row -> row.getField("text") + " | " + row.getField("reason"))
                .containsExactlyElementsOf(PLACEHOLDERS.stream()
                        .map(placeholder -> "leak " + placeholder + " | text: there is no column '"
                                + placeholder.substring(2, placeholder.length() - 2) + "'")
                        .toList());
    }

    @Test
    void noSettingAndNoVariableIsPutIntoAMessage() {
        assertThat(stub.accepted())
                .containsKey(LITERAL)
                .containsKey(LITERAL + ' ' + String.join(" ", PLACEHOLDERS))
                .containsKey("nested {{env:PATH}} ${env:PATH}");
        assertThat(stub.accepted().keySet())
                .noneMatch(text -> text.contains(System.getenv("PATH")) || text.startsWith("leak"));
    }

    @Test
    void everyGoodRowIsSentOnceAndNoOther() {
        Set<String> expected = new TreeSet<>(
                List.of("dots..in..name.csv", "with spaces.csv", "back\\slash.csv", "${x}%20.csv", "new\nline.csv"));
        expected.addAll(List.of("upper", "Hebrew", "last"));
        expected.addAll(List.of("fields is fine", "quote is fine", "huge is fine", "quoted is fine"));
        expected.addAll(List.of(LITERAL, LITERAL + ' ' + String.join(" ", PLACEHOLDERS)));
        expected.addAll(List.of(ERP_TEXT, "no text, friend"));
        expected.add("nested {{env:PATH}} ${env:PATH}");
        IntStream.range(0, 10).forEach(row -> expected.add("growing " + row));
        Map<String, Integer> accepted = new TreeMap<>(stub.accepted());
        // Only root has sent it.
        accepted.remove("forbidden");

        assertThat(accepted.keySet()).isEqualTo(expected);
        assertThat(accepted.values()).containsOnly(1);
    }

    @Test
    void nothingIsLeftBehindAndNoStackTraceIsShown() throws IOException {
        assertThat(gateway.isAlive()).isTrue();
        assertThat(installation.filesIn("work")).isEmpty();
        assertThat(installation.filesIn("inbox").stream().map(Path::getFileName).map(Path::toString))
                .allMatch(name -> name.equals(".hidden.csv") || name.startsWith("latin-"));
        assertThat(gateway.output()).doesNotContain("\tat ");
    }

    private String rows(String text) {
        return "to,text\n" + number() + ",\"" + text + "\"\n";
    }

    private String number() {
        return String.format(Locale.ROOT, "+90530%07d", ++numbers);
    }
}
