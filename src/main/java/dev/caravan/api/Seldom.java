package dev.caravan.api;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Lets one thing happen in a minute, so that callers cannot fill the log. */
final class Seldom {

    private static final long PAUSE = Duration.ofMinutes(1).toNanos();

    private final Ticker ticker;
    private final AtomicLong next;

    Seldom(Ticker ticker) {
        this.ticker = ticker;
        this.next = new AtomicLong(ticker.read());
    }

    boolean isTime() {
        long now = ticker.read();
        long due = next.get();
        return now - due >= 0 && next.compareAndSet(due, now + PAUSE);
    }
}
