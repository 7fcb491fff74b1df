package dev.caravan.delivery;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.account.Pace;
import dev.caravan.account.Rate;
import dev.caravan.account.Spacing;
import dev.caravan.ledger.Claim;
import dev.caravan.ledger.Draft;
import dev.caravan.ledger.LedgerParts;
import dev.caravan.ledger.NewSend;
import dev.caravan.ledger.TemporaryLedger;
import dev.caravan.message.Priority;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a rate promises, in a time of the test's own: no machine is too slow for it. Times are in nanoseconds.
 */
class LanePaceTest {

    private static final long MILLISECOND = MILLISECONDS.toNanos(1);

    private final Random random = new Random(11);
    private final SimulatedTime time = new SimulatedTime();

    @TempDir
    private Path directory;

    private TemporaryLedger ledger;

    @BeforeEach
    void openLedger() {
        ledger = TemporaryLedger.sqlite(directory);
        ledger.store().write(transaction -> {
            LedgerParts.of("here").lanes().register(transaction, List.of("main"));
            return null;
        });
    }

    @AfterEach
    void closeLedger() {
        ledger.close();
    }

    /** Claims go on beside each other, so that one may take longer than a gap. */
    @ParameterizedTest
    @CsvSource({"20, 2", "20, 40", "50, 12", "50, 70", "200, 3", "200, 8"})
    void aBacklogLosesNoStart(int perSecond, int claimMillis) {
        Gateway gateway = new Gateway("here", perSecond(perSecond));
        gateway.claiming = () -> claimMillis * MILLISECOND + upTo(MILLISECOND);
        admit(220);
        gateway.open();
        time.run(SECONDS.toNanos(220) / perSecond);

        assertThat(gateway.calls).hasSizeGreaterThanOrEqualTo(200);
        long gap = SECONDS.toNanos(1) / perSecond;
        long first = gateway.calls.get(0).at();
        for (int index = 0; index < gateway.calls.size(); index++) {
            assertThat(gateway.calls.get(index).at() - first - index * gap)
                    .as("how late call %d is", index)
                    .isBetween(0L, 2 * MILLISECOND);
        }
    }

    @Test
    void aBacklogLosesNoStartOfARandomSpacing() {
        Gateway gateway = new Gateway("here", Pace.of(new Spacing(Duration.ofMillis(40), Duration.ofMillis(60))));
        gateway.claiming = () -> 2 * MILLISECOND + upTo(2 * MILLISECOND);
        admit(220);
        gateway.open();
        time.run(SECONDS.toNanos(11));

        assertThat(gateway.calls).hasSizeGreaterThan(180);
        assertThat(gaps(gateway.calls.stream().mapToLong(Call::start))).allMatch(gap -> gap >= 40_000 && gap <= 60_000);
        assertThat(gaps(gateway.calls.stream().mapToLong(Call::at)))
                .allMatch(gap -> gap >= 40 * MILLISECOND && gap <= 65 * MILLISECOND);
    }

    @ParameterizedTest
    @CsvSource({"20", "50"})
    void turnsReservationsAndClaimsThatAreLateNowAndThenLeaveARateAsGoodAsWhole(int perSecond) {
        Gateway gateway = disturbed(perSecond);
        admit(700);
        gateway.open();
        time.run(SECONDS.toNanos(700) / perSecond);

        assertThat(gaps(gateway.calls.stream().mapToLong(Call::at)))
                .allMatch(gap -> gap >= SECONDS.toNanos(1) / perSecond);
        assertThat(used(gateway.calls, perSecond)).isGreaterThan(0.98);
    }

    @Test
    void anUrgentSendWaitsLessThanTwoSpacings() {
        Gateway gateway = disturbed(20);
        admit(1_000);
        gateway.open();
        Map<String, Long> admitted = new HashMap<>();
        for (long at = SECONDS.toNanos(1);
                at < SECONDS.toNanos(35);
                at += 150 * MILLISECOND + upTo(100 * MILLISECOND)) {
            time.after(at, () -> {
                admitted.put(admit(Priority.HIGH), time.nanoTime());
                gateway.lane.signal();
            });
        }
        time.run(SECONDS.toNanos(36));

        long[] waits = gateway.calls.stream()
                .filter(call -> admitted.containsKey(call.send()))
                .mapToLong(call -> call.at() - admitted.get(call.send()))
                .sorted()
                .toArray();
        assertThat(waits).hasSize(admitted.size());
        assertThat(waits[waits.length * 99 / 100]).as("the 99th percentile").isLessThan(100 * MILLISECOND);
    }

    @Test
    void aLaneThatHasNothingToSendForAWhileMakesUpForNothing() {
        Gateway gateway = new Gateway("here", perSecond(20));
        admit(5);
        gateway.open();
        time.run(SECONDS.toNanos(60));
        assertThat(gateway.calls).hasSize(5);
        long signalled = time.nanoTime();
        admit(20);
        gateway.lane.signal();
        time.run(SECONDS.toNanos(2));

        List<Call> calls = gateway.calls.subList(5, gateway.calls.size());
        assertThat(calls.get(0).at() - signalled).isLessThan(5 * MILLISECOND);
        assertThat(gaps(calls.stream().mapToLong(Call::at)))
                .hasSize(19)
                .allMatch(gap -> gap >= 50 * MILLISECOND && gap < 51 * MILLISECOND);
    }

    @Test
    void twoGatewaysUseOneRateBetweenThem() {
        Gateway here = new Gateway("here", perSecond(20));
        Gateway there = new Gateway("there", perSecond(20));
        admit(300);
        here.open();
        there.open();
        time.run(SECONDS.toNanos(11));

        assertThat(here.calls).hasSizeGreaterThan(100);
        assertThat(there.calls).hasSizeGreaterThan(100);
        List<Call> calls = new ArrayList<>(here.calls);
        calls.addAll(there.calls);
        calls.sort(Comparator.comparingLong(Call::start));
        assertThat(gaps(calls.stream().mapToLong(Call::start))).allMatch(gap -> gap == 50_000);
        assertThat(used(calls, 20)).isGreaterThan(0.99);
    }

    /** One in a hundred is late: turns and reservations by up to 40 ms, claims by up to 60. */
    private Gateway disturbed(int perSecond) {
        Gateway gateway = new Gateway("here", perSecond(perSecond));
        gateway.beginning = () -> 100_000 + seldom(40 * MILLISECOND);
        gateway.claiming = () -> 2 * MILLISECOND + upTo(3 * MILLISECOND) + seldom(60 * MILLISECOND);
        return gateway;
    }

    private long upTo(long most) {
        return random.nextLong(most);
    }

    private long seldom(long most) {
        return random.nextInt(100) == 0 ? upTo(most) : 0;
    }

    private static Pace perSecond(int count) {
        return Pace.of(new Rate(count, Duration.ofSeconds(1)));
    }

    private static double used(List<Call> calls, int perSecond) {
        long[] at = calls.stream().mapToLong(Call::at).sorted().toArray();
        return (at.length - 1) * (double) SECONDS.toNanos(1) / perSecond / (at[at.length - 1] - at[0]);
    }

    private static List<Long> gaps(LongStream times) {
        long[] sorted = times.sorted().toArray();
        return IntStream.range(1, sorted.length)
                .mapToObj(index -> sorted[index] - sorted[index - 1])
                .toList();
    }

    private void admit(int count) {
        ledger.store().write(transaction -> {
            for (int number = 0; number < count; number++) {
                LedgerParts.of("here")
                        .acceptance()
                        .insert(transaction, Draft.draft().send());
            }
            return null;
        });
    }

    private String admit(Priority priority) {
        NewSend send = Draft.draft().priority(priority).send();
        ledger.store().write(transaction -> LedgerParts.of("here").acceptance().insert(transaction, send));
        return send.id();
    }

    /** @param start reserved for it, in microseconds */
    private record Call(String send, long start, long at) {}

    /** One gateway's lane, with a route of the test's own. */
    private final class Gateway {

        private final LedgerParts parts;
        private final Account account;
        private final List<Call> calls = new ArrayList<>();
        private LongSupplier beginning = () -> 100_000;
        private LongSupplier claiming = () -> 2 * MILLISECOND;
        private Lane lane;

        private Gateway(String name, Pace pace) {
            parts = LedgerParts.of(name);
            account = AccountDraft.named("main").pace(pace).concurrency(64).account();
        }

        private void open() {
            lane = new Lane(
                    account,
                    this::deliver,
                    ledger.store(),
                    parts.slots(),
                    time.executor(() -> beginning.getAsLong()),
                    time.timer(() -> 0),
                    time);
            lane.open();
            lane.signal();
        }

        /** What is claimed is settled somewhere in the middle of the time that the commit takes. */
        private void deliver(Turn turn) {
            long all = claiming.getAsLong();
            long before = upTo(all);
            time.sleep(before);
            Claim claim = ledger.store().write(transaction -> parts.slots()
                    .claim(
                            transaction,
                            "main",
                            null,
                            turn.start(),
                            account.pace(),
                            random,
                            ChronoUnit.MICROS.between(Instant.EPOCH, time.wall().instant())));
            time.sleep(all - before);
            if (claim instanceof Claim.Claimed claimed) {
                turn.claimed(claimed.attempt());
                calls.add(new Call(claimed.attempt().id(), turn.start(), time.nanoTime()));
            } else {
                turn.foundNothing();
            }
        }
    }
}
