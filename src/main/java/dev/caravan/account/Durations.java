package dev.caravan.account;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as they are written in rates and spacings. */
final class Durations {

    private static final Pattern FORM = Pattern.compile("\\s*(\\d{1,9})\\s*(ms|s|m|h|d)\\s*");

    private static final List<Map.Entry<String, Duration>> UNITS = List.of(
            Map.entry("d", Duration.ofDays(1)),
            Map.entry("h", Duration.ofHours(1)),
            Map.entry("m", Duration.ofMinutes(1)),
            Map.entry("s", Duration.ofSeconds(1)));

    private Durations() {}

    /**
     * @param text a whole number and its unit: ms, s, m, h or d
     * @throws IllegalArgumentException when it is anything else
     */
    static Duration parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no duration; write it as 500ms, 30s, 5m, 12h or 7d");
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    /** As {@link #parse} reads it, in the greatest unit that fits. */
    static String written(Duration duration) {
        long millis = duration.toMillis();
        for (Map.Entry<String, Duration> unit : UNITS) {
            long length = unit.getValue().toMillis();
            if (millis % length == 0) {
                return millis / length + unit.getKey();
            }
        }
        return millis + "ms";
    }
}
