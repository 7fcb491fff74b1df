package dev.caravan.provider.wapcrm;

import static dev.caravan.provider.wapcrm.WapCrmAnswers.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.provider.Delivery;
import dev.caravan.provider.Notice;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How far a message has come, in WapCRM's numbers and names; what they are to us is our inference. */
enum MessageStatus {
    PENDING(0, "Pending", Delivery.SENT),
    SENT(1, "Sent", Delivery.SENT),
    DELIVERED(2, "Delivered", Delivery.DELIVERED),
    VIEWED(3, "Viewed", Delivery.READ),
    NOT_SENT(4, "NotSent", Delivery.FAILED),
    DELETED(5, "Deleted", Delivery.DELETED);

    private static final String FAILED_CODE = "not-sent";

    private final int number;
    private final String word;
    private final Delivery delivery;

    MessageStatus(int number, String word, Delivery delivery) {
        this.number = number;
        this.word = word;
        this.delivery = delivery;
    }

    int number() {
        return number;
    }

    String word() {
        return word;
    }

    /**
     * A report on a message.
     *
     * @param status the number, as a number or a text; where it is missing the name counts
     * @param name the name that may stand beside it
     * @param reason why it was not sent, or a null node
     * @param line which line it went over, or null
     */
    static Notice.Report report(String messageId, JsonNode status, JsonNode name, JsonNode reason, String line) {
        List<String> told =
                Stream.of(text(status), text(name)).filter(Objects::nonNull).toList();
        Delivery delivery = told.isEmpty() ? Delivery.UNMAPPED : delivery(told.get(0));
        boolean failed = delivery == Delivery.FAILED;
        return new Notice.Report(
                List.of(messageId),
                delivery,
                told.stream().collect(Collectors.joining(" ")),
                failed ? FAILED_CODE : null,
                failed ? text(reason) : null,
                line,
                null,
                null);
    }

    /** What says that a message has come so far. */
    static MessageStatus telling(Delivery delivery) {
        return switch (delivery) {
            case SENT -> SENT;
            case DELIVERED -> DELIVERED;
            case READ -> VIEWED;
            case FAILED -> NOT_SENT;
            case DELETED -> DELETED;
            case UNMAPPED -> throw new IllegalArgumentException("no status says " + delivery.word());
        };
    }

    private static Delivery delivery(String told) {
        return Arrays.stream(values())
                .filter(status -> told.equals(String.valueOf(status.number)) || told.equalsIgnoreCase(status.word))
                .findFirst()
                .map(status -> status.delivery)
                .orElse(Delivery.UNMAPPED);
    }
}
