package dev.caravan.command;

import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.provider.Providers;
import dev.caravan.provider.Webhook;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The addresses that providers report to. */
@Command(
        name = "webhooks",
        header = "Shows how a provider's delivery reports reach the gateway.",
        subcommands = {Webhooks.Show.class})
final class Webhooks {

    @ParentCommand
    private Caravan caravan;

    @Mixin
    private HelpOption help;

    /** Prints what to register at the provider. */
    @Command(
            name = "show",
            sortOptions = false,
            header = "Shows what to register at the provider, so that its delivery reports come in.",
            description = {
                "",
                "Prints the account's address, which holds its webhook-token, and the steps or calls that make it known to"
                        + " the provider. Nothing is called. Whoever has the address can report, so keep it as a credential.",
                ""
            },
            footerHeading = "%nExample:%n",
            footer = {
                "  java -jar caravan.jar webhooks show main --url https://hub.example",
                "",
                "Exit codes: 0 there is something to register, or the provider reports nothing;",
                "  1 the account has no webhook-token yet; 2 the command was not understood;",
                "  4 the configuration is wrong."
            })
    static final class Show implements Callable<Integer> {

        private static final String SOMEWHERE = "https://gateway.example.com";

        @ParentCommand
        private Webhooks webhooks;

        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "ACCOUNT", description = "The account's name.")
        private String name;

        @Option(
                names = "--url",
                paramLabel = "URL",
                description = "Where the provider reaches the gateway; otherwise an example stands for it.")
        private String url;

        @Mixin
        private HelpOption help;

        @Override
        public Integer call() {
            String base = url == null ? SOMEWHERE : base(url);
            try (ConfigurableApplicationContext context = CommandConfiguration.start(
                    CommandConfiguration.class, webhooks.caravan.surroundings().configuration())) {
                Account account = Named.account(context.getBean(Accounts.class), "ACCOUNT", name);
                Optional<Webhook> webhook =
                        context.getBean(Providers.class).get(account.provider()).webhook();
                WebhookReport report = new WebhookReport(spec.commandLine().getOut());
                return report.print(account, webhook, base, url == null) ? ExitCode.WELL : ExitCode.SOME_FAILED;
            }
        }

        private String base(String written) {
            URI address = GatewayAddress.of(written)
                    .orElseThrow(() -> new CommandFailedException(
                            ExitCode.USAGE, "--url: write the gateway's public address, as https://hub.example"));
            if (!GatewayAddress.isHttps(address)) {
                spec.commandLine().getErr().println("Over http:// the token can be read on its way.");
            }
            return address.toString();
        }
    }
}
