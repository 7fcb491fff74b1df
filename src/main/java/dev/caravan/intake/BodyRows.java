package dev.caravan.intake;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * The rows of a request's body, the same ones that a file of that content has. A body is read once and never kept: its
 * encoding and its syntax are found out on the way, where a file is proven before its first row. So whatever is wrong ends
 * the rows with a {@link BrokenBodyException}, after those before it. What is wrong with one row only is that row's
 * {@link Row#problem()}, as in a file.
 */
public final class BodyRows implements Rows {

    private final Rows rows;
    private long number;
    private long line;

    private BodyRows(Rows rows) {
        this.rows = rows;
    }

    /**
     * Opens a body.
     *
     * @param body is closed with the rows, or when there are none
     * @param charset of a body without a byte order mark; null for UTF-8
     * @throws UnreadableInputException when no row of it can be read: it is empty or has a header only, its header has no
     *     recipients, it is no text or no JSON before its first row ends
     * @throws BrokenBodyException when the connection breaks off before the first row ends
     */
    public static BodyRows open(InputStream body, MediaKind kind, Charset charset) throws UnreadableInputException {
        Charset configured = charset == null ? StandardCharsets.UTF_8 : charset;
        FileFormat format = new FileFormat(configured, null, Map.of(), Map.of(), null);
        try {
            return new BodyRows(read(body, kind, format));
        } catch (UnreadableInputException unreadable) {
            throw unreadable;
        } catch (IOException brokenOff) {
            throw new BrokenBodyException(0, 0, brokenOff);
        }
    }

    private static Rows read(InputStream body, MediaKind kind, FileFormat format) throws IOException {
        Advice advice = format.advice();
        String onEncoding = kind == MediaKind.CSV ? advice.onEncoding() : advice.onJsonEncoding();
        Reader text;
        try {
            text = Encoding.read(body, format.charset(), onEncoding);
        } catch (IOException unreadable) {
            body.close();
            throw unreadable;
        }
        return switch (kind) {
            case CSV -> CsvRows.read(text, format);
            case LINES -> JsonRows.readLines(text, format);
            case JSON -> JsonRows.readDocument(text, format);
        };
    }

    @Override
    public List<String> columns() {
        return rows.columns();
    }

    @Override
    public List<String> cells(Row row) {
        return rows.cells(row);
    }

    @Override
    public List<String> own(Row row) {
        return rows.own(row);
    }

    /** @throws BrokenBodyException when what follows cannot be read */
    @Override
    public boolean hasNext() {
        try {
            return rows.hasNext();
        } catch (UncheckedIOException broken) {
            throw new BrokenBodyException(number, line, broken.getCause());
        }
    }

    /** @throws BrokenBodyException when what follows cannot be read */
    @Override
    public Row next() {
        hasNext();
        Row row = rows.next();
        number = row.number();
        line = row.line();
        return row;
    }

    @Override
    public void close() {
        rows.close();
    }
}
