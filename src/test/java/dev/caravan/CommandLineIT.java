package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.Installation.Ended;
import dev.caravan.command.GatewayStub;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as a command, by itself and beside a gateway that runs. */
class CommandLineIT {

    private static final Pattern KEY = Pattern.compile("cvn_\\S+");
    private static final String TWO = "to,text\n+905301234501,Hi\n+905301234502,Hi\n";

    @TempDir
    private Path directory;

    @Test
    void jarAnswersForItself() throws Exception {
        Installation installation = new Installation(directory);

        Ended help = installation.command(Map.of(), "--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("starts the gateway", "check", "send", "keys");

        Ended version = installation.command(Map.of(), "--version");
        assertThat(version.exitCode()).isZero();
        assertThat(version.out()).matches("Caravan \\d+\\.\\d+\\.\\d+\\S*\\R");

        Ended unknown = installation.command(Map.of(), "chekc");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.out()).isEmpty();
        assertThat(unknown.err()).contains("There is no command 'chekc'", "check");
    }

    @Test
    void wrongConfigurationIsItsOwnExitCode() throws Exception {
        Installation installation = new Installation(directory, "caravan:\n  regoin: TR\n");
        Path file = Files.writeString(directory.resolve("two.csv"), TWO);

        Ended wrong = installation.command(Map.of(), "check", file);

        assertThat(wrong.exitCode()).isEqualTo(4);
        assertThat(wrong.out()).contains("caravan.regoin: there is no such key").doesNotContain("\tat ");
    }

    @Test
    void fileIsSentAndWatchedToItsEnd() throws Exception {
        Path file = Files.writeString(directory.resolve("two.csv"), TWO);
        try (GatewayStub gateway = new GatewayStub()) {
            gateway.standsAt(
                    GatewayStub.standing("read", 2, "\"queued\":1,\"sent\":1"),
                    GatewayStub.standing("finished", 2, "\"sent\":1,\"failed\":1"));

            Ended sent = new Installation(directory)
                    .command(Map.of("CARAVAN_KEY", GatewayStub.KEY), "send", file, "--url", gateway.url());

            assertThat(sent.exitCode()).isEqualTo(1);
            assertThat(sent.out()).contains("2 sends", "1 of 2 done", "2 of 2 done", "1 failed, 1 sent");
        }
    }

    @Test
    void newKeyOpensTheGatewayAndCheckLooksOnBesideIt() throws Exception {
        Installation installation = new Installation(directory);
        Ended made = installation.command(Map.of(), "keys", "new", "hub", "--scope", "send,read");
        assertThat(made.exitCode()).isZero();
        Files.writeString(
                directory.resolve("application.yaml"),
                made.out().substring(made.out().indexOf("caravan:\n")));
        Map<String, String> key = Map.of("CARAVAN_KEY", find(made.out()));
        Path file = Files.writeString(directory.resolve("two.csv"), TWO);

        try (GatewayProcess gateway = installation.start("--spring.profiles.active=sandbox")) {
            gateway.awaitReady();
            Ended before = installation.command(Map.of(), "check", file, "--spring.profiles.active=sandbox");
            assertThat(before.out()).contains("two.csv: 2 sends, 0 duplicates").doesNotContain("was not asked");

            Ended sent = installation.command(key, "send", file, "--url", gateway.url());
            assertThat(sent.exitCode()).as(sent.err()).isZero();
            assertThat(sent.out()).contains("2 sends, 0 duplicates, 0 rows rejected", "2 of 2 done", "2 sent");
            Ended again = installation.command(key, "send", file, "--url", gateway.url(), "--no-wait");
            assertThat(again.out()).contains("0 sends, 2 duplicates");

            installation.drop("two.csv", TWO);
            gateway.awaitThat("the file is read", () -> installation.hasReport("two.report.csv"));
            Ended after = installation.command(Map.of(), "check", file, "--spring.profiles.active=sandbox");
            assertThat(after.exitCode()).isZero();
            assertThat(after.out()).contains("two.csv: 0 sends, 2 duplicates");

            Ended tried = installation.command(
                    Map.of(),
                    "verify",
                    "texter-sandbox",
                    "--to",
                    "+972522234567",
                    "--types",
                    "text,location",
                    "--yes",
                    "--spring.profiles.active=sandbox",
                    "--server.port=" + URI.create(gateway.url()).getPort());
            assertThat(tried.out()).as(tried.err()).contains("text: sent, id ", "location: sent, id ", "golden case ");
            assertThat(directory.resolve("verified/texter")).isDirectoryContaining("glob:**/location-sent.json");
            Ended judged = installation.command(
                    Map.of(), "verdict", "--provider", "texter", "--answer", "verified/texter/text-sent.json");
            assertThat(judged.exitCode()).isZero();
            assertThat(judged.out()).contains("verdict   sent").doesNotContain("\tat ");

            // Refused before the file is sent, so that the answer is read and not the broken connection.
            Files.writeString(file, "+905301234503,Hello\n".repeat(1_000_000), StandardOpenOption.APPEND);
            Ended refused = installation.command(
                    Map.of("CARAVAN_KEY", "cvn_wrong"), "send", file, "--url", gateway.url(), "--no-wait");
            assertThat(refused.exitCode()).isEqualTo(3);
            assertThat(refused.err()).contains("refuses the key").doesNotContain("cvn_wrong");

            gateway.terminate();
            gateway.awaitEnd(Duration.ofSeconds(30));
            Ended away = installation.command(key, "send", file, "--url", gateway.url());
            assertThat(away.exitCode()).isEqualTo(3);
        }

        // A reader leaves no file behind that a gateway of another user could stumble over.
        Files.writeString(file, TWO);
        Ended stopped = installation.command(Map.of(), "check", file, "--spring.profiles.active=sandbox");
        assertThat(stopped.out()).contains("two.csv: 0 sends, 2 duplicates");
        assertThat(installation.home().resolve("ledger")).isDirectoryNotContaining("glob:**-shm");
    }

    private static String find(String text) {
        Matcher key = KEY.matcher(text);
        assertThat(key.find()).isTrue();
        return key.group();
    }
}
