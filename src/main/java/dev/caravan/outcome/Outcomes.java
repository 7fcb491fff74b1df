package dev.caravan.outcome;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.ledger.Outbox;
import dev.caravan.ledger.Store;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Optional;

/** Outcomes out of the ledger, as JSON of the documented fields. */
public final class Outcomes {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Store store;
    private final Outbox outbox;
    private final Clock clock;

    /** @param clock tells when a send was rejected; its zone is that of the times in outcomes */
    Outcomes(Store store, Outbox outbox, Clock clock) {
        this.store = store;
        this.outbox = outbox;
        this.clock = clock;
    }

    /** That of a send at one point of its history; empty when there is no such send. */
    public Optional<String> of(String send, int sequence) {
        return store.read(transaction -> outbox.of(transaction, send, sequence))
                .map(this::outcome)
                .map(Outcomes::json);
    }

    /** The latest of a send; empty when there is no such send. */
    public Optional<String> latest(String send) {
        return store.read(transaction -> outbox.sequence(transaction, send)).flatMap(sequence -> of(send, sequence));
    }

    /** The acceptance of a send, which no outcome endpoint is told; empty when there is no such send. */
    public Optional<String> accepted(String send) {
        return of(send, 0);
    }

    /**
     * That of something that came alone and is no send.
     *
     * @param eventId tells its repetitions
     * @param earlier the send that has its reference, or null
     * @param given what was read of it, or null
     */
    public String rejected(
            String eventId, String earlier, String namespace, JsonNode given, String code, String reason) {
        JsonNode read = given == null ? JSON.missingNode() : given;
        return json(new Outcome(
                eventId,
                1,
                earlier,
                namespace,
                text(read, "reference"),
                null,
                null,
                text(read, "account"),
                null,
                text(read, "to"),
                text(read, "type"),
                text(read, "category"),
                "rejected",
                null,
                0,
                new Outcome.Error("permanent", code, reason),
                null,
                IsoTime.of(clock.millis(), clock.getZone()),
                null));
    }

    Outcome outcome(Outbox.Entry entry) {
        ZoneId zone = clock.getZone();
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
                IsoTime.of(entry.at(), zone),
                entry.traceparent());
    }

    static String json(Outcome outcome) {
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
