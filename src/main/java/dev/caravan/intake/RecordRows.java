package dev.caravan.intake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.NoSuchElementException;

/**
 * Rows made of records of some kind. A record is read when its row is asked for and not before, so that one which cannot
 * be read holds back none that could; a failure ends them.
 */
abstract class RecordRows<R> implements Rows {

    private R upcoming;
    private boolean ended;
    private IOException failure;
    private long number;

    /** The next record, or null at the end. */
    abstract R read() throws IOException;

    abstract Row row(long number, R record);

    /** Whether there is another row, which is read by now. */
    final boolean advance() throws IOException {
        if (failure != null) {
            throw failure;
        }
        if (upcoming == null && !ended) {
            try {
                upcoming = read();
            } catch (IOException failed) {
                failure = failed;
                throw failed;
            }
            ended = upcoming == null;
        }
        return !ended;
    }

    @Override
    public final boolean hasNext() {
        try {
            return advance();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public final Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        R record = upcoming;
        upcoming = null;
        return row(++number, record);
    }
}
