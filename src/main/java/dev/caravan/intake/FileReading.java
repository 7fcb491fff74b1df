package dev.caravan.intake;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** A file while it is being read, as chunks of rows: each is one commit, and no more than one is in memory. */
final class FileReading implements Iterator<FileReading.Chunk>, AutoCloseable {

    /**
     * Keys of rows without a reference lie all over their index: the more rows a commit has, the fewer of its pages each of
     * them costs. Others wait for it for about a tenth of a second.
     */
    private static final int CHUNK = 4_000;

    private final Path file;
    private final BatchReading batch;
    private final Rows rows;
    private List<Row> waiting = List.of();
    private boolean full;

    FileReading(Path file, BatchReading batch, Rows rows) {
        this.file = file;
        this.batch = batch;
        this.rows = rows;
    }

    /** Some rows, and the file they come from. */
    record Chunk(FileReading reading, List<Row> rows) {}

    Path file() {
        return file;
    }

    BatchReading batch() {
        return batch;
    }

    /** An account's queue is full: these rows and the rest of the file wait. */
    void stopFull(List<Row> notAdmitted) {
        full = true;
        waiting = notAdmitted;
    }

    /** There may be room again. */
    void goOn() {
        full = false;
    }

    boolean isFull() {
        return full;
    }

    @Override
    public boolean hasNext() {
        return !full && (!waiting.isEmpty() || rows.hasNext());
    }

    /** The next row alone, to pass over what is committed. */
    Row nextRow() {
        return rows.next();
    }

    @Override
    public Chunk next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        List<Row> chunk = waiting.isEmpty() ? rows.next(CHUNK) : waiting;
        waiting = List.of();
        return new Chunk(this, chunk);
    }

    @Override
    public void close() {
        rows.close();
    }
}
