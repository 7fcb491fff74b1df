package dev.caravan.delivery;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Time that passes only when everybody waits for it: of all tasks one runs at a time, and while it does the clock stands
 * still. However slow the machine is, the same happens at the same time.
 */
final class SimulatedTime implements Clocks {

    private static final int MOST_AT_ONCE = 10_000;
    private static final Instant BEGIN = Instant.ofEpochMilli(1_800_000_000_000L);

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
    private final Semaphore handedBack = new Semaphore(0);
    private volatile long now;
    private volatile Throwable failure;
    private long number;

    private record Event(long at, long number, Runnable what) {}

    @Override
    public InstantSource wall() {
        return () -> BEGIN.plusNanos(now);
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public void sleepUntil(long nanoTime) {
        if (nanoTime > now) {
            Semaphore goOn = new Semaphore(0);
            at(nanoTime, () -> handTo(goOn));
            handedBack.release();
            goOn.acquireUninterruptibly();
        }
    }

    void sleep(long nanos) {
        sleepUntil(now + nanos);
    }

    /** To be run by this thread, which has the time while it does. */
    private synchronized void at(long nanoTime, Runnable what) {
        events.add(new Event(Math.max(now, nanoTime), number++, what));
    }

    private void handTo(Semaphore goOn) {
        goOn.release();
        handedBack.acquireUninterruptibly();
    }

    void after(long nanos, Runnable what) {
        at(now + nanos, what);
    }

    /** Threads for tasks, each of which begins after a delay in nanoseconds. */
    Executor executor(LongSupplier delay) {
        return task -> at(now + delay.getAsLong(), () -> {
            Thread thread = new Thread(() -> {
                try {
                    task.run();
                } catch (RuntimeException | Error failed) {
                    failure = failed;
                } finally {
                    handedBack.release();
                }
            });
            thread.setDaemon(true);
            thread.start();
            handedBack.acquireUninterruptibly();
        });
    }

    /** A timer of which only {@code schedule(Runnable)} may be used. */
    ScheduledThreadPoolExecutor timer(LongSupplier delay) {
        return new ScheduledThreadPoolExecutor(0) {
            @Override
            public ScheduledFuture<?> schedule(Runnable task, long wait, TimeUnit unit) {
                after(unit.toNanos(wait) + delay.getAsLong(), task);
                return null;
            }
        };
    }

    /** Lets time pass; returns early when nothing is to come. */
    void run(long nanos) {
        long end = now + nanos;
        int atOnce = 0;
        for (Event next = next(end); next != null && failure == null; next = next(end)) {
            atOnce = next.at() == now ? atOnce + 1 : 0;
            if (atOnce > MOST_AT_ONCE) {
                throw new AssertionError("time does not go on");
            }
            now = next.at();
            next.what().run();
        }
        if (failure != null) {
            throw new AssertionError("a task failed", failure);
        }
        now = end;
    }

    private synchronized Event next(long end) {
        return events.isEmpty() || events.peek().at() > end ? null : events.poll();
    }
}
