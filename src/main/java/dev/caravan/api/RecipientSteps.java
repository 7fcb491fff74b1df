package dev.caravan.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.intake.WrittenRecipients;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.ByHand;
import dev.caravan.ledger.Recipients;
import dev.caravan.ledger.Recipients.Erased;
import dev.caravan.ledger.Recipients.Full;
import dev.caravan.ledger.SendFilter;
import dev.caravan.ledger.Store;
import java.util.List;
import org.apache.camel.Exchange;

/** The steps of the operations on what is known of one recipient. */
final class RecipientSteps {

    private static final int LONGEST_RECIPIENT = 1_000;
    private static final int LONGEST_CURSOR = 100;

    private final Store store;
    private final SendControlSteps sends;
    private final Recipients recipients;
    private final Blocklist blocklist;
    private final WrittenRecipients written;
    private final Views views;

    RecipientSteps(
            Store store,
            SendControlSteps sends,
            Recipients recipients,
            Blocklist blocklist,
            WrittenRecipients written,
            Views views) {
        this.store = store;
        this.sends = sends;
        this.recipients = recipients;
        this.blocklist = blocklist;
        this.written = written;
        this.views = views;
    }

    /** Step {@code search-recipient}: a page of their sends. */
    void search(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        JsonFields body = new JsonFields(JsonBody.object(request), "to", "limit", "cursor");
        String recipient = written.normalise(body.required("to", LONGEST_RECIPIENT));
        int limit = body.number("limit", 1, Paging.MOST, Paging.USUAL);
        ApiAnswer.json(
                        200,
                        sends.page(
                                SendFilter.to(recipient), request.caller(), body.text("cursor", LONGEST_CURSOR), limit))
                .to(exchange);
    }

    /** Step {@code export-recipient}: their sends with all that is kept of them, and what the blocklist says. */
    void export(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        String recipient = recipient(request);
        ObjectNode export = JsonNodeFactory.instance.objectNode().put("to", recipient);
        ArrayNode all = export.putArray("sends");
        String after = "";
        List<Full> some;
        do {
            some = recipients.export(recipient, request.caller().reach(), after);
            for (Full full : some) {
                ObjectNode one = all.addObject();
                one.set("send", views.of(full.send(), full.history()));
                if (!full.content().isEmpty()) {
                    JsonNode content = JsonBody.parse(full.content());
                    one.set("content", content);
                }
                after = full.send().id();
            }
        } while (!some.isEmpty());
        ArrayNode blocks = export.putArray("blocks");
        store.read(transaction -> blocklist.of(transaction, recipient)).forEach(entry -> blocks.add(views.of(entry)));
        ApiAnswer.json(200, export).to(exchange);
    }

    /** Step {@code erase-recipient}. */
    void erase(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        String recipient = recipient(request);
        Erased erased = recipients.erase(
                recipient,
                request.caller().reach(),
                to -> written.isWritten(recipient, to),
                new ByHand(request.caller().name(), "the recipient is erased"),
                System.currentTimeMillis());
        if (erased.underWay() > 0) {
            throw new ProblemException(
                    409,
                    "wrong-state",
                    erased.sends() + " sends are erased, but " + erased.underWay()
                            + " are being sent at this moment; call again in a minute.");
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("count", erased.sends());
        ArrayNode files = answer.putArray("files");
        erased.files().forEach(files::add);
        ApiAnswer.json(200, answer).to(exchange);
    }

    private String recipient(ApiRequest request) {
        return written.normalise(new JsonFields(JsonBody.object(request), "to").required("to", LONGEST_RECIPIENT));
    }
}
