package dev.caravan.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * An entry of a send's history; times in milliseconds.
 *
 * @param sequence per send, from 1
 * @param status the state it brought; or {@code erased}; or of what a provider reported without a change of state:
 *     {@code deleted}, or {@code hint} for a message that may be this send
 * @param attempt how many had been made
 * @param startedAt when the attempt began, or null
 * @param took milliseconds until the verdict on the attempt, or null
 * @param httpStatus of the provider's answer, or null
 * @param answer the provider's, without credentials and what is personal, or null
 * @param actor the name of the key by which somebody did it, or null
 * @param reason in that person's words; or why it was moved to another account; or null
 * @param raw of what a provider reported: its value and words, or null
 * @param reportedAt of what a provider reported: when it happened, by the provider's clock, or null
 */
public record SendEvent(
        int sequence,
        long at,
        String status,
        int attempt,
        Long startedAt,
        Long took,
        Integer httpStatus,
        String answer,
        String errorClass,
        String errorCode,
        String errorMessage,
        String providerMessageId,
        String actor,
        String reason,
        String raw,
        Long reportedAt) {

    /** The rows of a send's history that are no outcomes: they changed no state. */
    static final String NO_OUTCOME = "('erased', 'deleted', 'hint')";

    /** What {@link #read} takes, in its order. */
    static final String COLUMNS = "sequence, at, status, attempt, started_at, http_status, error_class, error_code,"
            + " error_message, provider_message_id, actor, reason, detail, took, answer";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The detail of an entry that a provider reported; never null. */
    static String detail(String raw, Long reportedAt) {
        ObjectNode detail = JSON.createObjectNode();
        if (raw != null) {
            detail.put("raw", raw);
        }
        if (reportedAt != null) {
            detail.put("at", reportedAt);
        }
        return detail.toString();
    }

    static SendEvent read(ResultSet row) throws SQLException {
        int httpStatus = row.getInt(6);
        boolean hasStatus = !row.wasNull();
        JsonNode detail = detail(row.getString(13));
        return new SendEvent(
                row.getInt(1),
                row.getLong(2),
                row.getString(3),
                row.getInt(4),
                SendRecord.number(row, 5),
                SendRecord.number(row, 14),
                hasStatus ? httpStatus : null,
                row.getString(15),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                row.getString(10),
                row.getString(11),
                row.getString(12),
                detail.path("raw").textValue(),
                detail.has("at") ? detail.get("at").longValue() : null);
    }

    private static JsonNode detail(String kept) {
        try {
            return kept == null ? JSON.missingNode() : JSON.readTree(kept);
        } catch (JsonProcessingException damaged) {
            throw new IllegalStateException("the ledger holds a detail that is not JSON", damaged);
        }
    }
}
