package dev.caravan.intake;

import java.util.Iterator;
import java.util.List;

/**
 * The records of one file, read as they are asked for. Reading that fails half-way throws {@link
 * java.io.UncheckedIOException}. Used by one thread.
 */
public interface Rows extends Iterator<Row>, AutoCloseable {

    /** The original header; for JSON the documented columns. */
    List<String> columns();

    /** A row's cells under {@link #columns()}, for a report. */
    List<String> cells(Row row);

    /** What a row is recognised by: its cells but for the columns that reports add. */
    List<String> own(Row row);

    @Override
    void close();
}
