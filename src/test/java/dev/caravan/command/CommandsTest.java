package dev.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What is a command and what starts the gateway; help; and what is said of mistakes. */
class CommandsTest {

    private final Console console = new Console();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--spring.profiles.active=sandbox",
                "--server.port=0 --caravan.home=/x",
                "--debug",
                "--sandbox-routes=x",
                "--spring.output.ansi.enabled"
            })
    void configurationAloneStartsTheGateway(String arguments) {
        assertThat(Commands.isCommand(split(arguments))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "check",
                "chek",
                "help",
                "--help",
                "-h",
                "-V",
                "--version",
                "--hlep",
                "--spring.profiles.active=sandbox check x.csv"
            })
    void anythingElseIsACommand(String arguments) {
        assertThat(Commands.isCommand(split(arguments))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "help"})
    void helpSaysHowToStartAndWhatThereIs(String argument) {
        assertThat(console.run(argument)).isEqualTo(ExitCode.WELL);

        assertThat(console.out())
                .contains("starts the gateway", "application.yaml", "check", "send", "keys", "Exit codes")
                .contains("java -jar caravan.jar check orders.csv", "java -jar caravan.jar keys new hub")
                .doesNotContain("%n", "${");
        assertThat(console.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "check --help",
                "send -h",
                "keys new --help",
                "help check",
                "keys --help",
                "verdict --help",
                "webhooks --help",
                "webhooks show --help",
                "verify --help"
            })
    void everyCommandHasHelpWithAnExample(String arguments) {
        assertThat(console.run((Object[]) split(arguments))).isEqualTo(ExitCode.WELL);

        assertThat(console.out()).contains("java -jar caravan.jar ").doesNotContain("%n", "${");
    }

    @Test
    void commandsAreThoseOfTheHelp() {
        CommandLine line = Commands.line(null);

        assertThat(line.getSubcommands().keySet())
                .containsExactlyInAnyOrder(
                        "check", "send", "keys", "verdict", "webhooks", "verify", "backup", "recover", "help");
    }

    @Test
    void unknownCommandGetsSuggestions() {
        assertThat(console.run("chekc")).isEqualTo(ExitCode.USAGE);

        assertThat(console.err()).contains("There is no command 'chekc'.", "Did you mean: check", "--help");
    }

    @Test
    void commandOfACommandIsNeeded() {
        assertThat(console.run("keys")).isEqualTo(ExitCode.USAGE);

        assertThat(console.err()).contains("java -jar caravan.jar keys --help");
    }

    @Test
    void unknownOptionIsNamedButNoKeyIs() {
        assertThat(console.run("send", "x.csv", "--kye", "cvn_secret", "--key=hush hush"))
                .isEqualTo(ExitCode.USAGE);

        assertThat(console.err()).contains("--kye").doesNotContain("secret", "hush");
    }

    @Test
    void nothingDependsOnTheLanguageOfTheMachine() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("tr-TR"));
            assertThat(new Console().run("check", "--help")).isEqualTo(ExitCode.WELL);
            assertThat(new Console().run("keys", "new", "hub", "--scope", "admin"))
                    .isEqualTo(ExitCode.WELL);
        } finally {
            Locale.setDefault(before);
        }
    }

    private static String[] split(String arguments) {
        return arguments.isEmpty() ? new String[0] : arguments.split(" ");
    }
}
