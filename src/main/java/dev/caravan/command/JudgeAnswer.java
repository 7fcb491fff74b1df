package dev.caravan.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.account.SendingRules;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.PhoneNumbers;
import dev.caravan.message.Recipient;
import dev.caravan.message.Send;
import dev.caravan.message.SendJson;
import dev.caravan.provider.Judge;
import dev.caravan.provider.Judge.Judged;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Providers;
import dev.caravan.provider.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Says what a provider's answer means. */
@Command(
        name = "verdict",
        sortOptions = false,
        header = "Says what a provider's answer means, and what becomes of the send.",
        description = {
            "",
            "Judges an answer to a send call as the gateway would: rows of caravan.verdicts first, then the"
                    + " provider's own table, then the HTTP status. Nothing is sent, and no provider is asked.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar caravan.jar verdict --provider NAME --answer body.json",
            "  java -jar caravan.jar verdict --account main --answer body.html \\",
            "    --status 503 --header 'Retry-After: 7'",
            "",
            "Exit codes: 0 whatever the verdict is; 2 the command was not understood, or",
            "  a file cannot be read; 4 the configuration is wrong."
        })
final class JudgeAnswer implements Callable<Integer> {

    @ParentCommand
    private Caravan caravan;

    @Spec
    private CommandSpec spec;

    @Option(names = "--provider", paramLabel = "NAME", description = "Whose answer it is; or write --account.")
    private String provider;

    @Option(
            names = "--account",
            paramLabel = "NAME",
            description = "To which account; otherwise configured rows for one account do not count.")
    private String account;

    @Option(
            names = "--answer",
            paramLabel = "FILE",
            required = true,
            description = "The body as it came; or JSON {\"status\", \"headers\", \"body\"}; or a golden case.")
    private Path answer;

    @Option(names = "--status", paramLabel = "CODE", description = "The HTTP status; otherwise the file's, or 200.")
    private Integer status;

    @Option(names = "--header", paramLabel = "'NAME: VALUE'", description = "A header of the answer; may be repeated.")
    private List<String> headers = List.of();

    @Option(
            names = "--send",
            paramLabel = "FILE",
            description = "The send that it answers, as JSON; otherwise that of a golden case, or a sample.")
    private Path send;

    @Mixin
    private HelpOption help;

    @Override
    public Integer call() {
        if (provider == null && account == null) {
            throw usage("--provider: write whose answer it is, or --account");
        }
        if (status != null && (status < 100 || status > 599)) {
            throw usage("--status: write an HTTP status, as 200 or 429");
        }
        GivenAnswer given = GivenAnswer.read(answer, status, named(headers));
        JsonNode written = send == null ? given.send() : GivenAnswer.send(send);
        try (ConfigurableApplicationContext context = CommandConfiguration.start(
                CommandConfiguration.class, caravan.surroundings().configuration())) {
            Providers providers = context.getBean(Providers.class);
            Account judged = account(context.getBean(Accounts.class), providers);
            Send answered = send(
                    written == null ? GoldenCases.of(judged.provider()).send() : written,
                    judged,
                    providers.get(judged.provider()),
                    context.getBean(SendJson.class),
                    context.getBean(PhoneNumbers.class));
            Judged verdict = context.getBean(Judge.class).judge(given.answer(), answered, judged);
            new VerdictReport(spec.commandLine().getOut(), context.getBean(ZoneId.class))
                    .print(given.answer(), judged, verdict, written == null ? answered : null);
        }
        return ExitCode.WELL;
    }

    private Account account(Accounts accounts, Providers providers) {
        if (account == null) {
            return unnamed(provider(providers));
        }
        Account named = Named.account(accounts, "--account", account);
        if (provider != null && !provider.equals(named.provider())) {
            throw usage("--provider: account " + named.name() + " is one of " + named.provider());
        }
        return named;
    }

    private Provider provider(Providers providers) {
        try {
            return providers.get(provider);
        } catch (IllegalArgumentException unknown) {
            throw usage("--provider: " + Printable.line(unknown.getMessage()));
        }
    }

    /** With a name that no account can have, and no credential. */
    private static Account unnamed(Provider provider) {
        Map<String, String> settings = new HashMap<>();
        for (Setting setting : provider.settings()) {
            if (setting.otherwise() != null) {
                settings.put(setting.name(), setting.otherwise());
            }
        }
        return new Account(
                "any account",
                provider.name(),
                provider.defaultBaseUrl(),
                provider.defaultPace(),
                provider.defaultConcurrency(),
                Duration.ofSeconds(30),
                Duration.ofDays(7),
                false,
                1,
                null,
                null,
                SendingRules.NONE,
                Map.of(),
                settings);
    }

    private static Send send(
            JsonNode written, Account account, Provider provider, SendJson sendJson, PhoneNumbers phoneNumbers) {
        try {
            Send send = sendJson.read(
                    written, (to, named) -> provider.isOwnId(to) ? new Recipient(to) : phoneNumbers.normalise(to));
            return account.carried(send);
        } catch (InvalidSendException invalid) {
            throw usage("--send: " + Printable.line(invalid.getMessage()));
        }
    }

    private static Map<String, String> named(List<String> headers) {
        Map<String, String> named = new HashMap<>();
        for (String header : headers) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw usage("--header: write a name, a colon and a value, as 'Retry-After: 7'");
            }
            named.put(
                    header.substring(0, colon).strip(),
                    header.substring(colon + 1).strip());
        }
        return named;
    }

    private static CommandFailedException usage(String message) {
        return new CommandFailedException(ExitCode.USAGE, message);
    }
}
