package dev.caravan.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.intake.BatchReading;
import dev.caravan.intake.BrokenBodyException;
import dev.caravan.intake.Rejection;
import dev.caravan.intake.Row;
import dev.caravan.intake.Rows;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.camel.Exchange;

/**
 * The body of a request while it is read, as chunks of rows: each is one commit, and no more than one is in memory. Ends
 * where the body does, breaks off, or finds a queue full; {@link #interruption} says which. Used by one thread.
 */
final class BodyReading implements Iterator<List<Row>> {

    private static final String VARIABLE = "reading";
    private static final int CHUNK = 500;

    private final BatchReading batch;
    private final Rows rows;
    private ProblemException interruption;
    private boolean ended;
    private boolean closed;

    BodyReading(BatchReading batch, Rows rows) {
        this.batch = batch;
        this.rows = rows;
    }

    void in(Exchange exchange) {
        exchange.setVariable(VARIABLE, this);
    }

    /** That of an exchange, or null. */
    static BodyReading of(Exchange exchange) {
        return exchange.getVariable(VARIABLE, BodyReading.class);
    }

    BatchReading batch() {
        return batch;
    }

    /** An account's queue is full: these rows and the rest are not taken. */
    void stopFull() {
        interrupt(Failures.queueFull("An account of these sends has as many waiting as its max-queued allows."
                + " Post the whole body again later; what was accepted of it is recognised."));
    }

    /** Why it ended before the body did, or null. */
    ProblemException interruption() {
        return interruption;
    }

    /** Whether it was still open; from now on it is not. */
    boolean close() {
        boolean wasOpen = !closed;
        closed = true;
        return wasOpen;
    }

    /** Asks nothing of the body: the splitter wants to know before it hands on what it has, which need not wait. */
    @Override
    public boolean hasNext() {
        return !ended;
    }

    /** The next rows; none when the one before were the last, by chance. */
    @Override
    public List<Row> next() {
        if (ended) {
            throw new NoSuchElementException();
        }
        List<Row> chunk = List.of();
        try {
            chunk = rows.next(CHUNK);
            ended = chunk.size() < CHUNK && !rows.hasNext();
        } catch (BrokenBodyException broken) {
            interrupt(new ProblemException(400, "broken-body", broken.getMessage()));
        }
        return chunk;
    }

    private void interrupt(ProblemException why) {
        interruption = why;
        ended = true;
    }

    /** What has become of the rows so far: {@code accepted}, {@code duplicates}, {@code rejected}, {@code rejections}. */
    ObjectNode counts() {
        ObjectNode counts = JsonNodeFactory.instance
                .objectNode()
                .put("accepted", batch.accepted())
                .put("duplicates", batch.duplicates())
                .put("rejected", batch.rejected());
        counts.putArray("rejections")
                .addAll(batch.rejections().stream().map(BodyReading::view).toList());
        return counts;
    }

    private static ObjectNode view(Rejection rejection) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("row", rejection.row())
                .put("line", rejection.line())
                .put("field", rejection.field())
                .put("code", rejection.code())
                .put("reason", rejection.reason());
    }
}
