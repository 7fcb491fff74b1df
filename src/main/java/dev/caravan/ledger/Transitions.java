package dev.caravan.ledger;

import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.ledger.Settlement.Cause;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * What goes with every change of a send's state, in the transaction of that change: its row of the history, from which
 * the outcome is made, the counters, and whoever waits for its end.
 */
final class Transitions {

    /** A batch is judged by its failures once so many of its sends have their end. */
    private static final int FIRST_SENDS = 20;

    private final int stopBatchAt;
    private final Accounts accounts;
    private final Events events = new Events();

    /**
     * @param stopBatchAt pauses a batch when so many per cent of its first sends have failed; above 100 never
     * @param accounts which say how soon their sends are to be reported delivered
     */
    Transitions(int stopBatchAt, Accounts accounts) {
        this.stopBatchAt = stopBatchAt;
        this.accounts = accounts;
    }

    /** Writes down a change that has just been made. */
    void record(Transaction transaction, String id, Changed changed, Settlement settlement, Origin origin, long now)
            throws SQLException {
        if (settlement.state().isEnd()) {
            transaction.countUnfinished(changed.batch(), -1);
            RecipientOrder.release(transaction, id, changed);
            if (changed.replies()) {
                transaction.update(
                        "UPDATE reply SET sequence = ? WHERE send = ? AND sequence IS NULL", changed.sequence(), id);
            }
        } else {
            transaction.countQueued(changed.account(), 1);
            if (settlement.dueAt() <= now) {
                transaction.ready(changed.account());
            }
            if (changed.followed() && isPaused(transaction, changed.batch())) {
                // Its batch was paused while it was under way, and nobody is to wait for that.
                RecipientOrder.release(transaction, id);
            }
        }
        Duration within = settlement.state() == State.SENT ? confirmWithin(changed.account()) : null;
        if (within != null) {
            transaction.update("UPDATE send SET confirm_at = ? WHERE id = ?", now + within.toMillis(), id);
        }
        if (settlement.state() == State.FAILED && changed.batch() != null) {
            countFailure(transaction, changed.batch(), now);
        }
        transaction.update(
                """
                INSERT INTO history (send, sequence, batch, row_number, line, at, status, attempt, started_at,
                  took, http_status, answer, error_class, error_code, error_message, provider_message_id, actor, reason,
                  detail)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                id,
                changed.sequence(),
                changed.batch(),
                changed.row(),
                changed.line(),
                now,
                settlement.state().word(),
                changed.attempt(),
                origin.startedAt(),
                settlement.call().took(),
                settlement.call().httpStatus(),
                settlement.call().answer(),
                settlement.cause().errorClass(),
                settlement.cause().code(),
                settlement.cause().message(),
                settlement.providerMessageId(),
                origin.actor(),
                origin.reason(),
                origin.detail());
    }

    /**
     * A send turns out to be something else than was thought, and gets the provider's ids that it had not.
     *
     * @param from what it was thought to be: an end, unknown, or queued when it is to be sent again although it may have been
     *     sent
     * @return false when it is something else by now, and nothing was written
     */
    boolean turnOut(Transaction transaction, String id, State from, Settlement settlement, Origin origin, long now)
            throws SQLException {
        Cause cause = settlement.cause();
        String state = settlement.state().word();
        Optional<Changed> changed = transaction.one(
                // When it was given up is the nearest to when it was sent.
                """
                UPDATE send SET state = ?, sequence = sequence + 1, error_class = ?, error_code = ?, error_message = ?,
                  sent_at = CASE WHEN (state = 'unknown' OR state = 'queued') AND ? <> 'failed' THEN changed_at
                    ELSE sent_at END,
                  changed_at = ?, provider_message_id = coalesce(?, provider_message_id)
                WHERE id = ? AND state = ? RETURNING\s"""
                        + Changed.COLUMNS,
                Changed::read,
                state,
                cause.errorClass(),
                cause.code(),
                cause.message(),
                state,
                now,
                settlement.providerMessageId(),
                id,
                from.word());
        if (changed.isEmpty()) {
            return false;
        }
        Settlements.addFurtherIds(transaction, id, settlement.otherIds());
        leave(transaction, from, changed.get());
        record(transaction, id, changed.get(), settlement, origin, now);
        return true;
    }

    /** A send goes out of its queue, or the end that it had is none any more. */
    private static void leave(Transaction transaction, State from, Changed changed) throws SQLException {
        if (from == State.QUEUED) {
            transaction.countQueued(changed.account(), -1);
        } else {
            transaction.countUnfinished(changed.batch(), 1);
        }
        if (from == State.FAILED && changed.batch() != null) {
            transaction.update("UPDATE batch SET failed = failed - 1 WHERE id = ?", changed.batch());
        }
    }

    private Duration confirmWithin(String account) {
        return accounts.find(account).map(Account::confirmWithin).orElse(null);
    }

    private static boolean isPaused(Transaction transaction, String batch) throws SQLException {
        return batch != null
                && transaction
                        .one("SELECT 1 FROM batch WHERE id = ? AND paused IS NOT NULL", row -> true, batch)
                        .isPresent();
    }

    /**
     * A batch is paused when too many of its first sends fail, until somebody says that it is all right. When the last of
     * them fails, or a report says so later, there is nothing left to pause.
     */
    private void countFailure(Transaction transaction, String batch, long now) throws SQLException {
        transaction.update("UPDATE batch SET failed = failed + 1 WHERE id = ?", batch);
        if (stopBatchAt > 100) {
            return;
        }
        // What this commit has ended is not in the batch's row yet.
        long ended = -transaction.unfinished(batch);
        int paused = transaction.update(
                """
                UPDATE batch SET paused = 'failures' WHERE id = ? AND paused IS NULL AND released = 0
                  AND accepted - unfinished >= ? AND unfinished > ?
                  AND failed * 100 >= ? * (accepted - unfinished + ?)""",
                batch,
                FIRST_SENDS - ended,
                ended,
                stopBatchAt,
                ended);
        if (paused == 1) {
            events.batchPaused(transaction, batch, "failures", now);
        }
    }

    /**
     * What brought a change about, as the history keeps it.
     *
     * @param startedAt when the attempt began that it is the result of, in milliseconds, or null
     * @param actor who made it by hand, or null
     * @param reason why, as they or the gateway say, or null
     * @param detail of a change that the provider reported: see {@link SendEvent}; else null
     */
    record Origin(Long startedAt, String actor, String reason, String detail) {

        /** The gateway, by itself. */
        static final Origin NONE = new Origin(null, null, null, null);

        /** An attempt that began then. */
        static Origin attempt(long startedAt) {
            return new Origin(startedAt, null, null, null);
        }

        static Origin of(ByHand by) {
            return new Origin(null, by.actor(), by.reason(), null);
        }

        /** The gateway, which says why. */
        static Origin because(String reason) {
            return new Origin(null, null, reason, null);
        }

        /** Its provider. */
        static Origin reported(String detail) {
            return new Origin(null, null, null, detail);
        }
    }

    /** What is to be known of a send that has just been changed; its columns stand in this order. */
    record Changed(
            String account,
            String batch,
            Object row,
            Object line,
            int sequence,
            int attempt,
            boolean replies,
            boolean followed) {

        static final String COLUMNS = "account, batch, row_number, line, sequence, attempt, replies, followed";

        static Changed read(ResultSet row) throws SQLException {
            return new Changed(
                    row.getString(1),
                    row.getString(2),
                    row.getObject(3),
                    row.getObject(4),
                    row.getInt(5),
                    row.getInt(6),
                    row.getInt(7) == 1,
                    row.getInt(8) == 1);
        }
    }
}
