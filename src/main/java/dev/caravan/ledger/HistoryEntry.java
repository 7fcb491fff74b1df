package dev.caravan.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Something that happened to a send. Times are in milliseconds; what does not apply is null.
 *
 * @param sequence per send, from 1
 * @param status the state it brought, or {@code erased}
 * @param attempt how many attempts had been made
 * @param startedAt when the attempt was
 * @param httpStatus of the provider's answer
 * @param actor the key of the person who did it
 * @param reason in that person's words
 */
public record HistoryEntry(
        int sequence,
        long at,
        String status,
        int attempt,
        Long startedAt,
        Long httpStatus,
        String errorClass,
        String errorCode,
        String errorMessage,
        String providerMessageId,
        String actor,
        String reason) {

    static final String COLUMNS = "sequence, at, status, attempt, started_at, http_status, error_class, error_code,"
            + " error_message, provider_message_id, actor, reason";

    static HistoryEntry read(ResultSet row) throws SQLException {
        return new HistoryEntry(
                row.getInt(1),
                row.getLong(2),
                row.getString(3),
                row.getInt(4),
                StoredSend.number(row, 5),
                StoredSend.number(row, 6),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                row.getString(10),
                row.getString(11),
                row.getString(12));
    }
}
