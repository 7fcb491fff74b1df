package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.account.Accounts;
import dev.caravan.account.QuietTimes;
import dev.caravan.account.SendingRules;
import dev.caravan.ledger.BatchControl;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.Checks;
import dev.caravan.ledger.Claim;
import dev.caravan.ledger.Draft;
import dev.caravan.ledger.LedgerException;
import dev.caravan.ledger.LedgerParts;
import dev.caravan.ledger.Settlement;
import dev.caravan.ledger.Settlement.Cause;
import dev.caravan.ledger.State;
import dev.caravan.ledger.Store;
import dev.caravan.ledger.TemporaryLedger;
import dev.caravan.message.SendJson;
import dev.caravan.provider.Providers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches and accounts stopped while their lane is at work, over a ledger of their own. */
class DispatcherTest {

    private static final Settlement SENT = Settlement.sent("id");
    private static final SendingRules IN_ORDER = new SendingRules(true, QuietTimes.NONE, null, null, ZoneOffset.UTC);
    private static final Settlement FAILED = Settlement.of(State.FAILED, new Cause("permanent", "bad", "refused"));

    private final Batches batches = new Batches("here");
    private final BatchControl control =
            new BatchControl(LedgerParts.stoppingAt(50).settlements(), BatchControl.STEP);
    private final Semaphore calls = new Semaphore(0);
    private final UnderWay underWay = new UnderWay();
    private final AtomicInteger made = new AtomicInteger();

    @TempDir
    private Path directory;

    private LedgerParts parts = LedgerParts.stoppingAt(50);
    private TemporaryLedger ledger;
    private Dispatcher dispatcher;
    private Lane lane;
    private boolean retryUnknown;
    private RandomGenerator chance = () -> 0L;

    @BeforeEach
    void openLedger() {
        ledger = TemporaryLedger.sqlite(directory);
        write(transaction -> {
            parts.lanes().register(transaction, List.of("main"));
            return null;
        });
    }

    @AfterEach
    void close() {
        stop();
        ledger.close();
    }

    private void start(Supplier<Settlement> provider) {
        start(turn -> deliver(turn, provider));
    }

    private void start(Consumer<Turn> route) {
        Accounts accounts = new Accounts(List.of(account(retryUnknown, SendingRules.NONE)), List.of(), null);
        Providers providers = new Providers(List.of(new AskablePigeon()));
        dispatcher = new Dispatcher(
                accounts,
                ledger.store(),
                parts.queue(),
                parts.settlements(),
                parts.slots(),
                control,
                new Checks(),
                new Failover(accounts, providers, new StoredSends(new SendJson(ZoneOffset.UTC)), parts.standIns()),
                new RetrySchedule(ZoneOffset.UTC, chance),
                new TrackedSends(providers, new Checks()),
                underWay,
                Executors.newCachedThreadPool());
        lane = dispatcher.open("main", route);
    }

    private void stop() {
        if (dispatcher != null) {
            dispatcher.close(lane);
            calls.release(1_000_000);
            dispatcher.close();
            dispatcher = null;
        }
    }

    /** Each is released by the end of the one before. Who only looked twice a second would need half a minute for them. */
    @Test
    void sendsToOneRecipientFollowEachOtherAtOnce() {
        parts = LedgerParts.with(account(false, IN_ORDER));
        admitBatch("b", 60);
        calls.release(1_000_000);
        start(() -> {
            // As long as a provider takes: the other turns find nothing meanwhile, and the lane stops looking.
            LockSupport.parkNanos(5_000_000);
            return SENT;
        });

        await().until(() -> count("sent") == 60);
        assertCounters();
    }

    @Test
    void aBatchPausedInMidFlightStopsAtOnceAndGoesOnWhenItIsResumed() {
        admitBatch("b", 300);
        start(() -> SENT);
        calls.release(40);
        await().until(() -> made.get() >= 40);

        assertThat(change(transaction -> control.pause(transaction, "b"))).isTrue();
        calls.release(1_000_000);
        await().until(() -> count("sending") == 0);
        int before = made.get();
        await().until(() -> ledger.number("SELECT count(*) FROM send WHERE ready = 2") == 300 - count("sent"));
        // Calls under way at the pause go on to their end, and none begins after it.
        assertThat(before).isLessThanOrEqualTo(44);
        String other = admitAlone();
        await().until(() -> state(other).equals("sent"));
        assertThat(made).hasValue(before + 1);

        assertThat(change(transaction -> control.resume(transaction, "b"))).isTrue();
        await().atMost(Duration.ofSeconds(20)).until(() -> count("sent") == 301);
        assertThat(made).hasValue(301);
        assertCounters();
    }

    @Test
    void aPauseOutlastsARestart() {
        admitBatch("b", 50);
        change(transaction -> control.pause(transaction, "b"));
        calls.release(1_000_000);
        start(() -> SENT);
        await().until(() -> ledger.number("SELECT count(*) FROM send WHERE ready = 2") == 50);
        stop();
        ledger.close();
        ledger = TemporaryLedger.sqlite(directory);
        start(() -> SENT);

        await().during(Duration.ofSeconds(1)).atMost(Duration.ofSeconds(30)).until(() -> made.get() == 0);
        change(transaction -> control.resume(transaction, "b"));
        await().atMost(Duration.ofSeconds(30)).until(() -> count("sent") == 50);
        assertCounters();
    }

    @Test
    void anAccountPausedByHandStaysSoOverARestartUntilItIsResumed() {
        write(transaction -> {
            parts.laneControl().pauseByHand(transaction, "main", "the office is closed", "anne", 1);
            return null;
        });
        calls.release(1_000_000);
        start(() -> SENT);
        stop();
        ledger.close();
        ledger = TemporaryLedger.sqlite(directory);
        write(transaction -> {
            parts.lanes().register(transaction, List.of("main"));
            return null;
        });
        String id = admitAlone();
        start(() -> SENT);

        await().during(Duration.ofMillis(700)).atMost(Duration.ofSeconds(30)).until(() -> made.get() == 0);
        assertThat(ledger.text("SELECT paused || ' ' || paused_reason FROM account"))
                .isEqualTo("hand the office is closed");
        write(transaction -> {
            parts.laneControl().resume(transaction, "main", "anne", 2);
            return null;
        });
        dispatcher.resumed("main");
        await().until(() -> state(id).equals("sent"));
        stop();
        ledger.close();
        ledger = TemporaryLedger.sqlite(directory);
        assertThat(ledger.text("SELECT coalesce(paused, 'runs') FROM account")).isEqualTo("runs");
    }

    @Test
    void aCancelledBatchOfThousandsEndsAndHoldsUpNoOther() {
        admitBatch("b", 2_000);
        start(() -> SENT);
        calls.release(10);
        await().until(() -> made.get() >= 10);

        assertThat(change(transaction -> control.cancel(transaction, "b"))).isTrue();
        calls.release(1_000_000);
        String other = admitAlone();
        await().atMost(Duration.ofSeconds(10)).until(() -> state(other).equals("sent"));
        await().atMost(Duration.ofSeconds(20)).until(() -> count("queued") == 0 && count("sending") == 0);

        assertThat(count("cancelled")).isGreaterThan(1_980);
        assertThat(count("cancelled") + count("sent")).isEqualTo(2_001);
        assertThat(ledger.number("SELECT unfinished FROM batch")).isZero();
        assertCounters();
    }

    @Test
    void aLargeBatchThatIsPausedAndCancelledHoldsUpNothingElse() {
        admitBatch("b", 21_000);
        change(transaction -> control.pause(transaction, "b"));
        // Or the lane itself would find out that a send has expired.
        write(transaction -> {
            parts.laneControl().pauseByHand(transaction, "main", null, "anne", 1);
            return null;
        });
        start(() -> SENT);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> ledger.number("SELECT count(*) FROM send WHERE ready = 2") > 0);

        assertThat(change(transaction -> control.cancel(transaction, "b"))).isTrue();
        await().atMost(Duration.ofSeconds(20)).until(() -> count("cancelled") > 0);
        String late = write(transaction -> {
            var send = Draft.draft().dueAt(1).expiresAt(2).rank(1).send();
            parts.acceptance().insert(transaction, send);
            return send.id();
        });

        await().atMost(Duration.ofSeconds(30)).until(() -> count("cancelled") == 21_000);
        await().until(() -> state(late).equals("expired"));
        assertThat(ledger.number("SELECT id FROM history WHERE send = ?", late))
                .as("nothing else waits for all of a large batch")
                .isLessThan(ledger.number("SELECT max(id) FROM history WHERE status = 'cancelled'"));
        assertCounters();
    }

    @Test
    void aBatchWhoseFirstSendsFailStopsByItself() {
        admitBatch("b", 200);
        calls.release(1_000_000);
        start(() -> FAILED);

        await().until(() ->
                ledger.text("SELECT coalesce(paused, '-') FROM batch").equals("failures"));
        await().until(() -> count("sending") == 0);
        assertThat(made.get()).isBetween(20, 24);
        assertThat(count("failed") + count("queued")).isEqualTo(200);
        assertCounters();
    }

    @Test
    void aHeldBatchIsSentOnceItIsReleased() {
        write(transaction -> batches.openRequest(transaction, "b", "hub", "default", true, 1));
        write(transaction -> {
            for (int row = 1; row <= 30; row++) {
                parts.acceptance()
                        .insert(
                                transaction,
                                Draft.draft()
                                        .dueAt(1)
                                        .of("b", row)
                                        .rank(row)
                                        .aside()
                                        .send());
            }
            batches.advance(transaction, "b", 0, 30, 30, 0, 0);
            batches.finishReading(transaction, "b", 29, 1);
            return null;
        });
        calls.release(1_000_000);
        start(() -> SENT);
        await().during(Duration.ofMillis(700)).atMost(Duration.ofSeconds(30)).until(() -> made.get() == 0);

        change(transaction -> control.resume(transaction, "b"));
        await().atMost(Duration.ofSeconds(30)).until(() -> count("sent") == 30);
        assertCounters();
    }

    @Test
    void anAccountThatIsResumedStartsAtOnce() {
        write(transaction -> {
            parts.laneControl().pauseByHand(transaction, "main", null, "anne", 1);
            return null;
        });
        String id = admitAlone();
        calls.release(10);
        start(() -> SENT);
        await().during(Duration.ofMillis(700)).atMost(Duration.ofSeconds(30)).until(() -> made.get() == 0);

        write(transaction -> {
            parts.laneControl().resume(transaction, "main", "anne", 2);
            return null;
        });
        dispatcher.resumed("main");
        dispatcher.resumed("unknown");
        await().atMost(Duration.ofSeconds(1)).until(() -> state(id).equals("sent"));
    }

    @Test
    void whatABrokenTurnHadClaimedIsHeldAsUnknown() {
        String id = admitAlone();
        start(turn -> {
            Claim claim = write(transaction -> {
                Claim done = parts.slots().claim(transaction, "main", null, System.currentTimeMillis());
                noted(done, turn);
                return done;
            });
            if (claim instanceof Claim.Claimed claimed) {
                turn.claimed(claimed.attempt());
                throw new IllegalStateException("as a test has it");
            }
            turn.foundNothing();
        });

        await().until(() -> state(id).equals("unknown"));
        assertThat(ledger.text("SELECT error_code FROM send")).isEqualTo("interrupted");
        assertThat(ledger.number("SELECT count(*) FROM send WHERE check_at IS NOT NULL"))
                .as("its provider is asked what became of it")
                .isEqualTo(1);
        assertThat(ledger.number("SELECT attempt FROM send")).isEqualTo(1);
        assertThat(underWay.broken()).isEmpty();
        assertCounters();
    }

    @Test
    void whatABrokenTurnHadClaimedIsSentAgainWhereTwiceIsBetterThanNever() {
        retryUnknown = true;
        String id = admitAlone();
        AtomicInteger turns = new AtomicInteger();
        start(turn -> {
            if (turns.getAndIncrement() == 0) {
                Claim claim = write(transaction -> {
                    Claim done = parts.slots().claim(transaction, "main", null, System.currentTimeMillis());
                    noted(done, turn);
                    return done;
                });
                turn.claimed(((Claim.Claimed) claim).attempt());
                throw new IllegalStateException("as a test has it");
            }
            calls.release();
            deliver(turn, () -> SENT);
        });

        await().until(() -> state(id).equals("sent"));
        assertThat(ledger.texts("SELECT status || ' ' || attempt || coalesce(' ' || error_code, '') FROM history"
                        + " ORDER BY id"))
                .containsExactly("queued 1 interrupted", "sent 2");
        assertThat(underWay.broken()).isEmpty();
        assertCounters();
    }

    @Test
    void anErrorEndsNoneOfWhatIsDoneAgainAndAgain() {
        retryUnknown = true;
        AtomicInteger drawn = new AtomicInteger();
        chance = () -> {
            if (drawn.getAndIncrement() == 0) {
                throw new StackOverflowError("as a test has it");
            }
            return 0L;
        };
        whatABrokenTurnHadClaimedIsSentAgainWhereTwiceIsBetterThanNever();
        assertThat(drawn).hasValueGreaterThan(1);
    }

    @Test
    void whatATurnDidNotLearnOfGoesBackToTheQueue() {
        String id = admitAlone();
        AtomicInteger turns = new AtomicInteger();
        start(turn -> {
            if (turns.getAndIncrement() == 0) {
                write(transaction -> {
                    noted(parts.slots().claim(transaction, "main", null, System.currentTimeMillis()), turn);
                    return null;
                });
                throw new LedgerException("the write was interrupted", null);
            }
            calls.release();
            deliver(turn, () -> SENT);
        });

        await().until(() -> state(id).equals("sent"));
        assertThat(ledger.number("SELECT attempt FROM send")).isEqualTo(1);
        assertThat(ledger.texts("SELECT status FROM history")).containsExactly("sent");
        assertCounters();
    }

    private void noted(Claim claim, Turn turn) {
        if (claim instanceof Claim.Claimed claimed) {
            underWay.claimed(claimed.attempt(), turn);
        }
    }

    /** What the route of a lane does; the provider answers one call for each permit. */
    private void deliver(Turn turn, Supplier<Settlement> provider) {
        Claim claim = write(transaction -> parts.slots().claim(transaction, "main", null, System.currentTimeMillis()));
        if (claim instanceof Claim.Claimed claimed) {
            turn.claimed(claimed.attempt());
            calls.acquireUninterruptibly();
            made.incrementAndGet();
            Settlement answer = provider.get();
            write(transaction ->
                    parts.settlements().settle(transaction, claimed.attempt(), answer, System.currentTimeMillis()));
        } else if (claim instanceof Claim.Held held) {
            turn.held(held.until());
        } else {
            turn.foundNothing();
        }
    }

    private void admitBatch(String id, int rows) {
        write(transaction -> {
            batches.openRequest(transaction, id, "hub", "default", false, 1);
            for (int row = 1; row <= rows; row++) {
                parts.acceptance()
                        .insert(
                                transaction,
                                Draft.draft().dueAt(1).of(id, row).rank(row).send());
            }
            batches.advance(transaction, id, 0, rows, rows, 0, 0);
            batches.finishReading(transaction, id, Long.MAX_VALUE, 1);
            return null;
        });
    }

    private String admitAlone() {
        String id = write(transaction -> {
            var send = Draft.draft().dueAt(1).rank(1).send();
            parts.acceptance().insert(transaction, send);
            return send.id();
        });
        if (dispatcher != null) {
            dispatcher.at(Set.of("main"));
        }
        return id;
    }

    private <T> T write(Store.Work<T> work) {
        return ledger.store().write(work);
    }

    private boolean change(Store.Work<Boolean> work) {
        return write(work);
    }

    private long count(String state) {
        return ledger.number("SELECT count(*) FROM send WHERE state = ?", state);
    }

    private String state(String id) {
        return ledger.text("SELECT state FROM send WHERE id = ?", id);
    }

    private void assertCounters() {
        assertThat(ledger.number("SELECT queued FROM account")).isEqualTo(count("queued"));
        assertThat(ledger.number("SELECT coalesce(sum(unfinished), 0) FROM batch"))
                .isEqualTo(ledger.number(
                        "SELECT count(*) FROM send WHERE batch IS NOT NULL" + " AND state IN ('queued', 'sending')"));
    }

    private static Account account(boolean retryUnknown, SendingRules rules) {
        return AccountDraft.named("main")
                .concurrency(4)
                .retryUnknown(retryUnknown)
                .rules(rules)
                .account();
    }
}
