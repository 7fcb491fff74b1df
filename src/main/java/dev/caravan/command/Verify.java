package dev.caravan.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.delivery.Tryout;
import dev.caravan.delivery.TryoutConfiguration;
import dev.caravan.message.ContentType;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.PhoneNumbers;
import dev.caravan.message.Recipient;
import dev.caravan.message.Send;
import dev.caravan.message.SendJson;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Providers;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Sends for real, to find out whether a provider still is what its pack takes it for. */
@Command(
        name = "verify",
        sortOptions = false,
        header = "Sends real messages to a number of yours, and compares the answers.",
        description = {
            "",
            "Really sends one WhatsApp message of each type to your number, through the account's provider and at the"
                    + " account's pace, and says whether the answers are those that Caravan was built by. Each exchange is"
                    + " kept in a file, as a golden case could be: without credentials, with a sample number instead of"
                    + " yours.",
            "",
            "The ledger is not touched: the blocklist, quiet hours and a paused lane do not count, and a gateway that runs"
                    + " on the same account does not know of these messages.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar caravan.jar verify main --to +905301234567",
            "  java -jar caravan.jar verify main --to +905301234567 \\",
            "    --types text,image --media-url https://files.example.com/test.jpg",
            "  java -jar caravan.jar verify main --to +972522234567 \\",
            "    --send template.json --yes",
            "",
            "Exit codes: 0 all were sent, and answered as the golden cases show; 1 one was",
            "  not, or was answered otherwise; 2 the command was not understood or not",
            "  confirmed, or the account cannot carry what it asks for, and nothing was",
            "  sent; 4 the configuration is wrong."
        })
final class Verify implements Callable<Integer> {

    private static final Pattern TYPED_URL = Pattern.compile("(?i)(image|video|audio|document)=(.+)");

    @ParentCommand
    private Caravan caravan;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "ACCOUNT", description = "The account's name.")
    private String name;

    @Option(names = "--to", paramLabel = "NUMBER", required = true, description = "A number of yours.")
    private String to;

    @Option(
            names = "--types",
            paramLabel = "TYPE",
            split = ",",
            description = "What to send, one message of each: text, image, video, audio, document, location, contacts,"
                    + " buttons, list; otherwise text, or with --send nothing more.")
    private List<String> types = List.of();

    @Option(
            names = "--media-url",
            paramLabel = "[TYPE=]URL",
            description = "Where the file of a media type is; without TYPE= it serves every one that has none.")
    private List<String> mediaUrls = List.of();

    @Option(
            names = "--send",
            paramLabel = "FILE",
            description = "One send as JSON, such as a template; it goes to --to whatever it says. May be repeated.")
    private List<Path> sends = List.of();

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "verified",
            description = "Where the exchanges are kept; otherwise ${DEFAULT-VALUE}.")
    private Path directory;

    @Option(names = "--yes", description = "Does not ask whether to send.")
    private boolean yes;

    @Mixin
    private HelpOption help;

    @Override
    public Integer call() {
        List<Written> written = written();
        List<String> configuration = new ArrayList<>(caravan.surroundings().configuration());
        configuration.add("--camel.main.routes-include-pattern=" + TryoutConfiguration.ROUTES);
        try (ConfigurableApplicationContext context =
                CommandConfiguration.start(VerifyConfiguration.class, configuration)) {
            Account account = Named.account(context.getBean(Accounts.class), "ACCOUNT", name);
            Providers providers = context.getBean(Providers.class);
            List<PlannedSend> planned = plan(
                    written, account, providers, context.getBean(SendJson.class), context.getBean(PhoneNumbers.class));
            confirm(planned, account);
            Trial trial = new Trial(
                    context.getBean(Tryout.class),
                    providers.get(account.provider()),
                    account,
                    LocalDate.now(context.getBean(ZoneId.class)),
                    directory.resolve(account.provider()),
                    spec.commandLine().getOut());
            return trial.run(planned) ? ExitCode.WELL : ExitCode.SOME_FAILED;
        }
    }

    private List<Written> written() {
        SampleSends samples = new SampleSends(to, mediaUrls(), Instant.now());
        List<Written> written = new ArrayList<>();
        List<String> words = types.isEmpty() && sends.isEmpty() ? List.of(ContentType.TEXT.word()) : types;
        for (String word : words) {
            ContentType type = ContentType.of(word.strip())
                    .orElseThrow(() -> usage("--types: there is no type '" + Printable.line(word) + "'"));
            written.add(new Written(samples.of(type), true));
        }
        sends.forEach(file -> written.add(new Written(samples.of(GivenAnswer.send(file)), false)));
        return written;
    }

    private Map<ContentType, String> mediaUrls() {
        Map<ContentType, String> urls = new EnumMap<>(ContentType.class);
        String others = null;
        for (String written : mediaUrls) {
            Matcher typed = TYPED_URL.matcher(written);
            if (typed.matches()) {
                urls.put(ContentType.of(typed.group(1)).orElseThrow(), typed.group(2));
            } else {
                others = written;
            }
        }
        for (ContentType type : ContentType.values()) {
            if (type.isMedia() && others != null) {
                urls.putIfAbsent(type, others);
            }
        }
        return urls;
    }

    /** Everything is examined before anything is sent. */
    private static List<PlannedSend> plan(
            List<Written> written, Account account, Providers providers, SendJson sendJson, PhoneNumbers phoneNumbers) {
        Provider provider = providers.get(account.provider());
        List<PlannedSend> planned = new ArrayList<>();
        for (Written one : written) {
            planned.add(planned(one, send -> {
                Send read = sendJson.read(
                        send, (to, named) -> provider.isOwnId(to) ? new Recipient(to) : phoneNumbers.normalise(to));
                providers.check(read, account);
                return read;
            }));
        }
        return planned;
    }

    /** A sample that the provider does not take is tried in another form; a send of the caller's own stays as it is. */
    private static PlannedSend planned(Written written, Function<ObjectNode, Send> examined) {
        try {
            return new PlannedSend(written.send(), examined.apply(written.send()));
        } catch (InvalidSendException invalid) {
            Optional<ObjectNode> other =
                    written.isSample() ? SampleSends.otherwise(written.send(), invalid.field()) : Optional.empty();
            return planned(
                    new Written(
                            other.orElseThrow(() -> usage("Nothing was sent. The "
                                    + written.send().path("type").asText("send") + " cannot be: "
                                    + Printable.line(invalid.getMessage()))),
                            true),
                    examined);
        }
    }

    /** A send as JSON, and whether it is a sample of ours. */
    private record Written(ObjectNode send, boolean isSample) {}

    private void confirm(List<PlannedSend> planned, Account account) {
        String question =
                "This really sends " + Printable.count(planned.size(), "WhatsApp message", "WhatsApp messages")
                        + " (" + planned.stream().map(PlannedSend::type).collect(Collectors.joining(", ")) + ") to "
                        + planned.get(0).send().to().address() + " from account " + account.name() + " at "
                        + account.provider() + ".";
        PrintWriter out = spec.commandLine().getOut();
        out.println(question);
        out.flush();
        if (yes) {
            return;
        }
        String said = caravan.surroundings().ask().apply("Go on? [y/N] ");
        if (said == null) {
            throw usage("Nobody is there to confirm it, so nothing was sent; --yes goes on without asking.");
        }
        if (!List.of("y", "yes").contains(said.strip().toLowerCase(Locale.ROOT))) {
            throw usage("Nothing was sent.");
        }
    }

    private static CommandFailedException usage(String message) {
        return new CommandFailedException(ExitCode.USAGE, message);
    }
}
