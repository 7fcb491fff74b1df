package dev.caravan.outcome;

import dev.caravan.ledger.Outbox;
import dev.caravan.ledger.Store;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultMessage;

/** The steps of an outcome route: the next outcomes for its endpoint, and the note that it has them. */
final class OutcomeFeed {

    private static final int CHUNK = 500;

    /** Variables of the route: which endpoint, whether it is a log, whether more is waiting, and how far this goes. */
    static final String ENDPOINT = "endpoint";

    static final String MASKED = "masked";
    static final String MORE = "more";
    static final String CURSOR = "cursor";

    private final Store store;
    private final Outbox outbox;
    private final Outcomes outcomes;

    OutcomeFeed(Store store, Outbox outbox, ZoneId zone) {
        this.store = store;
        this.outbox = outbox;
        this.outcomes = new Outcomes(store, outbox, Clock.system(zone));
    }

    /** Step {@code next-outcomes}: the body becomes the outcomes the endpoint has not got yet, as JSON, a limited
     * number. */
    void next(Exchange exchange) {
        String endpoint = exchange.getVariable(ENDPOINT, String.class);
        boolean masked = exchange.getVariable(MASKED, Boolean.class);
        List<Outbox.Entry> entries =
                store.read(transaction -> outbox.after(transaction, outbox.cursor(transaction, endpoint), CHUNK));
        exchange.setVariable(MORE, entries.size() == CHUNK);
        exchange.setVariable(
                CURSOR,
                entries.isEmpty() ? null : entries.get(entries.size() - 1).id());
        exchange.getMessage()
                .setBody(entries.stream()
                        .map(outcomes::outcome)
                        .map(outcome -> message(exchange, masked ? outcome.masked() : outcome))
                        .toList());
    }

    /** Step {@code outcomes-delivered}: the endpoint has them, and gets them no more. */
    void delivered(Exchange exchange) {
        Long cursor = exchange.getVariable(CURSOR, Long.class);
        if (cursor != null) {
            String endpoint = exchange.getVariable(ENDPOINT, String.class);
            store.write(transaction -> {
                outbox.delivered(transaction, endpoint, cursor);
                return null;
            });
        }
    }

    /** The JSON of an outcome; with a trace context as a message that has it as a header too. */
    private static Object message(Exchange exchange, Outcome outcome) {
        if (outcome.traceparent() == null) {
            return Outcomes.json(outcome);
        }
        Message message = new DefaultMessage(exchange.getContext());
        message.setBody(Outcomes.json(outcome));
        message.setHeader("traceparent", outcome.traceparent());
        return message;
    }
}
