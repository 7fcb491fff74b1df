package dev.caravan.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.provider.Listing;
import dev.caravan.provider.Listing.Listed;
import dev.caravan.provider.Listing.NotListed;
import dev.caravan.provider.Listing.NotSupported;
import dev.caravan.provider.Sender;
import dev.caravan.provider.Verdict;
import org.apache.camel.Exchange;

/** The steps around the question whom an account could send from. */
final class SenderSteps {

    /** What the route {@code senders} is about. */
    private static final String ACCOUNT = "account";

    private final Accounts accounts;

    SenderSteps(Accounts accounts) {
        this.accounts = accounts;
    }

    /** Step {@code senders-account}: the account of the path. */
    void account(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        Account account = accounts.find(request.path().get("name"))
                .filter(found -> request.caller().mayUse(found.name()))
                .orElseThrow(() -> new ProblemException(404, "not-found", "There is no such account."));
        exchange.setVariable(ACCOUNT, account);
    }

    /** Step {@code show-senders}: {@code SenderPage}, all in one, or why there is none. */
    void show(Exchange exchange) {
        Listing listing = exchange.getMessage().getBody(Listing.class);
        if (listing instanceof Listed listed) {
            ApiAnswer.json(200, page(listed)).to(exchange);
        } else if (listing instanceof NotSupported none) {
            throw new ProblemException(501, "not-supported", none.reason() + ".");
        } else if (listing instanceof NotListed none) {
            throw refusal(exchange.getVariable(ACCOUNT, Account.class).provider(), none.verdict());
        }
    }

    /** Whether asking again later may help: where the provider has not decided anything. */
    private static ProblemException refusal(String provider, Verdict verdict) {
        String words = verdict.code() + ": " + verdict.message();
        return verdict instanceof Verdict.Transient || verdict instanceof Verdict.Unknown
                ? new ProblemException(502, "provider-unreachable", "No list came from " + provider + "; " + words)
                : new ProblemException(502, "provider-refused", provider + " refuses the list; " + words);
    }

    private static ObjectNode page(Listed listed) {
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        ArrayNode items = page.putArray("items");
        listed.senders().forEach(sender -> items.add(view(sender)));
        return page.putNull("next");
    }

    private static ObjectNode view(Sender sender) {
        ObjectNode view = JsonNodeFactory.instance
                .objectNode()
                .put("kind", sender.kind().word())
                .put("id", sender.id());
        put(view, "name", sender.name());
        put(view, "number", sender.number());
        put(view, "state", sender.state());
        return view;
    }

    private static void put(ObjectNode view, String field, String value) {
        if (value != null) {
            view.put(field, value);
        }
    }
}
