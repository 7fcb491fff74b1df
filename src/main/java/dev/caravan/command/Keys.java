package dev.caravan.command;

import dev.caravan.api.ApiKeys;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Keys of the REST interface. */
@Command(
        name = "keys",
        header = "Makes keys of the REST interface.",
        subcommands = {Keys.New.class})
final class Keys {

    private static final List<String> SCOPES = List.of("send", "read", "admin");
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+");
    private static final Pattern NAMESPACE = Pattern.compile("[^\\s\"\\\\\\p{Cc}]+");

    @Mixin
    private HelpOption help;

    /** Prints a new key, and what the configuration is to hold of it. */
    @Command(
            name = "new",
            sortOptions = false,
            header = "Makes a key, and the lines of the configuration that let it in.",
            description = {
                "",
                "The key is shown once. The configuration holds its digest only, so it cannot be read back: whoever loses"
                        + " it gets a new one. The gateway reads its keys at the start.",
                ""
            },
            footerHeading = "%nExample:%n",
            footer = {
                "  java -jar caravan.jar keys new hub --scope send,read --expires 2027-12-31",
            })
    static final class New implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Parameters(paramLabel = "NAME", description = "Who gets it: a-z, 0-9, - and _.")
        private String name;

        @Option(
                names = "--scope",
                paramLabel = "SCOPE",
                split = ",",
                required = true,
                description = "What it may do: send, read, admin; none includes another.")
        private List<String> scopes;

        @Option(
                names = "--accounts",
                paramLabel = "NAME",
                split = ",",
                description = "The accounts it may use; otherwise all.")
        private List<String> accounts = List.of();

        @Option(
                names = "--namespace",
                paramLabel = "NAME",
                description = "Of its references; otherwise the default one, which the inbox uses too.")
        private String namespace;

        @Option(
                names = "--expires",
                paramLabel = "TIME",
                description = "A day, at whose end in UTC it expires, or a time with its offset; otherwise never.")
        private String expires;

        @Mixin
        private HelpOption help;

        @Override
        public Integer call() {
            require(NAME.matcher(name).matches(), "NAME: write a-z, 0-9, - and _ and nothing else");
            scopes.forEach(
                    scope -> require(SCOPES.contains(scope), "--scope: write send, read or admin, joined by commas"));
            accounts.forEach(account ->
                    require(NAME.matcher(account).matches(), "--accounts: write names of accounts, joined by commas"));
            require(
                    namespace == null || NAMESPACE.matcher(namespace).matches(),
                    "--namespace: write a name without spaces and quotes");
            List<String> entry = new ArrayList<>();
            String key = ApiKeys.generate();
            entry.add("sha256: \"" + ApiKeys.sha256(key) + '"');
            entry.add(
                    "scopes: [ " + String.join(", ", scopes.stream().distinct().toList()) + " ]");
            if (!accounts.isEmpty()) {
                entry.add("accounts: [ " + String.join(", ", accounts) + " ]");
            }
            if (namespace != null) {
                entry.add("namespace: \"" + namespace + '"');
            }
            if (expires != null) {
                entry.add("expires: \"" + end(expires) + '"');
            }
            print(key, entry);
            return ExitCode.WELL;
        }

        private void print(String key, List<String> entry) {
            PrintWriter out = spec.commandLine().getOut();
            out.printf("The key, shown this once:%n%n  %s%n%n", key);
            out.printf("For application.yaml, where only its digest stands; then start the gateway anew:%n%n");
            out.printf("caravan:%n  api:%n    keys:%n      %s:%n", name);
            entry.forEach(line -> out.printf("        %s%n", line));
            out.flush();
        }

        private static Instant end(String written) {
            try {
                return written.contains("T")
                        ? OffsetDateTime.parse(written).toInstant()
                        : LocalDate.parse(written)
                                .atTime(LocalTime.of(23, 59, 59))
                                .toInstant(ZoneOffset.UTC);
            } catch (DateTimeParseException neither) {
                throw new CommandFailedException(
                        ExitCode.USAGE, "--expires: write a day or a time, as 2027-12-31 or 2027-12-31T18:00:00+03:00");
            }
        }

        private static void require(boolean holds, String message) {
            if (!holds) {
                throw new CommandFailedException(ExitCode.USAGE, message);
            }
        }
    }
}
