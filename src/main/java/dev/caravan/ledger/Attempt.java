package dev.caravan.ledger;

/**
 * A send claimed by a turn: the attempt that is now recorded as started, and the only one whose result counts.
 *
 * @param id the send's id
 * @param number of this attempt, from 1
 * @param content the canonical message as JSON
 * @param expiresAt in milliseconds
 * @param refreshed whether a refused look-up has already been repeated for it
 * @param trial whether its account was in trouble (paused, throttled or refused what nobody knows why), so that a success
 *     ends the trouble
 * @param startedAt in milliseconds
 */
public record Attempt(
        String id, int number, String content, long expiresAt, boolean refreshed, boolean trial, long startedAt) {}
