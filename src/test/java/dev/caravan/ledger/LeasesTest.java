package dev.caravan.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeasesTest extends OnLedger {

    private static final String FEED = "outcomes/1";

    private final AtomicLong time = new AtomicLong();

    private Leases here;
    private Leases there;

    @BeforeEach
    void startBoth() {
        here = new Leases(ledger.store(), "here", true, time::get);
        // Each has a clock of its own.
        there = new Leases(ledger.store(), "there", true, () -> time.get() - 1_000_000_000_000L);
        here.apply(FEED);
        there.apply(FEED);
    }

    @AfterEach
    void stopBoth() {
        here.close();
        there.close();
    }

    @Test
    void oneOfTwoGatewaysDoesIt() {
        for (int second = 0; second < 30; second++) {
            here.beat();
            there.beat();
            assertThat(here.isOurs(FEED)).isTrue();
            assertThat(there.isOurs(FEED)).isFalse();
            pass(1);
        }
    }

    @Test
    void anotherTakesOverWhenNothingIsHeardForAWhile() {
        here.beat();
        for (int second = 0; second < 6; second++) {
            there.beat();
            assertThat(there.isOurs(FEED)).isFalse();
            pass(1);
        }
        assertThat(here.isOurs(FEED)).as("it stopped by itself before").isFalse();

        there.beat();
        assertThat(there.isOurs(FEED)).isTrue();

        here.beat();
        assertThat(here.isOurs(FEED)).as("it is back").isFalse();
        there.beat();
        assertThat(there.isOurs(FEED)).isTrue();
    }

    @Test
    void whoStopsInGoodOrderIsFollowedAtOnce() {
        here.beat();
        there.beat();

        here.close();
        there.beat();

        assertThat(there.isOurs(FEED)).isTrue();
    }

    @Test
    void eachDoesWhatOnlyItCanDo() {
        there.apply("outcomes/2");
        here.beat();
        there.beat();

        assertThat(here.isOurs(FEED)).isTrue();
        assertThat(there.isOurs("outcomes/2")).isTrue();
        assertThat(here.isOurs("outcomes/2")).isFalse();
    }

    @Test
    void aGatewayThatStartsAgainGoesOn() {
        here.beat();
        Leases again = new Leases(ledger.store(), "here", true, time::get);
        again.apply(FEED);

        again.beat();
        there.beat();

        assertThat(again.isOurs(FEED)).isTrue();
        assertThat(there.isOurs(FEED)).isFalse();
    }

    private void pass(int seconds) {
        time.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }
}
