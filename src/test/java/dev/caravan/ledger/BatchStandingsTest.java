package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.AccountDraft;
import dev.caravan.account.Accounts;
import dev.caravan.account.Pace;
import dev.caravan.account.Rate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BatchStandingsTest extends OnLedger {

    private final BatchStandings paced = progress(Pace.of(new Rate(60, Duration.ofMinutes(1))));
    private final BatchStandings unlimited = progress(Pace.UNLIMITED);

    private static BatchStandings progress(Pace pace) {
        return new BatchStandings(new Accounts(
                List.of(
                        AccountDraft.named("main").pace(pace).account(),
                        AccountDraft.named("other").pace(pace).account()),
                List.of(),
                null));
    }

    @Test
    void countsTheSendsOfABatchByTheirStates() {
        openBatch("b");
        admit(draft().of("b", 1), draft().of("b", 2), draft().of("b", 3), draft().of("b", 4), draft());
        settle(claim(), sent("wamid"));
        settle(claim(), failed());
        claim();

        assertThat(standing(paced, NOW).counts())
                .isEqualTo(Map.of(State.SENT, 1L, State.FAILED, 1L, State.SENDING, 1L, State.QUEUED, 1L));
    }

    @Test
    void itsRateIsThatOfTheLastMinute() {
        openBatch("b");
        admit(draft().of("b", 1), draft().of("b", 2), draft().of("b", 3), draft());
        settle(claim(), sent("wamid"));
        settle(claim(), queuedUntil(NOW + 100));
        settle(claim(), failed());
        settle(claim(), sent("of no batch"));

        assertThat(standing(paced, NOW + 30_000).rate()).isEqualTo(2 / 60.0);
        assertThat(standing(paced, NOW + 60_000).rate()).isZero();
    }

    @Test
    void itsEndFollowsFromThePaceOfItsAccountsAndFromWhatElseWaits() {
        openBatch("b");
        assertThat(standing(paced, NOW).end()).isNull();
        admit(draft().of("b", 1), draft().of("b", 2), draft().of("b", 3));
        assertThat(standing(paced, NOW).end()).isEqualTo(NOW + 3_000);
        admit(draft());
        assertThat(standing(paced, NOW).end()).isEqualTo(NOW + 4_000);
        admit(draft(), draft(), draft(), draft(), draft());
        assertThat(standing(paced, NOW).end()).as("its queue is fair").isEqualTo(NOW + 6_000);
        admit(draft().of("b", 4).account("other"));
        assertThat(standing(paced, NOW).end()).as("the slowest part").isEqualTo(NOW + 6_000);
        ledger.change("UPDATE account SET not_before = ? WHERE name = 'other'", NOW + 60_000);
        assertThat(standing(paced, NOW).end()).as("throttled").isEqualTo(NOW + 61_000);
        ledger.change("UPDATE account SET paused = 'hand' WHERE name = 'other'");
        assertThat(standing(paced, NOW).end()).as("paused").isNull();
    }

    @Test
    void withoutAPaceItsEndFollowsFromItsRate() {
        openBatch("b");
        admit(draft().of("b", 1), draft().of("b", 2), draft().of("b", 3));
        assertThat(standing(unlimited, NOW).end()).isNull();
        settle(claim(), sent("wamid"));

        assertThat(standing(unlimited, NOW + 1_000).end()).isEqualTo(NOW + 1_000 + 2 * 60_000);
        ledger.change("UPDATE batch SET paused = 'hand'");
        assertThat(standing(unlimited, NOW + 1_000).end()).isNull();
    }

    private BatchStandings.Standing standing(BatchStandings progress, long now) {
        return read(transaction ->
                progress.of(transaction, batches.find(transaction, "b").orElseThrow(), now));
    }
}
