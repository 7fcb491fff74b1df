package dev.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.provider.Notice;
import dev.caravan.provider.Webhook;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is to be registered at a provider. */
class WebhooksTest {

    private static final String BASE = "https://hub.example";

    private final StringWriter printed = new StringWriter();
    private final WebhookReport report = new WebhookReport(new PrintWriter(printed, true));

    @Test
    void addressAndItsRegistrationAreShown() {
        assertThat(report.print(account("t0ken"), Optional.of(new Pigeonry()), BASE, false))
                .isTrue();

        assertThat(printed.toString())
                .contains("https://hub.example/webhooks/pigeon-main/t0ken", "tell the pigeons pigeon-main")
                .doesNotContain("--url");
    }

    @Test
    void assumedAddressIsSaidToBeOne() {
        report.print(account("t0ken"), Optional.of(new Pigeonry()), BASE, true);

        assertThat(printed.toString()).contains("https://hub.example stands for your gateway; --url puts");
    }

    @Test
    void withoutATokenItIsSaidHowToMakeOne() {
        assertThat(report.print(account(null), Optional.of(new Pigeonry()), BASE, false))
                .isFalse();

        assertThat(printed.toString())
                .contains("openssl rand -hex 16", "webhook-token: \"${PIGEON_MAIN_WEBHOOK_TOKEN}\"")
                .doesNotContain("tell the pigeons");
    }

    @Test
    void providerThatReportsNothingNeedsNothing() {
        Console console = new Console(
                Map.of(),
                List.of("--caravan.accounts.main.provider=express-chat", "--caravan.accounts.main.settings.api-key=k"));

        assertThat(console.run("webhooks", "show", "main")).isEqualTo(ExitCode.WELL);
        assertThat(console.run("webhooks", "show", "other")).isEqualTo(ExitCode.USAGE);
        assertThat(console.run("webhooks", "show", "main", "--url", "ftp://hub.example"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(console.run("webhooks", "show", "main", "--url", "http://hub.example"))
                .isEqualTo(ExitCode.WELL);

        assertThat(console.out()).contains("express-chat has no webhook that Caravan can read");
        assertThat(console.err())
                .contains("ACCOUNT: no account is named 'other'; there are [main]")
                .contains("--url: write the gateway's public address")
                .contains("Over http:// the token can be read on its way.");
    }

    private static Account account(String token) {
        return AccountDraft.named("pigeon-main")
                .at("https://pigeon.example")
                .webhookToken(token)
                .account();
    }

    /** A provider that reports. */
    private static final class Pigeonry implements Webhook {

        @Override
        public List<Notice> read(JsonNode body) {
            return List.of();
        }

        @Override
        public boolean concerns(Account told, String line, Account other) {
            return true;
        }

        @Override
        public List<String> registration(String url, Account account) {
            return List.of("tell the pigeons " + account.name(), "  " + url);
        }
    }
}
