package dev.caravan.provider;

import dev.caravan.account.Account;
import dev.caravan.message.Send;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a provider must be asked before a send can be claimed: the chat of a recipient, a token. The route
 * {@code direct:<provider>-lookup} asks each question in turn until one is answered; what was found is remembered under
 * its key. Asking is a read, so it may be repeated.
 */
public interface Lookup {

    /**
     * Whether the send call needs it. A question about the send, asked later, needs it all the same.
     *
     * @param send as its account carries it
     */
    default boolean isNeeded(Send send, Account account) {
        return true;
    }

    /** What is known without asking: a configured token, a chat id given as the recipient. */
    Optional<String> given(Send send, Account account);

    /** Under which key the finding is remembered within the account: sends with the same key share it. */
    String key(Send send, Account account);

    /**
     * The questions to ask, one after the other until one is answered; at least one.
     *
     * @return search texts, or records that become the JSON body of the call
     */
    List<Object> questions(Send send, Account account);

    /** What the answer to a question says. Never throws. */
    Finding read(Answer answer, Send send, Account account);

    /** What a look-up found. */
    sealed interface Finding {

        /**
         * It was found.
         *
         * @param value what the send call needs
         * @param until when it is no longer good, or null for as long as it is not refused
         */
        record Found(String value, Instant until) implements Finding {}

        /**
         * It was found, and shows that the send must not go out. A question about what went out before may use it.
         *
         * @param verdict on the send
         */
        record Barred(String value, Verdict verdict) implements Finding {}

        /** Not by this question; the verdict on the send when it was the last one. */
        record NotFound(Verdict verdict) implements Finding {}

        /** No use in asking further. */
        record Failed(Verdict verdict) implements Finding {}
    }
}
