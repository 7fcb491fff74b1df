package dev.caravan.intake;

import java.io.IOException;

/** A file of which no record can be read. The message says why and what to do, for the person who dropped it. */
final class UnreadableFileException extends IOException {

    /**
     * @param reason goes on after the file's name ({@code it is empty}), without anything from inside the file but names
     *     of columns
     */
    UnreadableFileException(String reason) {
        super(reason);
    }
}
