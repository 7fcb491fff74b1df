package dev.caravan.account;

import java.time.Duration;

/**
 * A random pause between two sends, written {@code 2s..6s}.
 *
 * @param shortest the least pause
 * @param longest the greatest pause, not less than {@code shortest}
 */
public record Spacing(Duration shortest, Duration longest) {

    public Spacing {
        if (shortest.compareTo(longest) > 0) {
            throw new IllegalArgumentException("a spacing goes from the shorter to the longer pause: 2s..6s");
        }
    }

    /**
     * @param text {@code shortest..longest}, or one duration for an even spacing
     * @throws IllegalArgumentException when it is anything else
     */
    public static Spacing parse(String text) {
        int dots = text.indexOf("..");
        if (dots < 0) {
            Duration even = Durations.parse(text);
            return new Spacing(even, even);
        }
        return new Spacing(Durations.parse(text.substring(0, dots)), Durations.parse(text.substring(dots + 2)));
    }
}
