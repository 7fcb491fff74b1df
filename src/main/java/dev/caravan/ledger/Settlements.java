package dev.caravan.ledger;

import dev.caravan.ledger.Settlement.Cause;
import dev.caravan.ledger.Transitions.Changed;
import dev.caravan.ledger.Transitions.Origin;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * How attempts are settled, and how sends come to their end without one. Each is one conditional update: whoever comes
 * second changes nothing.
 */
public final class Settlements {

    /** The code of what an attempt came to that was given up in the middle. */
    static final String INTERRUPTED = "interrupted";

    private static final int SWEEP = 500;

    private final String gateway;
    private final Transitions transitions;

    /** @param gateway the id of this gateway, whose attempts are settled */
    Settlements(String gateway, Transitions transitions) {
        this.gateway = gateway;
        this.transitions = transitions;
    }

    /**
     * Writes the result of an attempt, also of one that was given up as interrupted meanwhile, because this gateway was
     * silent: its send is held as unknown then, or waits to be sent again, and gets what the attempt came to. What would be
     * sent again stays as it is then.
     *
     * @return false when the attempt is no longer the send's current one, and nothing was written
     */
    public boolean settle(Transaction transaction, Attempt attempt, Settlement settlement, long now)
            throws SQLException {
        return settle(transaction, gateway, attempt, settlement, now)
                || isEnd(settlement) && settleInterrupted(transaction, attempt, settlement, now);
    }

    private static boolean isEnd(Settlement settlement) {
        return settlement.state() == State.SENT || settlement.state() == State.FAILED;
    }

    private boolean settleInterrupted(Transaction transaction, Attempt attempt, Settlement settlement, long now)
            throws SQLException {
        Optional<State> state = interrupted(transaction, attempt);
        return state.isPresent()
                && transitions.turnOut(
                        transaction, attempt.id(), state.get(), settlement, Origin.attempt(attempt.startedAt()), now);
    }

    /**
     * How the send of an attempt waits, if it is this very attempt that was given up: another may have its number, but not
     * its start. Where the send is queued again, nothing may have happened to it since.
     * Of a send that has been erased meanwhile nothing is written any more.
     *
     * @return unknown, queued or nothing
     */
    private static Optional<State> interrupted(Transaction transaction, Attempt attempt) throws SQLException {
        return transaction.one(
                "SELECT send.state FROM send JOIN history ON history.send = send.id AND history.attempt = send.attempt"
                        + " WHERE send.id = ? AND send.content <> '' AND send.error_code = ? AND send.attempt = ?"
                        + " AND (send.state = 'unknown' OR send.state = 'queued' AND history.sequence = send.sequence)"
                        + " AND history.status = send.state AND history.error_code = ? AND history.started_at = ?",
                row -> State.of(row.getString(1)),
                attempt.id(),
                INTERRUPTED,
                attempt.number(),
                INTERRUPTED,
                attempt.startedAt());
    }

    /** @param owner the gateway whose attempt it is */
    boolean settle(Transaction transaction, String owner, Attempt attempt, Settlement settlement, long now)
            throws SQLException {
        Optional<Changed> changed = transaction.one(
                """
                UPDATE send SET state = ?, ready = CASE WHEN ? <= ? THEN 1 ELSE 4 END, due_at = ?, refreshed = ?,
                  gateway = NULL, sequence = sequence + 1, provider_message_id = ?, error_class = ?, error_code = ?,
                  error_message = ?, changed_at = ?, sent_at = CASE WHEN ? = 'sent' THEN ? ELSE sent_at END
                WHERE id = ? AND state = 'sending' AND attempt = ? AND gateway = ?
                RETURNING\s"""
                        + Changed.COLUMNS,
                Changed::read,
                settlement.state().word(),
                settlement.dueAt(),
                now,
                settlement.dueAt(),
                settlement.refreshed() ? 1 : 0,
                settlement.providerMessageId(),
                settlement.cause().errorClass(),
                settlement.cause().code(),
                settlement.cause().message(),
                now,
                settlement.state().word(),
                now,
                attempt.id(),
                attempt.number(),
                owner);
        if (changed.isEmpty()) {
            return false;
        }
        addFurtherIds(transaction, attempt.id(), settlement.otherIds());
        transitions.record(
                transaction, attempt.id(), changed.get(), settlement, Origin.attempt(attempt.startedAt()), now);
        return true;
    }

    /**
     * Ends or delays a send that was looked up but not claimed, because the look-up already decided it.
     *
     * @param account that was asked
     * @return false when it is no longer queued there, and nothing was written
     */
    public boolean settleUnclaimed(Transaction transaction, String account, String id, Settlement settlement, long now)
            throws SQLException {
        Optional<Changed> changed = transaction.one(
                "UPDATE send SET state = ?, ready = CASE WHEN ? <= ? THEN 1 ELSE 4 END, due_at = ?,"
                        + " sequence = sequence + 1, error_class = ?, error_code = ?, error_message = ?, changed_at = ?"
                        + " WHERE id = ? AND account = ? AND " + PartialIndexes.STILL_CLAIMABLE
                        + " RETURNING " + Changed.COLUMNS,
                Changed::read,
                settlement.state().word(),
                settlement.dueAt(),
                now,
                settlement.dueAt(),
                settlement.cause().errorClass(),
                settlement.cause().code(),
                settlement.cause().message(),
                now,
                id,
                account);
        if (changed.isEmpty()) {
            return false;
        }
        transaction.countQueued(changed.get().account(), -1);
        transitions.record(transaction, id, changed.get(), settlement, Origin.NONE, now);
        return true;
    }

    /**
     * An attempt was given up in the middle: it may or may not have reached the provider. One whose claim was never stored
     * is not taken for the next one, which has its number, but not its start.
     *
     * @param againAt when it is sent again, in milliseconds, because twice is better than never; null to hold it as unknown
     * @return false when it is no longer the send's current one, and nothing was written
     */
    public boolean interrupt(Transaction transaction, Attempt attempt, Long againAt, long now) throws SQLException {
        Cause interrupted = new Cause("unknown", INTERRUPTED, "its sending broke off");
        Settlement brokenOff =
                againAt == null ? Settlement.of(State.UNKNOWN, interrupted) : Settlement.queued(againAt, interrupted);
        boolean isCurrent = transaction
                .one(
                        "SELECT 1 FROM send WHERE id = ? AND changed_at = ?",
                        row -> true,
                        attempt.id(),
                        attempt.startedAt())
                .isPresent();
        return isCurrent && settle(transaction, attempt, brokenOff, now);
    }

    /** Who is to get the send of an attempt; empty when the attempt is no longer the send's current one. */
    public Optional<String> recipient(Transaction transaction, Attempt attempt) throws SQLException {
        return transaction.one(
                "SELECT recipient FROM send WHERE id = ? AND state = 'sending' AND attempt = ? AND gateway = ?",
                row -> row.getString(1),
                attempt.id(),
                attempt.number(),
                gateway);
    }

    /** A send failed as one of a row of refusals. */
    public void mark(Transaction transaction, String id, String run) throws SQLException {
        transaction.update("UPDATE send SET run = ? WHERE id = ?", run, id);
    }

    /** The provider may report on the send by these ids too. */
    static void addFurtherIds(Transaction transaction, String id, List<String> ids) throws SQLException {
        for (String other : ids) {
            transaction.update(
                    "INSERT INTO further_id (message_id, send) VALUES (?, ?) ON CONFLICT DO NOTHING", other, id);
        }
    }

    /** What the provider called an attempt that is over says nothing of the next. */
    static void forgetFurtherIds(Transaction transaction, String id) throws SQLException {
        transaction.update("DELETE FROM further_id WHERE send = ?", id);
    }

    /** Whether any queued send has expired by {@code now}, so that {@link #expire(Transaction, long)} has work. */
    public boolean anyExpired(Transaction transaction, long now) throws SQLException {
        return transaction
                .one(
                        "SELECT 1 FROM send WHERE " + PartialIndexes.QUEUED + " AND expires_at <= ? LIMIT 1",
                        row -> true,
                        now)
                .isPresent();
    }

    /**
     * Gives queued sends that have expired their end, a limited number at a time.
     *
     * @return how many
     */
    public int expire(Transaction transaction, long now) throws SQLException {
        List<String> expired = transaction.all(
                "SELECT id FROM send WHERE " + PartialIndexes.QUEUED + " AND expires_at <= ? LIMIT " + SWEEP,
                row -> row.getString(1),
                now);
        for (String id : expired) {
            endUnattempted(transaction, id, State.QUEUED, expired(), Origin.NONE, now);
        }
        return expired.size();
    }

    /** The same for a send that was claimed only to find it too late. */
    void expireClaimed(Transaction transaction, String id, long now) throws SQLException {
        endUnattempted(transaction, id, State.SENDING, expired(), Origin.NONE, now);
    }

    private static Settlement expired() {
        return Settlement.of(State.EXPIRED, new Cause("permanent", "expired", "it was not sent before its expiry"));
    }

    /** Gives a send that was just accepted its end: its recipient is blocked. */
    public void block(Transaction transaction, String id, long now) throws SQLException {
        endUnattempted(transaction, id, State.QUEUED, blocked(), Origin.NONE, now);
    }

    /** The same for a send whose recipient was blocked while it waited, and that has been claimed. */
    void blockClaimed(Transaction transaction, String id, long now) throws SQLException {
        endUnattempted(transaction, id, State.SENDING, blocked(), Origin.NONE, now);
    }

    private static Settlement blocked() {
        return Settlement.of(State.FAILED, new Cause("permanent", "blocked", "the recipient is on the blocklist"));
    }

    /**
     * Cancels a queued send, whether it is due or not.
     *
     * @return false when it is not queued
     */
    public boolean cancel(Transaction transaction, String id, ByHand by, long now) throws SQLException {
        Settlement cancelled = cancelled(by.reason() == null ? "it was cancelled by hand" : by.reason());
        return endUnattempted(transaction, id, State.QUEUED, cancelled, Origin.of(by), now);
    }

    /** Cancels a queued send because its batch was; returns false when it is not queued. */
    boolean cancelWithBatch(Transaction transaction, String id, long now) throws SQLException {
        return endUnattempted(transaction, id, State.QUEUED, cancelled("its batch was cancelled"), Origin.NONE, now);
    }

    private static Settlement cancelled(String message) {
        return Settlement.of(State.CANCELLED, new Cause(null, "cancelled", message));
    }

    /** The end of a send that is not being attempted; claimed only to find that out, it was never attempted. */
    private boolean endUnattempted(
            Transaction transaction, String id, State from, Settlement end, Origin origin, long now)
            throws SQLException {
        int attempted = from == State.SENDING ? 1 : 0;
        Optional<Changed> changed = transaction.one(
                """
                UPDATE send SET state = ?, attempt = attempt - ?, gateway = NULL, sequence = sequence + 1,
                  error_class = ?, error_code = ?, error_message = ?, changed_at = ?
                WHERE id = ? AND state = ? RETURNING\s"""
                        + Changed.COLUMNS,
                Changed::read,
                end.state().word(),
                attempted,
                end.cause().errorClass(),
                end.cause().code(),
                end.cause().message(),
                now,
                id,
                from.word());
        if (changed.isEmpty()) {
            return false;
        }
        if (from == State.QUEUED) {
            transaction.countQueued(changed.get().account(), -1);
        }
        transitions.record(transaction, id, changed.get(), end, origin, now);
        return true;
    }
}
