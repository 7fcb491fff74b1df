package dev.caravan.delivery;

import dev.caravan.account.Accounts;
import dev.caravan.ledger.Arrivals;
import dev.caravan.ledger.BatchControl;
import dev.caravan.ledger.BatchControl.QueuedRow;
import dev.caravan.ledger.Lanes;
import dev.caravan.ledger.LedgerException;
import dev.caravan.ledger.Sends;
import dev.caravan.ledger.Store;
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
 * or another gateway accepted it. Also gives sends that expired in the queue or whose batch was cancelled their end, and
 * brings back those of a batch that is paused no longer.
 */
final class Dispatcher implements Arrivals, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final long POLL_MILLIS = 500;

    /** After so many small commits a sweep leaves the rest to the next poll. */
    private static final int MOST_SWEEPS = 40;

    private final Accounts accounts;
    private final Store store;
    private final Sends sends;
    private final Lanes lanes;
    private final BatchControl batches;
    private final Map<String, Lane> open = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "dispatcher");
        thread.setDaemon(true);
        return thread;
    });
    private final ExecutorService executor;
    private boolean ledgerAway;

    /** @param executor runs the turns; its threads are bounded by the lanes' concurrency */
    Dispatcher(
            Accounts accounts, Store store, Sends sends, Lanes lanes, BatchControl batches, ExecutorService executor) {
        this.accounts = accounts;
        this.store = store;
        this.sends = sends;
        this.lanes = lanes;
        this.batches = batches;
        this.executor = executor;
        timer.scheduleWithFixedDelay(this::poll, POLL_MILLIS, POLL_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void at(Set<String> names) {
        names.forEach(this::signal);
    }

    Lane open(String account, Consumer<Turn> route) {
        Lane lane = new Lane(accounts.get(account), route, store, lanes, executor, timer);
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

    private void poll() {
        try {
            long now = System.currentTimeMillis();
            if (store.read(transaction -> sends.anyExpired(transaction, now))) {
                int expired = store.write(transaction -> sends.expire(transaction, now));
                LOG.info("{} sends expired in the queue", expired);
            }
            cancelBatches(now);
            releaseBatches(now);
            for (int sweep = 0;
                    sweep < MOST_SWEEPS && store.read(transaction -> sends.anyBecameDue(transaction, now));
                    sweep++) {
                store.write(transaction -> sends.makeReady(transaction, now));
            }
            List<String> waiting = store.read(sends::accountsWithWork);
            waiting.forEach(this::signal);
            ledgerAway = false;
        } catch (LedgerException away) {
            if (!ledgerAway) {
                LOG.warn("{}; no new sends are claimed until it is back", away.getMessage());
            }
            ledgerAway = true;
        } catch (RuntimeException unexpected) {
            LOG.error("The dispatcher's poll failed; it goes on", unexpected);
        }
    }

    private void cancelBatches(long now) {
        for (String batch : store.read(batches::toCancel)) {
            List<QueuedRow> rows = store.read(transaction -> batches.queued(transaction, batch, 0));
            while (!rows.isEmpty()) {
                List<QueuedRow> some = rows;
                store.write(transaction -> {
                    batches.cancelSome(transaction, some, now);
                    return null;
                });
                long last = rows.get(rows.size() - 1).row();
                rows = store.read(transaction -> batches.queued(transaction, batch, last));
            }
        }
    }

    private void releaseBatches(long now) {
        Optional<String> batch = store.read(batches::toRelease);
        for (int sweep = 0; sweep < MOST_SWEEPS && batch.isPresent(); sweep++) {
            String released = batch.get();
            if (store.write(transaction -> batches.release(transaction, released, now)) == 0) {
                batch = store.read(batches::toRelease);
            }
        }
    }

    /** Stops the timers; the lanes have been closed by their routes before. */
    @Override
    public void close() {
        timer.shutdownNow();
        executor.shutdown();
    }
}
