package dev.caravan.delivery;

/** A turn broke off before its result was written; its send is still in the ledger as it was claimed, or not at all. */
final class TurnFailedException extends RuntimeException {

    TurnFailedException(Throwable cause) {
        super(cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage(), cause);
    }
}
