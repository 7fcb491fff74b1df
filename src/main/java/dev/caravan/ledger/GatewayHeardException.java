package dev.caravan.ledger;

/** A gateway runs on a ledger on which none may run meanwhile; the message names it. */
public final class GatewayHeardException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    GatewayHeardException(String gateway) {
        super("gateway " + gateway + " runs on this ledger");
    }
}
