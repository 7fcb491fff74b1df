package dev.caravan.delivery;

import dev.caravan.account.Accounts;
import dev.caravan.delivery.UnderWay.Broken;
import dev.caravan.ledger.Arrivals;
import dev.caravan.ledger.Attempt;
import dev.caravan.ledger.BatchControl;
import dev.caravan.ledger.BatchControl.QueuedRow;
import dev.caravan.ledger.Checks;
import dev.caravan.ledger.LedgerException;
import dev.caravan.ledger.RecipientPace;
import dev.caravan.ledger.SendQueue;
import dev.caravan.ledger.Settlements;
import dev.caravan.ledger.Slots;
import dev.caravan.ledger.StandIns.Stranded;
import dev.caravan.ledger.StandIns.Waiting;
import dev.caravan.ledger.Store;
import dev.caravan.ledger.Transaction;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes the lanes that have something to send: at once when this gateway accepted it, within a second when its time came
 * or another gateway accepted it, and those that have something to ask. Also gives sends that expired in the queue or whose batch was cancelled their end, sets
 * those of a paused batch aside, and brings them back. All that is done in small commits and on threads of its own, so
 * that no lane waits for it.
 */
final class Dispatcher implements Arrivals, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final long POLL_MILLIS = 500;

    /** After so many small commits the rest is left to the next time. */
    private static final int MOST_STEPS = 40;

    private static final int STEP = 100;
    private static final long BETWEEN_LONG_PASSAGES = TimeUnit.SECONDS.toMillis(10);

    private final Accounts accounts;
    private final Store store;
    private final SendQueue queue;
    private final Settlements settlements;
    private final Slots slots;
    private final BatchControl batches;
    private final Checks checks;
    private final Failover failover;
    private final RetrySchedule schedule;
    private final TrackedSends trackedSends;
    private final UnderWay underWay;
    private final Map<String, Lane> open = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = thread("lane-timer");
    private final ScheduledExecutorService polls = thread("dispatcher");
    private final ScheduledExecutorService sweeps = thread("batch-sweeper");
    private final ExecutorService executor;
    private final Task poll = new Task("poll", this::poll);
    private final Task sweep = new Task("sweep", this::sweep);

    /** The paused batches of which everything that was due has been set aside. */
    private final Set<String> setAside = new HashSet<>();

    /** How far the rows of batches have been gone through that are being cancelled or set aside. */
    private final Map<String, Long> reached = new HashMap<>();

    /** How far the queues have got with a batch that is being released, by account. */
    private final Map<String, Map<String, Long>> released = new HashMap<>();

    /** How far the queues of accounts that are stopped have been gone through. */
    private final Map<String, Passage> passages = new HashMap<>();

    /** @param executor runs the turns; its threads are bounded by the lanes' concurrency */
    Dispatcher(
            Accounts accounts,
            Store store,
            SendQueue queue,
            Settlements settlements,
            Slots slots,
            BatchControl batches,
            Checks checks,
            Failover failover,
            RetrySchedule schedule,
            TrackedSends trackedSends,
            UnderWay underWay,
            ExecutorService executor) {
        this.accounts = accounts;
        this.store = store;
        this.queue = queue;
        this.settlements = settlements;
        this.slots = slots;
        this.batches = batches;
        this.checks = checks;
        this.failover = failover;
        this.schedule = schedule;
        this.trackedSends = trackedSends;
        this.underWay = underWay;
        this.executor = executor;
        polls.scheduleWithFixedDelay(poll, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
        sweeps.scheduleWithFixedDelay(sweep, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
        store.listen(this);
    }

    private static ScheduledExecutorService thread(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }

    @Override
    public void at(Set<String> names) {
        names.forEach(this::signal);
    }

    Lane open(String account, Consumer<Turn> route) {
        Lane lane = new Lane(
                accounts.get(account), route, store, slots, executor, timer, Clocks.of(InstantSource.system()));
        open.put(account, lane);
        lane.open();
        lane.signal();
        return lane;
    }

    void close(Lane lane) {
        open.remove(lane.account(), lane);
        lane.close();
    }

    private void signal(String account) {
        Lane lane = open.get(account);
        if (lane != null) {
            lane.signal();
        }
    }

    @Override
    public void resumed(String account) {
        Lane lane = open.get(account);
        if (lane != null) {
            lane.resumed();
        }
    }

    private void poll() {
        long now = System.currentTimeMillis();
        for (int step = 0;
                step < MOST_STEPS && store.read(transaction -> queue.anyBecameDue(transaction, now));
                step++) {
            store.write(transaction -> queue.makeReady(transaction, now));
        }
        List<String> waiting = store.read(queue::accountsWithWork);
        waiting.forEach(this::signal);
        List<String> asking = store.read(transaction -> checks.accountsDue(transaction, now));
        asking.forEach(this::signal);
    }

    /** Again at once while a large batch is in the way of claims, and everything else has its turn in between. */
    private void sweep() {
        do {
            sweepOnce(System.currentTimeMillis());
        } while (!reached.isEmpty() && !sweeps.isShutdown());
    }

    private void sweepOnce(long now) {
        settleBroken(now);
        expire(now);
        List<String> cancelled = store.read(batches::toCancel);
        List<String> paused = store.read(batches::paused);
        reached.keySet().removeIf(batch -> !cancelled.contains(batch) && !paused.contains(batch));
        cancelled.forEach(batch -> cancel(batch, now));
        setAside.retainAll(paused);
        for (String batch : paused) {
            if (!setAside.contains(batch) && setAside(batch)) {
                setAside.add(batch);
            }
        }
        release(now);
        failOver(now);
        for (int step = 0;
                step < MOST_STEPS && store.read(transaction -> RecipientPace.anyOver(transaction, now));
                step++) {
            store.write(transaction -> RecipientPace.forget(transaction, now));
        }
    }

    /**
     * What a turn that broke off had claimed goes back to its queue if it cannot have been sent; else nobody knows, and its
     * account says what then. One sent again waits as after any failure, for the next turn may break off like this one.
     */
    private void settleBroken(long now) {
        for (Broken broken : underWay.broken()) {
            Attempt attempt = broken.attempt();
            Long againAt = broken.account().retryUnknown()
                    ? now + schedule.backoff(attempt.number()).toMillis()
                    : null;
            boolean wasUnderWay = store.write(transaction -> broken.isCallPossible()
                    ? interrupt(transaction, broken, againAt, now)
                    : queue.giveBack(transaction, attempt));
            underWay.settled(List.of(attempt));
            if (wasUnderWay) {
                LOG.warn("The turn of send {} broke off {}", attempt.id(), fate(broken));
            }
        }
    }

    private boolean interrupt(Transaction transaction, Broken broken, Long againAt, long now) throws SQLException {
        boolean interrupted = settlements.interrupt(transaction, broken.attempt(), againAt, now);
        if (interrupted && againAt == null) {
            trackedSends.adopt(transaction, List.of(broken.account()), now);
        }
        return interrupted;
    }

    private static String fate(Broken broken) {
        if (!broken.isCallPossible()) {
            return "before its call; it is back in its queue";
        }
        return broken.account().retryUnknown()
                ? "before its result was known; it is sent again, as its account's on-unknown says"
                : "before its result was known; it is held as unknown";
    }

    private void expire(long now) {
        int expired = 0;
        for (int step = 0;
                step < MOST_STEPS && store.read(transaction -> settlements.anyExpired(transaction, now));
                step++) {
            expired += store.write(transaction -> settlements.expire(transaction, now));
        }
        if (expired > 0) {
            LOG.info("{} sends expired in the queue", expired);
        }
    }

    private void cancel(String batch, long now) {
        someSteps(
                batch,
                rows -> store.write(transaction -> {
                    batches.cancelSome(transaction, rows, now);
                    return null;
                }));
    }

    /** @return whether all of it has been */
    private boolean setAside(String batch) {
        return someSteps(
                batch,
                rows -> store.write(transaction -> {
                    batches.setAside(transaction, batch, rows);
                    return null;
                }));
    }

    /**
     * Goes on through the queued rows of a batch, so far that nothing else waits long for it.
     *
     * @return whether its end has been reached; the next time begins at its beginning then
     */
    private boolean someSteps(String batch, Consumer<List<QueuedRow>> work) {
        for (int step = 0; step < MOST_STEPS && !sweeps.isShutdown(); step++) {
            long after = reached.getOrDefault(batch, 0L);
            List<QueuedRow> rows = store.read(transaction -> batches.queued(transaction, batch, after));
            if (rows.isEmpty()) {
                reached.remove(batch);
                return true;
            }
            work.accept(rows);
            reached.put(batch, rows.get(rows.size() - 1).row());
        }
        return false;
    }

    private void release(long now) {
        Optional<String> batch = store.read(batches::toRelease);
        released.keySet().removeIf(begun -> !batch.equals(Optional.of(begun)));
        for (int step = 0; step < MOST_STEPS && batch.isPresent(); step++) {
            Map<String, Long> before = released.getOrDefault(batch.get(), Map.of());
            Map<String, Long> ranks = store.write(transaction -> {
                Map<String, Long> reached = new HashMap<>(before);
                return batches.release(transaction, batch.get(), reached, now) == 0 ? null : reached;
            });
            if (ranks == null) {
                return;
            }
            released.put(batch.get(), ranks);
        }
    }

    /** Offers what accounts that are stopped cannot send to others, a limited number each time. */
    private void failOver(long now) {
        List<String> stopped = store.read(transaction -> failover.stopped(transaction, now));
        passages.keySet().retainAll(stopped);
        for (String account : stopped) {
            for (int step = 0; step < MOST_STEPS && passage(account).restsUntil() <= now; step++) {
                failOver(account, passage(account), now);
            }
        }
    }

    private Passage passage(String account) {
        return passages.getOrDefault(account, Passage.BEGINNING);
    }

    private void failOver(String account, Passage passage, long now) {
        List<Waiting> front = store.read(
                transaction -> failover.waiting(transaction, account, Optional.ofNullable(passage.after()), STEP));
        if (front.isEmpty()) {
            passages.put(account, Passage.again(now + 1));
            return;
        }
        Stranded stranded =
                store.read(transaction -> failover.stranded(transaction, account, front, passage.staying(), now));
        if (!stranded.sends().isEmpty()) {
            store.write(transaction -> {
                failover.moveStranded(transaction, account, stranded, now);
                return null;
            });
        }
        boolean atEnd = front.size() < STEP;
        boolean allAtOnce = passage.after() == null;
        passages.put(
                account,
                atEnd
                        ? Passage.again(allAtOnce ? now + 1 : now + BETWEEN_LONG_PASSAGES)
                        : new Passage(
                                front.get(STEP - 1),
                                passage.staying()
                                        + front.size()
                                        - stranded.sends().size(),
                                0));
    }

    /**
     * A way through a queue.
     *
     * @param after goes on after this send; null for the first one
     * @param staying sends passed so far that can wait for their turn
     * @param restsUntil begins again then, in milliseconds
     */
    private record Passage(Waiting after, long staying, long restsUntil) {
        private static final Passage BEGINNING = again(0);

        private static Passage again(long restsUntil) {
            return new Passage(null, 0, restsUntil);
        }
    }

    /** Something done again and again, whatever happens to it; a ledger that is away is told of once. */
    private static final class Task implements Runnable {

        private final String name;
        private final Runnable work;
        private boolean ledgerAway;

        private Task(String name, Runnable work) {
            this.name = name;
            this.work = work;
        }

        @Override
        public void run() {
            try {
                work.run();
                ledgerAway = false;
            } catch (LedgerException away) {
                if (!ledgerAway) {
                    LOG.warn("{}; the dispatcher's {} waits until it is back", away.getMessage(), name);
                }
                ledgerAway = true;
            } catch (RuntimeException | Error unexpected) {
                // A task that throws is never run again.
                LOG.error("The dispatcher's {} failed; it goes on", name, unexpected);
            }
        }
    }

    /** Stops the timers; the lanes have been closed by their routes before. */
    @Override
    public void close() {
        polls.shutdownNow();
        sweeps.shutdownNow();
        timer.shutdownNow();
        executor.shutdown();
    }
}
