package dev.caravan.intake;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The body of a request stopped being readable on the way: it broke off, or what follows is no text or no JSON. Thrown
 * after every row that was whole before, and again by whoever asks for more. The message says how far it was read, why no
 * further and what to do, and quotes nothing of the body.
 */
public final class BrokenBodyException extends UncheckedIOException {

    private final long rows;
    private final long line;

    BrokenBodyException(long rows, long line, IOException cause) {
        super(message(rows, line, cause), cause);
        this.rows = rows;
        this.line = line;
    }

    /** How many rows were read before; 0 when none. */
    public long rows() {
        return rows;
    }

    /** The physical line where the last of them begins, from 1; 0 when there is none. */
    public long line() {
        return line;
    }

    private static String message(long rows, long line, IOException cause) {
        String reached = rows == 0
                ? "no row of the body could be read"
                : "the body could be read up to row " + rows + ", in line " + line;
        String reason = cause instanceof UnreadableInputException ? cause.getMessage() : "the connection broke off";
        return reached + ": " + reason + "; send the whole body again, what was accepted of it is recognised";
    }
}
