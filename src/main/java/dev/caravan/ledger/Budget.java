package dev.caravan.ledger;

import dev.caravan.account.SendingRules;
import java.sql.SQLException;

/** How many starts an account may make on a day of its own. The row of an account without a budget is never touched. */
final class Budget {

    private Budget() {}

    /** Counts a start of an account that has a budget. */
    static void spend(Transaction transaction, String account, SendingRules rules, long now) throws SQLException {
        if (rules.budget() != null) {
            String day = rules.day(now);
            transaction.update(
                    "UPDATE account SET budget_used = CASE WHEN budget_day = ? THEN budget_used + 1 ELSE 1 END,"
                            + " budget_day = ? WHERE name = ?",
                    day,
                    day,
                    account);
        }
    }

    /** Whether an account has started all that it may on the day of {@code now}. */
    static boolean isSpent(Transaction transaction, String account, SendingRules rules, long now) throws SQLException {
        return rules.budget() != null
                && transaction
                                .one(
                                        "SELECT budget_used FROM account WHERE name = ? AND budget_day = ?",
                                        row -> row.getLong(1),
                                        account,
                                        rules.day(now))
                                .orElse(0L)
                        >= rules.budget();
    }

    /**
     * When a budget that is spent is there again.
     *
     * @param day on which the account last started a send
     * @param used how many it started on that day
     * @return in milliseconds; 0 when it is not spent
     */
    static long backAt(SendingRules rules, String day, long used, long now) {
        boolean spent = rules.budget() != null && rules.day(now).equals(day) && used >= rules.budget();
        return spent ? rules.nextDay(now) : 0;
    }
}
