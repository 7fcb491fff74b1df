package dev.caravan.account;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sends per period, written {@code 20/1m}.
 *
 * @param count sends, 1 or more
 * @param period more than zero
 */
public record Rate(int count, Duration period) {

    private static final Pattern FORM = Pattern.compile("\\s*(\\d{1,9})\\s*/\\s*(\\d+\\s*[smhd])\\s*");

    public Rate {
        if (count < 1 || period.isZero() || period.isNegative()) {
            throw new IllegalArgumentException("a rate is a number of sends per period, both above zero: 20/1m");
        }
    }

    /**
     * @param text {@code count/period}, the period in s, m, h or d
     * @throws IllegalArgumentException when it is anything else
     */
    public static Rate parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no rate; write sends per period, as 20/1m or 1/6s (s, m, h, d), or unlimited");
        }
        return new Rate(Integer.parseInt(matcher.group(1)), Durations.parse(matcher.group(2)));
    }

    /** The gap that spreads the sends evenly over the period. */
    public Duration interval() {
        return period.dividedBy(count);
    }
}
