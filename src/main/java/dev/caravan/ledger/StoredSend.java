package dev.caravan.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A send as it stands, without what it says. Times are in milliseconds.
 *
 * @param reference the caller's own key, or null
 * @param batch the batch it came in, or null; then {@code row} is null too
 * @param recipient {@link Recipients#ERASED} once it has been erased
 * @param category or null
 * @param priority 0 high, 1 normal, 2 low
 * @param errorClass why it is not where it should be, or null; then the other two are null too
 * @param dueAt when it is due; it says something of a queued send only
 * @param sentAt when its provider accepted it, or null
 */
public record StoredSend(
        String id,
        String namespace,
        String reference,
        String batch,
        Long row,
        String account,
        String provider,
        String recipient,
        String type,
        String category,
        int priority,
        State state,
        String providerMessageId,
        int attempts,
        String errorClass,
        String errorCode,
        String errorMessage,
        long acceptedAt,
        long dueAt,
        long expiresAt,
        long changedAt,
        Long sentAt) {

    static final String COLUMNS = "id, namespace, reference, batch, row_number, account, provider, recipient, type,"
            + " category, priority, state, provider_message_id, attempt, error_class, error_code, error_message,"
            + " accepted_at, due_at, expires_at, changed_at, sent_at";

    static StoredSend read(ResultSet row) throws SQLException {
        return new StoredSend(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                number(row, 5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                row.getString(10),
                row.getInt(11),
                State.of(row.getString(12)),
                row.getString(13),
                row.getInt(14),
                row.getString(15),
                row.getString(16),
                row.getString(17),
                row.getLong(18),
                row.getLong(19),
                row.getLong(20),
                row.getLong(21),
                number(row, 22));
    }

    static Long number(ResultSet row, int column) throws SQLException {
        long number = row.getLong(column);
        return row.wasNull() ? null : number;
    }
}
