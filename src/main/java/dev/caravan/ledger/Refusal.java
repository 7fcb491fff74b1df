package dev.caravan.ledger;

/** Why something that was asked for by hand is not done to a send. */
public enum Refusal {
    /** Its state does not allow it. */
    WRONG_STATE,
    /** It may have reached its recipient, and nobody said that it is to be sent all the same. */
    MAY_HAVE_BEEN_SENT,
    /** What it says has been erased. */
    ERASED,
    /** Its batch was cancelled. */
    BATCH_CANCELLED,
    /** Its account is no longer configured. */
    NO_ACCOUNT
}
