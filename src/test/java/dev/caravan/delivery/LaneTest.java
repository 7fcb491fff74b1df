package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.account.Pace;
import dev.caravan.account.Rate;
import dev.caravan.ledger.Attempt;
import dev.caravan.ledger.Draft;
import dev.caravan.ledger.LedgerException;
import dev.caravan.ledger.LedgerParts;
import dev.caravan.ledger.TemporaryLedger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A lane whose process runs out of threads or memory for a moment: it stands still no longer than that. */
class LaneTest {

    private final LedgerParts parts = LedgerParts.of("here");
    private final ThreadPoolExecutor threads = (ThreadPoolExecutor) Executors.newCachedThreadPool();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger turns = new AtomicInteger();

    @TempDir
    private Path directory;

    private TemporaryLedger ledger;
    private Lane lane;

    @BeforeEach
    void openLedger() {
        ledger = TemporaryLedger.sqlite(directory);
        ledger.store().write(transaction -> {
            parts.lanes().register(transaction, List.of("main"));
            return parts.acceptance().insert(transaction, Draft.draft().dueAt(1).send());
        });
    }

    @AfterEach
    void close() {
        lane.close();
        timer.shutdownNow();
        threads.shutdownNow();
        ledger.close();
    }

    private void open(Pace pace, Consumer<Turn> route) {
        open(pace, 1, route);
    }

    private void open(Pace pace, int concurrency, Consumer<Turn> route) {
        Account account =
                AccountDraft.named("main").pace(pace).concurrency(concurrency).account();
        lane = new Lane(
                account,
                turn -> {
                    turns.incrementAndGet();
                    route.accept(turn);
                },
                ledger.store(),
                parts.slots(),
                this::execute,
                timer,
                Clocks.of(InstantSource.system()));
        lane.open();
    }

    /** As a pool does that gets no more threads from its system. */
    private void execute(Runnable task) {
        if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new InternalError("no thread, as a test has it");
        }
        threads.execute(task);
    }

    private static Attempt attempt(int number) {
        return new Attempt("send-" + number, 1, "{}", Long.MAX_VALUE, false, false, System.currentTimeMillis());
    }

    @Test
    void aTurnForWhichThereWasNoThreadIsStartedLater() {
        refusals.set(2);
        open(Pace.UNLIMITED, Turn::foundNothing);

        lane.signal();
        lane.signal();

        await().until(() -> turns.get() > 0);
    }

    @Test
    void aStartForWhichThereWasNoThreadIsReservedLater() {
        refusals.set(1);
        open(Pace.of(new Rate(100, Duration.ofSeconds(1))), Turn::foundNothing);

        lane.signal();

        await().until(() -> turns.get() > 0);
        refusals.set(1);
        int before = turns.get();
        lane.signal();
        await().until(() -> turns.get() > before);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLaneThatWaitsHoldsNoThread(boolean paced) {
        open(paced ? Pace.of(new Rate(100, Duration.ofSeconds(1))) : Pace.UNLIMITED, 4, turn -> {
            turn.held(System.currentTimeMillis() + TimeUnit.HOURS.toMillis(1));
        });

        lane.signal();

        await().until(() -> turns.get() > 0);
        await().during(Duration.ofMillis(300)).until(() -> threads.getActiveCount() == 0);
        assertThat(turns.get()).isLessThanOrEqualTo(4);
    }

    @Test
    void theResultOfATurnIsOnDiskBeforeTheCallOfTheNextBeginsAndWhenTheLaneHasNothingLeft() {
        List<Turn> before = new CopyOnWriteArrayList<>();
        List<Boolean> wasOver = new CopyOnWriteArrayList<>();
        AtomicInteger onDisk = new AtomicInteger();
        open(Pace.UNLIMITED, turn -> {
            if (before.size() == 3) {
                turn.foundNothing();
                return;
            }
            turn.claimed(attempt(before.size()));
            wasOver.add(before.stream().allMatch(Turn::isOver) && onDisk.get() == before.size());
            before.add(turn);
            turn.settled(onDisk::incrementAndGet);
        });

        lane.signal();

        await().until(() -> onDisk.get() == 3);
        assertThat(wasOver).containsExactly(true, true, true);
        await().untilAsserted(() -> assertThat(before).allMatch(Turn::isOver));
    }

    @Test
    void aPlaceIsTakenUntilTheResultOfItsTurnIsOnDisk() {
        CountDownLatch onDisk = new CountDownLatch(1);
        CountDownLatch nothingFound = new CountDownLatch(1);
        List<Turn> claimed = new CopyOnWriteArrayList<>();
        AtomicInteger ended = new AtomicInteger();
        open(Pace.UNLIMITED, 2, turn -> {
            // The first one leaves the lane without work, so that no other follows it in its thread.
            if (turns.get() == 2) {
                turn.foundNothing();
                nothingFound.countDown();
                return;
            }
            turn.claimed(attempt(turns.get()));
            claimed.add(turn);
            awaitQuietly(nothingFound);
            turn.settled(() -> awaitQuietly(onDisk));
            ended.incrementAndGet();
        });

        lane.signal();
        await().until(() -> ended.get() == 1);
        lane.signal();
        await().until(() -> ended.get() == 2);
        await().during(Duration.ofMillis(300)).until(() -> {
            lane.signal();
            return claimed.size() == 2;
        });
        assertThat(claimed).noneMatch(Turn::isOver);

        lane.close();
        onDisk.countDown();
        await().until(() -> claimed.stream().allMatch(Turn::isOver));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void aLaneThatIsClosedAwaitsItsResultsAtOnce() {
        AtomicInteger onDisk = new AtomicInteger();
        List<Integer> atOnce = new CopyOnWriteArrayList<>();
        open(Pace.UNLIMITED, turn -> {
            turn.claimed(attempt(turns.get()));
            lane.close();
            turn.settled(onDisk::incrementAndGet);
            atOnce.add(onDisk.get());
        });

        lane.signal();

        await().until(() -> atOnce.size() == 1);
        assertThat(atOnce).containsExactly(1);
    }

    @Test
    void aSendThatIsClaimedWhileAnEarlierResultCannotBeWrittenIsNotCalled() {
        List<Turn> withdrawn = new CopyOnWriteArrayList<>();
        open(Pace.UNLIMITED, turn -> {
            if (turns.get() > 2) {
                turn.foundNothing();
                return;
            }
            try {
                turn.claimed(attempt(turns.get()));
            } catch (IllegalStateException tooLate) {
                withdrawn.add(turn);
                throw tooLate;
            }
            turn.settled(() -> await().pollDelay(Duration.ofMillis(1_100)).until(() -> true));
        });

        lane.signal();

        await().until(() -> withdrawn.size() == 1 && withdrawn.get(0).isOver());
        assertThat(withdrawn.get(0).attempt()).isNull();
    }

    @Test
    void aResultThatCouldNotBeWrittenStopsNoLane() {
        open(Pace.UNLIMITED, turn -> {
            if (turns.get() > 3) {
                turn.foundNothing();
                return;
            }
            turn.claimed(attempt(turns.get()));
            turn.settled(() -> {
                throw new LedgerException("closed, as a test has it", null);
            });
        });

        lane.signal();

        await().until(() -> turns.get() > 3);
    }

    @Test
    void aTurnThatEndsInAnErrorLeavesItsPlaceToTheNext() {
        open(Pace.UNLIMITED, turn -> {
            if (turns.get() == 1) {
                throw new StackOverflowError("as a test has it");
            }
            turn.foundNothing();
        });

        lane.signal();

        await().until(() -> turns.get() > 1);
    }
}
