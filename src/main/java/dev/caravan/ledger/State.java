package dev.caravan.ledger;

import java.util.Locale;

/** Where a send stands. */
public enum State {
    QUEUED,
    SENDING,
    SENT,
    DELIVERED,
    READ,
    FAILED,
    CANCELLED,
    EXPIRED,
    UNKNOWN;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The lower-case name used in the database, in outcomes and in reports. */
    public String word() {
        return word;
    }

    /** Whether this is an end: anything but queued and sending. */
    public boolean isEnd() {
        return this != QUEUED && this != SENDING;
    }

    /**
     * @param word as {@link #word()} writes it
     * @throws IllegalArgumentException when there is no such state
     */
    public static State of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
