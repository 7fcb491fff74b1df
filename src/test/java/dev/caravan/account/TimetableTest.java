package dev.caravan.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Timetable.Later;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TimetableTest {

    private static final ZoneId JERUSALEM = ZoneId.of("Asia/Jerusalem");
    private static final long HOUR = Duration.ofHours(1).toNanos();

    private static SendingRules rules(Integer budget, String... hours) {
        QuietTimes quiet = new QuietTimes(
                List.of(hours).stream().map(QuietHours::parse).toList(),
                Set.of(),
                Set.of(),
                recipient -> List.of(JERUSALEM));
        return new SendingRules(true, quiet, null, budget, JERUSALEM);
    }

    private static Timetable from(String first, long gap, long used, SendingRules rules) {
        return new Timetable(rules, gap, millis(first), used);
    }

    private static long millis(String instant) {
        return Instant.parse(instant).toEpochMilli();
    }

    private static String start(Timetable timetable, long number) {
        return Instant.ofEpochMilli(timetable.start(number)).toString();
    }

    @Test
    void startsFollowEachOtherGapByGap() {
        Timetable timetable = from("2026-01-15T10:00:00Z", 1_500_000_000L, 0, SendingRules.NONE);

        assertThat(start(timetable, 0)).isEqualTo("2026-01-15T10:00:00Z");
        assertThat(start(timetable, 2)).isEqualTo("2026-01-15T10:00:03Z");
        assertThat(timetable.startsUntil(millis("2026-01-15T10:00:03Z"))).isEqualTo(3);
        assertThat(timetable.startsUntil(millis("2026-01-15T10:00:02.999Z"))).isEqualTo(2);
        assertThat(timetable.startsUntil(millis("2026-01-15T09:59:59Z"))).isZero();
    }

    @Test
    void nothingStartsWhileItIsQuiet() {
        // Quiet from 19:00Z to 06:00Z.
        Timetable timetable = from("2026-01-14T17:30:00Z", HOUR, 0, rules(null, "21:00-08:00"));

        assertThat(start(timetable, 1)).isEqualTo("2026-01-14T18:30:00Z");
        assertThat(start(timetable, 2)).isEqualTo("2026-01-15T06:00:00Z");
        assertThat(timetable.startsUntil(millis("2026-01-15T05:00:00Z"))).isEqualTo(2);
        assertThat(timetable.startsUntil(millis("2026-01-15T07:00:00Z"))).isEqualTo(4);
    }

    @Test
    void aSpentBudgetEndsTheDay() {
        Timetable timetable = from("2026-10-24T20:00:00Z", Duration.ofMinutes(1).toNanos(), 7, rules(10));

        assertThat(start(timetable, 2)).isEqualTo("2026-10-24T20:02:00Z");
        assertThat(start(timetable, 3)).as("midnight in Jerusalem").isEqualTo("2026-10-24T21:00:00Z");
        assertThat(start(timetable, 12)).isEqualTo("2026-10-24T21:09:00Z");
        assertThat(start(timetable, 13)).as("a day of 25 hours later").isEqualTo("2026-10-25T22:00:00Z");
        assertThat(timetable.startsUntil(millis("2026-10-25T12:00:00Z"))).isEqualTo(13);
    }

    @Test
    void aStartComesByATimeOrNot() {
        Timetable timetable = from("2026-01-15T10:00:00Z", HOUR, 1, rules(3));

        assertThat(timetable.isBy(0, millis("2026-01-15T09:59:59Z"))).isFalse();
        assertThat(timetable.isBy(0, millis("2026-01-15T10:00:00Z"))).isTrue();
        assertThat(timetable.isBy(1, millis("2026-01-15T10:59:59Z"))).isFalse();
        assertThat(timetable.isBy(1, millis("2026-01-15T11:00:00Z"))).isTrue();
        assertThat(timetable.isBy(2, millis("2026-01-15T21:59:59Z"))).isFalse();
        assertThat(timetable.isBy(2, millis("2026-01-15T22:00:00Z"))).isTrue();
        assertThat(timetable.isBy(2, millis("2999-01-01T00:00:00Z"))).isTrue();
    }

    @Test
    void withoutAPaceABudgetStillCounts() {
        Timetable timetable = from("2026-01-15T10:00:00Z", 0, 0, rules(1000));

        assertThat(start(timetable, 999)).isEqualTo("2026-01-15T10:00:00Z");
        assertThat(start(timetable, 1000)).isEqualTo("2026-01-15T22:00:00Z");
        assertThat(from("2026-01-15T10:00:00Z", 0, 0, rules(null, "21:00-08:00"))
                        .startsUntil(millis("2026-01-15T11:00:00Z")))
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aGapLongerThanAnOpeningGoesOnOverTheQuiet() {
        Timetable timetable = from("2026-01-15T06:00:00Z", 20 * HOUR, 0, rules(null, "09:00-08:00"));

        assertThat(start(timetable, 1)).isEqualTo("2026-01-16T06:00:00Z");
        assertThat(start(timetable, 2)).isEqualTo("2026-01-17T06:00:00Z");
    }

    @Test
    void whatIsYearsAheadIsNotCounted() {
        assertThat(from("2026-01-15T06:00:00Z", 0, 0, rules(1)).start(1_000_000))
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void sendsThatAreDueLaterStartLater() {
        Timetable timetable = from("2026-01-15T10:00:00Z", HOUR, 2, rules(3));
        Later later = Later.at(millis("2026-01-15T09:00:00Z")).and(Later.at(millis("2026-01-15T11:00:00Z")));

        assertThat(last(timetable, 1, Later.NONE)).isEqualTo("2026-01-15T10:00:00Z");
        assertThat(last(timetable, 0, Later.NONE)).isEqualTo("2026-01-15T10:00:00Z");
        assertThat(last(timetable, 2, later)).as("one of the budget").isEqualTo("2026-01-15T22:00:00Z");
        assertThat(last(timetable, 1, Later.at(millis("2026-01-15T11:00:00Z")))).isEqualTo("2026-01-15T11:00:00Z");
        assertThat(last(timetable, 3, Later.at(millis("2026-01-16T11:00:00Z")))).isEqualTo("2026-01-16T11:00:00Z");
        assertThat(start(timetable.after(millis("2026-01-16T11:00:00Z")), 2))
                .as("of the next day all the budget is left")
                .isEqualTo("2026-01-16T13:00:00Z");
    }

    @Test
    void whatHasBeenSpentCountsOnItsDay() {
        long first = millis("2026-01-15T10:00:00Z");
        Duration hour = Duration.ofHours(1);

        assertThat(start(Timetable.of(rules(3), hour, first, "2026-01-15", 3), 0))
                .isEqualTo("2026-01-15T22:00:00Z");
        assertThat(start(Timetable.of(rules(3), hour, first, "2026-01-14", 3), 0))
                .isEqualTo("2026-01-15T10:00:00Z");
        assertThat(start(Timetable.of(rules(3), hour, first, null, 0), 0)).isEqualTo("2026-01-15T10:00:00Z");
    }

    private static String last(Timetable timetable, long starts, Later later) {
        return Instant.ofEpochMilli(timetable.last(starts, later)).toString();
    }
}
