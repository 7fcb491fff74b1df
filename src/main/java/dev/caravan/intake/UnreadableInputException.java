package dev.caravan.intake;

import java.io.IOException;

/**
 * A file or the body of a request of which no record can be read. The message says why and what to do, for whoever
 * dropped or sent it.
 */
public final class UnreadableInputException extends IOException {

    /**
     * @param reason goes on after the input's name ({@code it is empty}), without anything from inside it but names of
     *     columns
     */
    UnreadableInputException(String reason) {
        super(reason);
    }
}
