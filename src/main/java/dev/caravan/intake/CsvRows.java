package dev.caravan.intake;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.intake.CsvRecords.CsvRecord;
import dev.caravan.message.InvalidSendException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The rows of a CSV text. */
final class CsvRows extends RecordRows<CsvRecord> {

    private static final List<Character> DELIMITERS = List.of(',', ';', '\t', '|');

    private final CsvRecords records;
    private final Header header;

    private CsvRows(CsvRecords records, Header header) {
        this.records = records;
        this.header = header;
    }

    /**
     * Opens a file after reading through all of it once, to know that every byte of it can be decoded.
     *
     * @throws UnreadableInputException when no record of it can be read
     */
    static CsvRows open(Path file, FileFormat folder) throws IOException {
        return read(encoding(file, folder).open(file), format(file, folder));
    }

    /** How a file is encoded, after reading through all of it once. */
    static Encoding encoding(Path file, FileFormat folder) throws IOException {
        FileFormat format = format(file, folder);
        return Encoding.prove(file, format.charset(), format.advice().onEncoding());
    }

    /**
     * The rows of a text that may fail on the way.
     *
     * @param text is closed when no record of it can be read
     * @throws UnreadableInputException when no record of it can be read
     */
    static CsvRows read(Reader text, FileFormat format) throws IOException {
        PhysicalLines lines = new PhysicalLines(text, CsvRecords.LONGEST_LINE);
        try {
            if (!lines.skipBlank()) {
                throw new UnreadableInputException("it is empty");
            }
            char delimiter = format.delimiter() != null ? format.delimiter() : delimiter(lines, format);
            CsvRecords records = new CsvRecords(lines, delimiter);
            CsvRows rows = new CsvRows(records, header(records.next(), format));
            records.expect(rows.columns().size());
            if (!rows.advance()) {
                throw new UnreadableInputException("it has a header, but no rows");
            }
            return rows;
        } catch (IOException | RuntimeException unreadable) {
            lines.close();
            throw unreadable;
        }
    }

    /**
     * How a file is read: as its folder says, but one that we wrote is UTF-8 with commas wherever it is dropped again,
     * unless a spreadsheet has saved it since.
     */
    private static FileFormat format(Path file, FileFormat folder) throws IOException {
        boolean isPlain = folder.charset().equals(StandardCharsets.UTF_8) && folder.delimiter() == null;
        if (isPlain || !isOurs(file)) {
            return folder;
        }
        try {
            Encoding.prove(file, StandardCharsets.UTF_8, "");
            return folder.readAs(StandardCharsets.UTF_8);
        } catch (UnreadableInputException saved) {
            return folder.readAs(folder.charset());
        }
    }

    /** By its header, whose columns are ASCII where they are ours. */
    private static boolean isOurs(Path file) throws IOException {
        Encoding bytes = new Encoding(StandardCharsets.ISO_8859_1, 0);
        try (PhysicalLines lines = new PhysicalLines(bytes.open(file), CsvRecords.LONGEST_LINE)) {
            boolean isOurs = false;
            if (lines.skipBlank()) {
                for (char delimiter : DELIMITERS) {
                    CsvRecord header = glance(lines, delimiter);
                    isOurs |= header.problem() == null && Header.isOurs(header.cells());
                }
            }
            return isOurs;
        }
    }

    /** The delimiter that makes the most known columns of the header, of those the one that makes the most columns. */
    private static char delimiter(PhysicalLines lines, FileFormat format) throws IOException {
        char best = DELIMITERS.get(0);
        int bestRecognised = -1;
        int bestCount = -1;
        for (char candidate : DELIMITERS) {
            CsvRecord header = glance(lines, candidate);
            int recognised = header.problem() != null ? -1 : Header.recognised(header.cells(), format);
            int count = header.cells().size();
            if (recognised > bestRecognised || recognised == bestRecognised && count > bestCount) {
                best = candidate;
                bestRecognised = recognised;
                bestCount = count;
            }
        }
        return best;
    }

    /** The next record as it would be with that delimiter. */
    private static CsvRecord glance(PhysicalLines lines, char delimiter) throws IOException {
        lines.mark();
        try {
            return new CsvRecords(lines, delimiter).next();
        } finally {
            lines.reset();
        }
    }

    private static Header header(CsvRecord record, FileFormat format) throws UnreadableInputException {
        if (record.problem() != null) {
            throw new UnreadableInputException(
                    "its header cannot be read: " + record.problem().getMessage());
        }
        Header header = new Header(record.cells(), format);
        return header.isOurs() ? new Header(restored(record.cells()), format) : header;
    }

    @Override
    public List<String> columns() {
        return header.names();
    }

    @Override
    public List<String> cells(Row row) {
        return row.cells();
    }

    @Override
    public List<String> own(Row row) {
        return header.own().stream().map(row.cells()::get).toList();
    }

    /** The next record that has anything in it: spreadsheets write rows of bare delimiters below the last one. */
    @Override
    CsvRecord read() throws IOException {
        CsvRecord record = records.next();
        while (record != null
                && record.problem() == null
                && record.cells().stream().allMatch(String::isBlank)) {
            record = records.next();
        }
        return record;
    }

    @Override
    Row row(long number, CsvRecord record) {
        List<String> cells = header.isOurs() ? restored(record.cells()) : record.cells();
        String sendId = header.sendId(cells);
        if (record.problem() != null) {
            return new Row(number, record.line(), cells, null, sendId, record.problem());
        }
        try {
            return new Row(number, record.line(), cells, send(cells), sendId, null);
        } catch (InvalidSendException problem) {
            return new Row(number, record.line(), cells, null, sendId, problem);
        }
    }

    private ObjectNode send(List<String> cells) {
        ObjectNode send = JsonNodeFactory.instance.objectNode();
        for (Header.Source source : header.sources()) {
            String column = source.column();
            String value = source.cell() < 0 ? "" : cells.get(source.cell());
            if (value.isBlank()) {
                if (source.otherwise() == null || !Columns.takesDefault(send, column)) {
                    continue;
                }
                value = source.otherwise();
            }
            if (Columns.isTemplated(column)) {
                value = Placeholders.fill(Columns.path(column), value, name -> header.cell(name, cells));
            }
            if (column.equals("media_url") && value.strip().regionMatches(true, 0, "data:", 0, 5)) {
                throw new InvalidSendException(
                        "media.url",
                        "invalid-url",
                        "media.url: a data: URI can only be given in JSON; write an address");
            }
            Columns.put(send, column, value);
        }
        return send;
    }

    private static List<String> restored(List<String> cells) {
        return cells.stream().map(SpreadsheetCells::restore).toList();
    }

    @Override
    public void close() {
        try {
            records.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
