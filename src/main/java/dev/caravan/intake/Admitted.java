package dev.caravan.intake;

import dev.caravan.ledger.State;

/** What became of a send at admission. */
public sealed interface Admitted {

    /**
     * It is in the ledger.
     *
     * @param state queued, or failed when its recipient is blocked
     */
    record Accepted(String id, State state, String account) implements Admitted {}

    /**
     * It is the same as an earlier send, and nothing was stored.
     *
     * @param id of the earlier send
     * @param state where that stands
     */
    record Repeated(String id, State state) implements Admitted {}

    /**
     * It cannot be a send.
     *
     * @param field at fault by its JSON name; empty when the whole is meant
     * @param code stable and machine-readable
     * @param reason for people
     * @param earlier the send that has its reference, or null
     */
    record Rejected(String field, String code, String reason, String earlier) implements Admitted {}
}
