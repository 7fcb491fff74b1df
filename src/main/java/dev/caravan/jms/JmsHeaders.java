package dev.caravan.jms;

import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * No property of a message becomes a header, in whatever case it is written, so that nobody outside steers a route; what a
 * step needs it reads from the message. Of headers only the trace context leaves with an outcome.
 */
final class JmsHeaders implements HeaderFilterStrategy {

    static final String TRACEPARENT = "traceparent";

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return true;
    }

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return !name.equals(TRACEPARENT);
    }
}
