package dev.caravan.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.InvalidSendException;
import java.util.List;

/**
 * One record of a file: a send that may still prove invalid, or why there is none.
 *
 * @param number counts the file's records, from 1
 * @param line the physical line where the record begins, from 1, which in CSV is the header
 * @param cells as many as the file has columns, as they were before any substitution; null for JSON
 * @param send the send's canonical JSON, not yet validated; null when there is a problem
 * @param sendId the earlier send that a row of our own report tells of, or null
 * @param problem why the record cannot be read, or null
 */
public record Row(
        long number, long line, List<String> cells, ObjectNode send, String sendId, InvalidSendException problem) {

    /** How large it is, near enough. */
    long characters() {
        return cells != null ? cells.stream().mapToLong(String::length).sum() : send == null ? 0 : characters(send);
    }

    private static long characters(JsonNode node) {
        if (node.isTextual()) {
            return node.textValue().length();
        }
        long characters = 0;
        for (JsonNode child : node) {
            characters += characters(child);
        }
        return characters;
    }
}
