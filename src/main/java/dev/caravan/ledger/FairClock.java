package dev.caravan.ledger;

import dev.caravan.message.Priority;
import java.sql.SQLException;
import java.util.Locale;

/**
 * How far an account's queue has got: the greatest rank that was claimed, for each priority of its own. A new batch starts
 * there, and so takes turns with those that are under way. What goes first would otherwise carry the clock of the others
 * along, far ahead of where they are.
 */
public final class FairClock {

    private FairClock() {}

    /** The column of a priority in an account's row. */
    static String column(Priority priority) {
        return "fair_clock_" + priority.name().toLowerCase(Locale.ROOT);
    }

    /** 0 for an account without a row. */
    public static long of(Transaction transaction, String account, Priority priority) throws SQLException {
        return transaction
                .one("SELECT " + column(priority) + " FROM account WHERE name = ?", row -> row.getLong(1), account)
                .orElse(0L);
    }

    /** The rank of a batch's latest send in an account's queue; 0 when it has none there. */
    public static long ofLatest(Transaction transaction, String batch, String account) throws SQLException {
        return transaction
                .one(
                        "SELECT fair_rank FROM send WHERE batch = ? AND account = ? ORDER BY row_number DESC LIMIT 1",
                        row -> row.getLong(1),
                        batch,
                        account)
                .orElse(0L);
    }
}
