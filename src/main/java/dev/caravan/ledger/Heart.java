package dev.caravan.ledger;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something every second on a thread of its own, whatever comes of it; a ledger that is away is told of once. */
final class Heart implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Heart.class);
    static final long BEAT_MILLIS = 1_000;

    /** How long whoever stops waits until the others know. */
    static final Duration LAST_WORD = Duration.ofSeconds(1);

    private final String failure;
    private final Runnable beat;
    private final ScheduledExecutorService thread;
    private boolean away;

    /** @param failure what is not the case while the beat fails, as the beginning of a sentence */
    Heart(String name, String failure, Runnable beat) {
        this.failure = failure;
        this.beat = beat;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread beating = new Thread(task, name);
            beating.setDaemon(true);
            return beating;
        });
    }

    void start() {
        thread.scheduleWithFixedDelay(this::beatOrWait, 0, BEAT_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void beatOrWait() {
        try {
            beat.run();
            away = false;
        } catch (LedgerException lost) {
            if (!away) {
                LOG.warn("{} until the ledger is back: {}", failure, lost.getMessage());
            }
            away = true;
        } catch (RuntimeException | Error unexpected) {
            // A task that throws is never run again.
            LOG.error("{}; it is tried again", failure, unexpected);
        }
    }

    /** No beat is written after this. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            thread.awaitTermination(LAST_WORD.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
