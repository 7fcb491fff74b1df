package dev.caravan.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.account.Accounts;
import dev.caravan.intake.Admission;
import dev.caravan.intake.Admitted;
import dev.caravan.intake.Admitted.Accepted;
import dev.caravan.intake.Admitted.Rejected;
import dev.caravan.intake.Admitted.Repeated;
import dev.caravan.intake.Incoming;
import dev.caravan.intake.Origins;
import dev.caravan.ledger.SendQueries;
import dev.caravan.ledger.SendRecord;
import dev.caravan.ledger.Store;
import dev.caravan.message.Traceparent;
import java.util.List;
import org.apache.camel.Exchange;

/** The steps of the operations on one send. */
final class SendSteps {

    private static final String TRACEPARENT = "traceparent";
    private static final String PATH = "/api/v1/sends/";

    private final Accounts accounts;
    private final Origins origins;
    private final Admission admission;
    private final Store store;
    private final SendQueries sends;
    private final Views views;

    SendSteps(Accounts accounts, Origins origins, Admission admission, Store store, SendQueries sends, Views views) {
        this.accounts = accounts;
        this.origins = origins;
        this.admission = admission;
        this.store = store;
        this.sends = sends;
        this.views = views;
    }

    /** Step {@code require-account}: without any account nothing could be sent, so nothing is accepted. */
    void requireAccount(Exchange exchange) {
        if (accounts.isEmpty()) {
            throw new ProblemException(
                    503,
                    "no-account",
                    "No account is configured, so nothing is accepted; add one below caravan.accounts.");
        }
    }

    /** Step {@code read-send}: the body becomes the send of the request. */
    void read(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        ObjectNode send = JsonBody.object(request);
        String key = IdempotencyKey.of(request, IdempotencyKey.LONGEST);
        if (key != null) {
            String reference = send.path("reference").asText("").strip();
            if (!reference.isEmpty() && !reference.equals(key)) {
                throw new ProblemException(
                        422,
                        "reference-mismatch",
                        "Idempotency-Key and reference differ; give one of them, or both alike.",
                        "reference");
            }
            send.put("reference", key);
        }
        exchange.getMessage().setBody(new Incoming(send, null, Traceparent.of(request.header(TRACEPARENT)), null));
    }

    /** Step {@code admit-send}: the send of the body is stored, and what became of it answered. */
    void admit(Exchange exchange) {
        Caller caller = ApiRequest.of(exchange).caller();
        Incoming incoming = exchange.getMessage().getBody(Incoming.class);
        Admitted admitted = admission
                .admit(origins.ofKey(caller.name(), caller.namespace(), caller.accounts()), List.of(incoming))
                .get(0);
        if (admitted instanceof Accepted accepted) {
            ApiAnswer.json(202, receipt(accepted.id(), accepted.state().word()).put("account", accepted.account()))
                    .with("Location", PATH + accepted.id())
                    .to(exchange);
        } else if (admitted instanceof Repeated repeated) {
            ApiAnswer.json(200, receipt(repeated.id(), repeated.state().word()))
                    .with("Location", PATH + repeated.id())
                    .with("Idempotency-Replayed", "true")
                    .to(exchange);
        } else if (admitted instanceof Rejected rejected) {
            throw refusal(rejected);
        }
    }

    private static ObjectNode receipt(String id, String status) {
        return JsonNodeFactory.instance.objectNode().put("id", id).put("status", status);
    }

    private static ProblemException refusal(Rejected rejected) {
        ProblemException refusal = new ProblemException(
                422, rejected.code(), rejected.reason(), rejected.field().isEmpty() ? null : rejected.field());
        return rejected.earlier() == null
                ? refusal
                : refusal.with(JsonNodeFactory.instance.objectNode().put("earlier", rejected.earlier()));
    }

    /** Step {@code show-send}: the send of the path with its history. */
    void show(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        ObjectNode view = store.read(transaction -> {
            SendRecord send = sends.find(
                            transaction,
                            request.path().get("id"),
                            request.caller().reach())
                    .orElseThrow(() -> new ProblemException(404, "not-found", "There is no such send."));
            return views.of(send, sends.history(transaction, send.id()));
        });
        ApiAnswer.json(200, view).to(exchange);
    }
}
