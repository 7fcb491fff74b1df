package dev.caravan.ledger;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Stopping batches and letting them go on. A pause is a mark on the batch; the claim sets its sends aside one by one as it
 * meets them, and {@link #release} brings them back some time after the mark is gone.
 */
public final class BatchControl {

    private static final int SWEEP = 500;

    private final Sends sends;

    public BatchControl(Sends sends) {
        this.sends = sends;
    }

    /**
     * None of the batch's queued sends is claimed from now on.
     *
     * @return false when it is paused or cancelled already
     */
    public boolean pause(Transaction transaction, String batch) throws SQLException {
        return transaction.update(
                        "UPDATE batch SET paused = 'hand' WHERE id = ? AND paused IS NULL AND state <> 'refused'",
                        batch)
                == 1;
    }

    /**
     * Lets a batch go on, whatever paused it; it is not stopped again by itself.
     *
     * @return false when it is not paused, or cancelled
     */
    public boolean resume(Transaction transaction, String batch) throws SQLException {
        return transaction.update(
                        "UPDATE batch SET paused = NULL, released = 1 WHERE id = ? AND paused <> 'cancelled'", batch)
                == 1;
    }

    /**
     * None of the batch's queued sends is ever sent; {@link #cancelSome} gives them their end.
     *
     * @return false when it is cancelled already
     */
    public boolean cancel(Transaction transaction, String batch) throws SQLException {
        return transaction.update(
                        "UPDATE batch SET paused = 'cancelled' WHERE id = ? AND state <> 'refused'"
                                + " AND (paused IS NULL OR paused <> 'cancelled')",
                        batch)
                == 1;
    }

    /** A batch that is no longer paused and still has sends set aside, so that {@link #release} has something to do. */
    public Optional<String> toRelease(Transaction transaction) throws SQLException {
        return transaction.one(
                """
                SELECT id FROM batch WHERE unfinished > 0 AND paused IS NULL
                  AND EXISTS (SELECT 1 FROM send WHERE send.batch = batch.id AND send.state = 'queued' AND send.ready = 2)
                LIMIT 1""",
                row -> row.getString(1));
    }

    /**
     * Brings sends that were set aside back into their queues, a limited number at a time.
     *
     * @return how many
     */
    public int release(Transaction transaction, String batch, long now) throws SQLException {
        return transaction.update(
                "UPDATE send SET ready = CASE WHEN due_at <= ? THEN 1 ELSE 0 END WHERE id IN (SELECT id FROM send"
                        + " WHERE batch = ? AND state = 'queued' AND ready = 2 LIMIT " + SWEEP + ")",
                now,
                batch);
    }

    /** The cancelled batches that may still have queued sends. */
    public List<String> toCancel(Transaction transaction) throws SQLException {
        return transaction.all(
                "SELECT id FROM batch WHERE paused = 'cancelled' AND unfinished > 0", row -> row.getString(1));
    }

    /** A queued send of a batch. */
    public record QueuedRow(String id, long row) {}

    /** Queued sends of a batch after a row, in order, a limited number at a time. */
    public List<QueuedRow> queued(Transaction transaction, String batch, long after) throws SQLException {
        return transaction.all(
                "SELECT id, row_number FROM send WHERE batch = ? AND row_number > ? AND state = 'queued'"
                        + " ORDER BY row_number LIMIT " + SWEEP,
                row -> new QueuedRow(row.getString(1), row.getLong(2)),
                batch,
                after);
    }

    /** Gives sends of a cancelled batch their end; those that are queued no longer are left alone. */
    public void cancelSome(Transaction transaction, List<QueuedRow> rows, long now) throws SQLException {
        for (QueuedRow row : rows) {
            sends.cancel(transaction, row.id(), "its batch was cancelled", null, now);
        }
    }
}
