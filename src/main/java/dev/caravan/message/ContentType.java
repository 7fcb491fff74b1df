package dev.caravan.message;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The kinds of content a send can have; {@link #word()} is the value of {@code type} in CSV and JSON. */
public enum ContentType {
    TEXT,
    IMAGE,
    VIDEO,
    AUDIO,
    DOCUMENT,
    LOCATION,
    CONTACTS,
    BUTTONS,
    LIST,
    TEMPLATE;

    private final String word = name().toLowerCase(Locale.ROOT);

    /** The lower-case name used in CSV, JSON and outcomes. */
    public String word() {
        return word;
    }

    public boolean isMedia() {
        return this == IMAGE || this == VIDEO || this == AUDIO || this == DOCUMENT;
    }

    /** The type of that name, whatever its case. */
    public static Optional<ContentType> of(String word) {
        return Arrays.stream(values())
                .filter(type -> type.word.equalsIgnoreCase(word))
                .findFirst();
    }
}
