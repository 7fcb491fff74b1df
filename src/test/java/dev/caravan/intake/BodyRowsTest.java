package dev.caravan.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodyRowsTest {

    private static final String LINE = "{'to':'1','text':'Şıkır שלום 😀'}";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "CSV~`\uFEFFto;text;n\r\n1;Şıkır שלום 😀, {{n}};Ali\r\n\r\n2;\"a\r\nb\";\r\n;;\r\n3;\"open\r\n4;x;y;z\r5;e;`",
                "CSV~`to,text,line,send_id\n1,'=a,2,01J\n1,'-b,3,`",
                "CSV~`\n \nto\n1`",
                "LINES~`\uFEFF{'to':'1'}\r\n\r\n[5]\n {'to':'2','text':'Şıkır שלום 😀'}\r{'to':`",
                "JSON~`[{'to':'1'},\n5,{'to':'2','to':'3'},\r\n{'to':'4','media':[{'url':'x'}]}] \n`",
                "JSON~`\n{'to':'1'}`",
            })
    void aBodyHasTheRowsOfAFile(MediaKind kind, String text) throws IOException {
        byte[] bytes = bytes(kind, text);

        for (int atOnce : new int[] {1, 2, 3, 7, 100_000}) {
            try (Rows rows = BodyRows.open(new Network(bytes, bytes.length, atOnce, false), kind, null)) {
                assertThat(described(rows)).isEqualTo(rowsOfFile(kind, bytes)).isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anyTextThatAFileMayHoldIsReadAlike(MediaKind kind) throws IOException {
        Random random = new Random(20_261_203);
        String alphabet = kind == MediaKind.CSV ? "\"\",,;;\n\n\r\t|{{}}'=1aş " : "[[]]{{}}::,,''''\\u1aş \n\r";
        for (int round = 0; round < 1_500; round++) {
            StringBuilder text = new StringBuilder(
                    kind == MediaKind.CSV
                            ? List.of("", "to,text\n").get(round % 2)
                            : List.of("", "[", "{'to':'1'}\n", "[{'a':1},").get(round % 4));
            for (int count = random.nextInt(60); count > 0; count--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            byte[] bytes = bytes(kind, text.toString());
            List<String> ofFile = rowsOfFile(kind, bytes);
            List<String> ofBody = List.of("refused");
            try (Rows rows = BodyRows.open(new ByteArrayInputStream(bytes), kind, null)) {
                ofBody = described(rows);
            } catch (UnreadableInputException | BrokenBodyException broken) {
                assertThat(broken).hasMessageMatching("(?s)\\S.*");
            }
            assertThat(ofBody).as(text.toString()).isEqualTo(ofFile);
        }
    }

    static Stream<Arguments> wholeBodies() {
        return Stream.of(
                Arguments.of(
                        MediaKind.CSV,
                        "\uFEFFto;text\r\n",
                        List.of("1;Şıkır שלום 😀\r\n", "2;\"a;\r\nb\"\"\"\r\n", "3;\r\n", "4;\"x\"\r", "5;\n")),
                Arguments.of(
                        MediaKind.LINES,
                        "",
                        List.of(LINE + "\n", "{'to':'2'} \r\n", "  {'to':'3','media':{'url':'x'}}\r", "{'to':'4'}\n")),
                Arguments.of(
                        MediaKind.JSON,
                        " [\n",
                        List.of(LINE, " , {'to':'2'\n}", ",{'to':'3','media':[{'url':'x'}]}", ",{'to':'4'}")));
    }

    @ParameterizedTest
    @MethodSource("wholeBodies")
    void whereverTheConnectionBreaksOffTheRowsBeforeComeOut(MediaKind kind, String start, List<String> records)
            throws IOException {
        byte[] whole = bytes(kind, start + String.join("", records) + (kind == MediaKind.JSON ? "]" : ""));
        List<Integer> ends = ends(kind, start, records);
        List<String> all = rowsOfFile(kind, whole);
        for (int length = 0; length < whole.length; length++) {
            int complete = complete(ends, length);
            List<String> found = new ArrayList<>();

            BrokenBodyException broken = readUntilBroken(new Network(whole, length, 5, true), kind, found);

            assertThat(found).as("of %d bytes", length).isEqualTo(all.subList(0, complete));
            assertThat(broken.rows()).isEqualTo(complete);
            assertThat(broken).hasMessageContaining("the connection broke off").hasMessageContaining("again");
        }
    }

    @ParameterizedTest
    @MethodSource("wholeBodies")
    void whereverABodyEndsTheRowsBeforeComeOut(MediaKind kind, String start, List<String> records) throws IOException {
        byte[] whole = bytes(kind, start + String.join("", records) + (kind == MediaKind.JSON ? "]" : ""));
        List<Integer> ends = ends(kind, start, records);
        List<String> all = rowsOfFile(kind, whole);
        for (int length = 0; length < whole.length; length++) {
            int complete = complete(ends, length);
            List<String> found = new ArrayList<>();
            try (Rows rows = BodyRows.open(new Network(whole, length, 5, false), kind, null)) {
                rows.forEachRemaining(row -> found.add(described(rows, row)));
                assertThat(kind).as("a cut array is no array").isNotEqualTo(MediaKind.JSON);
            } catch (UnreadableInputException refused) {
                assertThat(complete).isZero();
            } catch (BrokenBodyException broken) {
                assertThat(broken.rows()).isEqualTo(complete);
            }
            assertThat(found).as("of %d bytes", length).hasSizeGreaterThanOrEqualTo(complete);
            assertThat(found.subList(0, complete)).isEqualTo(all.subList(0, complete));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "CSV~`to,text\n1,a\n2,s3cret`~`\n3,b\n`~2",
                "LINES~`{'to':'1'}\n{'to':'2','text':'s3cret'`~`}\n{'to':'3'}\n`~1",
                "JSON~`[{'to':'1'},\n{'to':'2','text':'s3cret`~`'},{'to':'3'}]`~1",
            })
    void aMalformedByteEndsTheRowsAfterThoseBefore(MediaKind kind, String before, String after, long line)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(bytes(kind, before));
        bytes.write(0xFE);
        bytes.writeBytes(bytes(kind, after));
        List<String> found = new ArrayList<>();

        BrokenBodyException broken = readUntilBroken(new ByteArrayInputStream(bytes.toByteArray()), kind, found);

        assertThat(found).hasSize(1);
        assertThat(broken.rows()).isEqualTo(1);
        assertThat(broken.line()).isEqualTo(line);
        assertThat(broken)
                .hasMessageStartingWith("the body could be read up to row 1, in line " + line + ": line "
                        + (kind == MediaKind.CSV ? 3 : 2) + ", at byte offset " + bytes(kind, before).length
                        + ", is not UTF-8; send it as UTF-8")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void aNulEndsTheRowsToo() {
        List<String> found = new ArrayList<>();

        BrokenBodyException broken = readUntilBroken(
                new ByteArrayInputStream(bytes(MediaKind.CSV, "to\n1\n2\n3\0\n4")), MediaKind.CSV, found);

        assertThat(found).hasSize(2);
        assertThat(broken).hasMessageContaining("line 4 holds a NUL byte");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "`[{'to':'1'},\n{'to':'2' s3cret},{'to':'3'}]`~line 2, column",
                "[{'to':'1'} {'to':'3'}]~no valid JSON, in line 1",
                "[{'to':'1'},{'to'~but the beginning of some",
                "[{'to':'1'}] [~something follows",
                "`{'to':'1'}\n{'to':'2'}`~application/x-ndjson",
            })
    void aFaultInAnArrayEndsTheRowsAfterThoseBefore(String text, String reason) {
        List<String> found = new ArrayList<>();

        BrokenBodyException broken =
                readUntilBroken(new ByteArrayInputStream(bytes(MediaKind.JSON, text)), MediaKind.JSON, found);

        assertThat(found).hasSize(1);
        assertThat(broken.rows()).isEqualTo(1);
        assertThat(broken).hasMessageContaining(reason).hasMessageNotContaining("s3cret");
    }

    @Test
    void aBodyThatBrokeStaysBroken() throws IOException {
        byte[] bytes = bytes(MediaKind.JSON, "[{'to':'1'},{'to':'2'},x,{'to':'3'}]");
        try (Rows rows = BodyRows.open(new ByteArrayInputStream(bytes), MediaKind.JSON, null)) {
            assertThat(rows.next(500)).as("what can be admitted").hasSize(2);
            assertThatThrownBy(() -> rows.next(500)).isInstanceOf(BrokenBodyException.class);
            assertThatThrownBy(rows::hasNext).isInstanceOf(BrokenBodyException.class);
            assertThatThrownBy(rows::next).isInstanceOf(BrokenBodyException.class);
        }
    }

    @Test
    void rowsComeInChunks() throws IOException {
        byte[] bytes = bytes(MediaKind.CSV, "to\n1\n2\n3\n4\n5\n");
        try (Rows rows = BodyRows.open(new ByteArrayInputStream(bytes), MediaKind.CSV, null)) {
            assertThat(rows.next(2)).extracting(Row::number).containsExactly(1L, 2L);
            assertThat(rows.next(2)).extracting(Row::number).containsExactly(3L, 4L);
            assertThat(rows.next(2)).extracting(Row::number).containsExactly(5L);
            assertThat(rows.next(2)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "CSV~``~empty",
                "CSV~` \n\r\n`~empty",
                "CSV~to,text~no rows",
                "CSV~`to,text\n,\n`~no rows",
                "CSV~`phone,text\n1,a`~no column 'to'; add it",
                "CSV~`05301234567,hello\n0531,hi`~no header",
                "CSV~`to,text,Text\n1,a,b`~columns 2 and 3",
                "CSV~`\"to,text\n1,a`~header cannot be read",
                "CSV~`PK\u0003\u0004`~workbook",
                "LINES~` \n`~empty",
                "LINES~` [{'to':'1'}]`~application/json",
                "JSON~``~empty",
                "JSON~[]~array is empty",
                "JSON~5~neither an array",
                "JSON~hello~no valid JSON",
                "JSON~[{'to':~but the beginning of some",
            })
    void refusesABodyOfWhichNoRowCanBeRead(MediaKind kind, String text, String reason) {
        Network body = new Network(bytes(kind, text), bytes(kind, text).length, 3, false);

        assertThat(catchThrowableOfType(UnreadableInputException.class, () -> BodyRows.open(body, kind, null)))
                .hasMessageContaining(reason)
                .hasMessageNotContaining("caravan.");
        assertThat(body.closed).isTrue();
    }

    @Test
    void refusesAHeaderThatIsNoText() {
        byte[] bytes = "to,isim,şehir\n1,a,b\n".getBytes(Charset.forName("windows-1254"));

        assertThatThrownBy(() -> BodyRows.open(new ByteArrayInputStream(bytes), MediaKind.CSV, null))
                .isInstanceOf(UnreadableInputException.class)
                .hasMessageContaining("line 1, at byte offset 8, is not UTF-8")
                .hasMessageContaining("Content-Type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"windows-1254", "windows-1255", "UTF-16LE"})
    void takesTheGivenEncoding(String charset) throws IOException {
        String text = charset.equals("windows-1255") ? "שלום" : "Şıkır";
        byte[] bytes = ("to,text\n1," + text + "\n").getBytes(Charset.forName(charset));

        assertThat(texts(bytes, Charset.forName(charset))).containsExactly(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE"})
    void believesTheByteOrderMarkFirst(String charset) throws IOException {
        byte[] bytes = "\uFEFFto,text\n1,Şıkır 😀\n".getBytes(Charset.forName(charset));

        assertThat(texts(bytes, Charset.forName("windows-1254"))).containsExactly("Şıkır 😀");
    }

    private static List<String> texts(byte[] bytes, Charset charset) throws IOException {
        try (Rows rows = BodyRows.open(new ByteArrayInputStream(bytes), MediaKind.CSV, charset)) {
            return rows.next(10).stream()
                    .map(row -> row.send().path("text").textValue())
                    .toList();
        }
    }

    /** JSON written with single quotes. */
    private static byte[] bytes(MediaKind kind, String text) {
        return (kind == MediaKind.CSV ? text : text.replace('\'', '"')).getBytes(UTF_8);
    }

    /** How many bytes it takes for each record to be whole. */
    private static List<Integer> ends(MediaKind kind, String start, List<String> records) {
        List<Integer> ends = new ArrayList<>();
        int end = bytes(kind, start).length;
        for (String record : records) {
            end += bytes(kind, record).length;
            // A line is whole with the first character of its end.
            ends.add(record.endsWith("\r\n") ? end - 1 : end);
        }
        return ends;
    }

    private static int complete(List<Integer> ends, int length) {
        return (int) ends.stream().filter(end -> end <= length).count();
    }

    private static BrokenBodyException readUntilBroken(InputStream body, MediaKind kind, List<String> found) {
        return catchThrowableOfType(BrokenBodyException.class, () -> {
            try (Rows rows = BodyRows.open(body, kind, null)) {
                rows.forEachRemaining(row -> found.add(described(rows, row)));
            }
        });
    }

    /** What a file of that content has; {@code refused} and the rows before, had it been read as it came. */
    private List<String> rowsOfFile(MediaKind kind, byte[] bytes) throws IOException {
        String extension = Map.of(MediaKind.CSV, ".csv", MediaKind.LINES, ".jsonl", MediaKind.JSON, ".json")
                .get(kind);
        Path file = Files.write(folder.resolve("file" + extension), bytes);
        FileFormat format = new FileFormat(UTF_8, null, Map.of(), Map.of(), "charset");
        try (Rows rows = kind == MediaKind.CSV ? CsvRows.open(file, format) : JsonRows.open(file, format)) {
            return described(rows);
        } catch (UnreadableInputException refused) {
            return List.of("refused");
        }
    }

    private static List<String> described(Rows rows) {
        List<String> described = new ArrayList<>(List.of(rows.columns().toString()));
        rows.forEachRemaining(row -> described.add(described(rows, row)));
        return described.subList(1, described.size());
    }

    private static String described(Rows rows, Row row) {
        return row.number() + " " + row.line() + " " + rows.columns() + " " + row.cells() + " " + row.send() + " "
                + row.sendId() + " "
                + (row.problem() == null
                        ? rows.own(row) + " " + rows.cells(row)
                        : row.problem().code() + " " + row.problem().getMessage());
    }

    /** Gives a few bytes at once, and then ends or breaks off. */
    private static final class Network extends InputStream {

        private final ByteArrayInputStream bytes;
        private final int atOnce;
        private final boolean breaksOff;
        private boolean closed;

        Network(byte[] bytes, int length, int atOnce, boolean breaksOff) {
            this.bytes = new ByteArrayInputStream(Arrays.copyOf(bytes, length));
            this.atOnce = atOnce;
            this.breaksOff = breaksOff;
        }

        @Override
        public int read() throws IOException {
            int next = bytes.read();
            if (next < 0 && breaksOff) {
                throw new IOException("reset");
            }
            return next;
        }

        @Override
        public int read(byte[] target, int start, int length) throws IOException {
            int count = bytes.read(target, start, Math.min(length, atOnce));
            if (count < 0 && breaksOff) {
                throw new IOException("reset");
            }
            return count;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
