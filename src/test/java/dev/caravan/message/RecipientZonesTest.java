package dev.caravan.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipientZonesTest {

    private static final ZoneId HOME = ZoneId.of("Europe/Istanbul");

    private final RecipientZones zones = new RecipientZones(HOME);

    @ParameterizedTest
    @CsvSource({
        "+905301234567, Europe/Istanbul",
        "+972522234567, Asia/Jerusalem",
        "+12125550123, America/New_York",
        "+447911123456, Europe/London",
    })
    void aNumberTellsItsZone(String number, String zone) {
        assertThat(zones.of(number)).contains(ZoneId.of(zone));
    }

    @Test
    void numbersOfLargeCountriesMayBeInSeveral() {
        assertThat(zones.of("+79161234567")).hasSizeGreaterThanOrEqualTo(1);
        assertThat(zones.of("+18005550123").size()).isGreaterThan(1);
    }

    @Test
    void whoeverCannotBePlacedIsAssumedAtHome() {
        assertThat(zones.of("120363025246125486@g.us")).isEqualTo(List.of(HOME));
        assertThat(zones.of("+")).isEqualTo(List.of(HOME));
        assertThat(zones.of("+8835100")).isEqualTo(List.of(HOME));
    }
}
