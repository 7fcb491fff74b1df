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
import dev.caravan.message.Category;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Quiet times, the pace per recipient and the budget, as a lane meets them when it claims. */
class SendingRulesTest extends OnLedger {

    private static final String ALI = "+905301234501";
    private static final String AYSE = "+972522234567";
    private static final ZoneId ISTANBUL = ZoneId.of("Europe/Istanbul");

    /** Ten in the evening in Istanbul, nine in Jerusalem. */
    private static final long EVENING = Instant.parse("2026-01-14T19:00:00Z").toEpochMilli();

    private static final long MORNING = Instant.parse("2026-01-15T05:00:00Z").toEpochMilli();

    private static final QuietTimes AT_NIGHT = new QuietTimes(
            List.of(QuietHours.parse("21:30-08:00")),
            Set.of(LocalDate.of(2026, 1, 20)),
            Set.of(Category.OTP),
            recipient -> List.of(recipient.startsWith("+90") ? ISTANBUL : ZoneId.of("Asia/Jerusalem")));

    private LedgerParts partsWith(QuietTimes quiet, String perRecipient, Integer budget, boolean inOrder) {
        Rate rate = perRecipient == null ? null : Rate.parse(perRecipient);
        SendingRules rules = new SendingRules(inOrder, quiet, rate, budget, ISTANBUL);
        return LedgerParts.with(AccountDraft.named("main").rules(rules).account());
    }

    private String claim(LedgerParts by, long now) {
        Claim claim = write(transaction -> by.slots().claim(transaction, "main", null, now));
        return claim instanceof Claim.Claimed claimed ? claimed.attempt().id() : null;
    }

    @Test
    void aSendWaitsForTheMorningOfItsRecipient() {
        LedgerParts atNight = partsWith(AT_NIGHT, null, null, true);
        List<String> ids = admit(
                draft().to(ALI).dueAt(EVENING),
                draft().to(AYSE).dueAt(EVENING),
                draft().to(ALI).dueAt(EVENING).category(Category.OTP));

        assertThat(List.of(claim(atNight, EVENING), claim(atNight, EVENING)))
                .as("one is not yet quiet, one ignores that it is")
                .containsExactlyInAnyOrder(ids.get(1), ids.get(2));
        assertThat(claim(atNight, EVENING)).isNull();
        assertThat(ledger.texts("SELECT due_at FROM send WHERE id = ?", ids.get(0)))
                .containsExactly(Long.toString(MORNING));

        write(transaction -> atNight.queue().makeReady(transaction, MORNING - 1));
        assertThat(claim(atNight, MORNING - 1)).isNull();
        write(transaction -> atNight.queue().makeReady(transaction, MORNING));
        assertThat(claim(atNight, MORNING)).isEqualTo(ids.get(0));
        assertCounters();
    }

    @Test
    void theNightPutsThousandsOffAtOnceAndKeepsTheirOrder() {
        LedgerParts atNight = partsWith(AT_NIGHT, null, null, true);
        List<NewSend> drafts = new ArrayList<>();
        for (int count = 0; count < 1200; count++) {
            drafts.add(draft().to(ALI + count % 7)
                    .rank(count)
                    .dueAt(EVENING - 1)
                    .expiresAt(MORNING + 100_000_000)
                    .send());
        }
        write(transaction -> {
            for (NewSend send : drafts) {
                atNight.acceptance().insert(transaction, send);
            }
            return null;
        });

        assertThat(claim(atNight, EVENING)).isNull();
        assertThat(ledger.number("SELECT count(*) FROM send WHERE ready = 1")).isZero();

        for (int step = 0; step < 3; step++) {
            write(transaction -> atNight.queue().makeReady(transaction, MORNING));
        }
        List<String> order = new ArrayList<>();
        for (String id = claim(atNight, MORNING); id != null; id = claim(atNight, MORNING)) {
            order.add(id);
            String claimed = id;
            write(transaction -> atNight.settlements()
                    .settle(transaction, new Attempt(claimed, 1, null, 0, false, false, 0), sent(claimed), MORNING));
        }
        assertThat(order).isEqualTo(drafts.stream().map(NewSend::id).toList());
    }

    @Test
    void aRecipientIsWrittenToNoMoreOftenThanAllowed() {
        LedgerParts seldom = partsWith(QuietTimes.NONE, "2/10s", null, false);
        List<String> ids = admit(draft().to(ALI), draft().to(ALI), draft().to(ALI), draft().to(AYSE));

        assertThat(claim(seldom, NOW)).isEqualTo(ids.get(0));
        assertThat(claim(seldom, NOW + 4000)).isEqualTo(ids.get(1));
        assertThat(claim(seldom, NOW + 5000)).as("the third in ten seconds").isEqualTo(ids.get(3));
        assertThat(claim(seldom, NOW + 5000)).isNull();

        write(transaction -> seldom.queue().makeReady(transaction, NOW + 9_999));
        assertThat(claim(seldom, NOW + 9_999)).isNull();
        write(transaction -> seldom.queue().makeReady(transaction, NOW + 10_000));
        assertThat(claim(seldom, NOW + 10_000)).isEqualTo(ids.get(2));
        assertCounters();
    }

    @Test
    void aStartThatAGatewayWhoseClockIsAheadHasNotedCountsToo() {
        LedgerParts seldom = partsWith(QuietTimes.NONE, "1/10s", null, false);
        List<String> ids = admit(draft().to(ALI), draft().to(ALI));
        assertThat(claim(seldom, NOW + 200)).isEqualTo(ids.get(0));

        assertThat(claim(seldom, NOW)).isNull();

        write(transaction -> seldom.queue().makeReady(transaction, NOW + 10_200));
        assertThat(claim(seldom, NOW + 10_200)).isEqualTo(ids.get(1));
    }

    @Test
    void whatCountsNoLongerIsForgotten() {
        LedgerParts seldom = partsWith(QuietTimes.NONE, "1/10s", null, false);
        admit(draft().to(ALI), draft().to(AYSE));
        claim(seldom, NOW);
        claim(seldom, NOW + 5000);

        boolean early = read(transaction -> RecipientPace.anyOver(transaction, NOW + 9_999));
        boolean late = read(transaction -> RecipientPace.anyOver(transaction, NOW + 10_000));
        int forgotten = write(transaction -> RecipientPace.forget(transaction, NOW + 10_000));

        assertThat(early).isFalse();
        assertThat(late).isTrue();
        assertThat(forgotten).isEqualTo(1);
        assertThat(ledger.texts("SELECT recipient FROM recipient_pace")).containsExactly(AYSE);
    }

    @Test
    void aBudgetThatIsSpentHoldsTheAccountUntilMidnight() {
        LedgerParts thrifty = partsWith(QuietTimes.NONE, null, 2, false);
        List<String> ids = admit(draft().dueAt(EVENING), draft().dueAt(EVENING), draft().dueAt(EVENING));
        long midnight = Instant.parse("2026-01-14T21:00:00Z").toEpochMilli();

        assertThat(claim(thrifty, EVENING)).isEqualTo(ids.get(0));
        assertThat(claim(thrifty, EVENING + 1)).isEqualTo(ids.get(1));
        assertThat(claim(thrifty, EVENING + 2)).isNull();
        List<Lanes.Standing> standings = read(transaction -> thrifty.lanes().standings(transaction, EVENING + 3));
        assertThat(standings)
                .filteredOn(standing -> standing.account().equals("main"))
                .extracting(Lanes.Standing::notBefore)
                .containsExactly(midnight);
        assertThat(claim(thrifty, midnight - 1)).isNull();
        assertThat(claim(thrifty, midnight)).isEqualTo(ids.get(2));
        assertCounters();
    }

    @Test
    void sendsThatWillExpireBeforeTheirTurnAreToldOfAhead() {
        long soon = NOW + Duration.ofMinutes(1).toMillis();
        for (int count = 0; count < 10; count++) {
            admit(draft().rank(count).expiresAt(soon));
        }
        admit(draft().rank(20).expiresAt(NOW + Duration.ofHours(3).toMillis()));
        admit(draft().rank(21).dueAt(NOW + 1000).expiresAt(soon));
        Expiring slow = expiring(Pace.of(Rate.parse("6/1m")));

        slow.tell(NOW);
        slow.tell(NOW + 1);

        assertThat(ledger.texts("SELECT type || ' ' || account || ' ' || detail FROM event"))
                .as("starts after 0, 10, … 60 s")
                .containsExactly("sends-expiring main {\"count\":3,\"earliest\":" + soon + "}");
    }

    @Test
    void nobodyIsAlarmedAboutSendsThatGoOutInTime() {
        admit(draft().expiresAt(NOW + 5000), draft().expiresAt(NOW + 5000));

        expiring(Pace.of(Rate.parse("1/1s"))).tell(NOW);
        expiring(Pace.UNLIMITED).tell(NOW);

        assertThat(ledger.texts("SELECT type FROM event")).isEmpty();
    }

    @Test
    void nobodyIsAlarmedAboutSendsThatStandBehindAnEarlierOneUnlessTheyWillBeTooLate() {
        LedgerParts inOrder = partsWith(QuietTimes.NONE, null, null, true);
        List<String> ids = admit(
                draft().to(ALI).expiresAt(NOW + 60_000),
                draft().to(ALI).expiresAt(NOW + 60_000),
                draft().to(ALI).expiresAt(NOW + 60_000));
        assertThat(claim(inOrder, NOW)).isEqualTo(ids.get(0));
        assertThat(claim(inOrder, NOW)).isNull();
        assertThat(ledger.texts("SELECT ready FROM send ORDER BY id")).containsExactly("1", "3", "3");

        expiring(Pace.UNLIMITED).tell(NOW);
        expiring(Pace.of(Rate.parse("1/60s"))).tell(NOW);
        assertThat(ledger.texts("SELECT detail FROM event")).isEmpty();

        expiring(Pace.of(Rate.parse("1/61s"))).tell(NOW);
        assertThat(ledger.texts("SELECT detail FROM event"))
                .containsExactly("{\"count\":1,\"earliest\":" + (NOW + 60_000) + "}");
    }

    @Test
    void thoseBehindAnEarlierSendComeAfterWhatCouldGoNow() {
        LedgerParts inOrder = partsWith(QuietTimes.NONE, null, null, true);
        List<String> ids = admit(
                draft().to(ALI),
                draft().to(ALI).expiresAt(NOW + 20_000),
                draft().to(ALI).expiresAt(NOW + 30_000),
                draft().to(AYSE).expiresAt(NOW + 20_000),
                draft().to(AYSE + 1).expiresAt(NOW + 20_000));
        assertThat(claim(inOrder, NOW)).isEqualTo(ids.get(0));
        write(transaction -> {
            inOrder.queue().standBehind(transaction, ids.get(1));
            return null;
        });

        expiring(Pace.of(Rate.parse("6/1m"))).tell(NOW);

        assertThat(ledger.texts("SELECT detail FROM event"))
                .as("none starts after 0, 10, 20 and 30 s")
                .isEmpty();
        ledger.change("UPDATE send SET expires_at = ? WHERE id = ?", NOW + 20_000, ids.get(2));
        expiring(Pace.of(Rate.parse("6/1m"))).tell(NOW);
        assertThat(ledger.texts("SELECT detail FROM event"))
                .containsExactly("{\"count\":1,\"earliest\":" + (NOW + 20_000) + "}");
    }

    @Test
    void allThatExpireOfAPausedAccountAreToldOf() {
        admit(draft().expiresAt(NOW + 5000), draft().expiresAt(NOW + 5000));
        write(transaction -> {
            parts.laneControl().pauseByHand(transaction, "main", null, "anne", NOW);
            return null;
        });

        expiring(Pace.UNLIMITED).tell(NOW);

        assertThat(ledger.texts("SELECT detail FROM event WHERE type = 'sends-expiring'"))
                .containsExactly("{\"count\":2,\"earliest\":" + (NOW + 5000) + "}");
    }

    private Expiring expiring(Pace pace) {
        return new Expiring(
                ledger.store(),
                new Accounts(List.of(AccountDraft.named("main").pace(pace).account()), List.of(), null));
    }
}
