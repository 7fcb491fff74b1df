package dev.caravan.provider;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/** Something that a provider tells of its own accord, or that a look at its records shows. */
public sealed interface Notice {

    /**
     * How far a message has come.
     *
     * @param messageIds the provider's ids of the message, at least one: the send is found by any of them
     * @param delivery how far
     * @param raw the provider's value and words for it, as they came
     * @param code why it failed, as the provider's code or a kebab-case word; null unless it failed
     * @param reason why it failed, in the provider's words; or null
     * @param line which of the provider's lines it went over, or null when that is not told
     * @param recipient to whom, in digits, or null when that is not told
     * @param at when, or null when that is not told
     */
    record Report(
            List<String> messageIds,
            Delivery delivery,
            String raw,
            String code,
            String reason,
            String line,
            String recipient,
            Instant at)
            implements Notice {
        public Report {
            messageIds = List.copyOf(messageIds);
            Objects.requireNonNull(delivery, "delivery");
        }
    }

    /**
     * Somebody wrote to us.
     *
     * @param messageId the provider's id of it, or null; the same message may come twice
     * @param line which of our lines got it, or null
     * @param from who wrote it, in digits; a group's or chat's id where it was not a person; or null
     * @param text what it says, or null when it is no text
     */
    record Message(String messageId, String line, String from, String text) implements Notice {}

    /**
     * How one of the provider's lines stands.
     *
     * @param line which one, as the accounts' settings name it
     * @param usable whether it can send
     * @param raw the provider's word for it
     */
    record LineState(String line, boolean usable, String raw) implements Notice {}

    /** Nothing that concerns us. */
    record Ignored(String what) implements Notice {}
}
