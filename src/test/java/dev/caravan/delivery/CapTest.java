package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Pace;
import dev.caravan.account.Rate;
import dev.caravan.account.Spacing;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CapTest {

    @ParameterizedTest
    @CsvSource({
        "1/1s, 1, 1000",
        "20/1m, 20, 60000",
        "100/1s, 100, 1000",
        "5000/1s, 5000, 1000",
        "7000/1m, 116, 994",
        "1000/1h, 100, 360000",
        "100000/1d, 100, 86400",
        "3000000/1d, 100, 2880",
    })
    void rateIsCappedByFewPermits(String rate, long permits, long periodMillis) {
        assertThat(Cap.of(Pace.of(Rate.parse(rate)))).isEqualTo(new Cap(permits, periodMillis));
    }

    @ParameterizedTest
    @CsvSource({"3s..7s, 3000", "500ms..500ms, 500"})
    void spacingIsCappedByItsShortestGap(String spacing, long periodMillis) {
        assertThat(Cap.of(Pace.of(Spacing.parse(spacing)))).isEqualTo(new Cap(1, periodMillis));
    }
}
