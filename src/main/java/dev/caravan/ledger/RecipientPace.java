package dev.caravan.ledger;

import dev.caravan.account.Rate;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How often an account has lately written to one recipient: the starts that still count, until none of them does. */
public final class RecipientPace {

    private static final int SWEEP = 500;

    /** More than the clocks of gateways that share a ledger should differ. */
    private static final long AHEAD = 30_000;

    private RecipientPace() {}

    /**
     * What is kept of a recipient.
     *
     * @param at when an account has written to them, in milliseconds, the oldest first
     */
    public record Starts(String account, List<Long> at) {}

    /**
     * Notes a start, if the recipient may be written to now.
     *
     * @return 0, or when they may, in milliseconds
     */
    static long start(Transaction transaction, String account, String recipient, Rate rate, long now)
            throws SQLException {
        long period = rate.period().toMillis();
        List<Long> counting = new ArrayList<>();
        for (long start : starts(transaction, account, recipient)) {
            // One far in the future was noted by a clock that was wrong, one nearer by another gateway.
            if (start > now - period && start <= now + AHEAD) {
                counting.add(start);
            }
        }
        Collections.sort(counting);
        if (counting.size() >= rate.count()) {
            return counting.get(counting.size() - rate.count()) + period;
        }
        counting.add(now);
        transaction.update(
                """
                INSERT INTO recipient_pace (account, recipient, starts, until) VALUES (?, ?, ?, ?)
                ON CONFLICT (account, recipient) DO UPDATE SET starts = excluded.starts, until = excluded.until""",
                account,
                recipient,
                counting.stream().map(String::valueOf).collect(Collectors.joining(" ")),
                now + period);
        return 0;
    }

    private static List<Long> starts(Transaction transaction, String account, String recipient) throws SQLException {
        return transaction
                .one(
                        "SELECT starts FROM recipient_pace WHERE account = ? AND recipient = ?",
                        row -> row.getString(1),
                        account,
                        recipient)
                .map(RecipientPace::starts)
                .orElse(List.of());
    }

    private static List<Long> starts(String written) {
        return Stream.of(written.split(" ")).map(Long::valueOf).toList();
    }

    /** What is kept of a recipient, in the accounts of a reach. */
    static List<Starts> of(Transaction transaction, String recipient, Reach reach) throws SQLException {
        Conditions theirs = theirs(recipient, reach);
        return transaction.all(
                "SELECT account, starts FROM recipient_pace WHERE " + theirs.sql() + " ORDER BY account",
                row -> new Starts(row.getString(1), starts(row.getString(2))),
                theirs.values());
    }

    /** Whether {@link #forget} has something to do. */
    public static boolean anyOver(Transaction transaction, long now) throws SQLException {
        return transaction
                .one("SELECT 1 FROM recipient_pace WHERE until <= ? LIMIT 1", row -> true, now)
                .isPresent();
    }

    /** Forgets what counts no longer, a limited number at a time; returns how many recipients that is. */
    public static int forget(Transaction transaction, long now) throws SQLException {
        return transaction.update(
                """
                DELETE FROM recipient_pace WHERE (account, recipient) IN (
                  SELECT account, recipient FROM recipient_pace WHERE until <= ? ORDER BY until LIMIT\s"""
                        + SWEEP + ")",
                now);
    }

    /** Forgets a recipient, in the accounts of a reach. */
    static void forget(Transaction transaction, String recipient, Reach reach) throws SQLException {
        Conditions theirs = theirs(recipient, reach);
        transaction.update("DELETE FROM recipient_pace WHERE " + theirs.sql(), theirs.values());
    }

    private static Conditions theirs(String recipient, Reach reach) {
        return new Conditions().and("recipient = ?", recipient).in("account", reach.accounts());
    }
}
