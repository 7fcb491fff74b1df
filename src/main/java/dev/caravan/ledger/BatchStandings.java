package dev.caravan.ledger;

import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.account.SendingRules;
import dev.caravan.account.Timetable;
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
     * @param end when its last send will have its end, in milliseconds; null when nothing is left or nobody can tell
     */
    public record Standing(Map<State, Long> counts, double rate, Long end) {}

    /** How a batch stands now. Reads all of its sends. */
    public Standing of(Transaction transaction, Batch batch, long now) throws SQLException {
        List<Group> groups = transaction.all(
                "SELECT state, account, count(*) FROM send WHERE batch = ? GROUP BY state, account",
                row -> new Group(State.of(row.getString(1)), row.getString(2), row.getLong(3)),
                batch.id());
        Map<State, Long> counts = new EnumMap<>(State.class);
        Map<String, Long> left = new HashMap<>();
        for (Group group : groups) {
            counts.merge(group.state(), group.count(), Long::sum);
            if (!group.state().isEnd()) {
                left.merge(group.account(), group.count(), Long::sum);
            }
        }
        double rate = rate(transaction, batch.id(), now);
        Optional<Long> end = batch.paused() == null ? end(transaction, left, rate, now) : Optional.empty();
        return new Standing(counts, rate, end.orElse(null));
    }

    private record Group(State state, String account, long count) {}

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
    private Optional<Long> end(Transaction transaction, Map<String, Long> left, double rate, long now)
            throws SQLException {
        long last = 0;
        for (Map.Entry<String, Long> part : left.entrySet()) {
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
            boolean paced = !account.get().pace().isUnlimited();
            // The queue is fair: while one send of this batch goes, no more than one of all others does, roughly. What
            // was
            // measured has that in it.
            long others = Math.max(0, queue.queued() - part.getValue());
            long turns = part.getValue() + (paced ? Math.min(others, part.getValue()) : 0);
            Duration gap = paced ? account.get().pace().meanGap() : measured(rate);
            if (gap == null) {
                return Optional.empty();
            }
            long end = end(account.get().rules(), gap, queue, turns, now);
            if (end == Long.MAX_VALUE) {
                return Optional.empty();
            }
            last = Math.max(last, end);
        }
        return last == 0 ? Optional.empty() : Optional.of(last);
    }

    /** A gap after the last start. */
    private static long end(SendingRules rules, Duration gap, Queue queue, long turns, long now) {
        long first = Math.max(now, queue.notBefore());
        long used = rules.day(first).equals(queue.budgetDay()) ? queue.budgetUsed() : 0;
        long lastStart = new Timetable(rules, gap.toNanos(), first, used).start(turns - 1);
        return lastStart == Long.MAX_VALUE ? lastStart : lastStart + gap.toMillis();
    }

    private static Duration measured(double rate) {
        return rate > 0 ? Duration.ofNanos((long) (1_000_000_000 / rate)) : null;
    }

    private record Queue(long queued, long notBefore, boolean paused, String budgetDay, long budgetUsed) {}
}
