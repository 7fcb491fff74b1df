package dev.caravan.ledger;

import java.util.List;

/**
 * What becomes of a send, ready to be written.
 *
 * @param state what the send becomes
 * @param dueAt for a send back in the queue: when it is due, in milliseconds
 * @param refreshed whether its look-up is to be repeated, which happens once
 * @param providerMessageId the provider's handle, or null
 * @param otherIds further ids by which the provider may report on it
 * @param cause why it is not simply sent
 * @param call of the attempt that it is the result of
 */
public record Settlement(
        State state,
        long dueAt,
        boolean refreshed,
        String providerMessageId,
        List<String> otherIds,
        Cause cause,
        Call call) {

    public Settlement {
        otherIds = List.copyOf(otherIds);
    }

    /**
     * What stands in the way of a send.
     *
     * @param errorClass the verdict's word, or null when the gateway or somebody decided it
     * @param code ours or the provider's, or null
     * @param message for people, or null
     */
    public record Cause(String errorClass, String code, String message) {

        public static final Cause NONE = new Cause(null, null, null);
    }

    /**
     * What a call left.
     *
     * @param httpStatus of the answer, or null when there was none
     * @param took how long the attempt took until its verdict, in milliseconds, or null
     * @param answer the provider's, as people may see it, or null
     */
    public record Call(Integer httpStatus, Long took, String answer) {

        public static final Call NONE = new Call(null, null, null);
    }

    /** The provider accepted it. */
    public static Settlement sent(String providerMessageId, String... otherIds) {
        return new Settlement(State.SENT, 0, false, providerMessageId, List.of(otherIds), Cause.NONE, Call.NONE);
    }

    /** It is in its queue again, and nothing is wrong with it. */
    public static Settlement queued(long dueAt) {
        return queued(dueAt, Cause.NONE);
    }

    /** It is in its queue again. */
    public static Settlement queued(long dueAt, Cause cause) {
        return new Settlement(State.QUEUED, dueAt, false, null, List.of(), cause, Call.NONE);
    }

    /** It is queued no longer. */
    public static Settlement of(State state, Cause cause) {
        return new Settlement(state, 0, false, null, List.of(), cause, Call.NONE);
    }

    /** The same refusal if it is the account's: the send goes back to the queue, due at that time in milliseconds. */
    public Settlement keptUntil(long again) {
        Cause ofTheAccount = new Cause("account", cause.code(), cause.message());
        return new Settlement(State.QUEUED, again, refreshed, null, List.of(), ofTheAccount, call);
    }

    /** The same as the result of a call. */
    public Settlement after(Call made) {
        return new Settlement(state, dueAt, refreshed, providerMessageId, otherIds, cause, made);
    }
}
