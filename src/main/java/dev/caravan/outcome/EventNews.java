package dev.caravan.outcome;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.ledger.Events;
import dev.caravan.ledger.Events.Event;
import dev.caravan.ledger.Transaction;
import dev.caravan.message.Masking;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/**
 * Events as endpoints get them: a JSON object each, {@code eventId, type, at}, the {@code account} or {@code batch} it is
 * about, and what else there is to say.
 */
final class EventNews implements News {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> TIMES = List.of("oldest", "earliest");
    private static final String REASON = "reason";

    private final Events events;
    private final ZoneId zone;

    EventNews(Events events, ZoneId zone) {
        this.events = events;
        this.zone = zone;
    }

    @Override
    public int chunk() {
        return 500;
    }

    @Override
    public List<Item> after(Transaction transaction, long cursor, int limit, boolean masked) throws SQLException {
        return events.after(transaction, cursor, limit).stream()
                .map(event -> new Item(event.id(), json(event, masked).toString(), Map.of()))
                .toList();
    }

    private ObjectNode json(Event event, boolean masked) {
        ObjectNode json = JSON.createObjectNode()
                .put("eventId", event.eventId())
                .put("type", event.type())
                .put("at", IsoTime.of(event.at(), zone));
        if (event.account() != null) {
            json.put("account", event.account());
        }
        if (event.batch() != null) {
            json.put("batch", event.batch());
        }
        json.setAll(detail(event));
        for (String time : TIMES) {
            if (json.has(time)) {
                json.put(time, IsoTime.of(json.get(time).longValue(), zone));
            }
        }
        if (masked && json.has(REASON)) {
            json.put(REASON, Masking.blot(json.get(REASON).textValue()));
        }
        return json;
    }

    private static ObjectNode detail(Event event) {
        try {
            return JSON.readValue(event.detail(), ObjectNode.class);
        } catch (JsonProcessingException damaged) {
            throw new IllegalStateException("the ledger holds an event that is not JSON", damaged);
        }
    }
}
