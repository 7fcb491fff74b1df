package dev.caravan.ledger;

import dev.caravan.message.Priority;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * What the ledger knows of a send, but for what it says; times in milliseconds.
 *
 * @param batch the batch it came in, or null, then {@code row} is 0
 * @param row its record in that batch, from 1
 * @param recipient {@link Recipients#ERASED} once it has been erased
 * @param run the row of unrecognised refusals that it failed in, or null
 * @param dueAt when it may be sent; only of a queued send, else null
 * @param sentAt when its provider accepted it, or null
 */
public record SendRecord(
        String id,
        String namespace,
        String reference,
        String batch,
        long row,
        String account,
        String provider,
        String recipient,
        String type,
        String category,
        Priority priority,
        State state,
        int attempts,
        String providerMessageId,
        String errorClass,
        String errorCode,
        String errorMessage,
        String run,
        long acceptedAt,
        Long dueAt,
        long expiresAt,
        long changedAt,
        Long sentAt) {

    /** What {@link #read} takes, in its order. */
    static final String COLUMNS = "id, namespace, reference, batch, row_number, account, provider, recipient, type,"
            + " category, priority, state, attempt, provider_message_id, error_class, error_code, error_message,"
            + " accepted_at, due_at, expires_at, changed_at, sent_at, run";

    static SendRecord read(ResultSet row) throws SQLException {
        State state = State.of(row.getString(12));
        return new SendRecord(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getLong(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                row.getString(10),
                Priority.values()[row.getInt(11)],
                state,
                row.getInt(13),
                row.getString(14),
                row.getString(15),
                row.getString(16),
                row.getString(17),
                row.getString(23),
                row.getLong(18),
                state == State.QUEUED ? number(row, 19) : null,
                row.getLong(20),
                row.getLong(21),
                number(row, 22));
    }

    /** A number, or null. */
    static Long number(ResultSet row, int column) throws SQLException {
        long number = row.getLong(column);
        return row.wasNull() ? null : number;
    }
}
