package dev.caravan.ledger;

import java.util.Set;

/** Told what lanes wait for, once it is committed: see {@link Store#listen}. */
@FunctionalInterface
public interface Arrivals {

    /** These accounts have new sends that may be claimed. */
    void at(Set<String> accounts);

    /** An account that was paused or throttled may send again. */
    default void resumed(String account) {
        at(Set.of(account));
    }
}
