package dev.caravan.provider.texter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.provider.Delivery;
import dev.caravan.provider.SimulatedMessages.Taken;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The bodies of the simulated Texter's answers and events. */
final class SimulatedShapes {

    /** Our line's number and its account id. */
    static final String LINE = "972509876543";

    /** Of Meta: the message is undeliverable. */
    private static final String UNDELIVERABLE = "131026";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<Delivery, Integer> STATUSES =
            Map.of(Delivery.SENT, 1, Delivery.DELIVERED, 2, Delivery.READ, 3, Delivery.FAILED, 4, Delivery.DELETED, 6);

    private SimulatedShapes() {}

    static JsonNode labels() {
        ArrayNode labels = JSON.createArrayNode();
        labels.addObject().put("_id", "000000000000000000000009").put("name", "Simulated");
        return labels;
    }

    static JsonNode foundNothing() {
        ObjectNode found = JSON.createObjectNode();
        found.putArray("data");
        return found.put("total", 0);
    }

    /** @param lastIncoming when the person last wrote, or null for never */
    static JsonNode found(String chat, String number, Instant lastIncoming) {
        ObjectNode found = JSON.createObjectNode();
        ObjectNode row = found.putArray("data").addObject();
        row.put("_id", chat);
        row.put("title", "Simulated contact");
        row.put("channel", "whatsapp");
        row.put("entityPhone", "+" + LINE);
        row.put("clientPhone", "+" + number);
        row.put("clientPhoneE164", "+" + number);
        row.set("channelInfo", channel(number));
        row.put("status", 3);
        if (lastIncoming != null) {
            row.put("lastIncomingMessageTimestamp", lastIncoming.toEpochMilli());
        }
        return found.put("total", 1);
    }

    /** @param type of the messages as they were sent */
    static JsonNode accepted(List<Taken> messages, String chat, String type) {
        ObjectNode answer = JSON.createObjectNode().put("success", true);
        ArrayNode rows = answer.putArray("messages");
        messages.forEach(message -> rows.add(row(message, chat, 0, message.at()).put("type", type)));
        return answer;
    }

    /** @param id of the message, or null to leave it out */
    static JsonNode acceptedTemplate(Taken message, String id) {
        ObjectNode answer = JSON.createObjectNode()
                .put("success", true)
                .put("text", message.text())
                .put("sentAsSessionMessage", false);
        return id == null ? answer : answer.put("messageId", id);
    }

    /** The messages of a chat as they stand at an instant. */
    static JsonNode messages(List<Taken> messages, String chat, Instant now) {
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode rows = answer.putArray("messages");
        messages.forEach(message -> rows.add(row(message, chat, STATUSES.get(message.delivery(now)), now)
                .put("type", message.text() == null ? "media" : "text")));
        if (!messages.isEmpty()) {
            answer.put("minTime", messages.get(0).at().toEpochMilli());
            answer.put("maxTime", messages.get(messages.size() - 1).at().toEpochMilli());
        }
        return answer;
    }

    private static ObjectNode row(Taken message, String chat, int status, Instant since) {
        ObjectNode row = JSON.createObjectNode();
        row.put("_id", message.id());
        row.set("chatChannelInfo", channel(message.number()));
        row.putObject("channelInfo").put("id", externalId(message));
        row.put("direction", "outgoing");
        row.put("parent_chat", chat);
        row.put("status", status);
        row.putArray("statusHistory").addObject().put("status", status).put("timestamp", since.toEpochMilli());
        if (message.text() != null) {
            row.put("text", message.text());
        }
        if (message.echo() != null) {
            row.put("tmpSendId", message.echo());
        }
        row.put("timestamp", message.at().toEpochMilli());
        return row.put("updatedAt", since.toString());
    }

    /** The events of messages that have come so far: a failure has two, for both subscriptions. */
    static List<JsonNode> events(String chat, Delivery delivery, List<Taken> messages) {
        boolean failed = delivery == Delivery.FAILED;
        ObjectNode changed = event("messageStatusChanged", chat, messages, failed);
        ((ObjectNode) changed.path("eventData")).put("messageStatus", STATUSES.get(delivery));
        return failed ? List.of(changed, event("messageFailed", chat, messages, true)) : List.of(changed);
    }

    private static ObjectNode event(String name, String chat, List<Taken> messages, boolean failed) {
        ObjectNode event = JSON.createObjectNode().put("eventName", name);
        ObjectNode data = event.putObject("eventData");
        data.putObject("chat").put("_id", chat);
        data.put("error", failed ? UNDELIVERABLE : null);
        data.put("timestamp", Instant.now().toEpochMilli());
        ArrayNode ids = data.putArray("externalId");
        messages.forEach(message -> ids.add(externalId(message)));
        return event;
    }

    private static String externalId(Taken message) {
        return "wamid." + message.id();
    }

    private static ObjectNode channel(String number) {
        return JSON.createObjectNode().put("name", "whatsapp").put("id", number).put("accountId", LINE);
    }
}
