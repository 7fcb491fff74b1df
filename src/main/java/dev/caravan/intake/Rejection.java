package dev.caravan.intake;

import dev.caravan.message.InvalidSendException;

/**
 * A row of a batch that cannot be a send.
 *
 * @param row its number in the batch, from 1
 * @param line where it begins, from 1
 * @param field at fault by its JSON name; empty when the whole row is meant
 * @param code stable and machine-readable
 * @param reason for people
 */
public record Rejection(long row, long line, String field, String code, String reason) {

    static Rejection of(Row row, InvalidSendException problem) {
        return new Rejection(row.number(), row.line(), problem.field(), problem.code(), reason(problem));
    }

    /** Names the field, unless the message does or the whole record is meant. */
    static String reason(InvalidSendException problem) {
        String message = problem.getMessage();
        return message.startsWith(problem.field()) ? message : problem.field() + ": " + message;
    }
}
