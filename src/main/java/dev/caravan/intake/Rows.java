package dev.caravan.intake;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The records of one file or body, read as they are asked for. Reading that fails half-way throws {@link
 * UncheckedIOException}, after every record before and each time again. Used by one thread.
 */
public interface Rows extends Iterator<Row>, AutoCloseable {

    /** As much as is taken at once: a media send may be of 16 MiB. */
    long MOST_CHARACTERS = 8 * 1024 * 1024;

    /** The original header; for JSON the documented columns. */
    List<String> columns();

    /** A row's cells under {@link #columns()}, for a report. */
    List<String> cells(Row row);

    /** What a row is recognised by: its cells but for the columns that reports add. */
    List<String> own(Row row);

    /**
     * The next rows: {@code most} of them, or fewer when these are very large, at the end, or before a failure, which is
     * then thrown by the next call.
     *
     * @return empty at the end
     */
    default List<Row> next(int most) {
        List<Row> next = new ArrayList<>();
        try {
            long characters = 0;
            while (next.size() < most && characters < MOST_CHARACTERS && hasNext()) {
                Row row = next();
                characters += row.characters();
                next.add(row);
            }
        } catch (UncheckedIOException failed) {
            if (next.isEmpty()) {
                throw failed;
            }
        }
        return next;
    }

    @Override
    void close();
}
