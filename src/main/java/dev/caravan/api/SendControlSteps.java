package dev.caravan.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.ledger.ByHand;
import dev.caravan.ledger.Reach;
import dev.caravan.ledger.Refusal;
import dev.caravan.ledger.SendControl;
import dev.caravan.ledger.SendFilter;
import dev.caravan.ledger.SendQueries;
import dev.caravan.ledger.SendQueries.DeadLetters;
import dev.caravan.ledger.SendRecord;
import dev.caravan.ledger.State;
import dev.caravan.ledger.Store;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;

/** The steps of the operations by which people look through sends and change them by hand. */
final class SendControlSteps {

    static final int LONGEST_REASON = 1_000;
    private static final int LONGEST_NAME = 200;
    private static final List<String> RETRIED = List.of("failed", "expired", "unknown");

    private final Store store;
    private final SendQueries queries;
    private final SendControl control;
    private final Views views;

    SendControlSteps(Store store, SendQueries queries, SendControl control, Views views) {
        this.store = store;
        this.queries = queries;
        this.control = control;
        this.views = views;
    }

    /** Step {@code list-sends}: a page of the sends that the query asks for. */
    void list(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        Map<String, String> query =
                request.query("reference", "status", "account", "batch", "error", "limit", "cursor");
        Caller caller = request.caller();
        SendFilter filter = new SendFilter(
                caller.namespace(),
                query.get("reference"),
                states(query.get("status")),
                query.get("account"),
                query.get("batch"),
                query.get("error"),
                null);
        ApiAnswer.json(200, page(filter, caller, query.get("cursor"), Paging.limit(query)))
                .to(exchange);
    }

    /** Step {@code list-dead-letters}: how many sends ended badly, by error and account. */
    void deadLetters(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        Map<String, String> query = request.query("account", "batch");
        List<DeadLetters> kinds = store.read(transaction -> queries.deadLetters(
                transaction,
                query.get("account"),
                query.get("batch"),
                request.caller().reach()));
        ApiAnswer.json(200, views.deadLetters(kinds)).to(exchange);
    }

    private static Set<State> states(String status) {
        if (status == null) {
            return Set.of();
        }
        return Arrays.stream(State.values())
                .filter(state -> state.word().equals(status))
                .findFirst()
                .map(Set::of)
                .orElseThrow(() -> new ProblemException(
                        400, "invalid-parameter", "status: write a state of a send, as queued or failed.", "status"));
    }

    /** A page of sends as the contract has it. */
    ObjectNode page(SendFilter filter, Caller caller, String cursor, int limit) {
        try {
            return views.page(
                    store.read(transaction -> queries.page(transaction, filter, caller.reach(), cursor, limit)));
        } catch (IllegalArgumentException invalid) {
            throw Paging.invalidCursor();
        }
    }

    /** Step {@code cancel-send}. */
    void cancel(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        JsonFields body = new JsonFields(JsonBody.objectIfAny(request), "reason");
        SendRecord send = find(request);
        ByHand by = new ByHand(request.caller().name(), body.text("reason", LONGEST_REASON));
        answer(exchange, send, control.cancel(send.id(), by, System.currentTimeMillis()));
    }

    /** Step {@code retry-send}. */
    void retry(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        JsonFields body = new JsonFields(JsonBody.objectIfAny(request), "includeUnknown", "reason");
        SendRecord send = find(request);
        ByHand by = new ByHand(request.caller().name(), body.text("reason", LONGEST_REASON));
        answer(exchange, send, control.retry(send.id(), body.flag("includeUnknown"), by, System.currentTimeMillis()));
    }

    /** Step {@code resolve-send}. */
    void resolve(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        JsonFields body = new JsonFields(JsonBody.object(request), "status", "providerMessageId", "reason");
        body.required("status", LONGEST_NAME);
        State state = State.of(body.word("status", List.of("sent", "failed")));
        String messageId = body.text("providerMessageId", LONGEST_NAME);
        if (messageId != null && state == State.FAILED) {
            throw new ProblemException(
                    422, "unexpected-field", "A send that failed has no id at its provider.", "providerMessageId");
        }
        ByHand by = new ByHand(request.caller().name(), body.required("reason", LONGEST_REASON));
        SendRecord send = find(request);
        answer(exchange, send, control.resolve(send.id(), state, messageId, by, System.currentTimeMillis()));
    }

    /** Step {@code retry-sends}: all that a filter finds. */
    void retryAll(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        JsonFields body = new JsonFields(
                JsonBody.object(request), "status", "error", "account", "batch", "run", "includeUnknown", "reason");
        String status = body.word("status", RETRIED);
        SendFilter filter = new SendFilter(
                null,
                null,
                status == null ? Set.of() : Set.of(State.of(status)),
                body.text("account", LONGEST_NAME),
                body.text("batch", LONGEST_NAME),
                body.text("error", LONGEST_NAME),
                null,
                body.text("run", LONGEST_NAME));
        if (filter.equals(SendFilter.ALL)) {
            throw new ProblemException(
                    422, "missing-field", "Name at least one of status, error, account, batch and run.", "status");
        }
        boolean includeUnknown = body.flag("includeUnknown");
        if ("unknown".equals(status) && !includeUnknown) {
            throw new ProblemException(
                    422,
                    "missing-field",
                    "What is unknown may have been sent; to send it again all the same, set includeUnknown.",
                    "includeUnknown");
        }
        ByHand by = new ByHand(request.caller().name(), body.text("reason", LONGEST_REASON));
        Reach reach = request.caller().reach();
        long unknown = control.unknown(filter, reach);
        long count = control.retryAll(filter, reach, includeUnknown, by, System.currentTimeMillis());
        ObjectNode view = JsonNodeFactory.instance.objectNode();
        ApiAnswer.json(200, view.put("count", count).put("unknown", unknown)).to(exchange);
    }

    private SendRecord find(ApiRequest request) {
        return store.read(transaction -> queries.find(
                        transaction, request.path().get("id"), request.caller().reach()))
                .orElseThrow(() -> new ProblemException(404, "not-found", "There is no such send."));
    }

    private void answer(Exchange exchange, SendRecord before, Optional<Refusal> refusal) {
        ObjectNode view = store.read(transaction -> {
            SendRecord send = queries.find(transaction, before.id(), Reach.ALL).orElseThrow();
            if (refusal.isPresent()) {
                throw refused(refusal.get(), send);
            }
            return views.of(send, queries.history(transaction, send.id()));
        });
        ApiAnswer.json(200, view).to(exchange);
    }

    private static ProblemException refused(Refusal refusal, SendRecord send) {
        String detail =
                switch (refusal) {
                    case WRONG_STATE -> "This send is " + send.state().word() + ", which does not allow it.";
                    case MAY_HAVE_BEEN_SENT ->
                        "This send may have reached its recipient; to send it again all the same, set includeUnknown.";
                    case ERASED -> "What this send says is no longer kept, so it cannot be sent again.";
                    case BATCH_CANCELLED -> "The batch of this send was cancelled; hand the send in again.";
                    case NO_ACCOUNT -> "The account of this send is no longer configured.";
                };
        return new ProblemException(409, "wrong-state", detail);
    }
}
