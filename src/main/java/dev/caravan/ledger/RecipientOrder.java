package dev.caravan.ledger;

import dev.caravan.ledger.Transitions.Changed;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The order of sends to one recipient: those of one account and one priority go out as they were accepted, also when an
 * earlier one waits for its retry. Whoever is found behind an earlier one leaves the claim's way, with all that stand
 * further behind, and waits without a time; the end of the one ahead brings the next one back, in the same commit. So
 * neither a claim nor an end costs more when many wait.
 */
final class RecipientOrder {

    /** What a send waits for: the latest earlier one of its queue that has been due; null when it may go. */
    static final String EARLIER =
            """
            (SELECT earlier.id FROM send AS earlier
              WHERE earlier.account = send.account AND earlier.recipient = send.recipient
                AND earlier.priority = send.priority AND earlier.id < send.id
                AND earlier.state IN ('queued', 'sending') AND earlier.ready NOT IN (0, 2)
                AND NOT EXISTS (SELECT 1 FROM batch WHERE batch.id = earlier.batch AND batch.paused IS NOT NULL)
              ORDER BY earlier.id DESC LIMIT 1)""";

    /**
     * The condition of {@code send_order}, and its columns. What else is asked of the state is said in words from which no
     * other index's condition follows, as in {@link PartialIndexes#STILL_CLAIMABLE}.
     */
    private static final String IN_LINE = "account = ? AND recipient = ? AND priority = ?"
            + " AND state IN ('queued', 'sending') AND ready NOT IN (0, 2)";

    private static final int SWEEP = 500;

    private RecipientOrder() {}

    /**
     * Takes a queued send, and those of its queue behind it, out of the claim's way.
     *
     * @param earlier the send that it waits for
     */
    static void wait(Transaction transaction, String id, String earlier) throws SQLException {
        transaction.update("UPDATE send SET followed = 1 WHERE id = ?", earlier);
        // Whichever of them has its end first, the next one is looked at.
        Line line = line(transaction, id);
        transaction.update(
                "UPDATE send SET ready = 3, followed = 1 WHERE id IN (SELECT id FROM send WHERE " + IN_LINE
                        + " AND id >= ? AND " + PartialIndexes.STILL_CLAIMABLE + " ORDER BY id LIMIT " + SWEEP + ")",
                line.account(),
                line.recipient(),
                line.priority(),
                id);
    }

    /** A send has its end: whoever waits for it is next. */
    static void release(Transaction transaction, String id, Changed ended) throws SQLException {
        if (ended.followed()) {
            release(transaction, id);
        }
    }

    /** Whether a due send is behind an earlier one. Then it leaves the claim's way, and is back after that one. */
    static boolean waitsBehind(Transaction transaction, String id) throws SQLException {
        Optional<String> earlier = transaction
                .one(
                        "SELECT " + EARLIER + " FROM send WHERE id = ? AND " + PartialIndexes.STILL_CLAIMABLE,
                        row -> Optional.ofNullable(row.getString(1)),
                        id)
                .flatMap(found -> found);
        if (earlier.isPresent()) {
            wait(transaction, id, earlier.get());
        }
        return earlier.isPresent();
    }

    /** A send goes out of its queue, or nobody is to wait for it any longer: the first of those that wait is next. */
    static void release(Transaction transaction, String id) throws SQLException {
        transaction.update("UPDATE send SET followed = 0 WHERE id = ?", id);
        Line line = line(transaction, id);
        Optional<String> account = transaction.one(
                "UPDATE send SET ready = 1 WHERE id = (SELECT id FROM send WHERE " + IN_LINE
                        + " AND state || '' = 'queued' AND ready + 0 = 3 ORDER BY id LIMIT 1) RETURNING account",
                row -> row.getString(1),
                line.account(),
                line.recipient(),
                line.priority());
        account.ifPresent(transaction::ready);
    }

    /** Those that go out one after the other. */
    private record Line(String account, String recipient, int priority) {}

    private static Line line(Transaction transaction, String id) throws SQLException {
        return transaction
                .one(
                        "SELECT account, recipient, priority FROM send WHERE id = ?",
                        row -> new Line(row.getString(1), row.getString(2), row.getInt(3)),
                        id)
                .orElseThrow();
    }
}
