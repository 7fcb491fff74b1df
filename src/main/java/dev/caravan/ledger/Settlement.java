package dev.caravan.ledger;

import java.util.List;

/**
 * The result of an attempt, ready to be written.
 *
 * @param state what the send becomes
 * @param dueAt for a send back in the queue: when it is due, in milliseconds
 * @param refreshed whether its look-up is to be repeated, which happens once
 * @param providerMessageId the provider's handle, or null
 * @param otherIds further ids by which the provider may report on it
 * @param httpStatus of the answer, or null when there was none
 * @param errorClass the verdict's word, or null when it was accepted
 * @param errorCode or null
 * @param errorMessage or null
 * @param took how long the attempt took until its verdict, in milliseconds, or null
 * @param answer the provider's, as people may see it, or null
 */
public record Settlement(
        State state,
        long dueAt,
        boolean refreshed,
        String providerMessageId,
        List<String> otherIds,
        Integer httpStatus,
        String errorClass,
        String errorCode,
        String errorMessage,
        Long took,
        String answer) {

    public Settlement {
        otherIds = List.copyOf(otherIds);
    }

    /** Without what the call left. */
    public Settlement(
            State state,
            long dueAt,
            boolean refreshed,
            String providerMessageId,
            List<String> otherIds,
            Integer httpStatus,
            String errorClass,
            String errorCode,
            String errorMessage) {
        this(
                state,
                dueAt,
                refreshed,
                providerMessageId,
                otherIds,
                httpStatus,
                errorClass,
                errorCode,
                errorMessage,
                null,
                null);
    }

    /** Without further ids. */
    public Settlement(
            State state,
            long dueAt,
            boolean refreshed,
            String providerMessageId,
            Integer httpStatus,
            String errorClass,
            String errorCode,
            String errorMessage) {
        this(state, dueAt, refreshed, providerMessageId, List.of(), httpStatus, errorClass, errorCode, errorMessage);
    }

    /** The same refusal if it is the account's: the send goes back to the queue, due at that time in milliseconds. */
    public Settlement keptUntil(long again) {
        return new Settlement(State.QUEUED, again, refreshed, null, httpStatus, "account", errorCode, errorMessage);
    }

    /** The same after a call of which this is known. */
    public Settlement after(Long duration, String shownAnswer) {
        return new Settlement(
                state,
                dueAt,
                refreshed,
                providerMessageId,
                otherIds,
                httpStatus,
                errorClass,
                errorCode,
                errorMessage,
                duration,
                shownAnswer);
    }
}
