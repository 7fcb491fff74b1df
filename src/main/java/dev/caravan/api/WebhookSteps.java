package dev.caravan.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.delivery.DeliveryReports;
import dev.caravan.intake.InboundMessages;
import dev.caravan.ledger.Inbound;
import dev.caravan.ledger.Store;
import dev.caravan.ledger.Store.Promise;
import dev.caravan.ledger.Transaction;
import dev.caravan.provider.Notice;
import dev.caravan.provider.Providers;
import dev.caravan.provider.Webhook;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;

/** The steps by which a provider's notices get into the ledger. */
final class WebhookSteps {

    private static final int MOST_BYTES = 5 * 1024 * 1024;

    /** So many notices at a time, that a long body does not keep the lanes from the ledger. */
    private static final int CHUNK = 200;

    private final Accounts accounts;
    private final Providers providers;
    private final Store store;
    private final DeliveryReports reports;
    private final InboundMessages messages;

    WebhookSteps(
            Accounts accounts, Providers providers, Store store, DeliveryReports reports, InboundMessages messages) {
        this.accounts = accounts;
        this.providers = providers;
        this.store = store;
        this.reports = reports;
        this.messages = messages;
    }

    /**
     * What a provider told.
     *
     * @param account to whose address
     * @param body as it came
     * @param notices that are in it
     */
    private record Told(Account account, Inbound.Body body, List<Notice> notices) {

        /** No part of the body. */
        @Override
        public String toString() {
            return notices.size() + " notices for " + account.name();
        }
    }

    /** Step {@code read-notices}: the body becomes what the provider tells in it. */
    void read(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        Account account = accounts.get((String) request.http().getAttribute(WebhookFilter.ACCOUNT));
        Webhook webhook =
                providers.get(account.provider()).webhook().orElseThrow(() -> new ProblemException(Refusal.of(404)));
        byte[] body = JsonBody.bytes(request, MOST_BYTES);
        JsonNode json = JsonBody.foreign(body);
        try {
            exchange.getMessage()
                    .setBody(new Told(account, Inbound.Body.of(new String(body, UTF_8)), webhook.read(json)));
        } catch (IllegalArgumentException foreign) {
            throw new ProblemException(
                    400,
                    "unknown-report",
                    "The body is nothing that the provider of this account is known to report: " + foreign.getMessage()
                            + ".");
        }
    }

    /** Step {@code apply-notices}: answered once all of it is in the ledger. */
    void apply(Exchange exchange) {
        Told told = exchange.getMessage().getBody(Told.class);
        long now = System.currentTimeMillis();
        List<Promise<Void>> writes = new ArrayList<>();
        for (int from = 0; from < told.notices().size(); from += CHUNK) {
            List<Notice> chunk = told.notices()
                    .subList(from, Math.min(from + CHUNK, told.notices().size()));
            writes.add(store.submit(transaction -> {
                for (Notice notice : chunk) {
                    apply(transaction, told, notice, now);
                }
                return null;
            }));
        }
        writes.forEach(Promise::await);
        ApiAnswer.done().to(exchange);
    }

    private void apply(Transaction transaction, Told told, Notice notice, long now) throws SQLException {
        if (notice instanceof Notice.Report report) {
            reports.apply(transaction, told.account(), List.of(report), now);
        } else if (notice instanceof Notice.LineState line) {
            reports.apply(transaction, told.account(), line, now);
        } else if (notice instanceof Notice.Message message) {
            List<Account> concerned = reports.concerned(told.account(), message.line());
            messages.accept(transaction, told.account(), concerned, message, told.body(), now);
        }
    }
}
