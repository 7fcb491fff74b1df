package dev.caravan.account;

import dev.caravan.message.Category;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * When an account sends nothing: in its quiet hours and on its holidays, by the clock of the recipient. Immutable.
 *
 * @param hours may be empty
 * @param holidays whole days
 * @param ignored by sends of these categories
 * @param zones where a recipient may be, by the number; the account's own zone when nobody can tell, so never empty
 */
public record QuietTimes(
        List<QuietHours> hours, Set<LocalDate> holidays, Set<Category> ignored, Function<String, List<ZoneId>> zones) {

    /** A week, and a day more for hours that go on into the next. */
    private static final int DAYS_AHEAD = 8;

    /** Quiet times in a row, holidays among them, that take longer than this leave no time to send. */
    private static final Duration LONGEST = Duration.ofDays(31);

    private static final Duration NEVER = Duration.ofDays(3650);

    private static final Instant SOME_MONDAY = Instant.parse("2024-01-01T00:00:00Z");

    /** It is never quiet. */
    public static final QuietTimes NONE = new QuietTimes(List.of(), Set.of(), Set.of(), recipient -> List.of());

    public QuietTimes {
        hours = List.copyOf(hours);
        holidays = Set.copyOf(holidays);
        ignored = Set.copyOf(ignored);
        if (opens(hours, Set.of(), List.of(ZoneId.of("Z")), SOME_MONDAY).isEmpty()) {
            throw new IllegalArgumentException("they leave no time of the week to send");
        }
    }

    public boolean isNone() {
        return hours.isEmpty() && holidays.isEmpty();
    }

    /**
     * When a send may go out at the earliest; at once outside of quiet times, and in years if there is no end to them.
     * Where a number may belong to several time zones, it is quiet in none of them then, unless that never comes.
     *
     * @param category or null
     * @param now in milliseconds, as the result is
     */
    public long opens(String recipient, Category category, long now) {
        return isNone() || category != null && ignored.contains(category) ? now : opens(zones.apply(recipient), now);
    }

    /** When somebody in a zone may be written to at the earliest, in milliseconds. */
    long opens(ZoneId zone, long now) {
        return isNone() ? now : opens(List.of(zone), now);
    }

    private long opens(List<ZoneId> zones, long now) {
        Instant from = Instant.ofEpochMilli(now);
        return opens(hours, holidays, zones, from)
                // Where it is always quiet in one zone or another, the first stands for all.
                .or(() -> opens(hours, holidays, zones.subList(0, 1), from))
                .orElseGet(() -> from.plus(NEVER))
                .toEpochMilli();
    }

    private static Optional<Instant> opens(
            List<QuietHours> hours, Set<LocalDate> holidays, List<ZoneId> zones, Instant now) {
        Instant open = now;
        while (!open.isAfter(now.plus(LONGEST))) {
            Instant before = open;
            for (ZoneId zone : zones) {
                open = end(hours, holidays, zone, open);
            }
            if (open.equals(before)) {
                return Optional.of(open);
            }
        }
        return Optional.empty();
    }

    /** When the quiet times end in which an instant lies; the instant itself when it lies in none. */
    private static Instant end(List<QuietHours> hours, Set<LocalDate> holidays, ZoneId zone, Instant instant) {
        LocalDate day = instant.atZone(zone).toLocalDate();
        Instant end = instant;
        if (holidays.contains(day)) {
            end = day.plusDays(1).atStartOfDay(zone).toInstant();
        }
        for (QuietHours quiet : hours) {
            for (LocalDate first : List.of(day.minusDays(1), day)) {
                if (quiet.beginOn(first)
                        && !quiet.begin(first, zone).toInstant().isAfter(instant)
                        && quiet.end(first, zone).toInstant().isAfter(end)) {
                    end = quiet.end(first, zone).toInstant();
                }
            }
        }
        return end;
    }

    /**
     * When the next quiet time begins in a zone, after an instant at which it is not quiet; in some days at the latest.
     * In milliseconds.
     */
    long closes(ZoneId zone, long openAt) {
        Instant open = Instant.ofEpochMilli(openAt);
        ZonedDateTime from = open.atZone(zone);
        Instant closes = from.plusDays(DAYS_AHEAD).toInstant();
        for (int ahead = 0; ahead <= DAYS_AHEAD; ahead++) {
            LocalDate day = from.toLocalDate().plusDays(ahead);
            if (holidays.contains(day)) {
                closes = earlier(closes, day.atStartOfDay(zone).toInstant(), open);
            }
            for (QuietHours quiet : hours) {
                if (quiet.beginOn(day)) {
                    closes = earlier(closes, quiet.begin(day, zone).toInstant(), open);
                }
            }
        }
        return closes.toEpochMilli();
    }

    private static Instant earlier(Instant known, Instant found, Instant after) {
        return found.isAfter(after) && found.isBefore(known) ? found : known;
    }
}
