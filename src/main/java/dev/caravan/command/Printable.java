package dev.caravan.command;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/** Texts as a terminal can show them. */
final class Printable {

    /** A file or a gateway could otherwise move the cursor, colour the screen or set its title. */
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\u2028\\u2029&&[^\\n]]");

    private Printable() {}

    /** Lines stay lines. */
    static String text(String text) {
        return CONTROL.matcher(text.replace("\r\n", "\n").replace('\t', ' ')).replaceAll("?");
    }

    /** On one line. */
    static String line(String text) {
        return text(text).replace('\n', ' ');
    }

    /** A number and what it counts. */
    static String count(long number, String one, String many) {
        return String.format(Locale.ROOT, "%,d %s", number, number == 1 ? one : many);
    }

    /** In the two units that matter: {@code 46 s}, {@code 3 min 20 s}, {@code 2 h 5 min}, {@code 3 d 4 h}. */
    static String duration(long seconds) {
        Duration duration = Duration.ofSeconds(seconds);
        if (duration.toDays() > 0) {
            return duration.toDays() + " d " + duration.toHoursPart() + " h";
        }
        if (duration.toHours() > 0) {
            return duration.toHours() + " h " + duration.toMinutesPart() + " min";
        }
        if (duration.toMinutes() > 0) {
            return duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
        }
        return seconds + " s";
    }
}
