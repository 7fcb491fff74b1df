package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.ledger.State;
import dev.caravan.provider.Verdict;
import java.time.Instant;
import java.time.ZoneId;

/**
 * What a lane would do about a verdict on the first attempt of a send, by the lane's own rules; nothing is written.
 *
 * @param send what the send would become
 * @param effect what it would mean beyond this send
 * @param heldUntil when the account would go on, at the earliest; null unless {@link Effect#HOLD}
 */
public record Consequence(State send, Effect effect, Instant heldUntil) {

    /** What a verdict means for the account, or for the recipient. */
    public enum Effect {
        NONE,
        /** A paused account would go on. */
        WORKS,
        HOLD,
        PAUSE,
        /** The recipient would be blocked for marketing. */
        OPT_OUT
    }

    /**
     * For a send of the account.
     *
     * @param zone whose midnight ends a provider's daily quota
     */
    public static Consequence of(Verdict verdict, Account account, ZoneId zone, Instant now) {
        // Without chance a wait is the shortest that it can be.
        Reaction reaction = new RetrySchedule(zone, () -> 0L).react(verdict, 1, false, account.retryUnknown(), 0, now);
        State state = reaction.settlement().state();
        if (reaction.effect() instanceof Reaction.Effect.Hold hold) {
            return new Consequence(state, Effect.HOLD, Instant.ofEpochMilli(hold.until()));
        }
        if (reaction.effect() instanceof Reaction.Effect.Pause) {
            return new Consequence(state, Effect.PAUSE, null);
        }
        if (reaction.effect() instanceof Reaction.Effect.OptOut) {
            return new Consequence(state, Effect.OPT_OUT, null);
        }
        return new Consequence(
                state, reaction.effect() instanceof Reaction.Effect.Works ? Effect.WORKS : Effect.NONE, null);
    }
}
