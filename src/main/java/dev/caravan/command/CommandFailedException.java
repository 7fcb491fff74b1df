package dev.caravan.command;

/** A command that cannot go on. The message is for the terminal, without any credential; null when all has been said. */
class CommandFailedException extends RuntimeException {

    private final int exitCode;

    CommandFailedException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
