package dev.caravan.intake;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvReader.CsvReaderBuilder;
import de.siegmar.fastcsv.reader.StringArrayHandler;
import dev.caravan.intake.PhysicalLines.Line;
import dev.caravan.message.InvalidSendException;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The records of a CSV text. It decides where each ends, so that one with a broken quote takes no other with it: after
 * such a record reading goes on at the physical line after the one where it began. What a record's fields are is left to
 * the parser.
 */
final class CsvRecords implements Closeable {

    static final int LONGEST_LINE = 4 * 1024 * 1024;

    /** Of a broken record, as much is kept as a person needs to recognise and correct it. */
    private static final int BROKEN_CHARACTERS = 64 * 1024;

    private final PhysicalLines lines;
    private final char delimiter;
    private final CsvReaderBuilder strict;
    private final CsvReaderBuilder lenient;
    private final StringArrayHandler fields = StringArrayHandler.of();
    private int width;

    CsvRecords(PhysicalLines lines, char delimiter) {
        this.lines = lines;
        this.delimiter = delimiter;
        this.strict = parser(delimiter).allowExtraCharsAfterClosingQuote(false);
        this.lenient = parser(delimiter).allowExtraCharsAfterClosingQuote(true);
    }

    private static CsvReaderBuilder parser(char delimiter) {
        return CsvReader.builder()
                .fieldSeparator(delimiter)
                .quoteCharacter('"')
                .commentStrategy(CommentStrategy.NONE)
                .skipEmptyLines(false);
    }

    /**
     * A record.
     *
     * @param line where it begins
     * @param cells its fields; of a broken record those of its first line, as far as they can be told
     * @param problem why it is broken, or null
     */
    record CsvRecord(long line, List<String> cells, InvalidSendException problem) {}

    /** From now on a record has this many cells: missing ones are empty, and one with more is broken. */
    void expect(int cells) {
        width = cells;
    }

    /** The next record that is not a blank line, or null at the end. */
    CsvRecord next() throws IOException {
        Line first = lines.nextFilled();
        if (first == null) {
            return null;
        }
        if (first.isCut()) {
            return broken(
                    first, List.of(), new InvalidSendException("", "record-too-long", "the line is longer than 4 MiB"));
        }
        if (first.text().indexOf('"') < 0) {
            return parsed(first, List.of(), first.text());
        }
        return quoted(first);
    }

    private CsvRecord quoted(Line first) throws IOException {
        List<Line> more = new ArrayList<>();
        StringBuilder record = new StringBuilder(first.text());
        Quotes quotes = new Quotes(delimiter);
        InvalidSendException fault = quotes.follow(first.text());
        Line line = first;
        while (fault == null && quotes.isOpen()) {
            record.append(line.end());
            line = lines.next();
            if (line == null) {
                fault = quotes.unclosed("anywhere");
            } else {
                more.add(line);
                record.append(line.text());
                fault = line.isCut() || record.length() > LONGEST_LINE ? quotes.tooLong() : quotes.follow(line.text());
            }
        }
        return fault == null ? parsed(first, more, record.toString()) : broken(first, more, fault);
    }

    private CsvRecord parsed(Line first, List<Line> more, String text) {
        String[] cells;
        try {
            cells = strict.ofSingleCsvRecord(fields, text);
        } catch (CsvParseException tooManyForTheParser) {
            return tooManyFields(first, more, "more fields than any record may have");
        }
        if (width > 0 && cells.length > width) {
            return tooManyFields(first, more, cells.length + " fields, but the header has " + width);
        }
        return new CsvRecord(first.number(), fitted(cells), null);
    }

    private CsvRecord tooManyFields(Line first, List<Line> more, String what) {
        return broken(
                first,
                more,
                new InvalidSendException(
                        "",
                        "too-many-fields",
                        "there are " + what + "; put a field that holds the delimiter " + name(delimiter)
                                + " in quotes"));
    }

    private CsvRecord broken(Line first, List<Line> more, InvalidSendException problem) {
        lines.putBack(more);
        String text = first.text();
        String kept = text.length() <= BROKEN_CHARACTERS ? text : text.substring(0, BROKEN_CHARACTERS);
        String[] cells;
        try {
            cells = lenient.ofSingleCsvRecord(fields, kept);
        } catch (CsvParseException beyondTheParser) {
            cells = new String[] {kept};
        }
        return new CsvRecord(first.number(), fitted(cells), problem);
    }

    /** As wide as the header: what there is too much of goes into the last cell, delimited as it was. */
    private List<String> fitted(String[] cells) {
        if (width == 0 || cells.length == width) {
            return List.of(cells);
        }
        String[] fitted = Arrays.copyOf(cells, width);
        if (cells.length < width) {
            Arrays.fill(fitted, cells.length, width, "");
        } else {
            fitted[width - 1] =
                    String.join(String.valueOf(delimiter), Arrays.asList(cells).subList(width - 1, cells.length));
        }
        return List.of(fitted);
    }

    private static String name(char delimiter) {
        return delimiter == '\t' ? "tab" : "'" + delimiter + "'";
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
