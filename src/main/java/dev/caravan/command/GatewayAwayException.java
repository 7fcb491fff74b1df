package dev.caravan.command;

/** The gateway does not answer now, or says that it cannot; it may later. */
final class GatewayAwayException extends CommandFailedException {

    GatewayAwayException(String message) {
        super(ExitCode.GATEWAY, message);
    }
}
