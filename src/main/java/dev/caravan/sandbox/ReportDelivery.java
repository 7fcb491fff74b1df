package dev.caravan.sandbox;

import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import java.util.List;
import org.apache.camel.Exchange;
import org.springframework.core.env.Environment;

/**
 * Step {@code sandbox-webhooks}: where the simulated provider's reports go, as if every account had registered its
 * address; the variable {@code webhooks} gets the endpoints to call.
 */
final class ReportDelivery {

    private final Accounts accounts;
    private final Environment environment;

    ReportDelivery(Accounts accounts, Environment environment) {
        this.accounts = accounts;
        this.environment = environment;
    }

    void addresses(Exchange exchange) {
        String provider = exchange.getVariable("provider", String.class);
        String gateway = "http://127.0.0.1:" + environment.getProperty("local.server.port");
        List<String> webhooks = accounts.all().stream()
                .filter(account -> account.provider().equals(provider))
                .filter(account -> account.webhookToken() != null)
                .map(account -> gateway + address(account) + "?throwExceptionOnFailure=false")
                .toList();
        exchange.setVariable("webhooks", webhooks);
    }

    private static String address(Account account) {
        return "/webhooks/" + account.name() + "/" + account.webhookToken();
    }
}
