package dev.caravan.delivery;

import dev.caravan.account.Pace;
import java.util.concurrent.TimeUnit;

/**
 * What the Throttle EIP allows: the account's rate, or for a spacing alone one send in its shortest pause. A rate of many
 * sends in a long period is put as one of fewer in a shorter period, because Camel keeps an object for each of them.
 *
 * @param permits starts in any period, 1 or more
 * @param periodMillis 1 or more
 */
record Cap(long permits, long periodMillis) {

    private static final long PERMITS = 100;

    /** In a period much shorter than this a start that comes a little late would be in the way of the next. */
    private static final long SHORTEST_NANOS = TimeUnit.SECONDS.toNanos(1);

    static Cap of(Pace pace) {
        if (pace.rate() != null) {
            long gap = pace.rate().interval().toNanos();
            long permits = Math.min(pace.rate().count(), Math.max(PERMITS, SHORTEST_NANOS / gap));
            return new Cap(permits, Math.max(1, TimeUnit.NANOSECONDS.toMillis(permits * gap)));
        }
        return new Cap(1, Math.max(1, pace.shortest().toMillis()));
    }
}
