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

    @Override
    void close();
}
