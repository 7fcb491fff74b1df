package dev.caravan.command;

import dev.caravan.account.Account;
import dev.caravan.provider.Webhook;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;

/** What {@code webhooks show} says. */
final class WebhookReport {

    private final PrintWriter out;

    WebhookReport(PrintWriter out) {
        this.out = out;
    }

    /**
     * How the provider's reports come in.
     *
     * @param base where the provider reaches the gateway
     * @param assumed whether nobody has said that
     * @return whether nothing is missing in the configuration
     */
    boolean print(Account account, Optional<Webhook> webhook, String base, boolean assumed) {
        if (webhook.isEmpty()) {
            out.printf(
                    "%s has no webhook that Caravan can read, so there is nothing to register.%n", account.provider());
        } else if (account.webhookToken() == null) {
            withoutToken(account.name());
        } else {
            String address = base + "/webhooks/" + account.name() + "/" + account.webhookToken();
            out.printf(
                    "The address for %s. Whoever has it can report, so keep it as a credential:%n%n", account.name());
            out.printf("  %s%n%n", address);
            webhook.get().registration(address, account).forEach(out::println);
            if (assumed) {
                out.printf("%n%s stands for your gateway; --url puts its public address there.%n", base);
            }
        }
        out.flush();
        return webhook.isEmpty() || account.webhookToken() != null;
    }

    private void withoutToken(String account) {
        String variable = account.toUpperCase(Locale.ROOT).replace('-', '_') + "_WEBHOOK_TOKEN";
        out.printf("Account %s has no webhook-token yet. Make one:%n%n", account);
        out.printf("  openssl rand -hex 16%n%n");
        out.printf("Put it into the environment variable %s and name that in application.yaml:%n%n", variable);
        out.printf("caravan:%n  accounts:%n    %s:%n      webhook-token: \"${%s}\"%n%n", account, variable);
        out.printf("Then start the gateway anew, and run this again.%n");
    }
}
