package dev.caravan.message;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Which due sends of an account go first: every high one before any normal one, those before any low one. */
public enum Priority {
    HIGH,
    NORMAL,
    LOW;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The lower-case name used in CSV, JSON and the configuration. */
    public String word() {
        return word;
    }

    /** The priority of that name, whatever its case. */
    public static Optional<Priority> of(String word) {
        return Arrays.stream(values())
                .filter(priority -> priority.word.equalsIgnoreCase(word))
                .findFirst();
    }
}
