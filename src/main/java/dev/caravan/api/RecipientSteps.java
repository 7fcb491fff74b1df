package dev.caravan.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.care.RecipientFiles;
import dev.caravan.care.RecipientFiles.Erased;
import dev.caravan.intake.WrittenRecipients;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.ByHand;
import dev.caravan.ledger.Reach;
import dev.caravan.ledger.Recipients;
import dev.caravan.ledger.Recipients.Full;
import dev.caravan.ledger.SendFilter;
import dev.caravan.ledger.Store;
import dev.caravan.outcome.ReportStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
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

    /** Step {@code search-recipient}: a page of their sends. */
    void search(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        JsonFields body = new JsonFields(JsonBody.object(request), "to", "limit", "cursor", REASON);
        String recipient = written.normalise(body.required("to", LONGEST_RECIPIENT));
        int limit = body.number("limit", 1, Paging.MOST, Paging.USUAL);
        ObjectNode page =
                sends.page(SendFilter.to(recipient), request.caller(), body.text("cursor", LONGEST_CURSOR), limit);
        recipients.audit("searched", recipient, by(request, body), System.currentTimeMillis());
        ApiAnswer.json(200, page).to(exchange);
    }

    /** Step {@code export-recipient}: their sends and rows with all that is kept of them, and what the blocklist says. */
    void export(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        JsonFields body = new JsonFields(JsonBody.object(request), "to", REASON);
        String recipient = written.normalise(body.required("to", LONGEST_RECIPIENT));
        Reach reach = request.caller().reach();
        recipients.audit("exported", recipient, by(request, body), System.currentTimeMillis());
        Iterator<byte[]> parts = Stream.of(
                        Stream.of(",\"sends\":["),
                        joined(sends(recipient, reach)),
                        Stream.of("],\"files\":["),
                        joined(stream(files.rows(recipient, reach)).map(ObjectNode::toString)),
                        Stream.of("],\"blocks\":"),
                        Stream.generate(() -> blocks(recipient).toString()).limit(1),
                        Stream.of("}"))
                // Not flattened: that would have all of a part in memory before the first of it is read.
                .reduce(Stream::concat)
                .orElseThrow()
                .map(part -> part.getBytes(StandardCharsets.UTF_8))
                .iterator();
        String head = JsonNodeFactory.instance.objectNode().put("to", recipient).toString();
        byte[] first = head.substring(0, head.length() - 1).getBytes(StandardCharsets.UTF_8);
        ApiAnswer.stream(request, "application/json", new ReportStream(first, parts, () -> {}))
                .to(exchange);
    }

    /** A limited number of them at a time, however many there are. */
    private Stream<String> sends(String recipient, Reach reach) {
        UnaryOperator<List<Full>> next = some -> some.isEmpty()
                ? some
                : recipients.export(
                        recipient, reach, some.get(some.size() - 1).send().id());
        return Stream.iterate(recipients.export(recipient, reach, ""), some -> !some.isEmpty(), next)
                .flatMap(List::stream)
                .map(this::view);
    }

    private String view(Full full) {
        ObjectNode one = JsonNodeFactory.instance.objectNode();
        one.set("send", views.of(full.send(), full.history()));
        if (!full.content().isEmpty()) {
            one.set("content", JsonBody.parse(full.content()));
        }
        return one.toString();
    }

    private ArrayNode blocks(String recipient) {
        ArrayNode blocks = JsonNodeFactory.instance.arrayNode();
        store.read(transaction -> blocklist.of(transaction, recipient)).forEach(entry -> blocks.add(views.of(entry)));
        return blocks;
    }

    private static Stream<String> joined(Stream<String> items) {
        AtomicBoolean isFirst = new AtomicBoolean(true);
        return items.map(item -> isFirst.getAndSet(false) ? item : ',' + item);
    }

    private static <T> Stream<T> stream(Iterator<T> items) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(items, Spliterator.ORDERED), false);
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
