package dev.caravan.account;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/**
 * When an account's sends may go out, beside its pace.
 *
 * @param inOrder whether sends of the same priority to one recipient go out in the order in which they were accepted
 * @param quiet when nothing is sent
 * @param perRecipient the most sends to one recipient, or null
 * @param budget the most sends in a day of the zone, or null
 * @param zone whose midnight ends a day
 */
public record SendingRules(boolean inOrder, QuietTimes quiet, Rate perRecipient, Integer budget, ZoneId zone) {

    /** Whenever the pace allows. */
    public static final SendingRules NONE = new SendingRules(false, QuietTimes.NONE, null, null, ZoneId.of("Z"));

    private static final Duration DAY = Duration.ofDays(1);

    /**
     * The most sends in a day, of a budget as it is written.
     *
     * @throws IllegalArgumentException when its period is no day
     */
    public static Integer daily(Rate budget) {
        if (budget != null && !budget.period().equals(DAY)) {
            throw new IllegalArgumentException("is no number of sends per day; write it as 1000/1d");
        }
        return budget == null ? null : budget.count();
    }

    /** The same where it is never quiet. */
    public SendingRules withoutQuiet() {
        return new SendingRules(inOrder, QuietTimes.NONE, perRecipient, budget, zone);
    }

    /** The day of an instant, as a budget counts it: {@code 2026-01-31}. */
    public String day(long millis) {
        return date(millis).toString();
    }

    /** When the day after an instant's begins, in milliseconds. */
    public long nextDay(long millis) {
        return date(millis).plusDays(1).atStartOfDay(zone).toInstant().toEpochMilli();
    }

    private LocalDate date(long millis) {
        return Instant.ofEpochMilli(millis).atZone(zone).toLocalDate();
    }
}
