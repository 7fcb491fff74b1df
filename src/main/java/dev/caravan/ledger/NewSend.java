package dev.caravan.ledger;

import dev.caravan.message.Category;
import dev.caravan.message.ContentType;
import dev.caravan.message.Priority;

/**
 * A send about to be accepted.
 *
 * @param id a ULID
 * @param key unique among all sends: namespace and reference, or a row's fingerprint; null for a send that repeats
 *     nothing by definition
 * @param reference the caller's own key, or null
 * @param batch the batch it came in, or null
 * @param row its record in the batch, from 1
 * @param line the line of the file where the record begins
 * @param recipient normalised
 * @param category or null
 * @param fairRank its place in the account's queue
 * @param content the canonical message as JSON
 * @param digests of the fields that idempotency compares
 * @param dueAt when it is due, in milliseconds
 * @param expiresAt when it is no longer worth sending, in milliseconds
 * @param acceptedAt now, in milliseconds
 */
public record NewSend(
        String id,
        String key,
        String namespace,
        String reference,
        String batch,
        long row,
        long line,
        String account,
        String provider,
        String recipient,
        ContentType type,
        Category category,
        Priority priority,
        long fairRank,
        String content,
        String digests,
        long dueAt,
        long expiresAt,
        long acceptedAt) {}
