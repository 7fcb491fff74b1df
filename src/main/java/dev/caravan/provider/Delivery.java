package dev.caravan.provider;

import java.util.Locale;

/** How far a message has come, by the provider's report; the order is that of progress. */
public enum Delivery {
    /** Accepted or on its way: our state {@code sent}. */
    SENT,
    DELIVERED,
    READ,
    /** The provider says that it did not arrive. */
    FAILED,
    /** Deleted by somebody: changes no state. */
    DELETED,
    /** A value that no documentation lists: changes nothing, and is worth a warning. */
    UNMAPPED;

    /** The lower-case name. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
