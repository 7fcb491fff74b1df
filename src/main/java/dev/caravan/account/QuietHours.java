package dev.caravan.account;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hours in which nothing is sent, written {@code 21:00-08:00}, or {@code fri-sat 18:00-24:00} for the days on which they
 * begin.
 *
 * @param days on which they begin
 * @param from when they begin
 * @param until when they end, on the next day when it is not after {@code from}
 */
public record QuietHours(Set<DayOfWeek> days, LocalTime from, LocalTime until) {

    private static final String HOW = "quiet hours are two times of a day, after the days if not on all, as"
            + " 21:00-08:00 or fri-sat 18:00-24:00";
    private static final Pattern FORM =
            Pattern.compile("(?:([a-z]{3})(?:\\s*-\\s*([a-z]{3}))?\\s+)?(\\d\\d:\\d\\d)\\s*-\\s*(\\d\\d:\\d\\d)");
    private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
    private static final String END_OF_DAY = "24:00";

    public QuietHours {
        days = Set.copyOf(days);
    }

    /**
     * @param text the days ({@code sat}, {@code mon-fri}; every day when there are none) and {@code from-until}, both as
     *     hours and minutes
     * @throws IllegalArgumentException when it is anything else
     */
    public static QuietHours parse(String text) {
        Matcher matcher = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches() || matcher.group(3).equals(matcher.group(4))) {
            throw new IllegalArgumentException(HOW);
        }
        try {
            return new QuietHours(
                    days(matcher.group(1), matcher.group(2)),
                    LocalTime.parse(matcher.group(3)),
                    matcher.group(4).equals(END_OF_DAY) ? LocalTime.MIDNIGHT : LocalTime.parse(matcher.group(4)));
        } catch (DateTimeParseException noTimes) {
            throw new IllegalArgumentException(HOW, noTimes);
        }
    }

    private static Set<DayOfWeek> days(String first, String last) {
        if (first == null) {
            return EnumSet.allOf(DayOfWeek.class);
        }
        List<Integer> ends = Arrays.asList(DAYS.indexOf(first), DAYS.indexOf(last == null ? first : last));
        if (ends.contains(-1)) {
            throw new IllegalArgumentException(HOW + "; the days are " + String.join(", ", DAYS));
        }
        Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
        DayOfWeek day = DayOfWeek.of(ends.get(0) + 1);
        days.add(day);
        while (day.getValue() != ends.get(1) + 1) {
            day = day.plus(1);
            days.add(day);
        }
        return days;
    }

    boolean beginOn(LocalDate day) {
        return days.contains(day.getDayOfWeek());
    }

    /** When those that begin on a day do so. Of an hour that the clocks repeat it is the first, of one they skip the next. */
    ZonedDateTime begin(LocalDate day, ZoneId zone) {
        return day.atTime(from).atZone(zone);
    }

    /** When those that begin on a day end. Of an hour that the clocks repeat it is the second. */
    ZonedDateTime end(LocalDate day, ZoneId zone) {
        LocalDate last = until.isAfter(from) ? day : day.plusDays(1);
        return last.atTime(until).atZone(zone).withLaterOffsetAtOverlap();
    }
}
