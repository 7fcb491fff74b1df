package dev.caravan.delivery;

import dev.caravan.account.Pace;

/**
 * What the Throttle EIP allows: the account's rate, or for a spacing alone one send in its shortest pause.
 *
 * @param permits starts in any period, 1 or more
 * @param periodMillis 1 or more
 */
record Cap(long permits, long periodMillis) {

    static Cap of(Pace pace) {
        if (pace.rate() != null) {
            return new Cap(pace.rate().count(), Math.max(1, pace.rate().period().toMillis()));
        }
        return new Cap(1, Math.max(1, pace.shortest().toMillis()));
    }
}
