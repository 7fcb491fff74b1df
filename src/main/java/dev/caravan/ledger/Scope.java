package dev.caravan.ledger;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a blocked recipient gets no more of. */
public enum Scope {
    MARKETING,
    ALL;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The lower-case name used in the database and by the interface. */
    public String word() {
        return word;
    }

    /** The scope of that name, whatever its case. */
    public static Optional<Scope> of(String word) {
        return Arrays.stream(values())
                .filter(scope -> scope.word.equalsIgnoreCase(word))
                .findFirst();
    }
}
