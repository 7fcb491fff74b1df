package dev.caravan.provider;

import java.util.List;

/** What a provider's answer to a send call says in its own shape, before any table gives it a meaning. */
public sealed interface Reading {

    /**
     * The provider accepted it.
     *
     * @param messageId the handle for delivery reports, or null when it cannot be tracked
     * @param otherIds further ids under which reports may come; each file of a message may have its own
     */
    record Accepted(String messageId, List<String> otherIds) implements Reading {
        public Accepted {
            otherIds = List.copyOf(otherIds);
        }

        public Accepted(String messageId) {
            this(messageId, List.of());
        }
    }

    /**
     * The provider says no.
     *
     * @param code its code as text, or null when it gives none
     * @param text its words, or null
     */
    record Refused(String code, String text) implements Reading {}

    /**
     * Neither a yes nor a no of the provider's own: an error status, a page, an unreadable body.
     *
     * @param text what words there are, or null
     */
    record Unclear(String text) implements Reading {}

    /**
     * An answer of the provider's own that leaves open what was taken, whatever its status: unknown.
     *
     * @param code ours
     * @param text for people
     */
    record Doubtful(String code, String text) implements Reading {}

    /**
     * Accepted, but for another recipient than the send's.
     *
     * @param code ours
     * @param text for people
     */
    record Elsewhere(String code, String text) implements Reading {}
}
