package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.delivery.Reaction.Effect;
import dev.caravan.ledger.Settlement;
import dev.caravan.ledger.Settlement.Call;
import dev.caravan.ledger.Settlement.Cause;
import dev.caravan.ledger.State;
import dev.caravan.provider.Verdict;
import dev.caravan.provider.Verdict.AccountFault;
import dev.caravan.provider.Verdict.Misdelivered;
import dev.caravan.provider.Verdict.Permanent;
import dev.caravan.provider.Verdict.Sent;
import dev.caravan.provider.Verdict.Stale;
import dev.caravan.provider.Verdict.Throttled;
import dev.caravan.provider.Verdict.Transient;
import dev.caravan.provider.Verdict.Unknown;
import dev.caravan.provider.Verdict.Wait;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryScheduleTest {

    private static final Instant NOW = Instant.parse("2026-03-10T12:00:00Z");
    private static final ZoneId ISTANBUL = ZoneId.of("Europe/Istanbul");

    /** Draws the shortest and the longest delay there is, and one in between. */
    private static final RandomGenerator LOWEST = new Drawing(0);

    private static final RandomGenerator HIGHEST = new Drawing(1);
    private static final RandomGenerator MIDDLE = new Drawing(0.5);

    @Test
    void whoHasOptedOutFailsThisSendAndGetsNoMore() {
        Reaction reaction = react(new Verdict.OptedOut("906", "closed for marketing"));

        assertThat(reaction.settlement().state()).isEqualTo(State.FAILED);
        assertThat(reaction.settlement().cause().errorClass()).isEqualTo("permanent");
        assertThat(reaction.settlement().cause().code()).isEqualTo("906");
        assertThat(reaction.effect()).isEqualTo(new Effect.OptOut());
    }

    @Test
    void acceptedSendIsSentAndItsAccountWorks() {
        Reaction reaction = react(new Sent("wamid.1"));

        assertThat(reaction.settlement()).isEqualTo(Settlement.sent("wamid.1"));
        assertThat(reaction.effect()).isEqualTo(new Effect.Works());
    }

    @Test
    void furtherIdsOfAnAcceptedSendAreKeptAsTheDatabaseCanHoldThem() {
        Reaction reaction = react(new Sent("wamid.1", List.of("wamid.1", "a\u0000b")));

        assertThat(reaction.settlement().otherIds()).containsExactly("a b");
    }

    @Test
    void permanentRefusalFailsTheSendAndLeavesTheAccountAlone() {
        Reaction reaction = react(new Permanent("512", "no such number"));

        assertThat(reaction.settlement())
                .isEqualTo(settlement(State.FAILED, NOW, "permanent", "512", "no such number"));
        assertThat(reaction.effect()).isEqualTo(new Effect.None());
    }

    @Test
    void transientFailureIsTriedAgainLater() {
        Reaction reaction = react(new Transient("http-503", "busy"));

        assertThat(reaction.settlement())
                .isEqualTo(settlement(State.QUEUED, NOW.plusSeconds(1), "transient", "http-503", "busy"));
        assertThat(reaction.effect()).isEqualTo(new Effect.None());
    }

    @Test
    void whyAnAccountIsPausedIsWhatEveryDatabaseCanHold() {
        String words = "bad\u0000 key\n" + "x".repeat(10_000);

        assertThat(react(new AccountFault("http-401", words)).effect())
                .isInstanceOfSatisfying(Effect.Pause.class, pause -> assertThat(pause.reason())
                        .startsWith("http-401: bad  key x")
                        .hasSizeLessThan(1_000));
        assertThat(react(new Misdelivered("wrong-recipient", words)).effect())
                .isInstanceOfSatisfying(Effect.Pause.class, pause -> assertThat(pause.reason())
                        .startsWith("wrong-recipient: bad  key x"));
    }

    @Test
    void accountFaultKeepsTheSendDueAndPausesTheAccount() {
        Reaction reaction = react(new AccountFault("http-401", "bad key"));

        assertThat(reaction.settlement()).isEqualTo(settlement(State.QUEUED, NOW, "account", "http-401", "bad key"));
        assertThat(reaction.effect()).isEqualTo(new Effect.Pause("http-401: bad key"));
    }

    @Test
    void unknownFateIsHeld() {
        Reaction reaction = react(new Unknown("no-answer", "timed out"));

        assertThat(reaction.settlement())
                .isEqualTo(settlement(State.UNKNOWN, NOW, "unknown", "no-answer", "timed out"));
        assertThat(reaction.effect()).isEqualTo(new Effect.None());
    }

    @Test
    void unknownFateIsTriedAgainWhereTheAccountSaysSo() {
        Reaction reaction = schedule(MIDDLE).react(new Unknown("no-answer", "timed out"), 1, false, true, 0, NOW);

        assertThat(reaction.settlement())
                .isEqualTo(settlement(State.QUEUED, NOW.plusSeconds(1), "unknown", "no-answer", "timed out"));
        assertThat(reaction.effect()).isEqualTo(new Effect.None());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void misdeliveredSendIsHeldWhateverTheAccountSaysAndPausesIt(boolean retryUnknown) {
        Reaction reaction = schedule(MIDDLE)
                .react(new Misdelivered("wrong-recipient", "other chat"), 1, false, retryUnknown, 0, NOW);

        assertThat(reaction.settlement())
                .isEqualTo(settlement(State.UNKNOWN, NOW, "unknown", "wrong-recipient", "other chat"));
        assertThat(reaction.effect()).isEqualTo(new Effect.Pause("wrong-recipient: other chat"));
    }

    @Test
    void staleLookupIsRepeatedAtOnce() {
        Reaction reaction = react(new Stale(new Permanent("chat-not-found", "gone")));

        assertThat(reaction.settlement()).isEqualTo(again(State.QUEUED, "transient"));
        assertThat(reaction.effect()).isEqualTo(new Effect.None());
    }

    @Test
    void staleAgainAfterAFreshLookupMeansWhatItMeansOtherwise() {
        Reaction failed =
                schedule(MIDDLE).react(new Stale(new Permanent("chat-not-found", "gone")), 2, true, false, 0, NOW);
        Reaction paused =
                schedule(MIDDLE).react(new Stale(new AccountFault("http-401", "bad token")), 2, true, false, 0, NOW);

        assertThat(failed.settlement()).isEqualTo(again(State.FAILED, "permanent"));
        assertThat(paused.settlement().state()).isEqualTo(State.QUEUED);
        assertThat(paused.effect()).isEqualTo(new Effect.Pause("http-401: bad token"));
    }

    @Test
    void throttledSendStaysDueWhileItsAccountWaits() {
        Reaction reaction = react(new Throttled("http-429", "slow", new Wait.For(Duration.ofSeconds(7))));

        assertThat(reaction.settlement()).isEqualTo(settlement(State.QUEUED, NOW, "throttled", "http-429", "slow"));
        assertThat(reaction.effect()).isEqualTo(hold(NOW.plusSeconds(7)));
    }

    @Test
    void throttledAccountWaitsUntilTheInstantThatTheProviderNames() {
        Instant later = NOW.plus(Duration.ofHours(3));

        assertThat(react(new Throttled("http-429", "slow", new Wait.Until(later)))
                        .effect())
                .isEqualTo(hold(later));
    }

    @ParameterizedTest(name = "after {0} throttled answers in a row: {1} s")
    @CsvSource({"0, 1", "1, 2", "2, 4", "5, 32"})
    void throttledAccountWaitsLongerEachTimeWhereTheProviderDoesNotSay(int throttles, long seconds) {
        Reaction reaction = schedule(MIDDLE)
                .react(new Throttled("http-429", "slow", new Wait.Backoff()), 1, false, false, throttles, NOW);

        assertThat(reaction.effect()).isEqualTo(hold(NOW.plusSeconds(seconds)));
    }

    @Test
    void waitThatIsOverAlreadyIsNoneThatTheProviderAskedFor() {
        Throttled now = new Throttled("http-429", "slow", new Wait.For(Duration.ZERO));
        Throttled past = new Throttled("http-429", "slow", new Wait.Until(NOW.minusSeconds(60)));

        assertThat(react(now).effect()).isEqualTo(hold(NOW.plusSeconds(1)));
        assertThat(react(past).effect()).isEqualTo(hold(NOW.plusSeconds(1)));
    }

    @ParameterizedTest(name = "{0} at {1}: {2}")
    @CsvSource({
        "Europe/Istanbul, 2026-03-10T12:00:00Z, 2026-03-10T21:00:00Z",
        "Europe/Istanbul, 2026-03-10T21:00:00Z, 2026-03-11T21:00:00Z",
        "Pacific/Kiritimati, 2026-03-10T12:00:00Z, 2026-03-11T10:00:00Z",
        // A day of 25 hours, and one whose first hour does not exist.
        "Europe/Berlin, 2026-10-24T22:30:00Z, 2026-10-25T23:00:00Z",
        "America/Sao_Paulo, 2018-11-03T15:00:00Z, 2018-11-04T03:00:00Z",
    })
    void usedUpDayEndsWhenTheNextOneBeginsInTheZone(ZoneId zone, Instant now, Instant until) {
        Reaction reaction = new RetrySchedule(zone, MIDDLE)
                .react(new Throttled("8001", "quota", new Wait.NextDay()), 1, false, false, 0, now);

        assertThat(reaction.effect()).isEqualTo(hold(until));
    }

    @ParameterizedTest(name = "attempt {0}: {1} ms on average, {2} ms at most")
    @CsvSource({
        "1, 1000, 2000",
        "2, 2000, 4000",
        "3, 4000, 8000",
        "9, 256000, 512000",
        "10, 450000, 900000",
        "1000000, 450000, 900000",
    })
    void backoffIsAnythingUpToAWaitThatDoublesFromTwoSecondsToAQuarterOfAnHour(int attempt, long middle, long longest) {
        assertThat(schedule(LOWEST).backoff(attempt)).isZero();
        assertThat(schedule(MIDDLE).backoff(attempt)).isEqualTo(Duration.ofMillis(middle));
        assertThat(schedule(HIGHEST).backoff(attempt)).isEqualTo(Duration.ofMillis(longest));
    }

    @Test
    void aThrottledAccountIsNeverTriedAgainAtOnce() {
        Instant end = schedule(LOWEST).end(new Wait.Backoff(), 0, NOW);

        assertThat(end).isEqualTo(NOW.plusMillis(500));
    }

    @Test
    void reasonOfAnyLengthFitsTheLedger() {
        Settlement settlement =
                react(new Permanent("c".repeat(600), "m".repeat(600))).settlement();

        assertThat(settlement.cause().code()).hasSize(500);
        assertThat(settlement.cause().message()).hasSize(500);
    }

    @Test
    void noProviderHoldsAnAccountForLongerThanTwoDays() {
        Reaction reaction = react(new Verdict.Throttled("429", "slow", new Verdict.Wait.For(Duration.ofDays(9_000))));

        assertThat(reaction.effect())
                .isEqualTo(new Reaction.Effect.Hold(NOW.plus(Duration.ofDays(2)).toEpochMilli()));
    }

    @Test
    void wordsOfAProviderAreStoredWithoutControlCharacters() {
        Reaction reaction = react(new Verdict.Permanent("a\u0000b", "two\nlines"));

        assertThat(reaction.settlement().cause().code()).isEqualTo("a b");
        assertThat(reaction.settlement().cause().message()).isEqualTo("two lines");
    }

    private static Reaction react(Verdict verdict) {
        return schedule(MIDDLE).react(verdict, 1, false, false, 0, NOW);
    }

    private static RetrySchedule schedule(RandomGenerator random) {
        return new RetrySchedule(ISTANBUL, random);
    }

    private static Settlement settlement(State state, Instant dueAt, String word, String code, String message) {
        Cause problem = new Cause(word, code, message);
        return new Settlement(state, dueAt.toEpochMilli(), false, null, List.of(), problem, Call.NONE);
    }

    /** Of a send whose look-up was found stale. */
    private static Settlement again(State state, String word) {
        Cause problem = new Cause(word, "chat-not-found", "gone");
        return new Settlement(state, NOW.toEpochMilli(), true, null, List.of(), problem, Call.NONE);
    }

    private static Effect hold(Instant until) {
        return new Effect.Hold(until.toEpochMilli());
    }

    /** Always draws the number at the same place between the bounds, 0 to 1. */
    private record Drawing(double place) implements RandomGenerator {
        @Override
        public long nextLong() {
            throw new UnsupportedOperationException("a delay is drawn between bounds");
        }

        @Override
        public long nextLong(long bound) {
            return Math.round((bound - 1) * place);
        }
    }
}
