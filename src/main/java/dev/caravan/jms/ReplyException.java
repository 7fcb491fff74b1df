package dev.caravan.jms;

/** A reply that its destination does not take. */
final class ReplyException extends RuntimeException {

    ReplyException(String message, Throwable cause) {
        super(message, cause);
    }
}
