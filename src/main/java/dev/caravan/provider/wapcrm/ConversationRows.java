package dev.caravan.provider.wapcrm;

import static dev.caravan.provider.wapcrm.WapCrmAnswers.field;
import static dev.caravan.provider.wapcrm.WapCrmAnswers.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.message.Content.Text;
import dev.caravan.provider.Tracking.Hint;
import dev.caravan.provider.Tracking.Tracked;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Locale;

/**
 * The rows of {@code messagelistforphone}. Their times are documented by name only: what cannot be read as ISO 8601 or
 * in the Turkish order (day, month, year, with dots) counts as any time, so that no message is missed.
 */
final class ConversationRows {

    static final String OURS = "ME";

    /** Their clock and ours differ, and a time without seconds is rounded down. */
    private static final Duration TOLERANCE = Duration.ofMinutes(1);

    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("[uuuu-M-d][d.M.uuuu]['T'][ ]H:mm[:ss]")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .appendPattern("[XXX]")
            .toFormatter(Locale.ROOT);

    private ConversationRows() {}

    /** The messages of ours with the same text as a send, and not earlier. What other types look like is unknown. */
    static List<Hint> hints(JsonNode rows, Tracked asked) {
        if (!(asked.send().content() instanceof Text sent)) {
            return List.of();
        }
        return rows.valueStream()
                .filter(row -> OURS.equalsIgnoreCase(text(field(row, "messagesource"))))
                .filter(row -> words(sent.text()).equals(words(text(field(row, "message")))))
                .map(row -> read(field(row, "sentdate"), field(row, "senttime")))
                .filter(time -> time.latest.isAfter(asked.at().minus(TOLERANCE)))
                .map(time -> new Hint(asked.id(), null, time.exact))
                .toList();
    }

    /** Line breaks may come back otherwise than they went. */
    private static String words(String text) {
        return text == null ? "" : text.strip().replaceAll("\\s+", " ");
    }

    private static Time read(JsonNode date, JsonNode time) {
        String day = text(date);
        String hour = text(time);
        if (day == null) {
            return Time.ANY;
        }
        // A date may come as midnight of its day.
        String written = hour == null ? day : day.split("[T ]", 2)[0] + " " + hour;
        try {
            TemporalAccessor parsed = TIME.parseBest(written, OffsetDateTime::from, LocalDateTime::from);
            if (parsed instanceof OffsetDateTime exact) {
                return new Time(exact.toInstant(), exact.toInstant());
            }
            // No zone is named; of the likely ones, UTC and that of Türkiye, the former makes it the later.
            return new Time(null, LocalDateTime.from(parsed).toInstant(ZoneOffset.UTC));
        } catch (DateTimeException unreadable) {
            return Time.ANY;
        }
    }

    /**
     * When a message was sent.
     *
     * @param exact or null when that cannot be told
     * @param latest when it can have been at the latest
     */
    private record Time(Instant exact, Instant latest) {
        static final Time ANY = new Time(null, Instant.MAX);
    }
}
