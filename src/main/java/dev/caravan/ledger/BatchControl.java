package dev.caravan.ledger;

import dev.caravan.message.Priority;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Stopping batches and letting them go on. A pause is a mark on the batch, which holds from the next claim on. Its sends
 * are set aside, so that claims need not pass over them, and {@link #release} brings them back after the mark is gone.
 */
public final class BatchControl {

    /** Sends in a commit. */
    public static final int STEP = 500;

    /**
     * On a server each send is two or three round trips, and no other gateway writes meanwhile, nor claims a send, nor says
     * that it is there: half a second at a millisecond each.
     */
    static final int STEP_ON_SERVER = 200;

    private static final String UNDER_WAY = " AND (state = 'reading' OR unfinished > 0)";

    private final Settlements settlements;
    private final int step;

    /** @param step so many sends are looked at together, and changed in one commit */
    public BatchControl(Settlements settlements, int step) {
        this.settlements = settlements;
        this.step = step;
    }

    /**
     * None of the batch's queued sends is claimed from now on; one that is held for its size stays so however many rows
     * it turns out to have.
     *
     * @return false when it is paused or cancelled already, or nothing of it is left to send
     */
    public boolean pause(Transaction transaction, String batch) throws SQLException {
        return transaction.update(
                        "UPDATE batch SET paused = 'hand' WHERE id = ? AND (paused IS NULL OR paused = 'held')"
                                + UNDER_WAY,
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
     * @return false when it is cancelled already, or nothing of it is left to send
     */
    public boolean cancel(Transaction transaction, String batch) throws SQLException {
        return transaction.update(
                        "UPDATE batch SET paused = 'cancelled' WHERE id = ?"
                                + " AND (paused IS NULL OR paused <> 'cancelled')" + UNDER_WAY,
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
     * Brings sends that were set aside back into their queues, in order and a limited number at a time. What went on
     * without them is not to wait for them now: they stand no further ahead than a batch that comes at this time.
     *
     * @param ranks how far the batch has got in each account's queue of each priority while it is released; kept up to date
     * @return how many
     */
    public int release(Transaction transaction, String batch, Map<String, Long> ranks, long now) throws SQLException {
        List<Aside> rows = transaction.all(
                "SELECT id, account, fair_rank, priority FROM send WHERE batch = ? AND state = 'queued' AND ready = 2"
                        + " ORDER BY row_number LIMIT " + step,
                row -> new Aside(row.getString(1), row.getString(2), row.getLong(3), Priority.values()[row.getInt(4)]),
                batch);
        Map<String, Long> clocks = new HashMap<>();
        for (Aside row : rows) {
            String queue = row.account() + ' ' + row.priority();
            Long clock = clocks.get(queue);
            if (clock == null) {
                clock = FairClock.of(transaction, row.account(), row.priority());
                clocks.put(queue, clock);
            }
            long next = Math.max(clock, ranks.getOrDefault(queue, 0L)) + 1;
            long rank = Math.max(row.fairRank(), next);
            ranks.put(queue, rank);
            transaction.update(
                    "UPDATE send SET ready = CASE WHEN due_at <= ? THEN 1 WHEN attempt > 0 THEN 4 ELSE 0 END,"
                            + " fair_rank = ? WHERE id = ?",
                    now,
                    rank,
                    row.id());
            transaction.ready(row.account());
        }
        return rows.size();
    }

    private record Aside(String id, String account, long fairRank, Priority priority) {}

    /** The paused batches that may have sends in the way of claims. */
    public List<String> paused(Transaction transaction) throws SQLException {
        return transaction.all(
                "SELECT id FROM batch WHERE paused IS NOT NULL AND paused <> 'cancelled' AND unfinished > 0",
                row -> row.getString(1));
    }

    /**
     * Sets sends of a paused batch aside, if they are due or stand in the way of others; those that are no longer queued
     * are left alone.
     */
    public void setAside(Transaction transaction, String batch, List<QueuedRow> rows) throws SQLException {
        for (QueuedRow row : rows) {
            Optional<Boolean> followed = transaction.one(
                    "UPDATE send SET ready = 2 WHERE id = ? AND state = 'queued' AND ready NOT IN (0, 2)"
                            + " AND EXISTS (SELECT 1 FROM batch WHERE id = ? AND paused IS NOT NULL)"
                            + " RETURNING followed",
                    changed -> changed.getInt(1) == 1,
                    row.id(),
                    batch);
            if (followed.orElse(false)) {
                RecipientOrder.release(transaction, row.id());
            }
        }
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
                        + " ORDER BY row_number LIMIT " + step,
                row -> new QueuedRow(row.getString(1), row.getLong(2)),
                batch,
                after);
    }

    /** Gives sends of a cancelled batch their end; those that are queued no longer are left alone. */
    public void cancelSome(Transaction transaction, List<QueuedRow> rows, long now) throws SQLException {
        for (QueuedRow row : rows) {
            settlements.cancelWithBatch(transaction, row.id(), now);
        }
    }
}
