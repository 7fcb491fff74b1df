/**
 * Delivery: the dispatcher starts turns, a turn claims the best due send of its lane, a verdict decides what becomes of
 * it; a turn that finds nothing to send may ask what became of earlier ones. The route {@code lane} says in which order.
 * Knows {@code provider}, {@code account}, {@code ledger} and {@code message}.
 */
package dev.caravan.delivery;
