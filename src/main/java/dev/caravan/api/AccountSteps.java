package dev.caravan.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.ledger.Arrivals;
import dev.caravan.ledger.LaneControl;
import dev.caravan.ledger.Lanes;
import dev.caravan.ledger.Lanes.Standing;
import dev.caravan.ledger.Store;
import dev.caravan.ledger.Transaction;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of the operations on accounts. */
final class AccountSteps {

    private static final Logger LOG = LoggerFactory.getLogger(AccountSteps.class);
    private static final int LONGEST_REASON = 1_000;

    private final Accounts accounts;
    private final Store store;
    private final Lanes lanes;
    private final LaneControl laneControl;
    private final Arrivals arrivals;
    private final Views views;

    /** @param arrivals told which accounts may send again */
    AccountSteps(Accounts accounts, Store store, Lanes lanes, LaneControl laneControl, Arrivals arrivals, Views views) {
        this.accounts = accounts;
        this.store = store;
        this.lanes = lanes;
        this.laneControl = laneControl;
        this.arrivals = arrivals;
        this.views = views;
    }

    /** Step {@code list-accounts}: those that the caller may use, by name. */
    void list(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        ArrayNode items = page.putArray("items");
        page.putNull("next");
        store.read(transaction -> {
            Map<String, Standing> standings = standings(transaction);
            for (Account account : accounts.all().stream()
                    .filter(account -> request.caller().mayUse(account.name()))
                    .sorted(Comparator.comparing(Account::name))
                    .toList()) {
                items.add(view(transaction, account, standings));
            }
            return null;
        });
        ApiAnswer.json(200, page).to(exchange);
    }

    /** Step {@code pause-account}. */
    void pause(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        Account account = find(request);
        String reason = new JsonFields(JsonBody.objectIfAny(request), "reason").text("reason", LONGEST_REASON);
        store.write(transaction -> {
            laneControl.pauseByHand(
                    transaction, account.name(), reason, request.caller().name(), System.currentTimeMillis());
            return null;
        });
        LOG.info("Account {} is paused by {}", account.name(), request.caller().name());
        answer(exchange, account);
    }

    /** Step {@code resume-account}: whatever held it back. */
    void resume(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        Account account = find(request);
        store.write(transaction -> {
            laneControl.resume(transaction, account.name(), request.caller().name(), System.currentTimeMillis());
            return null;
        });
        arrivals.resumed(account.name());
        LOG.info("Account {} is resumed by {}", account.name(), request.caller().name());
        answer(exchange, account);
    }

    private Account find(ApiRequest request) {
        return accounts.find(request.path().get("name"))
                .filter(account -> request.caller().mayUse(account.name()))
                .orElseThrow(() -> new ProblemException(404, "not-found", "There is no such account."));
    }

    private void answer(Exchange exchange, Account account) {
        ApiAnswer.json(200, store.read(transaction -> view(transaction, account, standings(transaction))))
                .to(exchange);
    }

    private Map<String, Standing> standings(Transaction transaction) throws SQLException {
        return lanes.standings(transaction, System.currentTimeMillis()).stream()
                .collect(Collectors.toMap(Standing::account, Function.identity()));
    }

    private ObjectNode view(Transaction transaction, Account account, Map<String, Standing> standings)
            throws SQLException {
        return views.of(
                account,
                standings.get(account.name()),
                lanes.nextDue(transaction, account.name()).orElse(null),
                System.currentTimeMillis());
    }
}
