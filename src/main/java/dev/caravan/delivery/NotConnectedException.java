package dev.caravan.delivery;

import java.io.IOException;

/** A connection that was not made, or not encrypted: not one byte of a request has gone out over it. */
final class NotConnectedException extends IOException {

    private static final long serialVersionUID = 1;

    NotConnectedException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
