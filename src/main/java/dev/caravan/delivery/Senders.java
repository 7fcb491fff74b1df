package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Directory;
import dev.caravan.provider.Listing;
import dev.caravan.provider.Listing.Listed;
import dev.caravan.provider.Listing.NotListed;
import dev.caravan.provider.Listing.NotSupported;
import dev.caravan.provider.Providers;
import dev.caravan.provider.Sender;
import dev.caravan.provider.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;

/**
 * The steps of asking a provider whom an account could send from. Neither the account's pace nor its state in the ledger
 * has a part in it: what the provider answers is handed on as the body, a {@link Listing}, and changes nothing.
 */
final class Senders {

    private static final String INQUIRY = "inquiry";

    private final Providers providers;
    private final Lookups lookups;

    Senders(Providers providers, Lookups lookups) {
        this.providers = providers;
        this.lookups = lookups;
    }

    /** Step {@code senders-lists}: the first list to ask for, or the answer that there is none. */
    void lists(Exchange exchange) {
        // What came in from outside must not steer the call.
        exchange.getMessage().removeHeaders("*");
        Account account = exchange.getVariable(Turn.ACCOUNT, Account.class);
        Directory directory = providers.get(account.provider()).directory();
        if (directory instanceof Directory.None none) {
            exchange.getMessage().setBody(new NotSupported(none.reason()));
        } else if (directory instanceof Directory.Lists lists) {
            exchange.setVariable(Turn.VARIABLE, Turn.withoutClaim(account));
            Turn.exposeSettings(exchange);
            Inquiry inquiry = new Inquiry(lists);
            exchange.setVariable(INQUIRY, inquiry);
            exchange.setVariable(Turn.LIST, inquiry.list());
        }
    }

    /** Step {@code senders-answer}: the senders of a list and the next list, or why there are none. */
    void answer(Exchange exchange) {
        Turn turn = Turn.of(exchange);
        Inquiry inquiry = exchange.getVariable(INQUIRY, Inquiry.class);
        if (turn.verdict() != null) {
            end(exchange, new NotListed(turn.verdict()));
            return;
        }
        Answer answer = exchange.getMessage().getBody(Answer.class);
        Listing listing = inquiry.lists.read(inquiry.list(), answer, turn.account());
        if (listing instanceof Listed listed) {
            inquiry.senders.addAll(listed.senders());
            inquiry.asked++;
            if (inquiry.asked < inquiry.lists.names().size()) {
                exchange.setVariable(Turn.LIST, inquiry.list());
            } else {
                end(exchange, new Listed(inquiry.senders));
            }
        } else if (listing instanceof NotListed refused && refused.verdict() instanceof Verdict.Stale stale) {
            if (!lookups.renew(exchange)) {
                end(exchange, new NotListed(stale.otherwise()));
            }
        } else {
            end(exchange, listing);
        }
    }

    /** Step {@code senders-failed}: no answer came. */
    void failed(Exchange exchange) {
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        end(exchange, new NotListed(TransportFailures.onSend(failure)));
    }

    /** The headers of a call that failed hold its credential. */
    private static void end(Exchange exchange, Listing listing) {
        exchange.removeVariable(Turn.LIST);
        exchange.getMessage().removeHeaders("*");
        exchange.getMessage().setBody(listing);
    }

    /** How far the lists have been asked for. */
    private static final class Inquiry {

        private final Directory.Lists lists;
        private final List<Sender> senders = new ArrayList<>();
        private int asked;

        Inquiry(Directory.Lists lists) {
            this.lists = lists;
        }

        String list() {
            return lists.names().get(asked);
        }
    }
}
