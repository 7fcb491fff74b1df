package dev.caravan.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RecentTest {

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final AtomicInteger readings = new AtomicInteger();
    private long takes;
    private final Recent<Integer> recent = new Recent<>(
            () -> {
                now.addAndGet(takes);
                return readings.incrementAndGet();
            },
            now::get);

    @Test
    void whatWasReadServesForASecond() {
        assertThat(recent.get()).isEqualTo(1);
        now.addAndGet(Duration.ofMillis(999).toNanos());
        assertThat(recent.get()).isEqualTo(1);
        now.addAndGet(Duration.ofMillis(1).toNanos());
        assertThat(recent.get()).isEqualTo(2);
    }

    @Test
    void aReadingThatTakesLongServesTheWholeScrapeToo() {
        takes = Duration.ofSeconds(10).toNanos();

        for (int gauge = 0; gauge < 8; gauge++) {
            recent.get();
        }

        assertThat(readings).hasValue(1);
    }
}
