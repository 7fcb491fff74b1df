package dev.caravan.intake;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** A file while it is being read, as chunks of rows: each is one commit, and no more than one is in memory. */
final class FileReading implements Iterator<FileReading.Chunk>, AutoCloseable {

    /**
     * Keys of rows without a reference lie all over their index: the more rows a commit has, the fewer of its pages each of
     * them costs. Others wait for it for one or two tenths of a second.
     */
    static final int CHUNK = 4_000;

    /**
     * On a server each row is a round trip at least, and no other gateway writes meanwhile, nor claims a send, nor says
     * that it is there: half a second at a millisecond each.
     */
    static final int CHUNK_ON_SERVER = 500;

    private final Path file;
    private final int chunk;
    private final BatchReading batch;
    private final Rows rows;
    private List<Row> waiting = List.of();
    private boolean full;

    /** @param chunk as many rows at a time */
    FileReading(Path file, BatchReading batch, Rows rows, int chunk) {
        this.file = file;
        this.chunk = chunk;
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
        List<Row> next = waiting.isEmpty() ? rows.next(chunk) : waiting;
        waiting = List.of();
        return new Chunk(this, next);
    }

    @Override
    public void close() {
        rows.close();
    }
}
