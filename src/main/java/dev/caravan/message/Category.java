package dev.caravan.message;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Why a message is sent: a one-time code, a transaction, or marketing. */
public enum Category {
    OTP,
    TRANSACTIONAL,
    MARKETING;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The lower-case name used in CSV, JSON and outcomes. */
    public String word() {
        return word;
    }

    /** The category of that name, whatever its case. */
    public static Optional<Category> of(String word) {
        return Arrays.stream(values())
                .filter(category -> category.word.equalsIgnoreCase(word))
                .findFirst();
    }
}
