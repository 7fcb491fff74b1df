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

    static final String FAILED = "4";

    private static final Map<String, Delivery> DELIVERIES = Map.of(
            // 0: left Texter, 1: accepted by WhatsApp.
            "0",
            Delivery.SENT,
            "1",
            Delivery.SENT,
            "2",
            Delivery.DELIVERED,
            "3",
            Delivery.READ,
            FAILED,
            Delivery.FAILED,
            "5",
            Delivery.FAILED,
            "6",
            Delivery.DELETED);

    /** Our words for a failure that has no code. */
    private static final Map<String, String> FAILURES = Map.of(FAILED, "not-delivered", "5", "channel-failure");

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
