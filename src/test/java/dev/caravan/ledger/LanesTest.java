package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.ledger.Claim.Claimed;
import dev.caravan.ledger.Claim.Held;
import dev.caravan.ledger.Claim.Nothing;
import dev.caravan.ledger.LaneControl.Refused;
import dev.caravan.ledger.Lanes.Standing;
import java.util.List;
import org.junit.jupiter.api.Test;

class LanesTest extends OnLedger {

    private static final long MINUTE = 60_000;

    @Test
    void keepsTheRowsItHasWhenAccountsAreRegisteredAgain() {
        pause("refused");

        write(transaction -> {
            parts.lanes().register(transaction, List.of("main", "third"));
            return null;
        });

        assertThat(ledger.texts("SELECT name || ' ' || coalesce(paused, 'runs') FROM account ORDER BY name"))
                .containsExactly("main account", "other runs", "third runs");
    }

    @Test
    void aClaimFindsTheBestSendOrNothing() {
        String id = admit(draft()).get(0);

        assertThat(attempt(claimAt(NOW)).id()).isEqualTo(id);
        assertThat(claimAt(NOW)).isInstanceOf(Nothing.class);
    }

    @Test
    void aPausedAccountKeepsItsSendsAndTriesOneAfterAMinute() {
        List<String> ids = admit(draft(), draft());
        assertThat(pause("http-401: no such key")).isTrue();
        assertThat(pause("again")).as("it is paused already").isFalse();

        assertThat(claimAt(NOW)).isEqualTo(new Held(NOW + 5_000));
        assertThat(claimAt(NOW + MINUTE - 1)).isEqualTo(new Held(NOW + MINUTE));
        Attempt probe = attempt(claimAt(NOW + MINUTE));
        assertThat(probe.id()).isEqualTo(ids.get(0));
        assertThat(probe.trial()).isTrue();
        assertThat(claimAt(NOW + MINUTE)).as("one send, and no other").isInstanceOf(Held.class);
        assertThat(standing()).isEqualTo(new Standing("main", 1, 0, "account", "http-401: no such key", NOW));
    }

    @Test
    void probesComeEverMoreSeldom() {
        pause("down");
        long[] waits = {1, 2, 4, 8, 15, 15};
        long now = NOW;
        for (long minutes : waits) {
            admit(draft());
            now += minutes * MINUTE;
            assertThat(claimAt(now - 1)).as("before %d minutes", minutes).isInstanceOf(Held.class);
            settle(attempt(claimAt(now)), queuedUntil(NOW));
        }
    }

    @Test
    void aProbeThatFindsNothingToSendIsNotUsedUp() {
        pause("down");

        assertThat(claimAt(NOW + MINUTE)).isInstanceOf(Nothing.class);
        admit(draft());
        assertThat(claimAt(NOW + MINUTE)).isInstanceOf(Claimed.class);
    }

    @Test
    void anAccountThatMayWorkAgainIsTriedAtOnceUnlessSomebodyPausedIt() {
        admit(draft());
        pause("down");

        probeNow(NOW + 1);
        assertThat(attempt(claimAt(NOW + 1)).trial()).isTrue();
        probeNow(NOW + 10 * MINUTE);
        assertThat(ledger.number("SELECT probe_at FROM account WHERE name = 'main'"))
                .as("no later than it would be")
                .isLessThan(NOW + 10 * MINUTE);

        write(transaction -> {
            parts.laneControl().pauseByHand(transaction, "main", null, "anne", NOW);
            return null;
        });
        probeNow(NOW);
        assertThat(claimAt(NOW + MINUTE)).isInstanceOf(Held.class);
    }

    @Test
    void twentyUnrecognisedRefusalsInARowPauseTheAccountAndKeepTheLast() {
        for (int number = 1; number < 20; number++) {
            Refused refused = refuse("+90530" + number);
            assertThat(refused.again()).as("refusal %d", number).isNull();
        }
        assertThat(standing().paused()).isNull();

        Refused last = refuse("+9053020");

        String run = ledger.text("SELECT run FROM account WHERE name = 'main'");
        assertThat(last).isEqualTo(new Refused(run, NOW + MINUTE + 1_000, true));
        assertThat(standing())
                .isEqualTo(new Standing(
                        "main",
                        0,
                        0,
                        "account",
                        "20 refusals in a row that are not recognised, the last with x: no",
                        NOW));
        assertThat(ledger.texts("SELECT DISTINCT run FROM send WHERE state = 'failed'"))
                .containsExactly(run);
        assertThat(ledger.texts("SELECT type || ' ' || detail FROM event"))
                .containsExactly("lane-paused {\"cause\":\"refusals\",\"reason\":\"20 refusals in a row that are not"
                        + " recognised, the last with x: no\",\"run\":\"" + run + "\"}");
    }

    @Test
    void whatIsRefusedWhileTheAccountIsPausedIsKept() {
        pause("down");

        assertThat(refuse("+905301")).isEqualTo(new Refused(null, NOW + MINUTE + 1_000, false));
        assertThat(ledger.number("SELECT refusals FROM account WHERE name = 'main'"))
                .isZero();
    }

    @Test
    void aRecipientCountsOnceInARow() {
        for (int number = 0; number < 30; number++) {
            refuse("+90530" + number % 19);
        }

        assertThat(ledger.text("SELECT refusals || coalesce(paused, ' runs') FROM account WHERE name = 'main'"))
                .isEqualTo("19 runs");
        assertThat(refuse("+9053099").pauses()).isTrue();
    }

    @Test
    void aSuccessEndsTheRow() {
        refuse("+905301");
        admit(draft(), draft());
        assertThat(attempt(claimAt(NOW)).trial()).as("its success counts").isTrue();

        assertThat(recoverLane()).isFalse();

        assertThat(attempt(claimAt(NOW)).trial()).isFalse();
        assertRowIsOver();
        assertThat(refuse("+905301").run()).isNotEqualTo(ledger.text("SELECT min(run) FROM send"));
    }

    @Test
    void anAnswerThatIsRecognisedEndsTheRowToo() {
        refuse("+905301");

        assertThat(answered(false)).isFalse();

        assertRowIsOver();
        assertThat(answered(true)).as("there is none").isFalse();
    }

    @Test
    void aProbeThatIsRefusedForItselfEndsThePauseThatARowLedToAndNoOther() {
        for (int number = 0; number < 20; number++) {
            refuse("+90530" + number);
        }
        assertThat(answered(false)).as("busy says nothing").isFalse();
        assertThat(standing().paused()).isEqualTo("account");

        assertThat(answered(true)).isTrue();

        assertRowIsOver();
        assertThat(standing().paused()).isNull();
        refuse("+905301");
        pause("down");
        assertThat(answered(true)).isFalse();
        assertThat(standing().paused()).isEqualTo("account");
    }

    @Test
    void whoeverResumesAnAccountBeginsAnew() {
        for (int number = 0; number < 20; number++) {
            refuse("+90530" + number);
        }

        resume();

        assertRowIsOver();
    }

    private void assertRowIsOver() {
        assertThat(ledger.text("SELECT refusals || coalesce(run, ' over') FROM account WHERE name = 'main'"))
                .isEqualTo("0 over");
    }

    private boolean answered(boolean aboutTheSend) {
        return answered(aboutTheSend, NOW + MINUTE);
    }

    private boolean answered(boolean aboutTheSend, long startedAt) {
        return write(transaction ->
                parts.laneControl().answered(transaction, "main", aboutTheSend, startedAt, NOW + 2 * MINUTE));
    }

    /** As settling does it: what fails is marked. */
    private Refused refuse(String recipient) {
        String id = admit(draft().account("other").to(recipient)).get(0);
        ledger.change("UPDATE send SET state = 'failed' WHERE id = ?", id);
        return write(transaction -> {
            Refused refused = parts.laneControl().refused(transaction, "main", recipient, "x: no", NOW);
            if (refused.again() == null) {
                parts.settlements().mark(transaction, id, refused.run());
            } else {
                transaction.update("UPDATE send SET state = 'queued' WHERE id = ?", id);
            }
            return refused;
        });
    }

    private void probeNow(long now) {
        write(transaction -> {
            parts.laneControl().probeNow(transaction, "main", now);
            return null;
        });
    }

    @Test
    void aProbeThatSucceedsEndsThePause() {
        admit(draft(), draft());
        pause("down");
        attempt(claimAt(NOW + MINUTE));

        assertThat(recoverLane()).isTrue();
        assertThat(recoverLane()).as("it runs already").isFalse();

        assertThat(attempt(claimAt(NOW + MINUTE)).trial()).isFalse();
        assertThat(standing()).isEqualTo(new Standing("main", 0, 0, null, null, null));
    }

    @Test
    void whatBeganBeforeThePauseDoesNotEndIt() {
        admit(draft(), draft());
        hold(NOW - 1_000);
        Attempt slow = attempt(claimAt(NOW - 500));
        assertThat(slow.trial()).isTrue();
        pause("down");

        assertThat(recoverLane(slow.startedAt())).isFalse();
        assertThat(recoverLane(NOW)).as("in the same millisecond").isFalse();

        assertThat(standing().paused()).isEqualTo("account");
        assertThat(throttles()).isEqualTo(1);
        assertThat(recoverLane(attempt(claimAt(NOW + MINUTE)).startedAt())).isTrue();
    }

    @Test
    void aRefusalOfWhatBeganBeforeThePauseThatARowLedToDoesNotEndItEither() {
        for (int number = 0; number < 20; number++) {
            refuse("+90530" + number);
        }

        assertThat(answered(true, NOW - 1)).isFalse();
        assertThat(recoverLane(NOW - 1)).isFalse();

        assertThat(standing().paused()).isEqualTo("account");
        assertThat(answered(true)).as("its row goes on until the probe").isTrue();
    }

    @Test
    void aClockThatIsSetBackLeavesNoPauseThatNothingEnds() {
        pause("down");

        boolean resumed = write(
                transaction -> parts.laneControl().recover(transaction, "main", NOW - 60 * MINUTE, NOW - 59 * MINUTE));

        assertThat(resumed).isTrue();
    }

    @Test
    void whoeverPausedByHandIsNotOverruled() {
        admit(draft());
        ledger.change("UPDATE account SET paused = 'hand', paused_reason = 'wait' WHERE name = 'main'");

        assertThat(claimAt(NOW + 1_000 * MINUTE)).isEqualTo(new Held(NOW + 1_000 * MINUTE + 5_000));
        assertThat(pause("down")).isFalse();
        assertThat(recoverLane()).isFalse();
        assertThat(standing().paused()).isEqualTo("hand");
    }

    @Test
    void somebodyPausesAnAccountAndOnlySomebodyResumesIt() {
        admit(draft());
        pauseByHand("the office is closed", NOW);

        assertThat(standing()).isEqualTo(new Standing("main", 1, 0, "hand", "the office is closed", NOW));
        assertThat(claimAt(NOW + 1_000 * MINUTE)).isEqualTo(new Held(NOW + 1_000 * MINUTE + 5_000));
        assertThat(pause("down")).isFalse();
        assertThat(recoverLane()).isFalse();

        resume();
        assertThat(standing()).isEqualTo(new Standing("main", 1, 0, null, null, null));
        assertThat(attempt(claimAt(NOW)).trial()).isFalse();
    }

    @Test
    void aPauseByHandTakesTheProvidersPlaceSoThatNoProbeEndsIt() {
        admit(draft());
        pause("down");
        pauseByHand(null, NOW + 5);

        assertThat(claimAt(NOW + 100 * MINUTE)).isInstanceOf(Held.class);
        assertThat(standing()).isEqualTo(new Standing("main", 1, 0, "hand", null, NOW + 5));
    }

    @Test
    void somebodyEndsTheProvidersPause() {
        admit(draft());
        pause("down");

        resume();

        assertThat(attempt(claimAt(NOW)).trial()).isFalse();
        assertThat(pause("down again")).as("it was running").isTrue();
    }

    @Test
    void somebodyEndsAWaitOnceNothingElseHoldsTheAccount() {
        admit(draft());
        hold(NOW + 9_000);
        pauseByHand("both", NOW);

        resume();
        assertThat(standing().notBefore()).as("only the pause is over").isEqualTo(NOW + 9_000);
        resume();
        assertThat(standing().notBefore()).isZero();
        assertThat(claimAt(NOW)).isInstanceOf(Claimed.class);
    }

    @Test
    void whatIsQueuedGoesThroughTheProviderThatItsAccountHasNow() {
        admit(Draft.draft(), Draft.draft(), Draft.draft().account("other"));
        settle(claim(), sent("wamid"));

        for (int start = 0; start < 2; start++) {
            write(transaction -> {
                parts.lanes().serve(transaction, "main", "raven");
                return null;
            });
        }

        assertThat(ledger.texts("SELECT account || ' ' || state || ' ' || provider FROM send ORDER BY id"))
                .containsExactly("main sent pigeon", "main queued raven", "other queued pigeon");
    }

    private void pauseByHand(String reason, long now) {
        write(transaction -> {
            parts.laneControl().pauseByHand(transaction, "main", reason, "anne", now);
            return null;
        });
    }

    private void resume() {
        write(transaction -> {
            parts.laneControl().resume(transaction, "main", "anne", NOW);
            return null;
        });
    }

    @Test
    void aThrottledAccountWaitsAndRemembersThatItWas() {
        admit(draft(), draft());
        hold(NOW + 2_000);

        assertThat(claimAt(NOW)).isEqualTo(new Held(NOW + 2_000));
        assertThat(claimAt(NOW + 1_999)).isEqualTo(new Held(NOW + 2_000));
        assertThat(attempt(claimAt(NOW + 2_000)).trial()).isTrue();

        recoverLane();
        assertThat(attempt(claimAt(NOW + 2_000)).trial()).isFalse();
    }

    @Test
    void theLongestWaitCounts() {
        hold(NOW + 9_000);
        hold(NOW + 3_000);

        assertThat(standing().notBefore()).isEqualTo(NOW + 9_000);
        assertThat(throttles()).isEqualTo(1);
        hold(NOW + 10_000);
        assertThat(throttles()).isEqualTo(2);
        recoverLane();
        assertThat(throttles()).isZero();
    }

    @Test
    void aHeldAccountIsLookedAtAgainSoonInCaseSomebodyResumesIt() {
        admit(draft());
        hold(NOW + 1_000_000);

        assertThat(claimAt(NOW)).isEqualTo(new Held(NOW + 5_000));
    }

    @Test
    void anAccountInTroubleHoldsNoOther() {
        admit(draft(), draft().account("other"));
        pause("down");

        assertThat(write(transaction -> parts.slots().claim(transaction, "other", null, NOW))
                        .getClass())
                .isEqualTo(Claimed.class);
    }

    @Test
    void tellsHowManyWaitAndSinceWhen() {
        admit(draft().dueAt(NOW - 7), draft(), draft().dueAt(NOW + 5));

        assertThat(standing().queued()).isEqualTo(3);
        long queued = read(transaction -> parts.lanes().queued(transaction, "main"));
        assertThat(queued).isEqualTo(3);
        long next =
                read(transaction -> parts.lanes().nextDue(transaction, "main")).orElseThrow();
        assertThat(next).isEqualTo(NOW - 7);
        assertThat(read(transaction -> parts.lanes().nextDue(transaction, "other"))
                        .isPresent())
                .isFalse();
    }

    private Claim claimAt(long now) {
        return write(transaction -> parts.slots().claim(transaction, "main", null, now));
    }

    private static Attempt attempt(Claim claim) {
        assertThat(claim).isInstanceOf(Claimed.class);
        return ((Claimed) claim).attempt();
    }

    private boolean pause(String reason) {
        return write(transaction -> parts.laneControl().pause(transaction, "main", reason, NOW));
    }

    private boolean recoverLane() {
        return recoverLane(NOW + MINUTE);
    }

    private boolean recoverLane(long startedAt) {
        return write(transaction -> parts.laneControl().recover(transaction, "main", startedAt, NOW + 2 * MINUTE));
    }

    private void hold(long until) {
        write(transaction -> {
            parts.laneControl().hold(transaction, "main", until);
            return null;
        });
    }

    private int throttles() {
        return read(transaction -> parts.laneControl().throttles(transaction, "main"));
    }

    private Standing standing() {
        return read(transaction -> parts.lanes().standings(transaction, NOW)).get(0);
    }
}
