package dev.caravan.provider;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * What a provider's answer means for the send and its account. The classes and the reaction to each are those of the
 * design: sent, permanent, throttled, transient, account, unknown; {@link Stale} is a refusal that a fresh look-up may
 * cure, {@link Misdelivered} an unknown that pauses its account, {@link OptedOut} a permanent one that holds for the
 * recipient's other messages too.
 */
public sealed interface Verdict {

    /** The word for it in outcomes, metrics and golden cases. */
    String word();

    /** The provider's or our code as text, or null when it was accepted. */
    default String code() {
        return null;
    }

    /** The provider's or our reason for people, without credentials, or null when it was accepted. */
    default String message() {
        return null;
    }

    /**
     * The provider accepted it.
     *
     * @param providerMessageId the handle for delivery reports, or null when it cannot be tracked
     * @param otherIds further ids under which reports may come
     */
    record Sent(String providerMessageId, List<String> otherIds) implements Verdict {
        public Sent {
            otherIds = List.copyOf(otherIds);
        }

        public Sent(String providerMessageId) {
            this(providerMessageId, List.of());
        }

        @Override
        public String word() {
            return "sent";
        }
    }

    /** This message can never be sent as it is. */
    record Permanent(String code, String message) implements Verdict {
        @Override
        public String word() {
            return "permanent";
        }
    }

    /** This recipient has refused such messages: never sent, and blocked for marketing from now on. */
    record OptedOut(String code, String message) implements Verdict {
        @Override
        public String word() {
            return "permanent";
        }
    }

    /** Too fast, or a quota is used up: the account slows down. */
    record Throttled(String code, String message, Wait pause) implements Verdict {
        public Throttled {
            Objects.requireNonNull(pause, "pause");
        }

        @Override
        public String word() {
            return "throttled";
        }
    }

    /** Provably not accepted, and worth trying again. */
    record Transient(String code, String message) implements Verdict {
        @Override
        public String word() {
            return "transient";
        }
    }

    /** Credentials, phone, line or address are unusable: the account pauses and keeps its sends. */
    record AccountFault(String code, String message) implements Verdict {
        @Override
        public String word() {
            return "account";
        }
    }

    /** May or may not have been accepted. */
    record Unknown(String code, String message) implements Verdict {
        @Override
        public String word() {
            return "unknown";
        }
    }

    /**
     * Accepted, but for another recipient than the send's: nobody can say what came of it, what was looked up is wrong,
     * and the account pauses before it does so again.
     */
    record Misdelivered(String code, String message) implements Verdict {
        @Override
        public String word() {
            return "unknown";
        }
    }

    /**
     * A definite refusal of what was looked up beforehand (a chat, a token): looked up afresh and tried again, once.
     *
     * @param otherwise the verdict when it has been looked up afresh already
     */
    record Stale(Verdict otherwise) implements Verdict {
        @Override
        public String word() {
            return "stale";
        }

        @Override
        public String code() {
            return otherwise.code();
        }

        @Override
        public String message() {
            return otherwise.message();
        }
    }

    /** How long a throttled account waits. */
    sealed interface Wait {

        /** The provider did not say: the usual backoff. */
        record Backoff() implements Wait {}

        /** For so long. */
        record For(Duration duration) implements Wait {}

        /** Until that instant. */
        record Until(Instant instant) implements Wait {}

        /** Until the next day begins in the configured zone. */
        record NextDay() implements Wait {}
    }
}
