package dev.caravan.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The history read as an outbox: every row that changed a send's state or became no send is an outcome, in the order of
 * commits.
 */
public final class Outbox {

    /**
     * A row of the history with what an outcome says of its send.
     *
     * @param id rises with every row
     * @param send null for a row of a batch that was rejected or repeats an earlier send
     * @param sequence per send, from 1
     * @param batch null for a send that came alone, then {@code row} is 0
     * @param at in milliseconds
     * @param repeats of a duplicate row: the send it repeats; else null
     * @param detail of a rejected or duplicate row: what was read of it, as JSON
     * @param traceparent the W3C trace context its caller gave, or null
     */
    public record Entry(
            long id,
            String send,
            int sequence,
            String batch,
            long row,
            long line,
            long at,
            String status,
            int attempts,
            String errorClass,
            String errorCode,
            String errorMessage,
            String providerMessageId,
            String repeats,
            String detail,
            String namespace,
            String reference,
            String account,
            String provider,
            String recipient,
            String type,
            String category,
            long acceptedAt,
            String traceparent) {

        private static Entry read(ResultSet row) throws SQLException {
            return new Entry(
                    row.getLong(1),
                    row.getString(2),
                    row.getInt(3),
                    row.getString(4),
                    row.getLong(5),
                    row.getLong(6),
                    row.getLong(7),
                    row.getString(8),
                    row.getInt(9),
                    row.getString(10),
                    row.getString(11),
                    row.getString(12),
                    row.getString(13),
                    row.getString(14),
                    row.getString(15),
                    row.getString(16),
                    row.getString(17),
                    row.getString(18),
                    row.getString(19),
                    row.getString(20),
                    row.getString(21),
                    row.getString(22),
                    row.getLong(23),
                    row.getString(24));
        }
    }

    private static final String OF_SEND =
            "send.namespace, send.reference, send.account, send.provider, send.recipient, send.type, send.category,"
                    + " send.accepted_at, send.traceparent";

    /**
     * Notes a row of a batch that became no send.
     *
     * @param status {@code rejected} or {@code duplicate}
     * @param repeats the send that a duplicate repeats, or null
     * @param detail what was read of it, as JSON
     */
    public void notAccepted(
            Transaction transaction,
            String batch,
            long row,
            long line,
            String status,
            String errorCode,
            String errorMessage,
            String repeats,
            String detail,
            long now)
            throws SQLException {
        transaction.update(
                """
                INSERT INTO history (sequence, batch, row_number, line, at, status, error_class, error_code,
                  error_message, repeats, detail)
                VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                batch,
                row,
                line,
                now,
                status,
                "rejected".equals(status) ? "permanent" : null,
                errorCode,
                errorMessage,
                repeats,
                detail);
    }

    /** The entries after {@code cursor}, the oldest first. */
    public List<Entry> after(Transaction transaction, long cursor, int limit) throws SQLException {
        return transaction.all(
                "SELECT history.id, history.send, history.sequence, history.batch, history.row_number, history.line,"
                        + " history.at, history.status, history.attempt, history.error_class, history.error_code,"
                        + " history.error_message, history.provider_message_id, history.repeats, history.detail, "
                        + OF_SEND
                        + " FROM history LEFT JOIN send ON send.id = history.send"
                        + " WHERE history.id > ? AND history.status NOT IN " + SendEvent.NO_OUTCOME
                        + " ORDER BY history.id LIMIT ?",
                Entry::read,
                cursor,
                limit);
    }

    /** What happened to a send at one point of its history; 0 for its acceptance. Empty when there is no such send. */
    public Optional<Entry> of(Transaction transaction, String send, int sequence) throws SQLException {
        return transaction.one(
                "SELECT coalesce(history.id, 0), send.id, coalesce(history.sequence, 0), send.batch,"
                        + " coalesce(send.row_number, 0), coalesce(send.line, 0),"
                        + " coalesce(history.at, send.accepted_at), coalesce(history.status, 'queued'),"
                        + " coalesce(history.attempt, 0), history.error_class, history.error_code,"
                        + " history.error_message, history.provider_message_id, NULL, NULL, "
                        + OF_SEND
                        + " FROM send LEFT JOIN history ON history.send = send.id AND history.sequence = ?"
                        + " WHERE send.id = ?",
                Entry::read,
                sequence,
                send);
    }

    /** The point of a send's history that its latest outcome stands at; 0 when it has none yet. */
    public Optional<Integer> sequence(Transaction transaction, String send) throws SQLException {
        return transaction.one(
                "SELECT (SELECT coalesce(max(sequence), 0) FROM history WHERE history.send = send.id AND status NOT IN "
                        + SendEvent.NO_OUTCOME + ") FROM send WHERE id = ?",
                row -> row.getInt(1),
                send);
    }
}
