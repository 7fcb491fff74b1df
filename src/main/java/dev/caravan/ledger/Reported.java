package dev.caravan.ledger;

import java.util.List;
import java.util.Objects;

/**
 * What a provider says of a message; texts without control characters.
 *
 * @param messageIds the provider's ids of it, at least one
 * @param state what it makes of its send: sent, delivered, read or failed; null when somebody deleted the message
 * @param raw the provider's value and words, or null
 * @param code why it failed, or null
 * @param reason why it failed, in the provider's words, or null
 * @param line which of the provider's lines it went over, or null
 * @param recipient to whom, in digits or as the provider's own id, or null
 * @param at when, by the provider's clock, in milliseconds, or null
 */
public record Reported(
        List<String> messageIds,
        State state,
        String raw,
        String code,
        String reason,
        String line,
        String recipient,
        Long at) {

    static final String DELETED = "deleted";

    public Reported {
        messageIds = List.copyOf(messageIds);
        Objects.requireNonNull(messageIds.get(0));
    }

    /** The word it has in the history. */
    public String status() {
        return state == null ? DELETED : state.word();
    }
}
