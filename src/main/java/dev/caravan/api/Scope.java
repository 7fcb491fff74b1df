package dev.caravan.api;

import java.util.Locale;

/** What a caller may do; no scope includes another. */
enum Scope {
    SEND,
    READ,
    ADMIN;

    private static final String AUTHORITY = "SCOPE_";

    /** The scope as it is written in keys and tokens. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The name of the authority that Spring Security checks. */
    String authority() {
        return AUTHORITY + word();
    }
}
