package dev.caravan.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.Send;

/**
 * A send that is to be tried.
 *
 * @param written as JSON, for the record
 * @param send the same, read
 */
record PlannedSend(ObjectNode written, Send send) {

    String type() {
        return send.content().type().word();
    }
}
