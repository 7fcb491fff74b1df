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
        transaction.update(
                """
                UPDATE send SET ready = 3, followed = 1 WHERE id IN (
                  SELECT later.id FROM send AS later, send AS first
                  WHERE first.id = ? AND later.account = first.account AND later.recipient = first.recipient
                    AND later.priority = first.priority AND later.id >= first.id
                    AND later.state IN ('queued', 'sending') AND later.ready NOT IN (0, 2)
                    AND later.state = 'queued' AND later.ready = 1
                  ORDER BY later.id LIMIT\s"""
                        + SWEEP + ")",
                id);
    }

    /** A send has its end: whoever waits for it is next. */
    static void release(Transaction transaction, String id, Changed ended) throws SQLException {
        if (ended.followed()) {
            release(transaction, id);
        }
    }

    /** A send goes out of its queue, or nobody is to wait for it any longer: the first of those that wait is next. */
    static void release(Transaction transaction, String id) throws SQLException {
        transaction.update("UPDATE send SET followed = 0 WHERE id = ?", id);
        Optional<String> account = transaction.one(
                """
                UPDATE send SET ready = 1 WHERE id = (
                  SELECT next.id FROM send AS next, send AS gone
                  WHERE gone.id = ? AND next.account = gone.account AND next.recipient = gone.recipient
                    AND next.priority = gone.priority
                    AND next.state IN ('queued', 'sending') AND next.ready NOT IN (0, 2)
                    AND next.state = 'queued' AND next.ready = 3
                  ORDER BY next.id LIMIT 1)
                RETURNING account""",
                row -> row.getString(1),
                id);
        account.ifPresent(transaction::ready);
    }
}
