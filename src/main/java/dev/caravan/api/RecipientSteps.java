package dev.caravan.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.care.RecipientFiles;
import dev.caravan.care.RecipientFiles.Erased;
import dev.caravan.intake.WrittenRecipients;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.Blocklist.Entry;
import dev.caravan.ledger.ByHand;
import dev.caravan.ledger.Reach;
import dev.caravan.ledger.Recipients;
import dev.caravan.ledger.Recipients.Full;
import dev.caravan.ledger.SendFilter;
import dev.caravan.ledger.Store;
import dev.caravan.ledger.UnsentRow;
import dev.caravan.outcome.ReportStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.camel.Exchange;

/** The steps of the operations on what is known of one recipient. */
final class RecipientSteps {

    private static final int LONGEST_RECIPIENT = 1_000;
    private static final String REASON = "reason";
    private static final int LONGEST_CURSOR = 100;

    private final Store store;
    private final SendControlSteps sends;
    private final Recipients recipients;
    private final Blocklist blocklist;
    private final WrittenRecipients written;
    private final RecipientFiles files;
    private final Views views;

    RecipientSteps(
            Store store,
            SendControlSteps sends,
            Recipients recipients,
            Blocklist blocklist,
            WrittenRecipients written,
            RecipientFiles files,
            Views views) {
        this.store = store;
        this.sends = sends;
        this.recipients = recipients;
        this.blocklist = blocklist;
        this.written = written;
        this.files = files;
        this.views = views;
    }

    /** Step {@code search-recipient}: a page of their sends, and with the first what else there is. */
    void search(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        JsonFields body = new JsonFields(JsonBody.object(request), "to", "limit", "cursor", REASON);
        String recipient = written.normalise(body.required("to", LONGEST_RECIPIENT));
        int limit = body.number("limit", 1, Paging.MOST, Paging.USUAL);
        String cursor = body.text("cursor", LONGEST_CURSOR);
        ObjectNode page = sends.page(SendFilter.to(recipient), request.caller(), cursor, limit);
        if (cursor == null) {
            page.set("besides", besides(recipient, request.caller().reach()));
        }
        recipients.audit("searched", recipient, by(request, body), System.currentTimeMillis());
        ApiAnswer.json(200, page).to(exchange);
    }

    private ObjectNode besides(String recipient, Reach reach) {
        ObjectNode besides = JsonNodeFactory.instance
                .objectNode()
                .put("rows", count(unsent(recipient, reach)))
                .put("inbound", count(recipients.inbound(recipient, reach)))
                .put("reports", count(recipients.reports(recipient, reach)))
                .put("paces", recipients.paces(recipient, reach).size());
        files.files(recipient, reach).forEach(besides.putArray("files")::add);
        blocks(recipient).map(views::of).forEach(besides.putArray("blocks")::add);
        return besides;
    }

    private Stream<List<UnsentRow>> unsent(String recipient, Reach reach) {
        return recipients.unsent(reach, to -> written.isWritten(recipient, to));
    }

    private Stream<Entry> blocks(String recipient) {
        return store.read(transaction -> blocklist.of(transaction, recipient)).stream();
    }

    private static <T> long count(Stream<List<T>> some) {
        return some.mapToLong(List::size).sum();
    }

    /** Step {@code export-recipient}: all that {@link #search} finds, with everything that is kept of it. */
    void export(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        JsonFields body = new JsonFields(JsonBody.object(request), "to", REASON);
        String recipient = written.normalise(body.required("to", LONGEST_RECIPIENT));
        Reach reach = request.caller().reach();
        recipients.audit("exported", recipient, by(request, body), System.currentTimeMillis());
        Stream<byte[]> parts = Stream.of(
                        array("sends", each(recipients.sends(recipient, reach)).map(this::view)),
                        array("rows", each(unsent(recipient, reach)).map(views::of)),
                        array("files", files.rows(recipient, reach)),
                        array(
                                "inbound",
                                each(recipients.inbound(recipient, reach)).map(views::of)),
                        array(
                                "reports",
                                each(recipients.reports(recipient, reach)).map(views::of)),
                        array(
                                "paces",
                                recipients.paces(recipient, reach).stream().map(views::of)),
                        array("blocks", blocks(recipient).map(views::of)),
                        Stream.of("}"))
                // Not flattened: that would have all of a part in memory before the first of it is read.
                .reduce(Stream::concat)
                .orElseThrow()
                .map(part -> part.getBytes(StandardCharsets.UTF_8));
        String head = JsonNodeFactory.instance.objectNode().put("to", recipient).toString();
        byte[] first = head.substring(0, head.length() - 1).getBytes(StandardCharsets.UTF_8);
        ApiAnswer.stream(request, "application/json", new ReportStream(first, parts.iterator(), parts::close))
                .to(exchange);
    }

    private static <T> Stream<T> each(Stream<List<T>> some) {
        return some.flatMap(List::stream);
    }

    /** A field of an object that is not its first. */
    private static Stream<String> array(String name, Stream<ObjectNode> items) {
        AtomicBoolean isFirst = new AtomicBoolean(true);
        Stream<String> written = items.map(item -> (isFirst.getAndSet(false) ? "" : ",") + item);
        return Stream.concat(Stream.concat(Stream.of(",\"" + name + "\":["), written), Stream.of("]"));
    }

    private ObjectNode view(Full full) {
        ObjectNode one = JsonNodeFactory.instance.objectNode();
        one.set("send", views.of(full.send(), full.history()));
        if (!full.content().isEmpty()) {
            one.set("content", JsonBody.parse(full.content()));
        }
        if (!full.furtherIds().isEmpty()) {
            full.furtherIds().forEach(one.putArray("furtherMessageIds")::add);
        }
        return one;
    }

    /** Step {@code erase-recipient}. */
    void erase(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        JsonFields body = new JsonFields(JsonBody.object(request), "to", REASON);
        String recipient = written.normalise(body.required("to", LONGEST_RECIPIENT));
        ByHand by = by(request, body);
        long now = System.currentTimeMillis();
        recipients.audit("erased", recipient, by, now);
        Erased erased = files.erase(recipient, request.caller().reach(), by, now);
        long underWay = erased.ledger().underWay();
        if (underWay > 0) {
            throw new ProblemException(
                    409,
                    "wrong-state",
                    erased.ledger().sends() + " sends are erased, but " + underWay
                            + " are being sent at this moment; call again in a minute." + left(erased));
        }
        ObjectNode answer = JsonNodeFactory.instance
                .objectNode()
                .put("count", erased.ledger().sends());
        erased.rewritten().forEach(answer.putArray("rewritten")::add);
        erased.left().forEach(answer.putArray("files")::add);
        ApiAnswer.json(200, answer).to(exchange);
    }

    /** The next call cannot tell: the ledger no longer knows in which files the recipient was. */
    private static String left(Erased erased) {
        return erased.left().isEmpty() ? "" : " May still hold something: " + String.join(", ", erased.left()) + ".";
    }

    private static ByHand by(ApiRequest request, JsonFields body) {
        String reason = body.text(REASON, SendControlSteps.LONGEST_REASON);
        return new ByHand(request.caller().name(), reason);
    }
}
