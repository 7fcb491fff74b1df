package dev.caravan.intake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.Priority;

/**
 * A send that comes alone or in a message.
 *
 * @param send its canonical JSON, not yet validated
 * @param priority when the send says none; null for that of its category, or normal
 * @param traceparent the caller's W3C trace context, or null
 * @param reply who waits for its end, or null
 */
public record Incoming(ObjectNode send, Priority priority, String traceparent, Reply reply) {

    /**
     * Who waits for the end of a send.
     *
     * @param destination where the reply goes
     * @param correlationId tells the caller which request it answers, or null
     * @param request the same when the same request comes again, which waits once all the same; null when nothing tells
     */
    public record Reply(String destination, String correlationId, String request) {}
}
