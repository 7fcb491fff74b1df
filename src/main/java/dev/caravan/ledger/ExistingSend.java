package dev.caravan.ledger;

/**
 * A send that holds the key of another one.
 *
 * @param id its id
 * @param digests of the fields that idempotency compares
 * @param acceptedAt in milliseconds
 * @param state where it stands
 */
public record ExistingSend(String id, String digests, long acceptedAt, State state) {}
