package dev.caravan.ledger;

import dev.caravan.account.Account;
import dev.caravan.account.Timetable;
import dev.caravan.ledger.Transitions.Changed;
import dev.caravan.ledger.Transitions.Origin;
import dev.caravan.message.Priority;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Sends that another account takes over: which of them can, and the move from queue to queue. */
public final class StandIns {

    private final Transitions transitions;

    StandIns(Transitions transitions) {
        this.transitions = transitions;
    }

    /**
     * Whether an account cannot send what is due now before it expires: its lane is paused, has no room, or has a queue that
     * takes longer. One that is to be probed is not down: the probe needs a send.
     *
     * @param expiresAt of the send, in milliseconds
     */
    public boolean isDown(Transaction transaction, Account account, long expiresAt, long now) throws SQLException {
        Queue queue = queue(transaction, account, now);
        return queue.isPaused(now)
                || queue.length() >= account.maxQueued()
                || queue.isTooLate(queue.length(), expiresAt);
    }

    /** Whether an account starts nothing for now: it is paused and not to be probed, was asked to wait, or has spent its budget. */
    public boolean isStopped(Transaction transaction, Account account, long now) throws SQLException {
        Queue queue = queue(transaction, account, now);
        return queue.isPaused(now) || queue.gate().notBefore() > now;
    }

    /**
     * Sends that their account cannot send.
     *
     * @param because why, for people
     */
    public record Stranded(String because, List<Waiting> sends) {}

    /**
     * Which of the next sends of an account have nothing to wait for: all while it is paused, else those that would expire
     * before their turn.
     *
     * @param before sends that have their turn before them
     */
    public Stranded stranded(Transaction transaction, Account account, List<Waiting> next, long before, long now)
            throws SQLException {
        Queue queue = queue(transaction, account, now);
        if (queue.isPaused(now)) {
            return new Stranded("its lane is paused", next);
        }
        List<Waiting> late = new ArrayList<>();
        long turns = before;
        for (Waiting waiting : next) {
            if (queue.isTooLate(turns, waiting.expiresAt())) {
                late.add(waiting);
            } else {
                turns++;
            }
        }
        return new Stranded("it would expire before its turn", late);
    }

    private static Queue queue(Transaction transaction, Account account, long now) throws SQLException {
        return transaction
                .one(
                        "SELECT " + Gate.COLUMNS + ", queued FROM account WHERE name = ?",
                        row -> {
                            Gate gate = Gate.read(row, account.rules(), now);
                            Timetable timetable = Timetable.of(
                                    // When it is quiet depends on the recipient, and is so for others too.
                                    account.rules().withoutQuiet(),
                                    account.pace().meanGap(),
                                    Math.max(now, gate.notBefore()),
                                    row.getString(6),
                                    row.getLong(7));
                            return new Queue(row.getLong(10) + transaction.queued(account.name()), gate, timetable);
                        },
                        account.name())
                .orElseThrow();
    }

    private record Queue(long length, Gate gate, Timetable timetable) {

        private boolean isPaused(long now) {
            return gate.paused() != null && !(gate.isProbe() && gate.probeAt() <= now);
        }

        /** @param before sends that have their turn first, and keep the mean pace */
        private boolean isTooLate(long before, long expiresAt) {
            return !timetable.isBy(before, expiresAt);
        }
    }

    /**
     * A due send in an account's queue.
     *
     * @param content the canonical message as JSON
     * @param expiresAt in milliseconds
     */
    public record Waiting(String id, int priority, long fairRank, String recipient, String content, long expiresAt) {}

    /** The next due sends of an account in the order of its queue, after one of them, or from the first. */
    public List<Waiting> waiting(Transaction transaction, String account, Optional<Waiting> after, int limit)
            throws SQLException {
        return transaction.all(
                "SELECT id, priority, fair_rank, recipient, content, expires_at FROM send"
                        + " WHERE account = ? AND state = 'queued' AND ready = 1 AND (priority, fair_rank, id) > (?, ?, ?)"
                        + " ORDER BY priority, fair_rank, id LIMIT ?",
                row -> new Waiting(
                        row.getString(1),
                        row.getInt(2),
                        row.getLong(3),
                        row.getString(4),
                        row.getString(5),
                        row.getLong(6)),
                account,
                after.map(Waiting::priority).orElse(-1),
                after.map(Waiting::fairRank).orElse(0L),
                after.map(Waiting::id).orElse(""),
                limit);
    }

    /**
     * Whether a due send is behind an earlier one of its queue to its recipient. It leaves the way then, and is back when the
     * earlier one has its end or has moved.
     */
    public boolean waitsBehind(Transaction transaction, String id) throws SQLException {
        return RecipientOrder.waitsBehind(transaction, id);
    }

    /** The accounts that a send must not go through: it was tried there, or its sender may not use them. */
    public Set<String> barred(Transaction transaction, String id) throws SQLException {
        return transaction
                .one("SELECT barred FROM send WHERE id = ? AND barred IS NOT NULL", row -> row.getString(1), id)
                .map(names -> Set.of(names.split(" ")))
                .orElse(Set.of());
    }

    /**
     * Moves a queued send to another account, as far from the front of its queue as it was; it never comes back. The history
     * tells it, and so does an outcome.
     *
     * @param because why, for people
     * @return false when it no longer waits in the queue it is to leave, or may have been sent: it is sent again there or not
     *     at all
     */
    public boolean move(Transaction transaction, String id, String from, Account to, String because, long now)
            throws SQLException {
        Optional<Place> place = transaction.one(
                "SELECT followed, priority FROM send WHERE id = ? AND state = 'queued' AND account = ? AND NOT EXISTS"
                        + " (SELECT 1 FROM history WHERE history.send = send.id AND history.error_class = 'unknown')",
                row -> new Place(row.getInt(1) == 1, Priority.values()[row.getInt(2)]),
                id,
                from);
        if (place.isEmpty()) {
            return false;
        }
        if (place.get().followed()) {
            RecipientOrder.release(transaction, id);
        }
        Priority priority = place.get().priority();
        long before = FairClock.of(transaction, from, priority);
        Optional<Changed> changed = transaction.one(
                "UPDATE send SET account = ?, provider = ?, ready = 1, due_at = ?, refreshed = 0, check_at = NULL, checks = 0,"
                        + " fair_rank = ? + CASE WHEN fair_rank > ? THEN fair_rank - ? ELSE 1 END,"
                        + " barred = CASE WHEN barred IS NULL THEN ? ELSE barred || ' ' || ? END,"
                        + " sequence = sequence + 1, changed_at = ?"
                        + " WHERE id = ? AND state = 'queued' AND account = ? RETURNING " + Changed.COLUMNS,
                Changed::read,
                to.name(),
                to.provider(),
                now,
                FairClock.of(transaction, to.name(), priority),
                before,
                before,
                from,
                from,
                now,
                id,
                from);
        if (changed.isEmpty()) {
            return false;
        }
        transaction.countQueued(from, -1);
        String reason = "moved from " + from + " to " + to.name() + ": " + because;
        transitions.record(transaction, id, changed.get(), Settlement.queued(now), Origin.because(reason), now);
        return true;
    }

    /** @param followed whether others may wait for its end */
    private record Place(boolean followed, Priority priority) {}
}
