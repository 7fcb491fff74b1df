package dev.caravan.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class PresenceTest extends OnLedger {

    private static final Duration SILENCE = Duration.ofSeconds(60);

    private final AtomicLong time = new AtomicLong();
    private final AtomicLong wallClock = new AtomicLong(NOW);

    private Presence here;
    private Presence there;

    @BeforeEach
    void startBoth() {
        here = presence("here", 0);
        // Each has a clock of its own.
        there = presence("there", -1_000_000_000_000L);
    }

    private Presence presence(String gateway, long offset) {
        return new Presence(
                ledger.store(),
                LedgerParts.of(gateway).recovery(),
                gateway,
                Set.of("other"),
                SILENCE,
                true,
                () -> time.get() + offset,
                () -> Instant.ofEpochMilli(wallClock.get()));
    }

    @AfterEach
    void stopBoth() {
        here.close();
        there.close();
    }

    @Test
    void whatAGatewayWasSendingThatIsGoneIsUnknownAndWhoWaitsBehindItGoesOn() {
        List<String> ids = admit(
                Draft.draft().to("+905301234567"),
                Draft.draft().to("+905301234567"),
                Draft.draft().account("other").to("+905301234568"));
        here.beat();
        claim();
        write(transaction -> parts.queue().claim(transaction, "other", null, false, NOW));

        pass(59, there);
        assertThat(state(ids.get(0))).isEqualTo("sending");
        pass(3, there);

        assertThat(state(ids.get(0))).isEqualTo("unknown");
        assertThat(ledger.text("SELECT error_code FROM send WHERE id = ?", ids.get(0)))
                .isEqualTo("interrupted");
        assertThat(state(ids.get(2))).as("its account says on-unknown: retry").isEqualTo("queued");
        assertThat(claim().id()).isEqualTo(ids.get(1));
        assertThat(ledger.texts("SELECT type || ' ' || detail FROM event"))
                .containsExactly("gateway-gone {\"gateway\":\"here\",\"interrupted\":2,\"files\":0}");
        assertCounters();
    }

    @Test
    void aGatewayThatComesBackBeginsNoCallItHadClaimedAndAppliesTheResultOfOneItHadMade() {
        admit(Draft.draft(), Draft.draft());
        here.beat();
        long stay = here.stay();
        Attempt attempt = claim();
        pass(62, there);

        assertThat(here.stay()).as("it is not sure").isZero();
        boolean givenBack = write(transaction -> parts.queue().giveBack(transaction, attempt));
        assertThat(givenBack).isFalse();
        assertThat(state(attempt.id())).isEqualTo("unknown");

        here.beat();
        assertThat(here.stay())
                .as("another stay, in which it begins anew")
                .isNotZero()
                .isNotEqualTo(stay);
        assertThat(settle(attempt, sent("wamid"))).isTrue();
        assertThat(state(attempt.id())).isEqualTo("sent");
        Attempt fresh = claim();
        pass(62, here, there);
        assertThat(settle(fresh, sent("wamid"))).isTrue();
        assertThat(ledger.texts("SELECT type FROM event ORDER BY id")).containsExactly("gateway-gone", "gateway-back");
    }

    @Test
    void aGatewayThatComesBackWithTheResultOfWhatIsToBeSentAgainKeepsItFromBeingSentTwice() {
        String id = admit(Draft.draft().account("other")).get(0);
        here.beat();
        Attempt attempt = write(transaction -> parts.queue().claim(transaction, "other", null, false, NOW))
                .orElseThrow();
        pass(62, there);
        assertThat(state(id)).isEqualTo("queued");

        here.beat();
        assertThat(settle(attempt, sent("wamid"))).isTrue();

        assertThat(state(id)).isEqualTo("sent");
        Optional<Attempt> again = write(transaction ->
                LedgerParts.of("there").queue().claim(transaction, "other", null, false, wallClock.get()));
        assertThat(again).isEmpty();
        assertCounters();
    }

    @Test
    void whoCannotSayThatItIsThereStopsBeforeTheOthersTakeItForGone() {
        here.beat();
        long stay = here.stay();
        for (int second = 0; second < 62; second++) {
            pass(1, there);
            if (gone() == 1) {
                assertThat(here.stay()).isZero();
            } else if (second < 35) {
                assertThat(here.stay()).isEqualTo(stay);
            }
        }
        assertThat(gone()).isEqualTo(1);
    }

    @Test
    void nobodyIsToldOfAGatewayThatStoppedByItself(CapturedOutput output) {
        here.beat();
        settle(admitAndClaim(), sent("wamid"));
        here.close();
        pass(62, there);
        assertThat(gone()).as("its part is taken").isEqualTo(1);

        here = presence("here", 0);
        here.beat();
        assertThat(gone()).isZero();
        assertThat(ledger.texts("SELECT type FROM event")).isEmpty();
        assertThat(output).doesNotContain("has said nothing");

        pass(62, there);
        assertThat(ledger.texts("SELECT type FROM event"))
                .as("it died this time")
                .containsExactly("gateway-gone");
    }

    @Test
    void whatAGatewayLeavesUnderWayWhenItStopsIsSettledAndToldOf() {
        here.beat();
        Attempt attempt = admitAndClaim();
        here.close();

        pass(59, there);
        assertThat(state(attempt.id())).isEqualTo("sending");
        pass(3, there);

        assertThat(state(attempt.id())).isEqualTo("unknown");
        here = presence("here", 0);
        here.beat();
        assertThat(ledger.texts("SELECT type FROM event ORDER BY id")).containsExactly("gateway-gone", "gateway-back");
    }

    @Test
    void aFileThatAStoppedGatewayHadNotReadToItsEndIsToldOf() {
        here.beat();
        openBatch("b");
        ledger.change("UPDATE batch SET source = 'file', state = 'reading', gateway = 'here'");
        here.close();

        pass(62, there);

        assertThat(ledger.texts("SELECT type FROM event")).containsExactly("gateway-gone");
    }

    @Test
    void aMachineThatStoodStillWithItsClockOfNanosecondsIsNotSureEither() {
        here.beat();
        wallClock.addAndGet(SILENCE.toMillis());

        assertThat(here.stay()).isZero();
    }

    @Test
    void aSilenceThatWasNoLongerThanAPauseMakesNobodyGone() {
        here.beat();
        long stay = here.stay();
        Attempt attempt = admitAndClaim();
        pass(58, there);
        here.beat();
        pass(58, there);
        here.beat();

        assertThat(here.stay()).isEqualTo(stay);
        assertThat(gone()).isZero();
        assertThat(settle(attempt, sent("wamid"))).isTrue();
    }

    @Test
    void aLedgerThatWasAwayForEverybodyMakesNobodyGone() {
        here.beat();
        Attempt attempt = admitAndClaim();
        pass(40, there);
        time.addAndGet(Duration.ofMinutes(10).toNanos());
        there.beat();
        assertThat(gone()).isZero();

        here.beat();
        pass(30, there);
        assertThat(gone()).isZero();
        assertThat(settle(attempt, sent("wamid"))).isTrue();
    }

    @Test
    void whatIsClaimedWhileTheSilenceEndsIsLeftAloneUntilTheNext() {
        here.beat();
        pass(58, there);
        // It has come back, and has yet to say so.
        Attempt attempt = admitAndClaim();
        pass(4, there);
        assertThat(gone()).isEqualTo(1);
        assertThat(state(attempt.id())).isEqualTo("sending");

        pass(62, there);
        assertThat(state(attempt.id())).as("it has died again").isEqualTo("unknown");
        assertThat(ledger.texts("SELECT type FROM event")).containsExactly("gateway-gone");
    }

    @Test
    void ofSeveralOneSettlesWhatIsLeft() {
        Presence third = presence("third", 5);
        here.beat();
        Attempt attempt = admitAndClaim();

        pass(62, there, third);

        assertThat(ledger.texts("SELECT status FROM history WHERE send = ?", attempt.id()))
                .containsExactly("unknown");
        assertThat(ledger.texts("SELECT type FROM event")).containsExactly("gateway-gone");
        third.close();
    }

    @Test
    void twoOfOneIdAreToldOf(CapturedOutput output) {
        try (Presence copy = presence("here", 5)) {
            pass(3, here, there);
            assertThat(output).doesNotContain("as here too");

            pass(3, here, copy);
            assertThat(output).contains("Another gateway runs on this ledger as here too");
        }
    }

    @Test
    void somethingElseIsDoneInTheSameCommit() {
        AtomicInteger done = new AtomicInteger();
        there.afterwards(transaction -> done.incrementAndGet());
        here.beat();
        admitAndClaim();

        pass(62, there);

        assertThat(done).hasValue(1);
    }

    @Test
    void aLedgerThatOnlyOneGatewayCanHaveNeedsNobodyToSaySo() {
        try (Presence alone = new Presence(
                ledger.store(), parts.recovery(), "alone", Set.of(), SILENCE, false, time::get, Instant::now)) {
            assertThat(alone.stay()).isNotZero();
        }
    }

    private Attempt admitAndClaim() {
        admit(Draft.draft());
        return claim();
    }

    private long gone() {
        return ledger.number("SELECT count(*) FROM presence WHERE gone = 1");
    }

    /** Time passes, in which only some are heard. */
    private void pass(int seconds, Presence... heard) {
        for (int second = 0; second < seconds; second++) {
            for (Presence presence : heard) {
                presence.beat();
            }
            time.addAndGet(Duration.ofSeconds(1).toNanos());
            wallClock.addAndGet(1_000);
        }
    }
}
