package dev.caravan.ledger;

import java.util.Set;

/** Told which accounts have new sends, once these are committed. */
@FunctionalInterface
public interface Arrivals {

    void at(Set<String> accounts);
}
