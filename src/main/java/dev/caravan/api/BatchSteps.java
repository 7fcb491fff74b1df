package dev.caravan.api;

import static org.springframework.http.MediaType.APPLICATION_JSON;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.intake.Admission;
import dev.caravan.intake.BodyRows;
import dev.caravan.intake.BrokenBodyException;
import dev.caravan.intake.MediaKind;
import dev.caravan.intake.Origin;
import dev.caravan.intake.Origins;
import dev.caravan.intake.Rehearsal;
import dev.caravan.intake.RequestBatches;
import dev.caravan.intake.Row;
import dev.caravan.intake.Rows;
import dev.caravan.intake.UnreadableInputException;
import dev.caravan.ledger.LedgerException;
import dev.caravan.message.Traceparent;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;

/** The steps of the operation that accepts a batch, or says what would become of it. */
final class BatchSteps {

    private static final Logger LOG = LoggerFactory.getLogger(BatchSteps.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_REJECTIONS = 1_000;
    private static final String TRACEPARENT = "traceparent";
    private static final String DRY_RUN = "dryRun";
    private static final String PATH = "/api/v1/batches/";
    private static final MediaType LINES = MediaType.parseMediaType("application/x-ndjson");
    private static final MediaType CSV = MediaType.parseMediaType("text/csv");
    private static final Map<MediaType, MediaKind> KINDS =
            Map.of(APPLICATION_JSON, MediaKind.JSON, LINES, MediaKind.LINES, CSV, MediaKind.CSV);

    private final Origins origins;
    private final RequestBatches batches;
    private final Admission admission;
    private final Rehearsal rehearsal;

    BatchSteps(Origins origins, RequestBatches batches, Admission admission, Rehearsal rehearsal) {
        this.rehearsal = rehearsal;
        this.origins = origins;
        this.batches = batches;
        this.admission = admission;
    }

    /** Step {@code batch-request}: what the parameters of the query ask for. */
    void receive(Exchange exchange) {
        String dryRun = ApiRequest.of(exchange).query(DRY_RUN).getOrDefault(DRY_RUN, "false");
        if (!List.of("true", "false").contains(dryRun)) {
            throw new ProblemException(400, "invalid-parameter", "dryRun is true or false.", DRY_RUN);
        }
        exchange.setVariable(DRY_RUN, Boolean.valueOf(dryRun));
    }

    /** Step {@code rehearse-rows}: the rows are read to their end, what would become of them answered, nothing stored. */
    void rehearse(Exchange exchange) throws IOException {
        ApiRequest request = ApiRequest.of(exchange);
        String key = IdempotencyKey.of(request, IdempotencyKey.LONGEST_OF_BATCH);
        try (Rows rows = rows(request)) {
            ApiAnswer.json(200, JSON.valueToTree(rehearsal.rehearse(origin(request), key, rows, MOST_REJECTIONS)))
                    .to(exchange);
        } catch (BrokenBodyException broken) {
            throw broken(broken);
        }
    }

    private Origin origin(ApiRequest request) {
        Caller caller = request.caller();
        return origins.ofKey(caller.name(), caller.namespace(), caller.accounts());
    }

    private static ProblemException broken(BrokenBodyException broken) {
        return new ProblemException(400, "broken-body", broken.getMessage());
    }

    /** Step {@code open-rows}: the body becomes the rows of a new batch, in chunks. */
    void open(Exchange exchange) throws IOException {
        ApiRequest request = ApiRequest.of(exchange);
        String key = IdempotencyKey.of(request, IdempotencyKey.LONGEST_OF_BATCH);
        Rows rows = rows(request);
        BodyReading reading = new BodyReading(
                batches.open(
                        origin(request),
                        request.caller().name(),
                        key,
                        Traceparent.of(request.header(TRACEPARENT)),
                        rows),
                rows);
        exchange.getExchangeExtension().addOnCompletion(new Closing(reading, rows));
        reading.in(exchange);
        exchange.getMessage().setBody(reading);
    }

    private static Rows rows(ApiRequest request) throws IOException {
        MediaType type = request.contentType(CSV, LINES, APPLICATION_JSON);
        MediaKind kind = KINDS.get(new MediaType(type.getType(), type.getSubtype()));
        Charset charset = request.charset(type);
        try {
            return BodyRows.open(request.body(), kind, charset);
        } catch (UnreadableInputException unreadable) {
            throw new ProblemException(
                    400, "unreadable-body", "Nothing of the body can be read: " + unreadable.getMessage());
        } catch (BrokenBodyException broken) {
            throw broken(broken);
        }
    }

    /** Step {@code admit-rows}: one chunk of rows into the ledger. */
    void admit(Exchange exchange) {
        BodyReading reading = BodyReading.of(exchange);
        @SuppressWarnings("unchecked")
        List<Row> rows = exchange.getMessage().getBody(List.class);
        if (!rows.isEmpty() && !admission.admit(reading.batch(), rows)) {
            reading.stopFull();
        }
    }

    /** Step {@code finish-rows}: no more will come; what has become of them is answered. */
    void finish(Exchange exchange) {
        BodyReading reading = BodyReading.of(exchange);
        String batch = reading.batch().batch();
        reading.batch().settle();
        close(reading);
        if (reading.interruption() != null) {
            throw reading.interruption();
        }
        ObjectNode receipt = JsonNodeFactory.instance.objectNode().put("id", batch);
        ApiAnswer.json(202, receipt.setAll(reading.counts()))
                .with("Location", PATH + batch)
                .to(exchange);
    }

    private void close(BodyReading reading) {
        if (reading.close()) {
            batches.finish(reading.batch().batch());
        }
    }

    /** Lets go of a body when its exchange is over, however it ended. */
    private final class Closing extends SynchronizationAdapter {
        private final BodyReading reading;
        private final Rows rows;

        private Closing(BodyReading reading, Rows rows) {
            this.reading = reading;
            this.rows = rows;
        }

        @Override
        public void onDone(Exchange exchange) {
            rows.close();
            try {
                close(reading);
            } catch (LedgerException away) {
                LOG.warn(
                        "Batch {} stays open until the ledger is back: {}",
                        reading.batch().batch(),
                        away.getMessage());
            }
        }
    }
}
