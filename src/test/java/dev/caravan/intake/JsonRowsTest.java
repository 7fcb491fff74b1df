package dev.caravan.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonRowsTest {

    private static final FileFormat PLAIN = format(Map.of());

    @TempDir
    Path folder;

    @Test
    void readsOneObjectPerLine() throws IOException {
        List<Row> rows = read("a.JSONL", "\uFEFF{'to':'1','text':'Şıkır שלום 😀'}\r\n\r\n  {'to':'2'}\n");

        assertThat(rows).extracting(Row::line).containsExactly(1L, 3L);
        assertThat(rows).extracting(Row::number).containsExactly(1L, 2L);
        assertThat(rows).extracting(Row::cells).containsOnlyNulls();
        assertThat(sends(rows)).containsExactly("{'to':'1','text':'Şıkır שלום 😀'}", "{'to':'2'}");
    }

    @Test
    void readsAnArrayOrOneObject() throws IOException {
        List<Row> array = read("a.json", "[\n {'to':'1',\n  'text':'a'},\n\n {'to':'2'}\n]\n");
        List<Row> object = read("b.json", "\n{'to':'1','media':[{'url':'x'}]}\n");

        assertThat(sends(array)).containsExactly("{'to':'1','text':'a'}", "{'to':'2'}");
        assertThat(array).extracting(Row::line).containsExactly(2L, 5L);
        assertThat(sends(object)).containsExactly("{'to':'1','media':[{'url':'x'}]}");
        assertThat(object.get(0).line()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "{'to':~invalid-json",
                "hello~invalid-json",
                "{'to':'1'} {'to':'2'}~invalid-json",
                "{'to':'1','to':'2'}~invalid-json",
                "{'to':'1','media':{'url':'a','url':{'x':[1]}},'b':2}~invalid-json",
                "['to']~invalid-type",
                "5~invalid-type",
                "null~invalid-type",
            })
    void rejectsALineThatIsNoObjectAndReadsOn(String line, String code) throws IOException {
        List<Row> rows = read("a.jsonl", "{'to':'0'}\n" + line + "\n{'to':'9'}");

        assertThat(rows).extracting(Row::line).containsExactly(1L, 2L, 3L);
        assertThat(rows.get(1).problem().code()).isEqualTo(code);
        assertThat(sends(rows)).containsExactly("{'to':'0'}", "{'to':'9'}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5",
                "'x'",
                "null",
                "[1,[2]]",
                "{'to':'1','to':'2'}",
                "{'a':{'x':1,'x':{'y':[1,{'z':2}]}},'b':[{}]}",
                "{'a':[{'x':[1],'x':2}],'b':2}"
            })
    void rejectsAnElementThatIsNoSendAndReadsOn(String element) throws IOException {
        List<Row> rows = read("a.json", "[{'to':'0'},\n" + element + ",\n{'to':'9'}]");

        assertThat(rows).extracting(Row::line).containsExactly(1L, 2L, 3L);
        assertThat(rows.get(1).problem()).isNotNull();
        assertThat(sends(rows)).containsExactly("{'to':'0'}", "{'to':'9'}");
    }

    @Test
    void neverQuotesTheFileInAReason() throws IOException {
        List<Row> rows = read("a.jsonl", "{'to':'1','text':'s3cret' s3cret}\n{'s3cret':1,'s3cret':1}\ns3cret");

        assertThat(rows).hasSize(3).allSatisfy(row -> assertThat(row.problem().getMessage())
                .contains("column")
                .doesNotContain("s3cret"));
        assertThat(refusal("a.json", "[{'to':'1'}, s3cret]")).contains("line 1").doesNotContain("s3cret");
    }

    @Test
    void addsTheFoldersDefaultsWhereTheyHaveAPlace() throws IOException {
        FileFormat format = format(Map.of(
                "name",
                "Ali",
                "account",
                "main",
                "template_language",
                "tr",
                "template_param.1",
                "x",
                "media_filename",
                "a.pdf"));
        Path file = write(
                "a.jsonl",
                "{'to':'1','name':' ','text':'a'}\n{'to':'2','account':'b','name':'C','template':{'name':'t',"
                        + "'parameters':{'1':'y'}}}\n{'to':'3','template':{'name':'t'},'media':[]}");

        assertThat(sends(read(file, format)))
                .containsExactly(
                        "{'to':'1','name':'Ali','text':'a','account':'main'}",
                        "{'to':'2','account':'b','name':'C','template':{'name':'t','parameters':{'1':'y'},"
                                + "'language':'tr'}}",
                        "{'to':'3','template':{'name':'t','language':'tr','parameters':{'1':'x'}},'media':[],"
                                + "'account':'main','name':'Ali'}");
    }

    @Test
    void rejectsADefaultThatNamesAColumn() throws IOException {
        List<Row> rows =
                read(write("a.jsonl", "{'to':'1'}\n{'to':'2','text':'{{x}}'}"), format(Map.of("text", "{{x}}")));

        assertThat(rows.get(0).problem().code()).isEqualTo("unknown-column");
        assertThat(rows.get(1).send().path("text").textValue()).isEqualTo("{{x}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "a.json~` \n`~empty",
                "a.jsonl~``~empty",
                "a.json~[]~array is empty",
                "a.json~'text'~neither an array",
                "a.json~[{'to':'1'},{'to':]~line 1, column",
                "a.json~[{'to':'1'}~no valid JSON",
                "a.json~`{'to':'1'}\n{'to':'2'}`~.jsonl",
                "a.json~[{'to':'1'}] x~no valid JSON",
                "a.jsonl~` [{'to':'1'}]`~rename it to .json",
                "a.jsonl~`{'to':'1\0'}`~NUL",
            })
    void refusesFilesOfWhichNoRecordCanBeRead(String name, String text, String reason) throws IOException {
        assertThat(refusal(name, text)).contains(reason);
    }

    @Test
    void refusesWhatTheParserCannotHold() throws IOException {
        assertThat(refusal("a.json", "[".repeat(2_000) + "]".repeat(2_000))).contains("nested");
        assertThat(refusal("a.json", "[{'text':'" + "x".repeat(21_000_000) + "'}]"))
                .contains("too long");
    }

    @Test
    void rejectsAnEndlessLine() throws IOException {
        List<Row> rows = read("a.jsonl", "{'text':'" + "x".repeat(30_000_000) + "'}\n{'to':'1'}");

        assertThat(rows.get(0).problem().code()).isEqualTo("record-too-long");
        assertThat(sends(rows)).containsExactly("{'to':'1'}");
    }

    @Test
    void refusesMalformedBytes() throws IOException {
        Path file = folder.resolve("a.jsonl");
        Files.write(file, "{\"to\":\"1\",\"text\":\"ş\"}".getBytes(Charset.forName("windows-1254")));

        assertThat(catchThrowableOfType(UnreadableInputException.class, () -> JsonRows.open(file, PLAIN)))
                .hasMessageContaining("line 1, at byte offset 18, is not UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage.json", "garbage.jsonl"})
    void garbageIsRefusedOrBecomesRows(String name) throws IOException {
        Random random = new Random(20_260_103);
        String alphabet = "[[]]{{}}::,,''''\\u1aş \n\r";
        for (int round = 0; round < 3_000; round++) {
            StringBuilder text = new StringBuilder(
                    List.of("", "[", "{'to':'1'}\n", "[{'a':1},").get(round % 4));
            for (int count = random.nextInt(30); count > 0; count--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            text.append(List.of("", "]", "\n{'to':'1'}", ",{'a':1}]").get(round % 4));
            try (Rows rows = JsonRows.open(write(name, text.toString()), PLAIN)) {
                long number = 0;
                while (rows.hasNext()) {
                    Row row = rows.next();
                    assertThat(row.number()).isEqualTo(++number);
                    assertThat(row.send() == null).isEqualTo(row.problem() != null);
                }
            } catch (UnreadableInputException refused) {
                assertThat(refused).hasMessageMatching("(?s)\\S.*");
            }
        }
    }

    private static FileFormat format(Map<String, String> defaults) {
        return new FileFormat(StandardCharsets.UTF_8, null, Map.of(), defaults, "caravan.inbox.charset");
    }

    private Path write(String name, String singleQuoted) throws IOException {
        return Files.writeString(folder.resolve(name), singleQuoted.replace('\'', '"'));
    }

    private List<Row> read(String name, String singleQuoted) throws IOException {
        return read(write(name, singleQuoted), PLAIN);
    }

    private static List<Row> read(Path file, FileFormat format) throws IOException {
        List<Row> read = new ArrayList<>();
        try (Rows rows = JsonRows.open(file, format)) {
            rows.forEachRemaining(read::add);
        }
        return read;
    }

    private static List<String> sends(List<Row> rows) {
        return rows.stream()
                .filter(row -> row.send() != null)
                .map(row -> row.send().toString().replace('"', '\''))
                .toList();
    }

    private String refusal(String name, String singleQuoted) throws IOException {
        Path file = write(name, singleQuoted);
        return catchThrowableOfType(UnreadableInputException.class, () -> JsonRows.open(file, PLAIN))
                .getMessage();
    }
}
