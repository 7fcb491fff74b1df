package dev.caravan.delivery;

import dev.caravan.ledger.Settlement;

/**
 * What a verdict leads to.
 *
 * @param settlement what becomes of the send
 * @param effect what it means beyond this send
 */
record Reaction(Settlement settlement, Effect effect) {

    /** What a verdict means for the account, or for the recipient. */
    sealed interface Effect {

        /** Nothing. */
        record None() implements Effect {}

        /** It works. */
        record Works() implements Effect {}

        /** It waits until then, in milliseconds. */
        record Hold(long until) implements Effect {}

        /** It pauses, and is tried again with one send after a while. */
        record Pause(String reason) implements Effect {}

        /** The account is as it was; the recipient wants no more marketing. */
        record OptOut() implements Effect {}
    }
}
