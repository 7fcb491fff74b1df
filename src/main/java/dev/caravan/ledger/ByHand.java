package dev.caravan.ledger;

/**
 * Who changes something, and why: kept in the history.
 *
 * @param actor the name of a key
 * @param reason in that person's words, or null
 */
public record ByHand(String actor, String reason) {}
