package dev.caravan.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.account.Pace;
import dev.caravan.account.Rate;
import dev.caravan.account.Spacing;
import dev.caravan.intake.Rehearsed.Share;
import dev.caravan.ledger.Foresight.Ahead;
import dev.caravan.message.Priority;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When an account comes to sends it has not got yet. */
class ForecastTest {

    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final Instant LATER = NOW.plus(Duration.ofDays(7));
    private static final Pace EVERY_SECOND = Pace.of(Rate.parse("60/1m"));

    @Test
    void firstStartsAtOnceAndEachOtherOneGapLater() {
        Forecast forecast = forecast(EVERY_SECOND, Ahead.NOTHING);
        add(forecast, 100, Priority.NORMAL, LATER);

        assertThat(forecast.share(NOW)).isEqualTo(new Share("main", 100, 0, 99L, 0, null));
    }

    @Test
    void spacingCountsWithItsMean() {
        Forecast forecast = forecast(Pace.of(Spacing.parse("2s..6s")), Ahead.NOTHING);
        add(forecast, 11, Priority.NORMAL, LATER);

        assertThat(forecast.share(NOW).seconds()).isEqualTo(40);
    }

    @Test
    void paceOfLessThanAMillisecondIsNoneTheLessAPace() {
        Forecast forecast = forecast(Pace.of(Rate.parse("4000/1s")), Ahead.NOTHING);
        add(forecast, 40_001, Priority.NORMAL, LATER);

        assertThat(forecast.share(NOW).seconds()).isEqualTo(10);
    }

    @Test
    void accountWithoutAPaceTakesNoTimeThatCouldBeTold() {
        Forecast forecast = forecast(Pace.UNLIMITED, Ahead.NOTHING);
        add(forecast, 500_000, Priority.NORMAL, LATER);

        assertThat(forecast.share(NOW)).isEqualTo(new Share("main", 500_000, 0, null, 0, null));
    }

    @Test
    void whatWaitsWithTheSameOrAHigherPriorityGoesFirst() {
        Ahead ahead = new Ahead(Map.of(Priority.HIGH, 10L, Priority.NORMAL, 20L, Priority.LOW, 40L), 0, null, 0, null);
        Forecast normal = forecast(EVERY_SECOND, ahead);
        Forecast high = forecast(EVERY_SECOND, ahead);
        add(normal, 5, Priority.NORMAL, LATER);
        add(high, 5, Priority.HIGH, LATER);

        assertThat(normal.share(NOW)).isEqualTo(new Share("main", 5, 30, 34L, 0, null));
        assertThat(high.share(NOW)).isEqualTo(new Share("main", 5, 10, 14L, 0, null));
    }

    @Test
    void nothingStartsBeforeTheNextReservedStart() {
        Forecast forecast =
                forecast(EVERY_SECOND, new Ahead(Map.of(), NOW.plusSeconds(60).toEpochMilli(), null, 0, "account"));
        add(forecast, 1, Priority.NORMAL, NOW.plusSeconds(59));
        add(forecast, 1, Priority.NORMAL, NOW.plusSeconds(60));

        assertThat(forecast.share(NOW)).isEqualTo(new Share("main", 2, 0, 60L, 1, "account"));
    }

    @Test
    void sendsWhoseTurnComesAfterTheirExpiryExpireAndMakeRoom() {
        Forecast forecast = forecast(EVERY_SECOND, Ahead.NOTHING);
        add(forecast, 100, Priority.NORMAL, NOW.plusSeconds(9));
        add(forecast, 5, Priority.NORMAL, LATER);

        assertThat(forecast.share(NOW)).isEqualTo(new Share("main", 105, 0, 14L, 90, null));
    }

    @Test
    void urgentSendsAtTheEndOfTheFileDelayThoseBefore() {
        Forecast forecast = forecast(EVERY_SECOND, Ahead.NOTHING);
        add(forecast, 10, Priority.NORMAL, NOW.plusSeconds(9));
        add(forecast, 4, Priority.HIGH, NOW.plusSeconds(9));

        assertThat(forecast.share(NOW).expiring()).isEqualTo(4);
    }

    @Test
    void whatIsToBeSentLaterStartsLater() {
        Forecast forecast = forecast(EVERY_SECOND, Ahead.NOTHING);
        add(forecast, 10, Priority.NORMAL, LATER);
        Instant tomorrow = NOW.plus(Duration.ofDays(1));
        for (int send = 0; send < 5; send++) {
            forecast.add(Priority.NORMAL, tomorrow, LATER);
        }

        assertThat(forecast.share(NOW)).isEqualTo(new Share("main", 15, 0, 86_404L, 0, null));
    }

    private static Forecast forecast(Pace pace, Ahead ahead) {
        Account account = AccountDraft.named("main")
                .of("maytapi")
                .pace(pace)
                .concurrency(4)
                .account();
        return new Forecast(account, ahead);
    }

    private static void add(Forecast forecast, int sends, Priority priority, Instant expiresAt) {
        for (int send = 0; send < sends; send++) {
            forecast.add(priority, null, expiresAt);
        }
    }
}
