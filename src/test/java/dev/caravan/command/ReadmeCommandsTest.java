package dev.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.delivery.ProviderStub;
import dev.caravan.ledger.TemporaryLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The commands of the README are run as they stand there, but for addresses and files that only their reader has. */
class ReadmeCommandsTest {

    private static final String PREFIX = "java -jar caravan.jar ";
    private static final String TAKEN = "{\"success\": true, \"data\": {\"chatId\": \"c\", \"msgId\": \"m-1\"}}";
    private static final String HUB = "https://hub.example";

    @TempDir
    private Path directory;

    static Stream<String> commands() throws IOException {
        return Files.readAllLines(Path.of("README.md")).stream()
                .filter(line -> line.startsWith(PREFIX))
                .map(line -> line.substring(PREFIX.length()));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void commandOfTheReadmeRuns(String command) throws IOException {
        try (GatewayStub gateway = new GatewayStub();
                ProviderStub provider = new ProviderStub((request, connection) ->
                        connection.getOutputStream().write(ProviderStub.http(200, Map.of(), TAKEN)))) {
            gateway.standsAt(GatewayStub.standing("finished", 2, "\"sent\":2"));
            String key = Files.writeString(directory.resolve("key.txt"), GatewayStub.KEY)
                    .toString();
            String answer =
                    Files.writeString(directory.resolve("answer.json"), TAKEN).toString();
            String here = command.replace("key.txt", key)
                    .replace("answer.json", answer)
                    .replace("outcome.csv", directory.resolve("outcome.csv").toString());
            if (here.startsWith("send ")) {
                here = here.contains(HUB) ? here.replace(HUB, gateway.url()) : here + " --url " + gateway.url();
            }
            if (here.startsWith("verify ")) {
                here = here + " --caravan.accounts.maytapi-sandbox.base-url=" + provider.baseUrl() + " --yes --out "
                        + directory.resolve("verified");
            }
            if (here.startsWith("backup ") || here.startsWith("recover ")) {
                here = here.replace("/var/backups", directory.toString());
                Path ledger = Files.createDirectories(directory.resolve("data/ledger"));
                TemporaryLedger.at("jdbc:sqlite:" + ledger.resolve("caravan.db"))
                        .close();
            }
            List<String> words = List.of(here.split(" "));
            List<String> configuration = Stream.concat(
                            words.stream().filter(Commands::isConfiguration),
                            Stream.of("--caravan.home=" + directory.resolve("data")))
                    .toList();
            Console console = new Console(Map.of(), configuration);

            int exitCode = console.run(words.stream()
                    .filter(Predicate.not(Commands::isConfiguration))
                    .toArray());

            assertThat(console.err()).isEmpty();
            assertThat(exitCode).isEqualTo(here.startsWith("check ") ? ExitCode.SOME_FAILED : ExitCode.WELL);
            assertThat(provider.requests()).hasSize(here.startsWith("verify ") ? 2 : 0);
        }
    }

    @Test
    void everyCommandIsShown() throws IOException {
        assertThat(commands().map(command -> command.split(" ")[0]).distinct())
                .containsExactlyInAnyOrder(
                        "check", "send", "keys", "verdict", "webhooks", "verify", "backup", "recover");
    }

    @Test
    void exitCodesAreThoseOfTheHelp() throws IOException {
        Console console = new Console();
        console.run("--help");
        List<String> documented = Files.readAllLines(Path.of("README.md")).stream()
                .dropWhile(line -> !line.startsWith("| exit code |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.split(" ")[1])
                .toList();

        assertThat(documented)
                .containsExactlyElementsOf(Arrays.stream(console.out()
                                .split("Exit codes of commands:\n")[1]
                                .split("\n"))
                        .filter(line -> line.matches("  \\d.*"))
                        .map(line -> line.strip().split(" ")[0])
                        .toList());
    }
}
