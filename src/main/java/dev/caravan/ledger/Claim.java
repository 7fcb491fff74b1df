package dev.caravan.ledger;

/** What a lane gets when it asks for its best due send. */
public sealed interface Claim {

    /** This one. */
    record Claimed(Attempt attempt) implements Claim {}

    /** Nothing is due. */
    record Nothing() implements Claim {}

    /** The account is paused or was asked to wait; it is worth asking again at {@code until}, in milliseconds. */
    record Held(long until) implements Claim {}
}
