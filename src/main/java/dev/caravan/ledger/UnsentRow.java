package dev.caravan.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.Predicate;

/**
 * A row of a batch that became no send.
 *
 * @param status {@code rejected} or {@code duplicate}
 * @param at in milliseconds
 * @param repeats of a duplicate: the send it repeats; else null
 * @param detail what was read of it: who and where to, never what
 */
public record UnsentRow(
        long id,
        String batch,
        long row,
        long line,
        long at,
        String status,
        String errorClass,
        String errorCode,
        String errorMessage,
        String repeats,
        ObjectNode detail) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What {@link #read} takes, in its order. */
    static final String COLUMNS =
            "id, batch, row_number, line, at, status, error_class, error_code, error_message, repeats, detail";

    static UnsentRow read(ResultSet row) throws SQLException {
        return new UnsentRow(
                row.getLong(1),
                row.getString(2),
                row.getLong(3),
                row.getLong(4),
                row.getLong(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                row.getString(10),
                parse(row.getString(11)));
    }

    private static ObjectNode parse(String detail) {
        try {
            return JSON.readValue(detail, ObjectNode.class);
        } catch (JsonProcessingException damaged) {
            throw new IllegalStateException("the ledger holds a detail that is not JSON", damaged);
        }
    }

    boolean isWithin(Reach reach) {
        boolean ofNamespace = reach.namespace() == null
                || reach.namespace().equals(detail.path("namespace").textValue());
        return ofNamespace && reach.covers(detail.path("account").asText());
    }

    /** @param isThem whether a recipient as somebody wrote it is the one that is meant */
    boolean isTo(Predicate<String> isThem) {
        String to = detail.path("to").textValue();
        return to != null && isThem.test(to);
    }

    /** The detail without its recipient, and without its reference if that tells who it is. */
    ObjectNode erased(String recipient) {
        ObjectNode erased = detail.deepCopy().put("to", Recipients.ERASED);
        String reference = detail.path("reference").textValue();
        return reference != null && Recipients.tells(reference, recipient)
                ? erased.put("reference", Recipients.ERASED)
                : erased;
    }
}
