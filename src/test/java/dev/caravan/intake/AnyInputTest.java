package dev.caravan.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.ledger.Batch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.springframework.util.FileSystemUtils;

/** Whatever is in a file or a body: it is refused or becomes rows, and no good row is lost to another's fault. */
class AnyInputTest {

    private static final String CSV = "reference,to,text,city\n"
            + ",+905301234567,\"Dear {{city|you}}, \"\"hi\"\"\",Şile\r\n"
            + "r-1,+905301234568,plain,\n,+905301234569,\"two\nlines\",x\n";
    private static final String LINES = "{\"to\":\"+905301234567\",\"text\":\"a\\u0131\"}\n"
            + "{\"to\":\"+905301234568\",\"type\":\"image\",\"media\":{\"url\":\"https://a.example/b\"}}\n";
    private static final String ARRAY = "[" + LINES.strip().replace("\n", ",\n") + "]";

    private Path home;
    private DropFolder inbox;
    private int files;

    @BeforeProperty
    void open() throws IOException {
        home = Files.createTempDirectory("caravan-");
        inbox = new DropFolder(home, 1_000_000);
    }

    @AfterProperty
    void close() throws IOException {
        inbox.close();
        FileSystemUtils.deleteRecursively(home);
    }

    @Property(tries = 80)
    void noGoodRowOfACsvFileIsLostToABrokenLine(
            @ForAll @Size(min = 1, max = 8) List<@From("texts") String> texts,
            @ForAll("lines") String broken,
            @ForAll @IntRange(max = 7) int place)
            throws IOException {
        List<String> good = numbered(texts);
        List<String> lines = new ArrayList<>();
        good.forEach(text -> lines.add("+905301234567," + (text.contains(",") ? '"' + text + '"' : text)));
        lines.add(Math.min(place, lines.size()), broken);

        Batch batch = drop(".csv", "to,text\n" + String.join("\n", lines));

        assertThat(texts(batch)).containsAll(good);
    }

    @Property(tries = 80)
    void noGoodRowOfAJsonFileIsLostToABrokenLine(
            @ForAll @Size(min = 1, max = 8) List<@From("texts") String> texts,
            @ForAll("lines") String broken,
            @ForAll @IntRange(max = 7) int place)
            throws IOException {
        List<String> good = numbered(texts);
        List<String> lines = good.stream().map(AnyInputTest::send).collect(Collectors.toList());
        // What the first line begins with says what the file is.
        lines.add(Math.min(1 + place, lines.size()), broken);

        Batch batch = drop(".jsonl", String.join("\n", lines));

        assertThat(texts(batch)).containsAll(good);
    }

    @Property(tries = 60)
    void noGoodElementOfAnArrayIsLostToAnother(
            @ForAll @Size(min = 1, max = 8) List<@From("texts") String> texts,
            @ForAll("values") String other,
            @ForAll @IntRange(max = 7) int place)
            throws IOException {
        List<String> good = numbered(texts);
        List<String> elements = good.stream().map(AnyInputTest::send).collect(Collectors.toList());
        elements.add(Math.min(place, elements.size()), other);

        Batch batch = drop(".json", '[' + String.join(",", elements) + ']');

        assertThat(texts(batch)).containsAll(good);
    }

    @Property(tries = 120)
    void aFileWithWrongBytesIsRefusedOrBecomesRows(
            @ForAll("kinds") MediaKind kind, @ForAll @Size(min = 1, max = 6) List<@From("edits") Edit> edits)
            throws IOException {
        byte[] bytes = original(kind).getBytes(UTF_8);
        for (Edit edit : edits) {
            bytes = edit.on(bytes);
        }

        assertThatItIsRead(kind, bytes);
    }

    @Property(tries = 80)
    void anyBytesAreRefusedOrBecomeRows(@ForAll("kinds") MediaKind kind, @ForAll @Size(max = 300) byte[] bytes)
            throws IOException {
        assertThatItIsRead(kind, bytes);
    }

    private void assertThatItIsRead(MediaKind kind, byte[] bytes) throws IOException {
        String extension =
                switch (kind) {
                    case CSV -> ".csv";
                    case LINES -> ".jsonl";
                    case JSON -> ".json";
                };
        Batch batch = inbox.drop(null, "any-" + ++files + extension, bytes);
        assertThat(batch.isReading()).isFalse();
        assertThat(batch.rowsRead()).isEqualTo(batch.accepted() + batch.duplicates() + batch.rejected());
        assertThat(batch.isRefused()).isEqualTo(batch.rowsRead() == 0);

        long ofBody = 0;
        try (Rows rows = BodyRows.open(new ByteArrayInputStream(bytes), kind, null)) {
            while (rows.hasNext()) {
                assertThat(rows.next().number()).isEqualTo(++ofBody);
            }
            assertThat(ofBody).isEqualTo(batch.rowsRead());
        } catch (UnreadableInputException refused) {
            assertThat(batch.isRefused()).isTrue();
        } catch (BrokenBodyException broken) {
            assertThat(broken.rows()).isEqualTo(ofBody);
            assertThat(batch.isRefused()).isTrue();
        }
    }

    /**
     * A change of some bytes.
     *
     * @param place modulo the length
     * @param removed how many there
     * @param inserted in their place
     */
    record Edit(int place, int removed, byte[] inserted) {
        byte[] on(byte[] bytes) {
            int start = bytes.length == 0 ? 0 : place % bytes.length;
            int end = Math.min(bytes.length, start + removed);
            ByteArrayOutputStream edited = new ByteArrayOutputStream();
            edited.write(bytes, 0, start);
            edited.writeBytes(inserted);
            edited.write(bytes, end, bytes.length - end);
            return edited.toByteArray();
        }
    }

    @Provide
    Arbitrary<MediaKind> kinds() {
        return Arbitraries.of(MediaKind.class);
    }

    @Provide
    Arbitrary<Edit> edits() {
        Arbitrary<byte[]> telling = Arbitraries.of("\"", ",", "\n", "\r", "{", "}", "[", "]", ":", "\\", "{{", ";")
                .map(text -> text.getBytes(UTF_8));
        Arbitrary<byte[]> any = Arbitraries.bytes().array(byte[].class).ofMaxSize(3);
        return Combinators.combine(
                        Arbitraries.integers().between(0, 1_000),
                        Arbitraries.integers().between(0, 12),
                        Arbitraries.oneOf(List.of(telling, any)))
                .as(Edit::new);
    }

    /** Begins with a letter: a quote before it is no quote that could close another one. */
    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings()
                .withChars("aZ09 ,;|'=+-şİı\u05D0\u202E")
                .ofMaxLength(12)
                .map(rest -> 'x' + rest);
    }

    @Provide
    Arbitrary<String> lines() {
        return Arbitraries.oneOf(List.of(
                Arbitraries.strings().withChars("\",;|x1 {}[]:'\\\t+=ş").ofMaxLength(24),
                Arbitraries.strings().excludeChars('\n', '\r', '\0').ofMaxLength(24)));
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.of(
                "null",
                "-0",
                "1e999",
                "1".repeat(900),
                "true",
                "\"\\ud800\"",
                "[]",
                "{}",
                "[".repeat(400) + "]".repeat(400),
                "{\"to\":{\"to\":[{}]}}",
                "{\"to\":\"1\",\"to\":\"2\"}",
                "{\"a\":{\"b\":1,\"b\":[{\"c\":{}}]},\"d\":[[]]}",
                "{\"to\":\"+905301234567\",\"text\":5}",
                "{\"to\":\"+905301234567\",\"text\":\"\\u0000\"}",
                "{\"to\":\"+905301234567\",\"text\":\"\\ud83d\"}",
                "{\"\":\"\",\"\\u0000\":1}");
    }

    private static String original(MediaKind kind) {
        return switch (kind) {
            case CSV -> CSV;
            case LINES -> LINES;
            case JSON -> ARRAY;
        };
    }

    /** None twice, else it would be a duplicate. */
    private List<String> numbered(List<String> texts) {
        List<String> numbered = new ArrayList<>();
        for (String text : texts) {
            numbered.add(String.format(Locale.ROOT, "%s %d.%d", text, files, numbered.size()));
        }
        return numbered;
    }

    private static String send(String text) {
        return "{\"to\":\"+905301234567\",\"text\":\"" + text + "\"}";
    }

    private Batch drop(String extension, String text) throws IOException {
        return inbox.drop("any-" + ++files + extension, text);
    }

    private List<String> texts(Batch batch) {
        return inbox.ledger().texts("SELECT json_extract(content, '$.text') FROM send WHERE batch = ?", batch.id());
    }
}
