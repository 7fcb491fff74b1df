package dev.caravan.provider;

import dev.caravan.account.Account;
import dev.caravan.message.Send;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * How a provider is asked what became of sends. The route {@code direct:<provider>-tracking} asks: the variable
 * {@code question}, and the body, is what {@link #question} returned, {@code send} the first of the sends. What the
 * provider's {@link Lookup} finds it gets from there itself, with the question put aside meanwhile.
 */
public interface Tracking {

    /** How many sends with an id one question can be about, at least 1. */
    int together();

    /** Whether sends whose fate is unknown, which have no id, can be looked for; always one at a time. */
    boolean findsUnknown();

    /**
     * The question about sends.
     *
     * @param asked at most {@link #together}; or one without an id, whose fate is unknown
     * @return a text, or a record that becomes the JSON body of the call
     */
    Object question(List<Tracked> asked, Account account);

    /** What the answer says. Never throws. */
    Tracks read(Answer answer, List<Tracked> asked, Account account);

    /**
     * A send that is asked about.
     *
     * @param id ours
     * @param messageId the provider's, or null when its fate is unknown
     * @param otherIds further ids of the provider's
     * @param send as its account carries it
     * @param at when it was sent, or attempted
     */
    record Tracked(String id, String messageId, List<String> otherIds, Send send, Instant at) {
        public Tracked {
            Objects.requireNonNull(id, "id");
            otherIds = List.copyOf(otherIds);
            Objects.requireNonNull(send, "send");
            Objects.requireNonNull(at, "at");
        }
    }

    /** What the provider answered. */
    sealed interface Tracks {

        /**
         * It answered.
         *
         * @param reports on sends with an id; those it says nothing about are missing
         * @param echoes proofs that a send of unknown fate was taken: the provider repeated our own id
         * @param hints messages that look like a send of unknown fate, which prove nothing
         */
        record Found(List<Notice.Report> reports, List<Echo> echoes, List<Hint> hints) implements Tracks {
            public Found {
                reports = List.copyOf(reports);
                echoes = List.copyOf(echoes);
                hints = List.copyOf(hints);
            }
        }

        /** There was no answer, or none that could be read; a {@link Verdict.Stale} is cured by a fresh look-up. */
        record NotFound(Verdict verdict) implements Tracks {}
    }

    /**
     * The provider knows the send by our own id.
     *
     * @param id ours
     * @param messageIds the provider's, the one for reports first; at least one
     * @param delivery how far it has come
     */
    record Echo(String id, List<String> messageIds, Delivery delivery) {
        public Echo {
            messageIds = List.copyOf(messageIds);
        }
    }

    /**
     * A message to the same recipient with the same text, later than the attempt.
     *
     * @param id of the send that it may be
     * @param messageId the provider's, or null
     * @param at when it was sent, or null
     */
    record Hint(String id, String messageId, Instant at) {}
}
