package dev.caravan.ledger;

/**
 * A send that holds the key of another one.
 *
 * @param id its id
 * @param batch the batch it came in, or null
 * @param row its record in that batch
 * @param digests of the fields that idempotency compares
 * @param acceptedAt in milliseconds
 */
public record ExistingSend(String id, String batch, long row, String digests, long acceptedAt) {}
