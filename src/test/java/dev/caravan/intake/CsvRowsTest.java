package dev.caravan.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvRowsTest {

    private static final String KEY = "caravan.inbox.folders.erp.charset";
    private static final FileFormat PLAIN = format(StandardCharsets.UTF_8, null, Map.of(), Map.of());

    @TempDir
    Path folder;

    @Test
    void readsEveryDocumentedColumnIntoItsPlace() throws IOException {
        List<Row> rows = read(
                """
                Category ,PRIORITY,expires_at,send_at,reply_to,template_param.Name,template_param.1,template_language,\
                template,location_address,location_name,longitude,latitude,media_filename,media_url,text,type,name,to,\
                account,reference
                otp,high,2026-12-02,2026-12-01,wamid,Ali,one,tr,welcome,Street,Office,"28,9784",41.0082,a.jpg,\
                https://a.b/c,hello,image,Ali,0530,main,r-1
                """);

        assertThat(rows).hasSize(1);
        assertThat(rows.get(0).send())
                .hasToString(json("{'reference':'r-1','account':'main','to':'0530','name':'Ali',"
                        + "'type':'image','text':'hello','media':{'url':'https://a.b/c','filename':'a.jpg'},"
                        + "'location':{'latitude':41.0082,'longitude':28.9784,'name':'Office','address':'Street'},"
                        + "'template':{'name':'welcome','language':'tr','parameters':{'Name':'Ali','1':'one'}},"
                        + "'replyTo':'wamid','sendAt':'2026-12-01','expiresAt':'2026-12-02','priority':'high',"
                        + "'category':'otp'}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"to,text\n0530,a", "to;text\n0530;a", "to\ttext\n0530\ta", "to|text\n0530|a"})
    void tellsTheDelimiter(String text) throws IOException {
        assertThat(sends(text)).containsExactly("{'to':'0530','text':'a'}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "to;text,x~2",
                "'\"to\";\"text\"'~2",
                "'a,b,c;to;text'~3",
                "to~1",
                "to;text;\"not, a, delimiter\"~3",
            })
    void tellsTheDelimiterByTheColumnsItMakes(String header, int columns) throws IOException {
        try (Rows rows = open(header + "\n0530", PLAIN)) {
            assertThat(rows.columns()).hasSize(columns);
        }
    }

    @Test
    void takesTheFoldersDelimiterColumnsAndDefaults() throws IOException {
        FileFormat format = format(
                Charset.forName("windows-1254"),
                ';',
                Map.of("to", "telefon", "text", "mesaj metni"),
                Map.of(
                        "type",
                        "text",
                        "name",
                        "Müşteri",
                        "media_filename",
                        "a.pdf",
                        "template_language",
                        "tr",
                        "template_param.1",
                        "x"));
        Path file = folder.resolve("a.csv");
        Files.write(
                file,
                "TELEFON;MESAJ METNİ;name;text\r\n0530;İğne, şeker;;other\r\n0531;b;Ayşe;\r\n"
                        .getBytes(Charset.forName("windows-1254")));

        assertThat(sends(file, format))
                .containsExactly(
                        "{'to':'0530','name':'Müşteri','type':'text','text':'İğne, şeker'}",
                        "{'to':'0531','name':'Ayşe','type':'text','text':'b'}");
    }

    @Test
    void addsDefaultsOfATemplateWhereThereIsOne() throws IOException {
        FileFormat format = format(
                StandardCharsets.UTF_8,
                null,
                Map.of("template_param.1", "isim"),
                Map.of("template_language", "tr", "template_param.2", "{{isim}}"));

        assertThat(sends(write("to,template,isim,text\n1,welcome,Ali,\n2,,,hi"), format))
                .containsExactly(
                        "{'to':'1','template':{'name':'welcome','language':'tr','parameters':{'1':'Ali','2':'Ali'}}}",
                        "{'to':'2','text':'hi'}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE"})
    void believesTheByteOrderMark(String charset) throws IOException {
        Path file = folder.resolve("bom.csv");
        Files.write(file, ("\uFEFFto,text\r\n0530,Şıkır שלום 👨‍👩‍👧\r\n").getBytes(Charset.forName(charset)));

        assertThat(sends(file, format(Charset.forName("windows-1254"), null, Map.of(), Map.of())))
                .containsExactly("{'to':'0530','text':'Şıkır שלום 👨‍👩‍👧'}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void countsPhysicalLines(String end) throws IOException {
        List<Row> rows =
                read(String.join(end, "", "to,text", "", "1,a", "  ", "2,\"b", "c", "\"", "3,d", ",", "4,e", ""));

        assertThat(rows).extracting(Row::line).containsExactly(4L, 6L, 9L, 11L);
        assertThat(rows).extracting(Row::number).containsExactly(1L, 2L, 3L, 4L);
        assertThat(rows.get(1).cells()).containsExactly("2", "b" + end + "c" + end);
    }

    @Test
    void keepsCellsAsTheyAreAndFillsUpMissingOnes() throws IOException {
        List<Row> rows = read("to,text,x\n 1 ,\" a \"\"b\"\" \"\n'2,=1+1,'y\n3,5\" pipe,\"\"");

        assertThat(rows)
                .extracting(Row::cells)
                .containsExactly(
                        List.of(" 1 ", " a \"b\" ", ""), List.of("'2", "=1+1", "'y"), List.of("3", "5\" pipe", ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "1,\"open~unclosed-quote",
                "1,\"open\" more~invalid-quote",
                "1,\"open \"quoted\" text\"~invalid-quote",
                "1,a,b~too-many-fields",
                "1,a,~too-many-fields",
                "'1,\"a\nb\",c'~too-many-fields",
            })
    void rejectsABrokenRecordAndReadsOnAtTheNextLine(String broken, String code) throws IOException {
        String file = "to,text\n0,first\n" + broken + "\n2,second\n3,\"third\nline\"\n4,\"x\"";

        List<Row> rows = read(file);

        Row rejected = rows.get(1);
        assertThat(rejected.line()).isEqualTo(3);
        assertThat(rejected.problem().code()).isEqualTo(code);
        assertThat(rejected.send()).isNull();
        assertThat(rejected.cells()).hasSize(2).startsWith("1");
        assertThat(sendsOf(rows))
                .contains(
                        json("{'to':'0','text':'first'}"),
                        json("{'to':'2','text':'second'}"),
                        json("{'to':'3','text':'third\\nline'}"),
                        json("{'to':'4','text':'x'}"));
    }

    @Test
    void keepsWhatIsTooMuchInTheLastCell() throws IOException {
        assertThat(read("to,text\n1,Hello, Ali, how are you").get(0).cells())
                .containsExactly("1", "Hello, Ali, how are you");
    }

    @Test
    void rejectsMoreFieldsThanTheParserHolds() throws IOException {
        List<Row> rows = read("to,text\n1" + ",x".repeat(20_000) + "\n2,b");

        assertThat(rows.get(0).problem().code()).isEqualTo("too-many-fields");
        assertThat(rows.get(0).cells()).hasSize(2);
        assertThat(rows.get(1).send()).hasToString(json("{'to':'2','text':'b'}"));
    }

    @ParameterizedTest
    @CsvSource({"99, true", "100, false"})
    void endsAQuotedFieldAfterAHundredLines(int breaks, boolean isWhole) throws IOException {
        List<Row> rows = read("to,text\n1,\"" + "x\n".repeat(breaks) + "\"\n2,b");

        assertThat(rows.get(0).problem() == null).isEqualTo(isWhole);
        assertThat(rows.get(0).cells().get(0)).isEqualTo("1");
        assertThat(rows.get(rows.size() - 1).send()).hasToString(json("{'to':'2','text':'b'}"));
        assertThat(rows).hasSize(isWhole ? 2 : 2 + breaks);
    }

    @ParameterizedTest
    @CsvSource({"0, true", "1, false"})
    void endsAQuotedFieldAfterAMebibyte(int more, boolean isWhole) throws IOException {
        List<Row> rows = read("to,text\n1,\"" + "x".repeat(1024 * 1024 + more) + "\"\n2,b");

        assertThat(rows).hasSize(2);
        assertThat(rows.get(0).problem() == null).isEqualTo(isWhole);
        assertThat(rows.get(1).problem()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"", "\"a\nb"})
    void rejectsAnEndlessLineWithoutKeepingIt(String before) throws IOException {
        List<Row> rows = read("to,text\n1," + before + "x".repeat(10_000_000) + "\n2,b");

        assertThat(rows.get(0).problem().code()).isEqualTo("record-too-long");
        assertThat(rows.get(0).cells().get(1).length()).isLessThan(100_000);
        assertThat(rows.get(rows.size() - 1).send()).hasToString(json("{'to':'2','text':'b'}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "Dear {{name}},~Dear Ali,",
                "{{ NAME }} {{city|there}}~Ali there",
                "{{city|}}!~!",
                "{{city|a|b}}~a|b",
                "{{to}} {{Sipariş No}}~0530 {{name}}",
                "a } b { c }} d~a } b { c }} d",
                "${name} #{name} %name%~${name} #{name} %name%",
            })
    void fillsColumnsIntoTheText(String text, String filled) throws IOException {
        FileFormat mapped = format(StandardCharsets.UTF_8, null, Map.of("to", "telefon"), Map.of());
        Path file = write("telefon;name;city;SİPARİŞ NO;text\n0530; Ali ;;{{name}};" + text);

        try (Rows rows = CsvRows.open(file, mapped)) {
            assertThat(rows.next().send().path("text").textValue()).isEqualTo(filled);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "{{surname}}, unknown-column, 'surname'",
        "{{env:HOME}}, unknown-column, 'env:HOME'",
        "{{surname|x}}, unknown-column, 'surname'",
        "{{}}, unknown-column, ''",
        "{{name, unknown-column, {{",
        "{{{{name}}}}, unknown-column, {{name",
        "{{city}}, empty-column, {{city|…}}",
    })
    void rejectsWhatCannotBeFilledIn(String text, String code, String reason) throws IOException {
        List<Row> rows = read("to,name,city,text,template_param.1\n1,Ali, ," + text + ",\n1,Ali,,," + text);

        assertThat(rows).extracting(row -> row.problem().code()).containsExactly(code, code);
        assertThat(rows).extracting(row -> row.problem().field()).containsExactly("text", "template.parameters.1");
        assertThat(rows.get(0).problem().getMessage()).contains(reason);
    }

    @Test
    void refusesToFillInMoreThanATextMayHold() throws IOException {
        List<Row> rows = read("to,big,text\n1," + "x".repeat(60_000) + "," + "{{big}}".repeat(100_000));

        assertThat(rows.get(0).problem().code()).isEqualTo("text-too-long");
    }

    @ParameterizedTest
    @CsvSource({
        "latitude, north, location.latitude, invalid-location",
        "longitude, 1e5, location.longitude, invalid-location",
        "media_url, 'data:image/png;base64,AAAA', media.url, invalid-url"
    })
    void rejectsCellsThatCanNeverBeRight(String column, String cell, String field, String code) throws IOException {
        Row row = read("to," + column + "\n1,\"" + cell + "\"").get(0);

        assertThat(row.problem().field()).isEqualTo(field);
        assertThat(row.problem().code()).isEqualTo(code);
        assertThat(row.cells()).containsExactly("1", cell);
    }

    @Test
    void takesApostrophesAwayOnlyInFilesOfOurOwn() throws IOException {
        String cells = "'=1+1,''=1+1,'+905301234567,'quoted',=1";

        assertThat(read("to,text,a,b,c,line,reason\n" + cells + ",7,why").get(0).cells())
                .startsWith("=1+1", "'=1+1", "'+905301234567", "'quoted'", "=1");
        assertThat(read("to,text,a,b,c,line\n" + cells + ",7").get(0).cells())
                .startsWith("'=1+1", "''=1+1", "'+905301234567", "'quoted'", "=1");
    }

    @Test
    void keepsTheSendThatARowOfAReportTellsOf() throws IOException {
        List<Row> rows = read("to,text,line,send_id,status\n1,a,2, 01J ,sent\n1,'-a,3,,rejected\n1,\"a,4,02J,sent");

        assertThat(rows).extracting(Row::sendId).containsExactly("01J", null, null);
        assertThat(rows.get(1).send().path("text").textValue()).isEqualTo("-a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=1", "+x", "-x", "@x", "\t", "\rx", "'=1", "''=1", "'x", "x", "", "'", "+90530", "'+90530", "-1,5",
                "+90 530"
            })
    void restoresEveryCellItProtects(String cell) {
        assertThat(SpreadsheetCells.restore(SpreadsheetCells.protect(cell))).isEqualTo(cell);
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1", "+x", "-1+1", "@SUM(A1)", "\t=1", "'=1", "+90 530 123"})
    void protectsWhatASpreadsheetWouldRun(String cell) {
        assertThat(SpreadsheetCells.protect(cell)).isEqualTo("'" + cell);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+905301234567", "-1.5", "1+1", "it's", "'x", ""})
    void leavesOtherCellsAlone(String cell) {
        assertThat(SpreadsheetCells.protect(cell)).isEqualTo(cell);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "''~empty",
                "' \n\r\n'~empty",
                "'to,text'~no rows",
                "'to,text\n\n'~no rows",
                "'to,text\n,\n'~no rows",
                "'phone,text\n1,a'~no column 'to'",
                "'05301234567,hello\n0531,hi'~no header",
                "'to,text,Text\n1,a,b'~columns 2 and 3",
                "'\"to,text\n1,a'~header cannot be read",
            })
    void refusesFilesOfWhichNoRecordCanBeRead(String text, String reason) throws IOException {
        assertThat(refusal(write(text), PLAIN)).contains(reason);
    }

    @Test
    void refusesWhatIsNoText() throws IOException {
        assertThat(refusal(write("to,text\n1,a\0b"), PLAIN)).contains("line 2", "NUL", KEY);
    }

    @Test
    void refusesTheWholeFileForOneMalformedByte() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(("to,text\r\n" + "1,aşk\r\n".repeat(20_000)).getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes("1,a".getBytes(StandardCharsets.UTF_8));
        int offset = bytes.size();
        bytes.write(0xFE);
        bytes.writeBytes("k\r\n".getBytes(StandardCharsets.UTF_8));
        Path file = folder.resolve("malformed.csv");
        Files.write(file, bytes.toByteArray());

        assertThat(refusal(file, PLAIN)).contains("line 20002", "byte offset " + offset, "UTF-8", KEY);
    }

    @ParameterizedTest
    @CsvSource({"UTF-16LE, 1, UTF-16LE", "UTF-8, 1, UTF-8"})
    void refusesAFileThatEndsWithinACharacter(String charset, int cut, String named) throws IOException {
        byte[] whole = "\uFEFFto,text\n1,aş".getBytes(Charset.forName(charset));
        Path file = folder.resolve("cut.csv");
        Files.write(file, Arrays.copyOf(whole, whole.length - cut));

        assertThat(refusal(file, PLAIN)).contains("line 2", named, "byte order mark");
    }

    @Test
    void refusesAWorkbookByItsName() throws IOException {
        Path file = folder.resolve("book.csv");
        Files.write(file, new byte[] {'P', 'K', 3, 4, 0, 0});

        assertThat(refusal(file, PLAIN)).contains("workbook");
    }

    @Test
    void refusesAFormatWithUnknownColumns() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> format(StandardCharsets.UTF_8, null, Map.of("txt", "mesaj"), Map.of()))
                .withMessageContaining("'txt'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> format(StandardCharsets.UTF_8, null, Map.of(), Map.of("template_param.", "x")))
                .withMessageContaining("defaults");
    }

    @Test
    void losesNoGoodRowAfterABrokenOne() throws IOException {
        Random random = new Random(20_260_101);
        List<String> broken = List.of(
                "X,\"open",
                "X,\"open\" x",
                "X,a,b",
                "X,\"a\nX,b\",c",
                "X,\"a\"\"",
                "\"X",
                "X,\" a \"b\"",
                "\"\"X\",\"");
        for (int round = 0; round < 300; round++) {
            StringBuilder file = new StringBuilder("to,text\n");
            List<String> expected = new ArrayList<>();
            int size = 1 + random.nextInt(60);
            for (int line = 0; line < size; line++) {
                String end = List.of("\n", "\r\n", "\r").get(random.nextInt(3));
                if (random.nextInt(4) == 0) {
                    file.append(broken.get(random.nextInt(broken.size())));
                } else {
                    String text = List.of("ş " + line, "5\" pipe\" " + line, "a, " + line, "a\n" + line, "\"" + line)
                            .get(random.nextInt(5));
                    boolean quoted = text.startsWith("a") || text.startsWith("\"") || random.nextBoolean();
                    // A quoted cell that begins with a quote cannot be told from the end of a broken one before it.
                    if (quoted && (text.startsWith("\"") || text.startsWith("5"))) {
                        text = "q" + text;
                    }
                    expected.add("r" + line + "|" + text);
                    String cell = quoted ? "\"" + text.replace("\"", "\"\"") + "\"" : text;
                    file.append('r').append(line).append(',').append(cell);
                }
                file.append(end);
            }
            if (expected.isEmpty()) {
                continue;
            }
            List<String> found = new ArrayList<>();
            for (Row row : read(file.toString())) {
                if (row.send() != null && row.send().path("to").textValue().startsWith("r")) {
                    found.add(row.send().path("to").textValue() + "|"
                            + row.send().path("text").textValue());
                }
            }
            assertThat(found).as(file.toString()).containsAll(expected);
        }
    }

    @Test
    void garbageIsRefusedOrBecomesRows() throws IOException {
        Random random = new Random(20_260_102);
        String alphabet = "\"\",,;;\n\n\r\t|{{}}'=+-1aş\uD83D\uDE00 ";
        int readable = 0;
        for (int round = 0; round < 2_000; round++) {
            Path file = folder.resolve("garbage.csv");
            byte[] bytes = new byte[random.nextInt(400)];
            random.nextBytes(bytes);
            if (round % 10 > 0) {
                StringBuilder text = new StringBuilder(round % 2 == 0 ? "to,text,a\n" : "");
                for (int count = random.nextInt(300); count > 0; count--) {
                    text.appendCodePoint(alphabet.codePointAt(random.nextInt(alphabet.length() - 3)));
                }
                bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            }
            Files.write(file, bytes);
            try (Rows rows = CsvRows.open(file, PLAIN)) {
                readable++;
                long number = 0;
                long line = 0;
                while (rows.hasNext()) {
                    Row row = rows.next();
                    assertThat(row.number()).isEqualTo(++number);
                    assertThat(row.line()).isGreaterThan(line);
                    assertThat(row.cells()).hasSameSizeAs(rows.columns());
                    assertThat(row.send() == null).isEqualTo(row.problem() != null);
                    line = row.line();
                }
            } catch (UnreadableInputException refused) {
                assertThat(refused).hasMessageMatching("(?s)\\S.*");
            }
        }
        assertThat(readable).isGreaterThan(500);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "rows", ".csv"), text);
    }

    private Rows open(String text, FileFormat format) throws IOException {
        return CsvRows.open(write(text), format);
    }

    private List<Row> read(String text) throws IOException {
        return read(write(text), PLAIN);
    }

    private static List<Row> read(Path file, FileFormat format) throws IOException {
        List<Row> read = new ArrayList<>();
        try (Rows rows = CsvRows.open(file, format)) {
            rows.forEachRemaining(read::add);
        }
        return read;
    }

    private List<String> sends(String text) throws IOException {
        return sends(write(text), PLAIN);
    }

    /** Written with single quotes. */
    private static List<String> sends(Path file, FileFormat format) throws IOException {
        return sendsOf(read(file, format)).stream()
                .map(send -> send.replace('"', '\''))
                .toList();
    }

    private static List<String> sendsOf(List<Row> rows) {
        return rows.stream()
                .filter(row -> row.send() != null)
                .map(row -> row.send().toString())
                .toList();
    }

    private static String refusal(Path file, FileFormat format) {
        return catchThrowableOfType(UnreadableInputException.class, () -> CsvRows.open(file, format))
                .getMessage();
    }

    private static String json(String singleQuoted) {
        return singleQuoted.replace('\'', '"');
    }

    private static FileFormat format(
            Charset charset, Character delimiter, Map<String, String> columns, Map<String, String> defaults) {
        return new FileFormat(charset, delimiter, columns, defaults, KEY);
    }
}
