package dev.caravan.ledger;

import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.account.Timetable;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Sends that will expire before their turn comes, as long as something can be done about it. An estimate: by the
 * account's timetable, if nothing more arrived, and counting those of a paused batch or a paused account as lost.
 */
public final class Expiring {

    private static final Duration AHEAD = Duration.ofHours(2);
    private static final int PAGE = 1000;
    private static final int MORE = 2;

    private final Store store;
    private final Accounts accounts;
    private final Events events = new Events();

    Expiring(Store store, Accounts accounts) {
        this.store = store;
        this.accounts = accounts;
    }

    /**
     * Raises an event for each account that will lose sends within two hours; again when that has passed, or when twice as
     * many are about to be lost.
     */
    public void tell(long now) {
        for (Soon soon : store.read(transaction -> soon(transaction, now))) {
            long lost = soon.count() - store.read(transaction -> inTime(transaction, soon, now));
            if (lost > 0) {
                store.write(transaction -> tell(transaction, soon, lost, now));
            }
        }
    }

    /** What expires soon and has not got a time of its own before that. */
    private static List<Soon> soon(Transaction transaction, long now) throws SQLException {
        return transaction.all(
                "SELECT account, count(*), sum(CASE WHEN ready = 1 THEN 1 ELSE 0 END), min(expires_at) FROM send WHERE "
                        + PartialIndexes.QUEUED + " AND expires_at > ? AND expires_at <= ?"
                        + " AND NOT (ready IN (0, 4) AND due_at < expires_at) GROUP BY account",
                row -> new Soon(row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4)),
                now,
                now + AHEAD.toMillis());
    }

    /**
     * @param count of an account's sends that expire soon
     * @param due how many of them could be claimed now
     * @param earliest when the first of them expires, in milliseconds
     */
    private record Soon(String account, long count, long due, long earliest) {}

    private long inTime(Transaction transaction, Soon soon, long now) throws SQLException {
        Optional<Account> account = accounts.find(soon.account());
        Optional<Timetable> timetable = account.flatMap(lane -> timetable(transaction, lane, now));
        if (timetable.isEmpty()) {
            return 0;
        }
        long horizon = now + AHEAD.toMillis();
        long starts = timetable.get().startsUntil(horizon);
        Place place = new Place(-1, 0, "", 0);
        long start = 0;
        long seen = 0;
        long inTime = 0;
        boolean more = true;
        while (more && start < starts && seen < soon.due()) {
            List<Place> page = page(transaction, soon.account(), place);
            for (Place next : page) {
                boolean expiresSoon = next.expiresAt() <= horizon;
                boolean starting =
                        start < starts && (!expiresSoon || timetable.get().start(start) <= next.expiresAt());
                start += starting ? 1 : 0;
                seen += expiresSoon ? 1 : 0;
                inTime += expiresSoon && starting ? 1 : 0;
                place = next;
            }
            more = page.size() == PAGE;
        }
        return inTime + inTimeBehind(transaction, soon.account(), timetable.get(), start, now);
    }

    /**
     * How many of those that stand behind an earlier send to their recipient have a start before they expire. Their places
     * are known only when it is their turn; they are counted after what could go now, the one that expires first going first.
     *
     * @param before starts that go to others first
     */
    private static long inTimeBehind(
            Transaction transaction, String account, Timetable timetable, long before, long now) throws SQLException {
        List<Deadline> deadlines = transaction.all(
                "SELECT expires_at, count(*) FROM send WHERE " + PartialIndexes.QUEUED
                        + " AND expires_at > ? AND expires_at <= ? AND account = ? AND ready = 3"
                        + " GROUP BY expires_at ORDER BY expires_at",
                row -> new Deadline(row.getLong(1), row.getLong(2)),
                now,
                now + AHEAD.toMillis(),
                account);
        long inTime = 0;
        for (Deadline deadline : deadlines) {
            long room = timetable.startsUntil(deadline.at()) - before - inTime;
            inTime += Math.max(0, Math.min(deadline.count(), room));
        }
        return inTime;
    }

    private record Deadline(long at, long count) {}

    /** The next sends in the order in which they are claimed. */
    private static List<Place> page(Transaction transaction, String account, Place after) throws SQLException {
        return transaction.all(
                "SELECT priority, fair_rank, id, expires_at FROM send WHERE account = ? AND state = 'queued'"
                        + " AND ready = 1 AND (priority, fair_rank, id) > (?, ?, ?)"
                        + " ORDER BY priority, fair_rank, id LIMIT " + PAGE,
                row -> new Place(row.getInt(1), row.getLong(2), row.getString(3), row.getLong(4)),
                account,
                after.priority(),
                after.rank(),
                after.id());
    }

    private record Place(int priority, long rank, String id, long expiresAt) {}

    /** Empty while the account is paused. */
    private static Optional<Timetable> timetable(Transaction transaction, Account account, long now) {
        try {
            return transaction
                    .one(
                            "SELECT not_before, next_slot, budget_day, budget_used FROM account"
                                    + " WHERE name = ? AND paused IS NULL",
                            row -> new Lane(row.getLong(1), row.getLong(2), row.getString(3), row.getLong(4)),
                            account.name())
                    .map(lane -> lane.timetable(account, now));
        } catch (SQLException failed) {
            throw new LedgerException("the ledger could not be read: " + failed.getMessage(), failed);
        }
    }

    private record Lane(long notBefore, long nextSlot, String budgetDay, long budgetUsed) {
        private Timetable timetable(Account account, long now) {
            long first = Math.max(now, Math.max(notBefore, TimeUnit.MICROSECONDS.toMillis(nextSlot)));
            return Timetable.of(account.rules(), account.pace().meanGap(), first, budgetDay, budgetUsed);
        }
    }

    private Void tell(Transaction transaction, Soon soon, long lost, long now) throws SQLException {
        String name = "expiring/" + soon.account();
        Optional<Told> told =
                transaction.one("SELECT value FROM setting WHERE name = ?", row -> Told.read(row.getString(1)), name);
        if (told.isEmpty()
                || told.get().at() <= now - AHEAD.toMillis()
                || lost >= MORE * told.get().count()) {
            events.expiring(transaction, soon.account(), lost, soon.earliest(), now);
            transaction.update(
                    "INSERT INTO setting (name, value) VALUES (?, ?)"
                            + " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    name,
                    new Told(now, lost).written());
        }
        return null;
    }

    private record Told(long at, long count) {
        private static Told read(String written) {
            int space = written.indexOf(' ');
            return new Told(Long.parseLong(written.substring(0, space)), Long.parseLong(written.substring(space + 1)));
        }

        private String written() {
            return at + " " + count;
        }
    }
}
