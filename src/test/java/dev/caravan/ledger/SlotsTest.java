package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Pace;
import dev.caravan.account.Rate;
import dev.caravan.account.Spacing;
import dev.caravan.ledger.Slots.Reservation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The starts that lanes reserve; times in microseconds. */
class SlotsTest extends OnLedger {

    static final Pace FIFTY = Pace.of(new Rate(50, Duration.ofSeconds(1)));
    static final long START = TimeUnit.MILLISECONDS.toMicros(NOW);
    static final long GAP = 20_000;
    private static final int STARTS = 3_000;

    private final Random random = new Random(7);

    @Test
    void startsLieOneGapApartFromNowOn() {
        admitMany(10);

        assertThat(reserve(3, START).starts()).containsExactly(START, START + GAP, START + 2 * GAP);
        assertThat(reserve(2, START + 5).starts()).containsExactly(START + 3 * GAP, START + 4 * GAP);
    }

    @Test
    void noStartIsInThePast() {
        admitMany(10);
        reserve(2, START);

        assertThat(reserve(2, START + 1_000_000).starts()).containsExactly(START + 1_000_000, START + 1_000_000 + GAP);
    }

    @Test
    void twoGatewaysShareOnePace() {
        admitMany(20);
        LedgerParts elsewhere = LedgerParts.of("elsewhere");
        List<Long> starts = new ArrayList<>();
        for (int turn = 0; turn < 5; turn++) {
            starts.addAll(reserve(2, START + turn).starts());
            long now = START + turn;
            starts.addAll(write(transaction -> elsewhere
                            .slots()
                            .reserve(transaction, "main", FIFTY, random, 2, 0, false, Optional.empty(), 0, now))
                    .starts());
        }

        assertThat(starts).hasSize(20);
        assertThat(gaps(starts)).allMatch(gap -> gap == GAP);
    }

    /**
     * A lane reserves its next starts when the last ones begin, or somewhat later, and claims as late as it may. Nobody
     * loses a start by that, nor does anybody gain one.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aBacklogLosesNoStart(int gateways) {
        admitMany(STARTS);
        List<LedgerParts> all = List.of(parts, LedgerParts.of("elsewhere")).subList(0, gateways);

        List<Long> starts = write(transaction -> {
            List<Long> used = new ArrayList<>();
            long next = START;
            for (int turn = 0; used.size() < STARTS; turn++) {
                Slots slots = all.get(turn % gateways).slots();
                long now = next - random.nextLong(turn == 0 ? 1 : 5 * GAP);
                Reservation reservation =
                        slots.reserve(transaction, "main", FIFTY, random, 5, 0, false, Optional.empty(), 0, now);
                for (long start : reservation.starts()) {
                    long late = random.nextLong(Slots.LATEST_MICROS + 1);
                    if (slots.claim(transaction, "main", null, start, FIFTY, random, start + late)
                            instanceof Claim.Claimed) {
                        used.add(start);
                    }
                }
                next = reservation.next();
            }
            return used;
        });

        for (int number = 0; number < STARTS; number++) {
            assertThat(starts.get(number)).as("start %d", number).isEqualTo(START + number * GAP);
        }
    }

    @Test
    void aBacklogHasTheMeanGapOfARandomSpacing() {
        admitMany(STARTS);
        Pace pace = Pace.of(new Spacing(Duration.ofMillis(10), Duration.ofMillis(30)));

        List<Long> starts = write(transaction -> {
            List<Long> reserved = new ArrayList<>();
            long next = START;
            while (reserved.size() < STARTS) {
                Reservation reservation = parts.slots()
                        .reserve(transaction, "main", pace, random, 3, 0, false, Optional.empty(), 0, next);
                assertThat(reservation.starts().get(0)).isEqualTo(next);
                for (long start : reservation.starts()) {
                    parts.slots().claim(transaction, "main", null, start, pace, random, start + Slots.LATEST_MICROS);
                }
                reserved.addAll(reservation.starts());
                next = reservation.next();
            }
            return reserved;
        });

        assertThat(gaps(starts)).allMatch(gap -> gap >= 10_000 && gap <= 30_000);
        assertThat((double) (starts.get(starts.size() - 1) - START) / (starts.size() - 1))
                .as("mean gap")
                .isBetween(GAP * 0.98, GAP * 1.02);
    }

    @Test
    void startsThatAreToBeLaterAreSoOnce() {
        admitMany(10);
        reserve(2, START);

        assertThat(write(transaction -> parts.slots()
                                .reserve(transaction, "main", FIFTY, random, 2, 0, false, Optional.empty(), 700, START))
                        .starts())
                .containsExactly(START + 2 * GAP + 700, START + 3 * GAP + 700);
        assertThat(reserve(1, START).starts()).containsExactly(START + 4 * GAP + 700);
    }

    @Test
    void aTurnThatComesLateMovesTheNextStartAGapAway() {
        admitMany(10);
        reserve(1, START);

        assertThat(claimAt(START, START + 6_000_000)).isInstanceOf(Claim.Claimed.class);

        assertThat(reserve(1, START + 6_000_000).starts()).containsExactly(START + 6_000_000 + GAP);
    }

    @Test
    void ofTurnsThatAStallHeldUpTogetherOnlyOneClaims() {
        admitMany(10);
        List<Long> starts = reserve(4, START).starts();
        long after = START + 4_000_000;

        assertThat(starts.stream().map(start -> claimAt(start, after)).filter(Claim.Claimed.class::isInstance))
                .hasSize(1);
    }

    @Test
    void aTurnInTimeLeavesTheStartsAsTheyAre() {
        admitMany(10);
        List<Long> starts = reserve(2, START).starts();

        assertThat(starts).allSatisfy(start -> assertThat(claimAt(start, start + Slots.LATEST_MICROS))
                .isInstanceOf(Claim.Claimed.class));
        assertThat(reserve(1, START).starts()).containsExactly(START + 2 * GAP);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 24, 24 * 400})
    void afterTheClockIsSetBackTheNextStartIsAsFarAheadAsItWas(long hours) {
        admitMany(10);
        long back = TimeUnit.HOURS.toMicros(hours);
        reserve(2, START + back);

        assertThat(reserve(2, START + GAP).starts()).containsExactly(START + 3 * GAP, START + 4 * GAP);
        assertThat(reserve(1, START + GAP).starts()).containsExactly(START + 5 * GAP);
    }

    @Test
    void clocksOfGatewaysThatDifferLittleLeaveTheStartsAsTheyAre() {
        admitMany(10);
        reserve(2, START + 20_000_000);

        assertThat(reserve(1, START).starts()).containsExactly(START + 20_000_000 + 2 * GAP);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, -1})
    void unusedStartsAreGivenBackByTheClockThatWasSet(long hours) {
        admitMany(10);
        long set = TimeUnit.HOURS.toMicros(hours);
        Reservation slots = reserve(2, START);
        Reservation unused = new Reservation(List.of(slots.starts().get(1) + set), slots.next(), 0);

        assertThat(reserve(FIFTY, 2, 0, Optional.of(unused), START + set + 1).starts())
                .containsExactly(START + set + GAP, START + set + 2 * GAP);
    }

    @Test
    void afterTheClockIsSetForwardNoStartsAreMadeUpFor() {
        admitMany(10);
        reserve(2, START);
        long hour = TimeUnit.HOURS.toMicros(1);

        assertThat(reserve(3, START + hour).starts())
                .containsExactly(START + hour, START + hour + GAP, START + hour + 2 * GAP);
    }

    @Test
    void aProbeDoesNotWaitForAClockThatWasSetBack() {
        admitMany(2);
        write(transaction -> parts.laneControl().pause(transaction, "main", "down", NOW + TimeUnit.HOURS.toMillis(1)));

        assertThat(reserve(5, START).starts()).hasSize(1);
    }

    private Claim claimAt(long start, long now) {
        return write(transaction -> parts.slots().claim(transaction, "main", null, start, FIFTY, random, now));
    }

    @Test
    void aRandomSpacingIsDrawnForEveryGap() {
        admitMany(200);
        Pace pace = Pace.of(new Spacing(Duration.ofSeconds(2), Duration.ofSeconds(6)));

        List<Long> starts = reserve(pace, 200, 0, Optional.empty(), START).starts();

        assertThat(gaps(starts)).hasSize(199).allMatch(gap -> gap >= 2_000_000 && gap <= 6_000_000);
        assertThat(gaps(starts).stream().distinct().count()).isGreaterThan(150);
        assertThat(gaps(starts).stream().mapToLong(gap -> gap).average().orElseThrow())
                .isBetween(3_700_000.0, 4_300_000.0);
    }

    @Test
    void noMoreStartsAreTakenThanThereAreDueSends() {
        admitMany(3);
        admit(draft().dueAt(NOW + 1), draft().account("other"));

        assertThat(reserve(FIFTY, 10, 1, Optional.empty(), START).starts()).hasSize(2);
        assertThat(reserve(FIFTY, 10, 3, Optional.empty(), START))
                .isEqualTo(new Reservation(List.of(), START + 2 * GAP, 0));
        assertThat(reserve(FIFTY, 10, 9, Optional.empty(), START).starts()).isEmpty();
    }

    @Test
    void unusedStartsAreGivenBack() {
        admitMany(10);
        Reservation slots = reserve(4, START);
        Reservation unused = new Reservation(slots.starts().subList(1, 4), slots.next(), 0);

        assertThat(reserve(FIFTY, 2, 0, Optional.of(unused), START).starts())
                .containsExactly(START + GAP, START + 2 * GAP);
    }

    @Test
    void startsGivenBackLateAreMadeAnewFromNow() {
        admitMany(10);
        Reservation slots = reserve(4, START);
        long late = START + 10 * GAP;

        Reservation anew = reserve(FIFTY, 4, 0, Optional.of(slots), late);

        assertThat(anew.starts()).containsExactly(late, late + GAP, late + 2 * GAP, late + 3 * GAP);
        assertThat(anew.next()).isEqualTo(late + 4 * GAP);
    }

    @Test
    void startsAreNotGivenBackOnceSomebodyReservedBehindThem() {
        admitMany(10);
        Reservation slots = reserve(2, START);
        List<Long> behind = reserve(1, START).starts();

        assertThat(reserve(FIFTY, 1, 0, Optional.of(slots), START).starts()).containsExactly(behind.get(0) + GAP);
    }

    @Test
    void aRestartKeepsThePace() {
        admitMany(10);
        reserve(3, START);

        LedgerParts restarted = LedgerParts.of("here");
        write(transaction -> {
            restarted.lanes().register(transaction, List.of("main"));
            return null;
        });

        assertThat(write(transaction -> restarted
                                .slots()
                                .reserve(transaction, "main", FIFTY, random, 1, 0, false, Optional.empty(), 0, START))
                        .starts())
                .containsExactly(START + 3 * GAP);
    }

    @Test
    void aHeldAccountGetsNoStartsAndIsToldWhenToAskAgain() {
        admitMany(2);
        write(transaction -> {
            parts.laneControl().hold(transaction, "main", NOW + 2_000);
            return null;
        });

        assertThat(reserve(5, START)).isEqualTo(new Reservation(List.of(), 0, NOW + 2_000));
        assertThat(reserve(5, START + 2_000_000).starts()).hasSize(2);
    }

    @Test
    void aPausedAccountGetsOneStartForItsProbe() {
        admitMany(5);
        write(transaction -> parts.laneControl().pause(transaction, "main", "down", NOW));

        assertThat(reserve(5, START).starts()).isEmpty();
        assertThat(reserve(5, START + 60_000_000).starts()).hasSize(1);
    }

    @Test
    void aPausedAccountWithNothingToSendGetsNone() {
        write(transaction -> parts.laneControl().pause(transaction, "main", "down", NOW));

        assertThat(reserve(5, START)).isEqualTo(new Reservation(List.of(), 0, 0));
        assertThat(reserve(5, START + 60_000_000).starts()).isEmpty();
    }

    @Test
    void aQuestionGetsAStartWhenNoSendIsDueAndTheLaneHasTime() {
        admitMany(2);
        Attempt attempt = claim();
        settle(attempt, sent("id"));
        write(transaction -> {
            new Checks().begin(transaction, attempt.id(), false, NOW - 10_000);
            return null;
        });

        assertThat(reserveAsking(1, START).starts()).as("a turn has it already").isEmpty();
        assertThat(reserveAsking(0, START).starts()).as("for the send").hasSize(1);
        claim();
        assertThat(reserveAsking(0, START).starts()).as("for the question").containsExactly(START + GAP);
        assertThat(reserveAsking(1, START).starts())
                .as("a turn that comes to nothing asks")
                .isEmpty();
        assertThat(reserve(1, START).starts()).as("somebody asks already").isEmpty();
    }

    private Reservation reserveAsking(int unclaimed, long now) {
        return write(transaction -> parts.slots()
                .reserve(transaction, "main", FIFTY, random, 5, unclaimed, true, Optional.empty(), 0, now));
    }

    private void admitMany(int count) {
        write(transaction -> {
            for (int number = 0; number < count; number++) {
                parts.acceptance().insert(transaction, draft().send());
            }
            return null;
        });
    }

    private Reservation reserve(int wanted, long now) {
        return reserve(FIFTY, wanted, 0, Optional.empty(), now);
    }

    private Reservation reserve(Pace pace, int wanted, int unclaimed, Optional<Reservation> unused, long now) {
        return write(transaction ->
                parts.slots().reserve(transaction, "main", pace, random, wanted, unclaimed, false, unused, 0, now));
    }

    static List<Long> gaps(List<Long> starts) {
        List<Long> gaps = new ArrayList<>();
        for (int index = 1; index < starts.size(); index++) {
            gaps.add(starts.get(index) - starts.get(index - 1));
        }
        return gaps;
    }
}
