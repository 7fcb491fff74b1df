package dev.caravan.ledger;

/** The ledger could not be read or written: a full disk, a database that is away. Trying again may help. */
public final class LedgerException extends RuntimeException {

    public LedgerException(String message, Throwable cause) {
        super(message, cause);
    }
}
