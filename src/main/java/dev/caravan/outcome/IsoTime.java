package dev.caravan.outcome;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as outcomes and reports have them: {@code 2027-01-15T11:00:00.000+03:00}, always of that length. */
public final class IsoTime {

    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSxxx", Locale.ROOT);

    private IsoTime() {}

    public static String of(long millis, ZoneId zone) {
        return FORM.format(Instant.ofEpochMilli(millis).atZone(zone));
    }
}
