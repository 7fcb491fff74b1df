package dev.caravan.intake;

/**
 * A row of a batch that cannot be a send.
 *
 * @param row its number in the batch, from 1
 * @param line where it begins, from 1
 * @param field at fault by its JSON name; empty when the whole row is meant
 * @param code stable and machine-readable
 * @param reason for people
 */
public record Rejection(long row, long line, String field, String code, String reason) {}
