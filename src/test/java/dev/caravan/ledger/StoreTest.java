package dev.caravan.ledger;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.caravan.ledger.ObservedDataSource.Loss;
import dev.caravan.ledger.Store.Promise;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoreTest extends OnLedger {

    private final CountDownLatch held = new CountDownLatch(1);
    private final List<Thread> writers = new ArrayList<>();

    private ObservedDataSource observed;
    private Store store;

    @BeforeEach
    void observe() {
        observed = new ObservedDataSource(ledger.dataSource());
        store = new Store(observed, "observed");
    }

    @AfterEach
    void closeStore() {
        held.countDown();
        store.close();
    }

    @Test
    void writesThatArriveDuringACommitShareTheNextOne() throws Exception {
        FutureTask<Integer> first = start(transaction -> hold());
        List<FutureTask<Integer>> others = IntStream.range(0, 200)
                .mapToObj(number -> start(transaction -> note(transaction, "name-" + number)))
                .toList();
        letTheWritersGo();

        first.get(10, SECONDS);
        for (FutureTask<Integer> other : others) {
            assertThat(other.get(10, SECONDS)).isEqualTo(1);
        }
        assertThat(observed.commits()).isLessThanOrEqualTo(2);
        assertThat(noted()).hasSize(200);
    }

    @Test
    void aWriteThatFailsHarmsNoOtherOfItsGroupAndLeavesNothing() throws Exception {
        start(transaction -> hold());
        FutureTask<Integer> before = start(transaction -> note(transaction, "before"));
        FutureTask<Integer> wrongSql = start(transaction -> {
            note(transaction, "half of wrong SQL");
            return transaction.update("INSERT INTO nowhere (name) VALUES ('x')");
        });
        FutureTask<Integer> refused = start(transaction -> {
            note(transaction, "half of refused");
            return transaction.update("INSERT INTO setting (name, value) VALUES ('refused', NULL)");
        });
        FutureTask<Integer> broken = start(transaction -> {
            note(transaction, "half of broken");
            throw new IllegalStateException("no use");
        });
        FutureTask<Integer> fatal = start(transaction -> {
            note(transaction, "half of fatal");
            throw new StackOverflowError("too deep");
        });
        FutureTask<Integer> after = start(transaction -> note(transaction, "after"));
        letTheWritersGo();

        assertThat(before.get(10, SECONDS)).isEqualTo(1);
        assertThat(after.get(10, SECONDS)).isEqualTo(1);
        assertThat(failure(wrongSql)).isInstanceOf(LedgerException.class).hasCauseInstanceOf(SQLException.class);
        assertThat(failure(refused)).isInstanceOf(LedgerException.class).hasCauseInstanceOf(SQLException.class);
        assertThat(failure(broken)).isInstanceOf(LedgerException.class).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(failure(fatal)).isInstanceOf(LedgerException.class).hasCauseInstanceOf(StackOverflowError.class);
        assertThat(noted()).containsExactlyInAnyOrder("before", "after");
    }

    @Test
    void whoHasWaitedForAWriteHasWaitedForAllThatBeganBefore() {
        for (int round = 0; round < 200; round++) {
            String name = "round-" + round;
            Promise<Integer> before = store.submit(transaction -> note(transaction, name));
            Promise<Integer> failing = store.submit(transaction -> {
                throw new IllegalStateException("no use");
            });
            int last = store.submit(transaction -> note(transaction, name + " last"))
                    .await();

            assertThat(last).isEqualTo(1);
            // Who is interrupted is told at once what is there, and does not wait for what is not.
            Thread.currentThread().interrupt();
            Throwable none = catchThrowable(before::await);
            Throwable failure = catchThrowable(failing::await);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(none).isNull();
            assertThat(failure).hasCauseInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void whoWaitsForSendsIsToldOfThemOnceTheyAreCommitted() {
        List<Set<String>> told = new ArrayList<>();
        store.listen(told::add);
        catchThrowable(() -> store.write(transaction -> {
            transaction.ready("never");
            throw new IllegalStateException("no use");
        }));
        store.write(transaction -> note(transaction, "nothing ready"));
        assertThat(told).isEmpty();

        store.write(transaction -> {
            transaction.ready("main");
            transaction.ready("other");
            transaction.ready("main");
            return note(transaction, "both");
        });
        assertThat(told).containsExactly(Set.of("main", "other"));
    }

    @Test
    void countersOfAFailedWriteAreForgotten() {
        admit(Draft.draft());
        Throwable failure = catchThrowable(() -> store.write(transaction -> {
            transaction.countQueued("main", 5);
            throw new IllegalStateException("no use");
        }));

        assertThat(failure).isInstanceOf(LedgerException.class);
        store.write(transaction -> note(transaction, "next"));
        assertCounters();
    }

    @Test
    void closingFinishesWhatWaits() throws Exception {
        start(transaction -> hold());
        List<FutureTask<Integer>> waiting = IntStream.range(0, 20)
                .mapToObj(number -> start(transaction -> note(transaction, "name-" + number)))
                .toList();
        awaitWriters();
        Thread closing = new Thread(store::close);
        closing.start();
        held.countDown();

        closing.join(SECONDS.toMillis(10));
        for (FutureTask<Integer> one : waiting) {
            assertThat(one.get(10, SECONDS)).isEqualTo(1);
        }
        assertThat(noted()).hasSize(20);
        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(() -> store.write(transaction -> note(transaction, "too late")))
                .withMessageContaining("closed");
    }

    @Test
    void replacesALostConnection() {
        store.write(transaction -> note(transaction, "before"));
        observed.loseConnections();

        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(() -> store.write(transaction -> note(transaction, "lost")));
        store.write(transaction -> note(transaction, "after"));

        assertThat(noted()).containsExactlyInAnyOrder("before", "after");
    }

    @Test
    void aGroupThatFindsItsConnectionLostIsWrittenOverANewOne() throws Exception {
        start(transaction -> hold());
        List<FutureTask<Integer>> group = IntStream.range(0, 5)
                .mapToObj(number -> start(transaction -> note(transaction, "name-" + number)))
                .toList();
        awaitWriters();
        observed.loseConnections();
        held.countDown();

        for (FutureTask<Integer> one : group) {
            catchThrowable(() -> one.get(10, SECONDS));
        }
        store.write(transaction -> note(transaction, "after"));
        assertThat(noted()).contains("after", "name-1", "name-2", "name-3", "name-4");
    }

    @Test
    void aGroupWaitsForALedgerThatIsAwayOnce() throws Exception {
        store.write(transaction -> note(transaction, "before"));
        start(transaction -> hold());
        List<FutureTask<Integer>> group = IntStream.range(0, 5)
                .mapToObj(number -> start(transaction -> note(transaction, "name-" + number)))
                .toList();
        awaitWriters();
        observed.loseConnections();
        observed.refuseConnections(true);
        int before = observed.attempts();
        held.countDown();

        for (FutureTask<Integer> one : group) {
            assertThat(failure(one)).isInstanceOf(LedgerException.class);
        }
        // The one that held the others back may have been alone, and then it was its commit that failed.
        assertThat(observed.attempts() - before).isLessThanOrEqualTo(2);
        observed.refuseConnections(false);
        store.write(transaction -> note(transaction, "after"));
        assertThat(noted()).contains("before", "after");
    }

    @Test
    void aCommitWhoseAnswerWasLostIsLookedUpAndNotMadeAgain() throws Exception {
        List<FutureTask<Integer>> group = groupThatLosesItsAnswer(Loss.COMMITTED);

        observed.refuseConnections(false);
        for (FutureTask<Integer> one : group) {
            assertThat(one.get(10, SECONDS)).isEqualTo(1);
        }
        assertThat(noted()).containsExactlyInAnyOrder("name-0", "name-1", "name-2");
    }

    @Test
    void aCommitThatDidNotTakePlaceIsMadeAgain() throws Exception {
        List<FutureTask<Integer>> group = groupThatLosesItsAnswer(Loss.NOTHING);

        observed.refuseConnections(false);
        for (FutureTask<Integer> one : group) {
            assertThat(one.get(10, SECONDS)).isEqualTo(1);
        }
        assertThat(noted()).containsExactlyInAnyOrder("name-0", "name-1", "name-2");
    }

    @Test
    void nothingElseIsWrittenWhileACommitIsInDoubt() throws Exception {
        List<FutureTask<Integer>> group = groupThatLosesItsAnswer(Loss.COMMITTED);

        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(() -> store.write(transaction -> note(transaction, "meanwhile")))
                .withMessageContaining("nobody is there");
        assertThat(group).noneMatch(FutureTask::isDone);

        observed.refuseConnections(false);
        for (FutureTask<Integer> one : group) {
            one.get(10, SECONDS);
        }
        store.write(transaction -> note(transaction, "after"));
        assertThat(noted()).hasSize(4).contains("after");
    }

    @Test
    void whoCannotWaitForEverIsTold() {
        observed.loseTheAnswer(Loss.COMMITTED, 0);

        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(() -> store.write(transaction -> note(transaction, "slow"), Duration.ofMillis(100)))
                .withMessageContaining("does not answer");

        observed.refuseConnections(false);
        store.write(transaction -> note(transaction, "after"));
        assertThat(noted()).containsExactlyInAnyOrder("slow", "after");
    }

    @Test
    void aWriteThatChangesNothingLeavesNoMark() {
        store.write(transaction -> note(transaction, "one"));
        String mark = ledger.text("SELECT last_commit FROM writer WHERE name = 'observed'");

        store.write(transaction -> transaction.update("DELETE FROM setting WHERE name = 'none'"));
        store.write(transaction ->
                transaction.all("UPDATE setting SET value = '' WHERE name = 'none' RETURNING name", row -> 1));

        assertThat(ledger.text("SELECT last_commit FROM writer WHERE name = 'observed'"))
                .isEqualTo(mark);
    }

    /** Three writes that share a commit, whose answer is lost; they wait. */
    private List<FutureTask<Integer>> groupThatLosesItsAnswer(Loss loss) throws Exception {
        FutureTask<Integer> first = start(transaction -> hold());
        List<FutureTask<Integer>> group = IntStream.range(0, 3)
                .mapToObj(number -> start(transaction -> note(transaction, "name-" + number)))
                .toList();
        awaitWriters();
        observed.loseTheAnswer(loss, 1);
        int attempts = observed.attempts();
        held.countDown();
        first.get(10, SECONDS);
        await().until(() -> observed.attempts() > attempts);
        return group;
    }

    @Test
    void nobodyWaitsForEverWhenEvenTheRollbackBreaks() {
        observed.breakRollbacks(true);
        assertThat(catchThrowable(() -> store.write(transaction -> {
                    note(transaction, "half");
                    throw new IllegalStateException("no use");
                })))
                .isInstanceOf(LedgerException.class);
        observed.breakRollbacks(false);

        store.write(transaction -> note(transaction, "after"));

        assertThat(noted()).containsExactly("after");
    }

    @Test
    void readsSeeWhatIsCommitted() {
        store.write(transaction -> note(transaction, "here"));

        boolean seen = store.read(transaction -> transaction
                .one("SELECT 1 FROM setting WHERE name = 'here'", row -> true)
                .isPresent());

        assertThat(seen).isTrue();
    }

    @Test
    void aReadThatFailsSaysSo() {
        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(() -> store.read(transaction -> transaction.one("SELECT 1 FROM nowhere", row -> 1)));
    }

    private FutureTask<Integer> start(Store.Work<Integer> work) {
        FutureTask<Integer> task = new FutureTask<>(() -> store.write(work));
        Thread thread = new Thread(task);
        writers.add(thread);
        thread.start();
        if (writers.size() == 1) {
            await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        }
        return task;
    }

    /** Keeps the store busy, so that what comes meanwhile becomes one group. */
    private int hold() {
        try {
            assertThat(held.await(10, SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return 0;
    }

    private void awaitWriters() {
        await().until(() -> writers.stream().allMatch(thread -> thread.getState() == Thread.State.TIMED_WAITING));
    }

    private void letTheWritersGo() {
        awaitWriters();
        held.countDown();
    }

    private static Throwable failure(FutureTask<Integer> task) {
        return catchThrowable(() -> task.get(10, SECONDS)).getCause();
    }

    private static int note(Transaction transaction, String name) throws SQLException {
        return transaction.update("INSERT INTO setting (name, value) VALUES (?, '')", name);
    }

    private List<String> noted() {
        return ledger.texts("SELECT name FROM setting");
    }
}
