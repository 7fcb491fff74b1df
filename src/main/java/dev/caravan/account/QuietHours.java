package dev.caravan.account;

import java.time.LocalTime;
import java.time.format.DateTimeParseException;

/**
 * The hours of a day in which nothing is sent, written {@code 21:00-08:00}.
 *
 * @param from when they begin
 * @param until when they end, on the next day when it is not after {@code from}
 */
public record QuietHours(LocalTime from, LocalTime until) {

    private static final String FORM = "quiet hours are two times of a day, as 21:00-08:00";

    public QuietHours {
        if (from.equals(until)) {
            throw new IllegalArgumentException(FORM + ", and not the same time twice");
        }
    }

    /**
     * @param text {@code from-until}, both as hours and minutes
     * @throws IllegalArgumentException when it is anything else
     */
    public static QuietHours parse(String text) {
        String[] times = text.split("-", -1);
        if (times.length != 2) {
            throw new IllegalArgumentException(FORM);
        }
        try {
            return new QuietHours(LocalTime.parse(times[0].strip()), LocalTime.parse(times[1].strip()));
        } catch (DateTimeParseException notTimes) {
            throw new IllegalArgumentException(FORM, notTimes);
        }
    }
}
