package dev.caravan.message;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * One message to one recipient: the canonical message.
 *
 * @param reference the caller's own key for this send, or null
 * @param account the account the caller named, or null when routing chooses
 * @param to where it goes
 * @param name the recipient's name, or null
 * @param content what is sent
 * @param replyTo the provider's id of the message this one answers, or null
 * @param sendAt not before this instant, or null for at once
 * @param expiresAt not after this instant, or null for the account's default
 * @param priority which sends of an account go first
 * @param category why it is sent, or null when the caller did not say
 * @param options provider-specific fields by their wire names, passed on as they are; never null
 */
public record Send(
        String reference,
        String account,
        Recipient to,
        String name,
        Content content,
        String replyTo,
        Instant sendAt,
        Instant expiresAt,
        Priority priority,
        Category category,
        Map<String, Object> options) {

    public Send {
        Objects.requireNonNull(to, "to");
        Objects.requireNonNull(content, "content");
        Objects.requireNonNull(priority, "priority");
        // Not Map.copyOf: a null may be what the provider wants, and the order is the caller's.
        options = options == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /** The same send with other content. */
    public Send with(Content other) {
        return new Send(reference, account, to, name, other, replyTo, sendAt, expiresAt, priority, category, options);
    }
}
