package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.AccountDraft;
import dev.caravan.account.Accounts;
import dev.caravan.account.Pace;
import dev.caravan.account.QuietHours;
import dev.caravan.account.QuietTimes;
import dev.caravan.account.Rate;
import dev.caravan.account.SendingRules;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BatchStandingsTest extends OnLedger {

    private static final long LATER = NOW + Duration.ofDays(7).toMillis();

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

    @Test
    void nothingEndsWhileItIsQuiet() {
        BatchStandings progress = progress("2/1m", rules("08:01-09:00", null, null));
        openBatch("b");
        admit(draft().of("b", 1), draft().of("b", 2));
        assertThat(end(progress, NOW)).isEqualTo("2027-01-15T08:01:00Z");
        admit(draft().of("b", 3));
        assertThat(end(progress, NOW)).isEqualTo("2027-01-15T09:00:30Z");
    }

    @Test
    void aBudgetThatIsSpentIsWaitedForUntilTheNextDay() {
        openBatch("b");
        admit(draft().of("b", 1), draft().of("b", 2), draft().of("b", 3));
        ledger.change("UPDATE account SET budget_day = '2027-01-15', budget_used = 1 WHERE name = 'main'");

        assertThat(end(progress("60/1m", rules(null, null, 3)), NOW)).isEqualTo("2027-01-16T00:00:01Z");
        assertThat(end(progress(null, rules(null, null, 3)), NOW))
                .as("as far as can be told without a pace")
                .isEqualTo("2027-01-16T00:00:00Z");
    }

    @Test
    void whatIsToBeSentLaterEndsLater() {
        openBatch("b");
        admit(draft().of("b", 1).dueAt(LATER), draft().of("b", 2).dueAt(LATER));
        assertThat(standing(paced, NOW).end()).isEqualTo(LATER + 2_000);
        assertThat(standing(unlimited, NOW).end())
                .as("as far as can be told without a pace")
                .isEqualTo(LATER);

        admit(draft().of("b", 3).dueAt(LATER + 60_000));
        assertThat(standing(paced, NOW).end()).isEqualTo(LATER + 61_000);
        admit(draft().of("b", 4));
        assertThat(standing(paced, NOW).end()).isEqualTo(LATER + 61_000);
    }

    @Test
    void whatIsToBeSentLaterGoesOutWhenItIsQuietNoLonger() {
        openBatch("b");
        admit(draft().of("b", 1).dueAt(NOW + 120_000));

        assertThat(end(progress("60/1m", rules("08:01-09:00", null, null)), NOW))
                .isEqualTo("2027-01-15T09:00:01Z");
    }

    @Test
    void whatWaitsForItsRetryEndsAfterThat() {
        openBatch("b");
        admit(draft().of("b", 1), draft().of("b", 2));
        settle(claim(), queuedUntil(NOW + 100_000));

        assertThat(standing(paced, NOW).end()).isEqualTo(NOW + 101_000);
    }

    @Test
    void nothingEndsAfterItHasExpired() {
        openBatch("b");
        admit(draft().of("b", 1), draft().of("b", 2).expiresAt(NOW + 1_500), draft().of("b", 3));
        assertThat(standing(paced, NOW).end()).isEqualTo(NOW + 3_000);
        ledger.change("UPDATE send SET expires_at = ? WHERE row_number = 3", NOW + 2_000);
        ledger.change("UPDATE send SET expires_at = ? WHERE row_number = 1", NOW + 1_000);
        assertThat(standing(paced, NOW).end()).isEqualTo(NOW + 2_000);
        ledger.change("UPDATE account SET not_before = ? WHERE name = 'main'", NOW + 60_000);
        assertThat(standing(paced, NOW).end()).as("throttled for longer").isEqualTo(NOW + 2_000);
    }

    @Test
    void oneRecipientIsWrittenToNoMoreOftenThanAllowed() {
        BatchStandings progress = progress("60/1m", rules(null, "2/10s", null));
        LedgerParts seldom = LedgerParts.with(
                AccountDraft.named("main").rules(rules(null, "2/10s", null)).account());
        openBatch("b");
        for (int row = 1; row <= 5; row++) {
            admit(draft().of("b", row).to("+90530123450" + row));
        }
        assertThat(standing(progress, NOW).end()).isEqualTo(NOW + 5_000);
        for (int row = 6; row <= 10; row++) {
            admit(draft().of("b", row).to("+905301234511"));
        }
        assertThat(standing(progress, NOW).end())
                .as("starts after 0, 0, 10, 10 and 20 s")
                .isEqualTo(NOW + 21_000);
        ledger.change("UPDATE send SET fair_rank = 0 WHERE row_number = 6");
        Attempt first = write(transaction -> seldom.queue().claim(transaction, "main", null, false, NOW))
                .orElseThrow();
        settle(first, sent("wamid"));
        assertThat(standing(progress, NOW + 6_000).end())
                .as("after 6, 10, 16 and 20 s, as one has gone out already")
                .isEqualTo(NOW + 21_000);
    }

    private static BatchStandings progress(String rate, SendingRules rules) {
        return new BatchStandings(new Accounts(
                List.of(AccountDraft.named("main")
                        .pace(rate == null ? Pace.UNLIMITED : Pace.of(Rate.parse(rate)))
                        .rules(rules)
                        .account()),
                List.of(),
                null));
    }

    private static SendingRules rules(String quiet, String perRecipient, Integer budget) {
        return new SendingRules(
                false,
                quiet == null
                        ? QuietTimes.NONE
                        : new QuietTimes(
                                List.of(QuietHours.parse(quiet)),
                                Set.of(),
                                Set.of(),
                                recipient -> List.of(ZoneOffset.UTC)),
                perRecipient == null ? null : Rate.parse(perRecipient),
                budget,
                ZoneOffset.UTC);
    }

    private String end(BatchStandings progress, long now) {
        return Instant.ofEpochMilli(standing(progress, now).end()).toString();
    }

    private BatchStandings.Standing standing(BatchStandings progress, long now) {
        return read(transaction ->
                progress.of(transaction, batches.find(transaction, "b").orElseThrow(), now));
    }
}
