package dev.caravan.ledger;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What has been read within the last second, for the many gauges of one scrape. The second begins when the reading ends: a
 * ledger that is away is asked once in a scrape however long it takes to say so.
 */
public final class Recent<T> {

    private static final long FRESH = Duration.ofSeconds(1).toNanos();

    private final Supplier<T> reading;
    private final LongSupplier nanoTime;
    private T latest;
    private long readAt;

    public Recent(Supplier<T> reading) {
        this(reading, System::nanoTime);
    }

    Recent(Supplier<T> reading, LongSupplier nanoTime) {
        this.reading = reading;
        this.nanoTime = nanoTime;
    }

    public synchronized T get() {
        if (latest == null || nanoTime.getAsLong() - readAt >= FRESH) {
            latest = reading.get();
            readAt = nanoTime.getAsLong();
        }
        return latest;
    }
}
