package dev.caravan.api;

import static org.springframework.http.MediaType.APPLICATION_JSON;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.intake.BlocklistImport;
import dev.caravan.intake.BlocklistImport.Imported;
import dev.caravan.intake.BodyRows;
import dev.caravan.intake.BrokenBodyException;
import dev.caravan.intake.MediaKind;
import dev.caravan.intake.Rejection;
import dev.caravan.intake.UnreadableInputException;
import dev.caravan.intake.WrittenRecipients;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.Blocklist.Entry;
import dev.caravan.ledger.Scope;
import dev.caravan.ledger.Store;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.springframework.http.MediaType;

/** The steps of the operations on the blocklist. */
final class BlocklistSteps {

    private static final MediaType CSV = MediaType.parseMediaType("text/csv");
    private static final List<String> SCOPES = List.of(Scope.MARKETING.word(), Scope.ALL.word());
    private static final int LONGEST_SOURCE = 200;
    private static final int LONGEST_RECIPIENT = 1_000;

    private final Store store;
    private final Blocklist blocklist;
    private final BlocklistImport imports;
    private final WrittenRecipients recipients;
    private final Views views;

    BlocklistSteps(
            Store store, Blocklist blocklist, BlocklistImport imports, WrittenRecipients recipients, Views views) {
        this.store = store;
        this.blocklist = blocklist;
        this.imports = imports;
        this.recipients = recipients;
        this.views = views;
    }

    /** Step {@code list-blocked}: a page, or what there is of one recipient. */
    void list(Exchange exchange) {
        Map<String, String> query = ApiRequest.of(exchange).query("to", "limit", "cursor");
        int limit = Paging.limit(query);
        String to = query.get("to");
        Entry after = entry(query.get("cursor"));
        String recipient = to == null ? null : recipients.normalise(to);
        List<Entry> found = store.read(transaction -> recipient == null
                ? blocklist.list(transaction, after, limit + 1)
                : blocklist.of(transaction, recipient));
        List<Entry> shown = found.size() > limit ? found.subList(0, limit) : found;
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        ArrayNode items = page.putArray("items");
        shown.forEach(entry -> items.add(views.of(entry)));
        page.put("next", shown.size() == found.size() ? null : cursor(shown.get(limit - 1)));
        ApiAnswer.json(200, page).to(exchange);
    }

    private static String cursor(Entry entry) {
        return entry.at() + "." + entry.scope().word() + "." + entry.digest();
    }

    private static Entry entry(String cursor) {
        if (cursor == null) {
            return null;
        }
        String[] parts = cursor.split("\\.", 3);
        if (parts.length != 3 || !parts[0].matches("[0-9]{1,18}") || !SCOPES.contains(parts[1])) {
            throw Paging.invalidCursor();
        }
        return new Entry(parts[2], Scope.of(parts[1]).orElseThrow(), "", Long.parseLong(parts[0]));
    }

    /** Step {@code block}: one recipient as JSON, or many as CSV. */
    void block(Exchange exchange) throws IOException {
        ApiRequest request = ApiRequest.of(exchange);
        MediaType type = request.contentType(APPLICATION_JSON, CSV);
        if (CSV.equalsTypeAndSubtype(type)) {
            blockAll(exchange, request, type);
        } else {
            blockOne(exchange, request);
        }
    }

    private void blockOne(Exchange exchange, ApiRequest request) {
        JsonFields body = new JsonFields(JsonBody.object(request), "to", "scope", "source");
        String recipient = recipients.normalise(body.required("to", LONGEST_RECIPIENT));
        String word = body.word("scope", SCOPES);
        Scope scope = word == null ? Scope.ALL : Scope.of(word).orElseThrow();
        String source = body.text("source", LONGEST_SOURCE);
        Entry entry = store.write(transaction -> {
            blocklist.add(
                    transaction,
                    recipient,
                    scope,
                    source == null ? request.caller().name() : source,
                    System.currentTimeMillis());
            return blocklist.of(transaction, recipient).stream()
                    .filter(listed -> listed.scope() == scope)
                    .findFirst()
                    .orElseThrow();
        });
        ApiAnswer.json(200, views.of(entry)).to(exchange);
    }

    private void blockAll(Exchange exchange, ApiRequest request, MediaType type) throws IOException {
        try (BodyRows rows = BodyRows.open(request.body(), MediaKind.CSV, request.charset(type))) {
            Imported imported = imports.run(rows, request.caller().name(), System.currentTimeMillis());
            ObjectNode answer = JsonNodeFactory.instance
                    .objectNode()
                    .put("added", imported.added())
                    .put("known", imported.known())
                    .put("rejected", imported.rejected());
            ArrayNode rejections = answer.putArray("rejections");
            for (Rejection rejection : imported.rejections()) {
                rejections
                        .addObject()
                        .put("row", rejection.row())
                        .put("line", rejection.line())
                        .put("field", rejection.field())
                        .put("code", rejection.code())
                        .put("reason", rejection.reason());
            }
            ApiAnswer.json(200, answer).to(exchange);
        } catch (UnreadableInputException unreadable) {
            throw new ProblemException(
                    400, "unreadable-body", "Nothing of the body can be read: " + unreadable.getMessage() + ".");
        } catch (BrokenBodyException broken) {
            throw new ProblemException(
                    400,
                    "broken-body",
                    "The body broke off or cannot be read from some place on; the recipients of the rows before it are"
                            + " blocked. Send the whole body again.");
        }
    }

    /** Step {@code unblock}: whoever the body or the query names. */
    void unblock(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        Map<String, String> query = request.query("to", "scope");
        ObjectNode named = JsonNodeFactory.instance.objectNode();
        query.forEach(named::put);
        named.setAll(JsonBody.objectIfAny(request));
        JsonFields fields = new JsonFields(named, "to", "scope");
        String recipient = recipients.normalise(fields.required("to", LONGEST_RECIPIENT));
        String word = fields.word("scope", SCOPES);
        Scope scope = word == null ? null : Scope.of(word).orElseThrow();
        store.write(transaction -> blocklist.remove(transaction, recipient, scope));
        ApiAnswer.nothing().to(exchange);
    }
}
