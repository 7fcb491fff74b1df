package dev.caravan.delivery;

import java.time.InstantSource;
import java.util.concurrent.locks.LockSupport;

/** What a lane tells the time by. */
interface Clocks {

    /** The time that starts are reserved in; people and time servers set it. */
    InstantSource wall();

    /** One that only runs, as {@link System#nanoTime}. */
    long nanoTime();

    /** Returns at that time of {@link #nanoTime}, or when the thread is interrupted. */
    void sleepUntil(long nanoTime);

    /** @param wall may be set while the lane runs */
    static Clocks of(InstantSource wall) {
        return new Clocks() {
            @Override
            public InstantSource wall() {
                return wall;
            }

            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public void sleepUntil(long nanoTime) {
                for (long wait = nanoTime - System.nanoTime();
                        wait > 0 && !Thread.currentThread().isInterrupted();
                        wait = nanoTime - System.nanoTime()) {
                    LockSupport.parkNanos(wait);
                }
            }
        };
    }
}
