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
 * @param row its record in the batch, from 1; null for a send that came alone
 * @param line the line where the record begins; null for a send that came alone
 * @param recipient normalised
 * @param category or null
 * @param fairRank its place in the account's queue
 * @param content the canonical message as JSON
 * @param digests of the fields that idempotency compares
 * @param dueAt when it is due, in milliseconds
 * @param expiresAt when it is no longer worth sending, in milliseconds
 * @param acceptedAt now, in milliseconds
 * @param aside whether its batch is paused, so that it does not take its place in the queue yet
 * @param barred accounts that are never to take it over, with a space between their names, or null
 * @param traceparent the caller's W3C trace context, or null
 */
public record NewSend(
        String id,
        String key,
        String namespace,
        String reference,
        String batch,
        Long row,
        Long line,
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
        long acceptedAt,
        boolean aside,
        String barred,
        String traceparent) {
    /** The key of a send that has a reference. */
    public static String key(String namespace, String reference) {
        return "r " + namespace + ' ' + reference;
    }
}
