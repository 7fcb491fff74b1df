package dev.caravan.provider.texter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.provider.Delivery;
import dev.caravan.provider.Notice.Report;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The delivery statuses of Texter's messages, the same in chats and in events. The numbers and their meanings are those of
 * public documentation; so is that an error is a code or a text.
 */
final class TexterStatuses {

    /** The event of its own that a failure has, which names no status. */
    static final String FAILED = "messageFailed";

    /** 0 is that it left Texter, 1 that WhatsApp accepted it. */
    private static final Map<String, Delivery> DELIVERIES = Map.ofEntries(
            Map.entry("0", Delivery.SENT),
            Map.entry("1", Delivery.SENT),
            Map.entry("2", Delivery.DELIVERED),
            Map.entry("3", Delivery.READ),
            Map.entry("4", Delivery.FAILED),
            Map.entry("5", Delivery.FAILED),
            Map.entry(FAILED, Delivery.FAILED),
            Map.entry("6", Delivery.DELETED));

    /** Our words for a failure that has no code. */
    private static final Map<String, String> FAILURES =
            Map.of("4", "not-delivered", "5", "channel-failure", FAILED, "not-delivered");

    private TexterStatuses() {}

    /** The status as text, if there is one. */
    static Optional<String> read(JsonNode status) {
        return Optional.of(status.asText("")).filter(text -> text.matches("\\d{1,9}"));
    }

    static Delivery delivery(String status) {
        return DELIVERIES.getOrDefault(status, Delivery.UNMAPPED);
    }

    /**
     * How far a message has come.
     *
     * @param status a number, or {@link #FAILED}
     * @param line the account id of our line, or null
     * @param recipient in digits, or null
     */
    static Report report(
            List<String> messageIds, String status, JsonNode error, String line, String recipient, Instant at) {
        Delivery delivery = delivery(status);
        String words = error.isValueNode() ? error.asText("") : error.toString();
        boolean isCode = words.matches("\\d+");
        boolean failed = delivery == Delivery.FAILED;
        return new Report(
                messageIds,
                delivery,
                words.isBlank() ? status : status + ": " + words,
                failed ? (isCode ? words : FAILURES.get(status)) : null,
                failed && !isCode && !words.isBlank() ? words : null,
                line,
                recipient,
                at);
    }

    /** A time in milliseconds, or null when it is none. */
    static Instant time(JsonNode timestamp) {
        return timestamp.isIntegralNumber() && timestamp.canConvertToLong()
                ? Instant.ofEpochMilli(timestamp.longValue())
                : null;
    }
}
