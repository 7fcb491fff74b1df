package dev.caravan.jms;

/** The broker cannot be reached. Trying again later may help. */
final class BrokerAwayException extends RuntimeException {

    BrokerAwayException(Throwable cause) {
        super("the broker cannot be reached: " + cause.getClass().getSimpleName(), cause);
    }
}
