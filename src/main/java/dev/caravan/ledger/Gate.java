package dev.caravan.ledger;

import dev.caravan.account.SendingRules;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What an account's row says of whether it may send.
 *
 * @param paused {@code hand}, {@code account}, or null when it runs
 * @param notBefore the provider asked us to wait until then, or the budget is spent, in milliseconds
 * @param probeAt when a paused account is tried with one send, in milliseconds
 * @param probes how many have been made since it was paused
 * @param throttles throttled answers in a row
 * @param refusals unrecognised refusals in a row
 * @param run the id of that row, or null
 */
record Gate(String paused, long notBefore, long probeAt, int probes, int throttles, int refusals, String run) {

    /** The columns that {@link #read} takes, in their order. */
    static final String COLUMNS =
            "paused, not_before, probe_at, probes, throttles, budget_day, budget_used, refusals, run";

    /** How long a paused lane may go without looking whether somebody resumed it. */
    private static final long LOOK_AGAIN = TimeUnit.SECONDS.toMillis(5);

    private static final Duration FIRST_PROBE = Duration.ofMinutes(1);
    private static final Duration LAST_PROBE = Duration.ofMinutes(15);

    /** The gate of an account that has a row. */
    static Gate of(Transaction transaction, String account, SendingRules rules, long now) throws SQLException {
        return transaction
                .one("SELECT " + COLUMNS + " FROM account WHERE name = ?", row -> read(row, rules, now), account)
                .orElseThrow();
    }

    /** @param row begins with {@link #COLUMNS} */
    static Gate read(ResultSet row, SendingRules rules, long now) throws SQLException {
        return new Gate(
                row.getString(1),
                Math.max(row.getLong(2), Budget.backAt(rules, row.getString(6), row.getLong(7), now)),
                row.getLong(3),
                row.getInt(4),
                row.getInt(5),
                row.getInt(8),
                row.getString(9));
    }

    boolean isTrial() {
        return isProbe() || throttles > 0 || refusals > 0;
    }

    boolean isProbe() {
        return "account".equals(paused);
    }

    boolean isOpen(long now) {
        return opensAt(now) <= now;
    }

    long lookAgainAt(long now) {
        return Math.min(opensAt(now), now + LOOK_AGAIN);
    }

    long opensAt(long now) {
        if (paused == null) {
            return notBefore;
        }
        if (!isProbe()) {
            return now + LOOK_AGAIN;
        }
        // No probe is further ahead, unless the clock has been set back since.
        return Math.max(probeAt - now > LAST_PROBE.toMillis() ? now : probeAt, notBefore);
    }

    /** A probe comes after 1, 2, 4 … and at most 15 minutes. */
    static Duration untilProbe(int probes) {
        Duration wait = FIRST_PROBE.multipliedBy(1L << Math.min(probes, 4));
        return wait.compareTo(LAST_PROBE) > 0 ? LAST_PROBE : wait;
    }

    /** The account has had its probe: the next one comes later. */
    void postponeProbe(Transaction transaction, String account, long now) throws SQLException {
        transaction.update(
                "UPDATE account SET probes = probes + 1, probe_at = ? WHERE name = ?",
                now + untilProbe(probes + 1).toMillis(),
                account);
    }
}
