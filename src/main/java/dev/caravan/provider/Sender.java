package dev.caravan.provider;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * Somebody an account could send from, in the provider's own words.
 *
 * @param kind what the provider lists it as
 * @param id its id at the provider, which the account's settings name where they name a sender
 * @param name what people call it, or null
 * @param number its number as the provider writes it, in full, or null
 * @param state the provider's word for its state, or null
 */
public record Sender(Kind kind, String id, String name, String number, String state) {

    /** What a sender is at its provider. */
    public enum Kind {
        /** A phone or another line with a number. */
        PHONE,
        /** A person in whose name it is sent. */
        USER,
        /** A WhatsApp account connected to the provider. */
        ACCOUNT;

        /** The word for it in answers. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Sender {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(id, "id");
    }

    /** A row of a provider's list; nothing when it has no id. What is no text and no number counts as absent. */
    public static Optional<Sender> of(Kind kind, JsonNode id, JsonNode name, JsonNode number, JsonNode state) {
        return Optional.ofNullable(text(id))
                .map(known -> new Sender(kind, known, text(name), text(number), text(state)));
    }

    private static String text(JsonNode value) {
        boolean written = value.isTextual() || value.isNumber();
        return written && !value.asText().isBlank() ? value.asText().trim() : null;
    }
}
