package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.account.Pace;
import dev.caravan.account.QuietTimes;
import dev.caravan.account.Rate;
import dev.caravan.account.SendingRules;
import dev.caravan.ledger.Settlement.Cause;
import dev.caravan.ledger.StandIns.Stranded;
import dev.caravan.ledger.StandIns.Waiting;
import dev.caravan.message.Priority;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StandInsTest extends OnLedger {

    private static final long MINUTE = 60_000;

    private final StandIns standIns = parts.standIns();
    private final Account other = account("other");

    @Test
    void aMovedSendIsNextInTheOtherQueueAndNeverComesBack() {
        openBatch("b");
        String id = admit(draft().of("b", 1).rank(7).barred("third")).get(0);
        countAccepted("b", 1);
        settle(claim(), queuedUntil(NOW));
        ledger.change("UPDATE account SET fair_clock_normal = CASE name WHEN 'main' THEN 5 ELSE 1000 END");

        assertThat(move(id)).isTrue();

        assertCounters();
        assertThat(ledger.text(
                        "SELECT account || ' ' || provider || ' ' || fair_rank || ' ' || state || ready || due_at"
                                + " || ' ' || attempt || ' ' || barred FROM send"))
                .isEqualTo("other pigeon 1002 queued1" + NOW + " 1 third main");
        assertThat(ledger.texts("SELECT sequence || ' ' || status || ' ' || coalesce(reason, '-') FROM history"))
                .containsExactly("1 queued -", "2 queued moved from main to other: its key is refused");
        Set<String> barred = read(transaction -> standIns.barred(transaction, id));
        assertThat(barred).containsExactlyInAnyOrder("third", "main");
        List<Outbox.Entry> entries = read(transaction -> outbox.after(transaction, 0, 10));
        assertThat(entries).extracting(Outbox.Entry::account).containsExactly("other", "other");
        assertThat(move(id)).as("it is there no longer").isFalse();
    }

    @Test
    void keepsItsDistanceFromTheFront() {
        List<String> ids = admit(draft().rank(11), draft().rank(14), draft().rank(3));
        ledger.change("UPDATE account SET fair_clock_normal = CASE name WHEN 'main' THEN 10 ELSE 1000 END");

        ids.forEach(this::move);

        assertThat(ledger.texts("SELECT fair_rank FROM send ORDER BY id")).containsExactly("1001", "1004", "1001");
    }

    @Test
    void whoeverWaitedForAMovedSendIsNext() {
        List<String> ids = admit(draft(), draft());
        ledger.change("UPDATE send SET followed = 1, ready = CASE id WHEN ? THEN 3 ELSE 1 END", ids.get(1));

        move(ids.get(0));

        assertThat(claim().id()).isEqualTo(ids.get(1));
        assertThat(ledger.number("SELECT followed FROM send WHERE id = ?", ids.get(0)))
                .isZero();
    }

    @Test
    void nothingMovesThatIsBeingSentOrMayHaveBeen() {
        String id = admit(draft()).get(0);
        Attempt attempt = claim();
        assertThat(move(id)).isFalse();
        settle(attempt, unknown());

        assertThat(move(id)).isFalse();

        assertThat(ledger.text("SELECT account || state FROM send")).isEqualTo("mainunknown");
        assertCounters();
    }

    @Test
    void whatIsSentAgainAlthoughItMayHaveBeenSentStaysWithItsAccount() {
        String id = admit(draft()).get(0);
        settle(claim(), Settlement.queued(NOW, new Cause("unknown", "no-answer", "no answer came")));
        assertThat(move(id)).isFalse();

        settle(claim(), Settlement.queued(NOW, new Cause("account", "http-401", "no such key")));
        assertThat(move(id)).as("nothing is known of the first attempt").isFalse();

        assertThat(ledger.text("SELECT account || state FROM send")).isEqualTo("mainqueued");
        assertCounters();
    }

    @Test
    void whatWasLookedUpForTheAccountThatItLeftDecidesNothingAnyMore() {
        String id = admit(draft()).get(0);
        move(id);

        assertThat(settleUnclaimed(id, failed())).isFalse();
        assertThat(this.<Optional<Attempt>>write(
                        transaction -> parts.queue().claim(transaction, "main", id, false, NOW)))
                .isEmpty();

        assertThat(ledger.text("SELECT account || ' ' || state FROM send")).isEqualTo("other queued");
        assertCounters();
    }

    @Test
    void reportsOfTheAccountThatSentItFindIt() {
        String id = admit(draft()).get(0);
        move(id);
        Attempt attempt = write(transaction -> parts.queue().claim(transaction, "other", null, false, NOW))
                .orElseThrow();
        settle(attempt, sent("wamid"));

        Reported delivered = new Reported(List.of("wamid"), State.DELIVERED, null, null, null, null, null, null);
        write(transaction -> parts.deliveries().apply(transaction, "pigeon", List.of("main"), delivered, NOW));
        assertThat(state(id)).isEqualTo("sent");
        write(transaction -> parts.deliveries().apply(transaction, "pigeon", List.of("other"), delivered, NOW));
        assertThat(state(id)).isEqualTo("delivered");
    }

    @Test
    void anAccountIsDownWhilePausedUntilItIsToBeProbed() {
        assertThat(isDown(other, NOW + 1)).isFalse();
        write(transaction -> parts.laneControl().pause(transaction, "other", "refused", NOW));

        assertThat(isDown(other, NOW + 1_000 * MINUTE)).isTrue();
        assertThat(isStopped(other)).isTrue();
        assertThat(isStopped(account("main"))).isFalse();
        ledger.change("UPDATE account SET probe_at = " + NOW);
        assertThat(isDown(other, NOW + MINUTE)).as("somebody must try").isFalse();
        assertThat(isStopped(other)).isFalse();

        write(transaction -> {
            parts.laneControl().pauseByHand(transaction, "other", null, "anne", NOW);
            return null;
        });
        assertThat(isDown(other, NOW + MINUTE)).isTrue();
        assertThat(isStopped(other)).isTrue();
    }

    @Test
    void anAccountIsDownForASendThatItsQueueOutlasts() {
        Account slow = AccountDraft.named("main")
                .pace(Pace.of(new Rate(1, Duration.ofMinutes(1))))
                .account();
        admit(draft(), draft(), draft().dueAt(NOW + 1));

        assertThat(isDown(slow, NOW + 3 * MINUTE)).isFalse();
        assertThat(isDown(slow, NOW + 3 * MINUTE - 1)).isTrue();
        write(transaction -> {
            parts.laneControl().hold(transaction, "main", NOW + 5);
            return null;
        });
        assertThat(isDown(slow, NOW + 3 * MINUTE)).isTrue();
        assertThat(isDown(account("main"), NOW + 5)).isFalse();
    }

    @Test
    void whileAnAccountIsAskedToWaitThoseAreStrandedThatWouldExpireBeforeTheirTurn() {
        Account slow = AccountDraft.named("main")
                .pace(Pace.of(new Rate(1, Duration.ofMinutes(1))))
                .account();
        for (int minutes : List.of(10, 9, 10, 11, 11, 60)) {
            admit(draft().expiresAt(NOW + minutes * MINUTE));
        }
        assertThat(isStopped(slow)).isFalse();
        write(transaction -> {
            parts.laneControl().hold(transaction, "main", NOW + 10 * MINUTE);
            return null;
        });

        assertThat(isStopped(slow)).isTrue();
        assertThat(stranded(slow, 0)).as("two turns by the eleventh minute").containsExactly(1, 2, 4);
        assertThat(stranded(slow, 1)).as("one of them is taken").containsExactly(0, 1, 2, 4);
        assertThat(stranded(slow, 50)).containsExactly(0, 1, 2, 3, 4);
        assertThat(stranded(slow, 51)).containsExactly(0, 1, 2, 3, 4, 5);
        write(transaction -> {
            parts.laneControl().pauseByHand(transaction, "main", null, "anne", NOW);
            return null;
        });
        assertThat(stranded(slow, 0)).as("nobody knows how long").hasSize(6);
    }

    @Test
    void whileABudgetIsSpentThoseAreStrandedThatWouldExpireBeforeTheDayOfTheirTurn() {
        Account thrifty = AccountDraft.named("main")
                .rules(new SendingRules(false, QuietTimes.NONE, null, 2, ZoneOffset.UTC))
                .account();
        long midnight = Instant.parse("2027-01-16T00:00:00Z").toEpochMilli();
        long nextMidnight = midnight + Duration.ofDays(1).toMillis();
        for (long expiresAt : List.of(midnight - 1, midnight, midnight, midnight, nextMidnight)) {
            admit(draft().expiresAt(expiresAt));
        }
        ledger.change("UPDATE account SET budget_day = '2027-01-15', budget_used = 1 WHERE name = 'main'");
        assertThat(isStopped(thrifty)).isFalse();
        ledger.change("UPDATE account SET budget_used = 2 WHERE name = 'main'");

        assertThat(isStopped(thrifty)).isTrue();
        assertThat(stranded(thrifty, 0)).containsExactly(0, 3);
        assertThat(isDown(thrifty, midnight + 1)).as("five are before it").isTrue();
    }

    @Test
    void whatMovesInOneCommitIsCountedInTheQueueThatItGetsInto() {
        Account small = AccountDraft.named("other").maxQueued(2).account();
        List<String> ids = admit(draft(), draft(), draft());

        List<Boolean> down = write(transaction -> {
            List<Boolean> found = new ArrayList<>();
            for (String id : ids) {
                found.add(standIns.isDown(transaction, small, NOW + MINUTE, NOW));
                standIns.move(transaction, id, "main", small, "its lane is paused", NOW);
            }
            return found;
        });

        assertThat(down).as("it has room for two").containsExactly(false, false, true);
        assertCounters();
    }

    @Test
    void whatWaitsIsListedInTheOrderOfTheQueue() {
        List<String> ids = admit(
                draft().rank(2),
                draft().rank(1),
                draft().rank(1),
                draft().priority(Priority.HIGH).rank(9),
                draft().dueAt(NOW + 1),
                draft().account("other"));

        List<Waiting> front = waiting(Optional.empty(), 2);
        assertThat(front).extracting(Waiting::id).containsExactly(ids.get(3), ids.get(1));
        assertThat(waiting(Optional.of(front.get(1)), 5))
                .extracting(Waiting::id)
                .containsExactly(ids.get(2), ids.get(0));
    }

    private List<Waiting> waiting(Optional<Waiting> after, int limit) {
        return read(transaction -> standIns.waiting(transaction, "main", after, limit));
    }

    private boolean isStopped(Account account) {
        return read(transaction -> standIns.isStopped(transaction, account, NOW));
    }

    private List<Integer> stranded(Account account, long before) {
        List<Waiting> all = waiting(Optional.empty(), 100);
        Stranded stranded = read(transaction -> standIns.stranded(transaction, account, all, before, NOW));
        return stranded.sends().stream().map(all::indexOf).toList();
    }

    private boolean isDown(Account account, long expiresAt) {
        return read(transaction -> standIns.isDown(transaction, account, expiresAt, NOW));
    }

    private boolean move(String id) {
        return write(transaction -> standIns.move(transaction, id, "main", other, "its key is refused", NOW));
    }
}
