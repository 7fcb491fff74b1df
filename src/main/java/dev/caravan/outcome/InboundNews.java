package dev.caravan.outcome;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.caravan.ledger.Inbound;
import dev.caravan.ledger.Inbound.Arrival;
import dev.caravan.ledger.Transaction;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/**
 * What recipients wrote, as endpoints get it: the body as the provider posted it, with the headers {@code account},
 * {@code provider} and {@code eventId}. Logs are told that something came, never what.
 */
final class InboundNews implements News {

    private static final String ACCOUNT = "account";
    private static final String PROVIDER = "provider";
    private static final String EVENT_ID = "eventId";

    private final Inbound inbound;
    private final List<String> endpoints;
    private final ZoneId zone;

    /** @param endpoints all that are to get each; by the names under which their places are kept */
    InboundNews(Inbound inbound, List<String> endpoints, ZoneId zone) {
        this.inbound = inbound;
        this.endpoints = List.copyOf(endpoints);
        this.zone = zone;
    }

    /** One of them can have several megabytes. */
    @Override
    public int chunk() {
        return 20;
    }

    @Override
    public List<Item> after(Transaction transaction, long cursor, int limit, boolean masked) throws SQLException {
        return inbound.after(transaction, cursor, limit).stream()
                .map(arrival -> new Item(
                        arrival.id(),
                        masked ? mention(arrival) : arrival.body(),
                        Map.of(ACCOUNT, arrival.account(), PROVIDER, arrival.provider(), EVENT_ID, arrival.eventId())))
                .toList();
    }

    private String mention(Arrival arrival) {
        return JsonNodeFactory.instance
                .objectNode()
                .put(EVENT_ID, arrival.eventId())
                .put("at", IsoTime.of(arrival.receivedAt(), zone))
                .put(ACCOUNT, arrival.account())
                .put(PROVIDER, arrival.provider())
                .put("characters", arrival.body().length())
                .toString();
    }

    @Override
    public void delivered(Transaction transaction) throws SQLException {
        inbound.forget(transaction, endpoints);
    }
}
