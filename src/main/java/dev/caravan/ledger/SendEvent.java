package dev.caravan.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * An entry of a send's history; times in milliseconds.
 *
 * @param sequence per send, from 1
 * @param status the state it brought, or {@code erased}
 * @param attempt how many had been made
 * @param startedAt when the attempt began, or null
 * @param httpStatus of the provider's answer, or null
 * @param actor the name of the key by which somebody did it, or null
 * @param reason in that person's words, or null
 */
public record SendEvent(
        int sequence,
        long at,
        String status,
        int attempt,
        Long startedAt,
        Integer httpStatus,
        String errorClass,
        String errorCode,
        String errorMessage,
        String providerMessageId,
        String actor,
        String reason) {

    /** What {@link #read} takes, in its order. */
    static final String COLUMNS = "sequence, at, status, attempt, started_at, http_status, error_class, error_code,"
            + " error_message, provider_message_id, actor, reason";

    static SendEvent read(ResultSet row) throws SQLException {
        long startedAt = row.getLong(5);
        boolean hasStarted = !row.wasNull();
        int httpStatus = row.getInt(6);
        boolean hasStatus = !row.wasNull();
        return new SendEvent(
                row.getInt(1),
                row.getLong(2),
                row.getString(3),
                row.getInt(4),
                hasStarted ? startedAt : null,
                hasStatus ? httpStatus : null,
                row.getString(7),
                row.getString(8),
                row.getString(9),
                row.getString(10),
                row.getString(11),
                row.getString(12));
    }
}
