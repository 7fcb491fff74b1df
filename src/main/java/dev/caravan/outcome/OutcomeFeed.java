package dev.caravan.outcome;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.ledger.Outbox;
import dev.caravan.ledger.Store;
import java.time.ZoneId;
import java.util.List;
import org.apache.camel.Exchange;

/** The steps of an outcome route: the next outcomes for its endpoint, and the note that it has them. */
final class OutcomeFeed {

    private static final int CHUNK = 500;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Variables of the route: which endpoint, whether it is a log, whether more is waiting, and how far this goes. */
    static final String ENDPOINT = "endpoint";

    static final String MASKED = "masked";
    static final String MORE = "more";
    static final String CURSOR = "cursor";

    private final Store store;
    private final Outbox outbox;
    private final ZoneId zone;

    OutcomeFeed(Store store, Outbox outbox, ZoneId zone) {
        this.store = store;
        this.outbox = outbox;
        this.zone = zone;
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
                        .map(this::outcome)
                        .map(outcome -> json(masked ? outcome.masked() : outcome))
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

    private Outcome outcome(Outbox.Entry entry) {
        JsonNode detail = detail(entry);
        boolean isSend = entry.send() != null;
        return new Outcome(
                isSend ? entry.send() + '-' + entry.sequence() : entry.batch() + '-' + entry.row(),
                entry.sequence(),
                isSend ? entry.send() : entry.repeats(),
                isSend ? entry.namespace() : text(detail, "namespace"),
                isSend ? entry.reference() : text(detail, "reference"),
                entry.batch(),
                entry.batch() == null ? null : entry.row(),
                isSend ? entry.account() : text(detail, "account"),
                isSend ? entry.provider() : text(detail, "provider"),
                isSend ? entry.recipient() : text(detail, "to"),
                isSend ? entry.type() : text(detail, "type"),
                isSend ? entry.category() : text(detail, "category"),
                entry.status(),
                entry.providerMessageId(),
                entry.attempts(),
                entry.errorClass() == null
                        ? null
                        : new Outcome.Error(entry.errorClass(), entry.errorCode(), entry.errorMessage()),
                isSend ? IsoTime.of(entry.acceptedAt(), zone) : null,
                IsoTime.of(entry.at(), zone));
    }

    private static String json(Outcome outcome) {
        try {
            return JSON.writeValueAsString(outcome);
        } catch (JsonProcessingException unwritable) {
            throw new IllegalStateException("an outcome is made of texts and numbers", unwritable);
        }
    }

    private static JsonNode detail(Outbox.Entry entry) {
        try {
            return entry.detail() == null ? JSON.missingNode() : JSON.readTree(entry.detail());
        } catch (JsonProcessingException damaged) {
            throw new IllegalStateException("the ledger holds a detail that is not JSON", damaged);
        }
    }

    private static String text(JsonNode detail, String field) {
        return detail.path(field).textValue();
    }
}
