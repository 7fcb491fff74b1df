package dev.caravan.intake;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.caravan.intake.PhysicalLines.Line;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Takes records out of the file of a batch: a mark stands in the place of each, on the lines where it stood, so that all
 * others keep their numbers and their lines. Everything else stays as it is, character by character, in its encoding.
 */
final class Blanking {

    /**
     * What stands in the place of a record in CSV; the rest of its cells are missing, and so empty. In quotes, so that a
     * record further up whose quote is not closed stays broken, as the record itself may have made it: without any quote
     * here it could go on to another one, and take whole records with it.
     */
    static final String MARK = "\"erased\"";

    /** The same in JSON. */
    static final String JSON_MARK = "{\"to\":\"erased\"}";

    /** As long as any line that can be a record. */
    private static final int LONGEST_LINE = 32 * 1024 * 1024;

    private final Path file;
    private final Encoding encoding;
    private final boolean isCsv;
    private final boolean isLines;

    /** @param format of its folder */
    Blanking(Path file, FileFormat format) throws IOException {
        this.file = file;
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        this.isCsv = name.endsWith(".csv");
        this.isLines = isCsv || name.endsWith(".jsonl");
        this.encoding = isCsv
                ? CsvRows.encoding(file, format)
                : Encoding.prove(file, StandardCharsets.UTF_8, format.advice().onJsonEncoding());
    }

    /**
     * Writes the file anew without some of its records, in one step; without any such record it stays as it is.
     *
     * @param rows of the file from its first; read to their end
     * @return how many records were taken out
     * @throws IOException when it cannot be written anew, and is as it was
     */
    int blank(Rows rows, Predicate<Row> theirs) throws IOException {
        NavigableMap<Long, Long> ends = new TreeMap<>();
        Set<Long> numbers = new HashSet<>();
        try {
            Long open = null;
            while (rows.hasNext()) {
                Row row = rows.next();
                if (open != null) {
                    ends.put(open, row.line());
                    open = null;
                }
                if (theirs.test(row)) {
                    open = row.line();
                    numbers.add(row.number());
                }
            }
            if (open != null) {
                ends.put(open, Long.MAX_VALUE);
            }
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
        if (!numbers.isEmpty()) {
            Path written = unfinished(file);
            try (OutputStream bytes = Files.newOutputStream(written);
                    Reader text = encoding.open(file)) {
                bytes.write(mark());
                Writer target = new BufferedWriter(new OutputStreamWriter(bytes, encoding.charset()));
                if (isLines) {
                    copyLines(text, target, ends);
                } else {
                    copyElements(text, target, numbers);
                }
                target.flush();
            } catch (IOException failed) {
                Files.deleteIfExists(written);
                throw failed;
            }
            BatchFiles.publish(written, file);
        }
        return numbers.size();
    }

    /** What a file is called while it is written anew. */
    static Path unfinished(Path file) {
        return file.resolveSibling('.' + file.getFileName().toString() + ".part");
    }

    /** The byte order mark, as it was. */
    private byte[] mark() throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            return bytes.readNBytes(encoding.markLength());
        }
    }

    /** @param ends of each record to take out: the line where it begins, and the one where the next begins */
    private void copyLines(Reader text, Writer target, NavigableMap<Long, Long> ends) throws IOException {
        PhysicalLines lines = new PhysicalLines(text, LONGEST_LINE);
        for (Line line = lines.next(); line != null; line = lines.next()) {
            if (line.isCut()) {
                throw new IOException("line " + line.number() + " is too long to be copied");
            }
            Map.Entry<Long, Long> record = ends.floorEntry(line.number());
            if (record == null || line.number() >= record.getValue()) {
                target.write(line.text());
            } else if (line.number() == record.getKey()) {
                target.write(isCsv ? MARK : JSON_MARK);
            }
            target.write(line.end());
        }
    }

    private void copyElements(Reader text, Writer target, Set<Long> numbers) throws IOException {
        NavigableMap<Long, Long> ranges = ranges(numbers);
        long position = 0;
        for (int character = text.read(); character >= 0; character = text.read()) {
            Map.Entry<Long, Long> range = ranges.floorEntry(position);
            if (range == null || position >= range.getValue()) {
                target.write(character);
            } else {
                if (position == range.getKey()) {
                    target.write(JSON_MARK);
                }
                if (character == '\n' || character == '\r') {
                    target.write(character);
                }
            }
            position++;
        }
    }

    /** Where the elements of these numbers begin and end, in characters. */
    private NavigableMap<Long, Long> ranges(Set<Long> numbers) throws IOException {
        NavigableMap<Long, Long> ranges = new TreeMap<>();
        try (JsonParser parser = new JsonFactory().createParser(encoding.open(file))) {
            long number = 0;
            JsonToken token = parser.nextToken();
            if (token == JsonToken.START_ARRAY) {
                token = parser.nextToken();
            }
            while (token != null && token != JsonToken.END_ARRAY) {
                long start = parser.currentTokenLocation().getCharOffset();
                parser.skipChildren();
                // Makes the parser read a text to its end.
                parser.finishToken();
                number++;
                if (numbers.contains(number)) {
                    ranges.put(start, parser.currentLocation().getCharOffset());
                }
                token = parser.nextToken();
            }
        }
        return ranges;
    }
}
