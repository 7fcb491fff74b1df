package dev.caravan.ledger;

import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.account.Timetable;
import dev.caravan.account.Timetable.Later;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How far the sends of a batch have got, how fast, and when that will be over. */
public final class BatchStandings {

    private static final Duration LATELY = Duration.ofMinutes(1);

    /** Of a busy gateway this is the history of some seconds. */
    private static final int LATEST_ROWS = 20_000;

    private final Accounts accounts;

    public BatchStandings(Accounts accounts) {
        this.accounts = accounts;
    }

    /**
     * How a batch stands.
     *
     * @param counts its sends by their states; states without any are left out
     * @param rate ends reached per second within the last minute
     * @param end when its last send will have its end, in milliseconds; null when nothing is left or nobody can tell. An
     *     estimate, and rather too early: by the timetables of its accounts, and not before what is due later is due, nor
     *     after everything has expired
     */
    public record Standing(Map<State, Long> counts, double rate, Long end) {}

    /** How a batch stands now. Reads all of its sends. */
    public Standing of(Transaction transaction, Batch batch, long now) throws SQLException {
        List<Group> groups = transaction.all(
                "SELECT state, account, count(*), count(CASE WHEN ready IN (0, 4) THEN 1 END),"
                        + " min(CASE WHEN ready IN (0, 4) THEN due_at END),"
                        + " max(CASE WHEN ready IN (0, 4) THEN due_at END), max(expires_at)"
                        + " FROM send WHERE batch = ? GROUP BY state, account",
                row -> new Group(
                        State.of(row.getString(1)),
                        row.getString(2),
                        new Left(
                                row.getLong(3), later(row.getLong(4), row.getLong(5), row.getLong(6)), row.getLong(7))),
                batch.id());
        Map<State, Long> counts = new EnumMap<>(State.class);
        Map<String, Left> left = new HashMap<>();
        for (Group group : groups) {
            counts.merge(group.state(), group.sends().count(), Long::sum);
            if (!group.state().isEnd()) {
                left.merge(group.account(), group.sends(), Left::and);
            }
        }
        double rate = rate(transaction, batch.id(), now);
        Optional<Long> end = batch.paused() == null ? end(transaction, batch.id(), left, rate, now) : Optional.empty();
        return new Standing(counts, rate, end.orElse(null));
    }

    private static Later later(long count, long first, long last) {
        return count == 0 ? Later.NONE : new Later(count, first, last);
    }

    private record Group(State state, String account, Left sends) {}

    /**
     * Sends of one account.
     *
     * @param later those of them that are to be sent later, or again
     * @param expired when the last of them expires, in milliseconds
     */
    private record Left(long count, Later later, long expired) {
        private Left and(Left other) {
            return new Left(count + other.count, later.and(other.later), Math.max(expired, other.expired));
        }
    }

    private static double rate(Transaction transaction, String batch, long now) throws SQLException {
        long since = now - LATELY.toMillis();
        return transaction
                .one(
                        // What a provider reports, which has a detail, comes after the end.
                        "SELECT count(CASE WHEN batch = ? AND send IS NOT NULL AND detail IS NULL"
                                + " AND status NOT IN ('queued', 'delivered', 'read', 'erased', 'deleted', 'hint')"
                                + " THEN 1 END),"
                                + " min(at), count(*) FROM (SELECT batch, send, status, at, detail FROM history"
                                + " ORDER BY id DESC LIMIT " + LATEST_ROWS + ") AS latest WHERE at > ?",
                        row -> {
                            long ends = row.getLong(1);
                            // Rows beyond the latest ones say nothing of the time before them.
                            long from = row.getLong(3) < LATEST_ROWS ? since : row.getLong(2);
                            return ends * 1000.0 / Math.max(1, now - from);
                        },
                        batch,
                        since)
                .orElse(0.0);
    }

    /** When the slowest account is done with its part, in milliseconds; empty when one of them does not get on. */
    private Optional<Long> end(Transaction transaction, String batch, Map<String, Left> left, double rate, long now)
            throws SQLException {
        long last = 0;
        for (Map.Entry<String, Left> part : left.entrySet()) {
            Optional<Account> account = accounts.find(part.getKey());
            Queue queue = transaction
                    .one(
                            "SELECT queued, not_before, paused, budget_day, budget_used FROM account WHERE name = ?",
                            row -> new Queue(
                                    row.getLong(1),
                                    row.getLong(2),
                                    row.getString(3) != null,
                                    row.getString(4),
                                    row.getLong(5)),
                            part.getKey())
                    .orElse(new Queue(0, 0, true, null, 0));
            if (account.isEmpty() || queue.paused()) {
                return Optional.empty();
            }
            Duration gap = account.get().pace().isUnlimited()
                    ? measured(rate)
                    : account.get().pace().meanGap();
            long lastStart = lastStart(transaction, batch, account.get(), part.getValue(), queue, gap, now);
            if (gap.isZero() && lastStart <= now) {
                return Optional.empty();
            }
            long expired = Math.max(now, part.getValue().expired());
            last = Math.max(last, lastStart >= expired ? expired : Math.min(lastStart + gap.toMillis(), expired));
        }
        return last == 0 ? Optional.empty() : Optional.of(last);
    }

    private static long lastStart(
            Transaction transaction, String batch, Account account, Left left, Queue queue, Duration gap, long now)
            throws SQLException {
        // The queue is fair: while one send of this batch goes, no more than one of all others does, roughly. What was
        // measured has that in it.
        long others = account.pace().isUnlimited() ? 0 : Math.max(0, queue.queued() - left.count());
        Timetable timetable = Timetable.of(
                account.rules(), gap, Math.max(now, queue.notBefore()), queue.budgetDay(), queue.budgetUsed());
        long lastStart = timetable.last(left.count() + Math.min(others, left.count()), left.later());
        return account.rules().perRecipient() == null
                ? lastStart
                : Math.max(
                        lastStart,
                        timetable
                                .after(lastToOne(transaction, batch, account, now))
                                .start(0));
    }

    /** When the last send may start to whoever gets the most of a batch, in milliseconds. */
    private static long lastToOne(Transaction transaction, String batch, Account account, long now)
            throws SQLException {
        Optional<ToOne> most = transaction.one(
                "SELECT recipient, count(*) AS sends FROM send WHERE batch = ? AND account = ? AND state = 'queued'"
                        + " GROUP BY recipient ORDER BY sends DESC LIMIT 1",
                row -> new ToOne(row.getString(1), row.getLong(2)),
                batch,
                account.name());
        return most.isEmpty()
                ? now
                : RecipientPace.last(
                        transaction,
                        account.name(),
                        most.get().recipient(),
                        account.rules().perRecipient(),
                        most.get().sends(),
                        now);
    }

    private record ToOne(String recipient, long sends) {}

    /** Zero when nothing was. */
    private static Duration measured(double rate) {
        return rate > 0 ? Duration.ofNanos((long) (1_000_000_000 / rate)) : Duration.ZERO;
    }

    private record Queue(long queued, long notBefore, boolean paused, String budgetDay, long budgetUsed) {}
}
