package dev.caravan.ledger;

import dev.caravan.ledger.Settlement.Cause;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** What becomes of the sends that a gateway had under way when it died. */
final class Recovery {

    private static final Cause INTERRUPTED =
            new Cause("unknown", Settlements.INTERRUPTED, "the gateway stopped while it was being sent");

    private static final long LONGEST_UNTIL_AGAIN = Duration.ofMinutes(15).toMillis();

    private final String gateway;
    private final Settlements settlements;

    /** @param gateway the id of this gateway */
    Recovery(String gateway, Settlements settlements) {
        this.gateway = gateway;
        this.settlements = settlements;
    }

    /**
     * At the start of a gateway: what it was sending when it died may or may not have reached the provider.
     *
     * @param retried the accounts whose sends are sent again then: twice rather than never
     * @return how many sends were under way
     */
    int recover(Transaction transaction, Set<String> retried, long now) throws SQLException {
        return recover(transaction, gateway, underWay(transaction, gateway), retried, now);
    }

    /**
     * The same of another gateway that is gone.
     *
     * @param left what it was sending; what has its result by now, or is attempted anew, is left alone
     */
    int recover(Transaction transaction, String other, List<Interrupted> left, Set<String> retried, long now)
            throws SQLException {
        int recovered = 0;
        for (Interrupted one : left) {
            Settlement settlement = retried.contains(one.account())
                    ? Settlement.queued(now + untilAgain(one.attempt().number()), INTERRUPTED)
                    : Settlement.of(State.UNKNOWN, INTERRUPTED);
            recovered += settlements.settle(transaction, other, one.attempt(), settlement, now) ? 1 : 0;
        }
        return recovered;
    }

    /**
     * The first time at once, then after 2, 4, 8 … seconds, at most a quarter of an hour: a send that brings down whichever
     * gateway attempts it is not to reach its recipient at each start.
     */
    private static long untilAgain(int attempt) {
        return attempt <= 1 ? 0 : Math.min(LONGEST_UNTIL_AGAIN, 1_000L << Math.min(attempt - 1, 20));
    }

    /** What a gateway is sending. */
    List<Interrupted> underWay(Transaction transaction, String of) throws SQLException {
        return transaction.all(
                "SELECT id, attempt, expires_at, changed_at, account FROM send WHERE state = 'sending' AND gateway = ?",
                row -> new Interrupted(
                        new Attempt(
                                row.getString(1), row.getInt(2), null, row.getLong(3), false, false, row.getLong(4)),
                        row.getString(5)),
                of);
    }

    /** @param attempt without what it sends */
    record Interrupted(Attempt attempt, String account) {}
}
