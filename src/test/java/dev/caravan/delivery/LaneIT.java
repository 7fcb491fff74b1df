package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.account.Pace;
import dev.caravan.account.Rate;
import dev.caravan.ledger.Claim;
import dev.caravan.ledger.Draft;
import dev.caravan.ledger.LedgerException;
import dev.caravan.ledger.LedgerParts;
import dev.caravan.ledger.Settlement;
import dev.caravan.ledger.Slots;
import dev.caravan.ledger.TemporaryLedger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A lane over a real ledger and a route of the test's own. No dispatcher polls, so a wake-up that is lost stays lost. */
class LaneIT {

    private static final Pace FAST = pace(1_000, Duration.ofSeconds(1));

    private final LedgerParts parts = LedgerParts.of("here");
    private final ThreadPoolExecutor turns = (ThreadPoolExecutor) Executors.newCachedThreadPool();
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
    private final BlockingQueue<String> delivered = new LinkedBlockingQueue<>();
    private final AtomicInteger emptyTurns = new AtomicInteger();

    @TempDir
    Path directory;

    private final CamelContext context = new DefaultCamelContext();
    private final AtomicReference<Duration> clockSet = new AtomicReference<>(Duration.ZERO);
    private final InstantSource clock = () -> Instant.now().plus(clockSet.get());
    private TemporaryLedger ledger;
    private Lane lane;

    @BeforeEach
    void openLedger() {
        ledger = TemporaryLedger.sqlite(directory);
        ledger.store().write(transaction -> {
            parts.lanes().register(transaction, List.of("main"));
            return null;
        });
    }

    @AfterEach
    void closeEverything() throws InterruptedException {
        lane.close();
        turns.shutdown();
        assertThat(turns.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        timer.shutdownNow();
        context.stop();
        ledger.close();
    }

    @Test
    void keepsToItsRateInEveryWindowAndUsesIt() throws Exception {
        int rate = 50;
        int seconds = 3;
        admit(rate * seconds * 2);
        BlockingQueue<Start> starts = new LinkedBlockingQueue<>();
        Pace pace = pace(rate, Duration.ofSeconds(1));
        Consumer<Turn> capped = capped(Cap.of(pace), starts);
        long opened = System.nanoTime();
        open(account(pace, 8), capped);
        await().atMost(Duration.ofMinutes(1)).until(() -> starts.size() >= rate * seconds);
        lane.close();

        List<Start> all = List.copyOf(starts);
        // A busy machine is late for its starts; how much of a rate is used is for LanePaceTest.
        assertThat(fastest(all, rate * 3 / 2))
                .as("the time of one and a half seconds' worth of starts")
                .isLessThan(3_000_000_000L);
        for (int index = rate; index < all.size(); index++) {
            List<Start> window = all.subList(index - rate, index + 1);
            long earliest = window.stream().mapToLong(Start::earliest).min().orElseThrow();
            assertThat(all.get(index).latest() - earliest)
                    .as("the time of start %d and the %d before it", index, rate)
                    .isGreaterThanOrEqualTo(999_000_000L);
        }
        assertThat(all.stream().filter(start -> start.latest() - opened < 500_000_000L))
                .as("starts in the first half second")
                .hasSizeLessThanOrEqualTo(rate / 2 + 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT1H", "-PT1H"})
    void keepsItsPaceWhenTheClockIsSet(String by) {
        int gapMillis = 50;
        admit(100);
        BlockingQueue<Long> starts = new LinkedBlockingQueue<>();
        Consumer<Turn> route = deliver(() -> {});
        open(account(pace(1, Duration.ofMillis(gapMillis)), 4), turn -> {
            starts.add(System.nanoTime());
            route.accept(turn);
        });
        await().until(() -> starts.size() >= 10);
        clockSet.set(Duration.parse(by));
        await().atMost(Duration.ofSeconds(30)).until(() -> starts.size() >= 30);
        clockSet.set(Duration.ZERO);
        await().atMost(Duration.ofSeconds(30)).until(() -> starts.size() >= 50);
        lane.close();

        List<Long> all = List.copyOf(starts);
        long latest = TimeUnit.MICROSECONDS.toNanos(Slots.LATEST_MICROS);
        for (int start = 0; start < all.size(); start++) {
            assertThat(all.get(start) - all.get(0))
                    .as("from the first start to the one %d after it, by a clock that nobody sets", start)
                    .isGreaterThanOrEqualTo(start * TimeUnit.MILLISECONDS.toNanos(gapMillis) - latest);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT1H", "-PT1H"})
    void waitsForItsNextStartAndNoLongerWhenTheClockIsSetMeanwhile(String by) {
        admit(2);
        BlockingQueue<Long> starts = new LinkedBlockingQueue<>();
        Consumer<Turn> route = deliver(() -> {});
        open(account(pace(1, Duration.ofSeconds(3)), 1), turn -> {
            starts.add(System.nanoTime());
            route.accept(turn);
        });
        await().until(() -> delivered.size() == 1);
        clockSet.set(Duration.parse(by));
        // As the dispatcher's poll does.
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            lane.signal();
            return starts.size() == 2;
        });

        List<Long> both = List.copyOf(starts);
        assertThat(both.get(1) - both.get(0)).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(2_700));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void makesAsManyCallsAtOnceAsItMayAndNoMore(boolean unlimited) {
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch reached = new CountDownLatch(4);
        admit(200);
        open(account(unlimited ? Pace.UNLIMITED : FAST, 4), deliver(() -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            reached.countDown();
            awaitQuietly(reached);
            now.decrementAndGet();
        }));

        await().atMost(Duration.ofSeconds(30)).until(() -> delivered.size() == 200);
        assertThat(most).hasValue(4);
    }

    @Test
    void drainsABacklogWithoutAPace() {
        admit(5_000);
        open(account(Pace.UNLIMITED, 16), deliver(() -> {}));

        await().atMost(Duration.ofSeconds(20)).until(() -> delivered.size() == 5_000);
        assertThat(List.copyOf(delivered)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCallThatHangsHoldsUpNoOtherSend(boolean unlimited) {
        CountDownLatch answer = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        admit(1);
        open(account(unlimited ? Pace.UNLIMITED : FAST, 3), deliver(() -> {
            if (calls.incrementAndGet() == 1) {
                awaitQuietly(answer);
            }
        }));
        // Without a pace a second turn looks for more, and finds nothing.
        await().until(() -> calls.get() == 1 && (emptyTurns.get() > 0 || !unlimited));
        for (int number = 1; number <= 3; number++) {
            admit(1);
            lane.signal();
            int expected = number;
            await().atMost(Duration.ofSeconds(20)).until(() -> delivered.size() == expected);
        }
        answer.countDown();
        await().until(() -> delivered.size() == 4);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everySendIsDeliveredSoonAfterItsSignal(boolean unlimited) throws InterruptedException {
        open(account(unlimited ? Pace.UNLIMITED : FAST, 4), deliver(() -> {}));
        for (int number = 0; number < 200; number++) {
            admit(1);
            lane.signal();
            assertThat(delivered.poll(20, TimeUnit.SECONDS))
                    .as("send %d", number)
                    .isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everySendOfABurstIsDelivered(boolean unlimited) {
        open(account(unlimited ? Pace.UNLIMITED : FAST, 4), deliver(() -> {}));
        for (int burst = 1; burst <= 50; burst++) {
            for (int number = 0; number < 1 + burst % 7; number++) {
                admit(1);
                lane.signal();
            }
            await().pollInterval(Duration.ofMillis(1))
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> ledger.number("SELECT count(*) FROM send WHERE state = 'queued'") == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSendAdmittedDuringAnEmptyClaimIsNotForgotten(boolean unlimited) {
        Consumer<Turn> route = deliver(() -> {});
        AtomicInteger taken = new AtomicInteger();
        admit(1);
        open(account(unlimited ? Pace.UNLIMITED : FAST, 4), turn -> {
            if (taken.incrementAndGet() == 1) {
                // Another gateway was faster, and before the lane hears of it the next send comes.
                ledger.change("UPDATE send SET state = 'sending'");
                admit(1);
                lane.signal();
                long reservations = turns.getCompletedTaskCount();
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> unlimited || turns.getCompletedTaskCount() > reservations);
                turn.foundNothing();
            } else {
                route.accept(turn);
            }
        });

        await().atMost(Duration.ofSeconds(20)).until(() -> delivered.size() == 1);
    }

    @Test
    void aClosedLaneStartsNothing() {
        admit(50);
        CountDownLatch closed = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        open(account(Pace.UNLIMITED, 2), deliver(() -> {
            calls.incrementAndGet();
            awaitQuietly(closed);
        }));
        await().until(() -> calls.get() == 2);

        lane.close();
        closed.countDown();
        await().until(() -> delivered.size() == 2);
        lane.signal();

        await().during(Duration.ofMillis(300)).until(() -> calls.get() == 2);
        assertThat(ledger.number("SELECT count(*) FROM send WHERE state = 'queued'"))
                .isEqualTo(48);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void goesOnAfterTheLedgerFailed(boolean unlimited) {
        admit(3);
        AtomicInteger failures = new AtomicInteger(1);
        Consumer<Turn> route = deliver(() -> {});
        open(account(unlimited ? Pace.UNLIMITED : FAST, 2), turn -> {
            if (failures.getAndDecrement() > 0) {
                throw new LedgerException("the ledger is away", null);
            }
            route.accept(turn);
        });

        await().atMost(Duration.ofSeconds(30)).until(() -> delivered.size() == 3);
    }

    private void open(Account account, Consumer<Turn> route) {
        lane = new Lane(account, route, ledger.store(), parts.slots(), turns, timer, Clocks.of(clock));
        lane.open();
        lane.signal();
    }

    /** What the route of a lane does, with a call of the test's own. */
    private Consumer<Turn> deliver(Runnable call) {
        return turn -> {
            Claim claim = ledger.store()
                    .write(transaction -> parts.slots().claim(transaction, "main", null, System.currentTimeMillis()));
            if (claim instanceof Claim.Claimed claimed) {
                turn.claimed(claimed.attempt());
                call.run();
                Settlement sent = Settlement.sent("id");
                ledger.store().write(transaction -> parts.settlements()
                        .settle(transaction, claimed.attempt(), sent, System.currentTimeMillis()));
                delivered.add(claimed.attempt().id());
            } else if (claim instanceof Claim.Held held) {
                turn.held(held.until());
            } else {
                turn.foundNothing();
                emptyTurns.incrementAndGet();
            }
        };
    }

    /** The same behind the Throttle EIP, as in the lane's route. */
    private Consumer<Turn> capped(Cap cap, BlockingQueue<Start> starts) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:turn")
                        .throttle(cap.permits())
                        .timePeriodMillis(cap.periodMillis())
                        .process(exchange -> {
                            Turn turn = Turn.of(exchange);
                            deliver(() -> {}).accept(turn);
                            if (turn.attempt() != null) {
                                starts.add(new Start(exchange.getProperty("entered", Long.class), System.nanoTime()));
                            }
                        });
            }
        });
        context.start();
        ProducerTemplate template = context.createProducerTemplate();
        return turn -> {
            Exchange done = template.send("direct:turn", exchange -> {
                exchange.setVariable(Turn.VARIABLE, turn);
                exchange.setProperty("entered", System.nanoTime());
            });
            assertThat(done.getException()).isNull();
        };
    }

    private static long fastest(List<Start> starts, int count) {
        return IntStream.range(0, starts.size() - count)
                .mapToLong(index ->
                        starts.get(index + count).latest() - starts.get(index).latest())
                .min()
                .orElseThrow();
    }

    /** A send was started at some time between these two, in nanoseconds. */
    private record Start(long earliest, long latest) {}

    private void admit(int count) {
        ledger.store().write(transaction -> {
            for (int number = 0; number < count; number++) {
                parts.acceptance().insert(transaction, Draft.draft().send());
            }
            return null;
        });
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Pace pace(int count, Duration period) {
        return Pace.of(new Rate(count, period));
    }

    private static Account account(Pace pace, int concurrency) {
        return AccountDraft.named("main").pace(pace).concurrency(concurrency).account();
    }
}
