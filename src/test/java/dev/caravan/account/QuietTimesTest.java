package dev.caravan.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.caravan.message.Category;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuietTimesTest {

    private static final ZoneId JERUSALEM = ZoneId.of("Asia/Jerusalem");

    private static QuietTimes quiet(String... hours) {
        return quiet(List.of(JERUSALEM), Set.of(), hours);
    }

    private static QuietTimes quiet(List<ZoneId> zones, Set<LocalDate> holidays, String... hours) {
        return new QuietTimes(
                Stream.of(hours).map(QuietHours::parse).toList(), holidays, Set.of(Category.OTP), recipient -> zones);
    }

    private static String opens(QuietTimes quiet, String at) {
        long opens = quiet.opens("+972522234567", null, Instant.parse(at).toEpochMilli());
        return Instant.ofEpochMilli(opens).toString();
    }

    @ParameterizedTest
    @CsvSource({
        // An ordinary night, two hours ahead of Greenwich.
        "21:00-08:00, 2026-01-14T18:59:59Z, 2026-01-14T18:59:59Z",
        "21:00-08:00, 2026-01-14T19:00:00Z, 2026-01-15T06:00:00Z",
        "21:00-08:00, 2026-01-15T05:59:59Z, 2026-01-15T06:00:00Z",
        "21:00-08:00, 2026-01-15T06:00:00Z, 2026-01-15T06:00:00Z",
        // The night of 27 March 2026 is an hour shorter, that of 25 October an hour longer.
        "21:00-08:00, 2026-03-26T20:00:00Z, 2026-03-27T05:00:00Z",
        "21:00-08:00, 2026-10-24T19:00:00Z, 2026-10-25T06:00:00Z",
        // At two the clocks go on to three: half past two is half past three.
        "00:30-02:30, 2026-03-27T00:10:00Z, 2026-03-27T00:30:00Z",
        "02:30-05:00, 2026-03-27T00:10:00Z, 2026-03-27T00:10:00Z",
        "02:30-05:00, 2026-03-27T00:40:00Z, 2026-03-27T02:00:00Z",
        // At two the clocks go back to one: hours that end at half past one do so the second time,
        "23:00-01:30, 2026-10-24T22:45:00Z, 2026-10-24T23:30:00Z",
        "23:00-01:30, 2026-10-24T23:31:00Z, 2026-10-24T23:31:00Z",
        // and those that begin then begin the first time.
        "01:30-05:00, 2026-10-24T22:45:00Z, 2026-10-25T03:00:00Z",
        "01:30-05:00, 2026-10-24T23:15:00Z, 2026-10-25T03:00:00Z",
        // From Friday noon until Saturday evening.
        "fri 13:00-24:00;sat 00:00-20:00, 2026-01-16T11:00:00Z, 2026-01-17T18:00:00Z",
        "fri 13:00-24:00;sat 00:00-20:00, 2026-01-15T11:00:00Z, 2026-01-15T11:00:00Z",
        "sat-sun 18:00-10:00, 2026-01-18T17:00:00Z, 2026-01-19T08:00:00Z",
        "sat-sun 18:00-10:00, 2026-01-19T17:00:00Z, 2026-01-19T17:00:00Z",
        "sun-mon 18:00-10:00, 2026-01-19T17:00:00Z, 2026-01-20T08:00:00Z",
    })
    void aSendWaitsUntilItIsNoLongerQuiet(String hours, String at, String opens) {
        assertThat(opens(quiet(hours.split(";")), at)).isEqualTo(opens);
    }

    @Test
    void aHolidayIsQuietFromMidnightToMidnight() {
        QuietTimes quiet =
                quiet(List.of(JERUSALEM), Set.of(LocalDate.of(2026, 3, 27), LocalDate.of(2026, 3, 28)), "21:00-08:00");

        assertThat(opens(quiet, "2026-03-26T18:00:00Z")).isEqualTo("2026-03-26T18:00:00Z");
        assertThat(opens(quiet, "2026-03-26T22:00:00Z")).isEqualTo("2026-03-29T05:00:00Z");
    }

    @Test
    void whereANumberMayBeInSeveralZonesItIsQuietInNone() {
        List<ZoneId> zones = List.of(ZoneId.of("America/New_York"), ZoneId.of("America/Los_Angeles"));
        QuietTimes quiet = quiet(zones, Set.of(), "21:00-08:00");

        assertThat(opens(quiet, "2026-01-15T13:00:00Z")).as("eight in New York").isEqualTo("2026-01-15T16:00:00Z");
        assertThat(opens(quiet, "2026-01-16T02:00:00Z")).as("nine in New York").isEqualTo("2026-01-16T16:00:00Z");
    }

    @Test
    void whereItIsAlwaysQuietInOneOfThemTheFirstDecides() {
        List<ZoneId> zones = List.of(ZoneId.of("Europe/Moscow"), ZoneId.of("Asia/Vladivostok"));
        QuietTimes quiet = quiet(zones, Set.of(), "19:00-09:00", "09:00-13:00");

        assertThat(opens(quiet, "2026-01-15T13:00:00Z"))
                .as("four in the afternoon in Moscow")
                .isEqualTo("2026-01-15T13:00:00Z");
        assertThat(opens(quiet, "2026-01-15T17:00:00Z")).isEqualTo("2026-01-16T10:00:00Z");
    }

    @Test
    void aCategoryMayIgnoreThem() {
        QuietTimes quiet = quiet("21:00-08:00");
        long night = Instant.parse("2026-01-14T20:00:00Z").toEpochMilli();

        assertThat(quiet.opens("+972522234567", Category.OTP, night)).isEqualTo(night);
        assertThat(quiet.opens("+972522234567", Category.MARKETING, night)).isGreaterThan(night);
    }

    @ParameterizedTest
    @ValueSource(strings = {"21-08", "21:00", "21:00-21:00", "25:00-08:00", "xyz 21:00-08:00", "mon 21:00 08:00", ""})
    void whatAreNoQuietHoursIsRefused(String text) {
        assertThatThrownBy(() -> QuietHours.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("as 21:00-08:00");
    }

    @Test
    void hoursThatLeaveNoTimeAreRefused() {
        assertThatThrownBy(() -> quiet("08:00-20:00", "20:00-08:00"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no time of the week");
        assertThat(quiet("08:00-20:00", "mon-sat 20:00-08:00")).isNotNull();
    }
}
