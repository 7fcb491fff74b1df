package dev.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A file checked with a configuration, where no gateway has ever been. */
@ExtendWith(OutputCaptureExtension.class)
class CheckTest {

    @TempDir
    private Path directory;

    private Path file;
    private Console console;

    @BeforeEach
    void configure() throws IOException {
        file = Files.writeString(directory.resolve("orders.csv"), "to,text\n+905301234501,Hi\n05301234502,Hi\n");
        console = configured();
    }

    @Test
    void fileIsReadAsTheGatewayWould() {
        assertThat(console.run("check", file)).isEqualTo(ExitCode.WELL);

        assertThat(console.out())
                .contains("orders.csv: 2 sends, 0 duplicates, 0 rows rejected", "main: 2 sends, in about 3 s")
                .contains("there is no ledger yet");
        assertThat(console.err()).isEmpty();
    }

    @Test
    void nothingIsMade() throws IOException {
        console.run("check", file);

        try (Stream<Path> files = Files.walk(directory)) {
            assertThat(files).containsExactlyInAnyOrder(directory, file);
        }
    }

    @Test
    void rejectedRowsMakeTheExitCode() throws IOException {
        Files.writeString(file, "to,text\n" + "12,Hi\n".repeat(30));

        assertThat(console.run("check", file)).isEqualTo(ExitCode.SOME_FAILED);
        assertThat(configured().run("check", file, "--all")).isEqualTo(ExitCode.SOME_FAILED);

        assertThat(console.out())
                .contains("line 21: ", "and 10 more; --all shows them")
                .doesNotContain("line 22: ");
    }

    @Test
    void folderAndAccountSayWhoServesIt() {
        assertThat(console.run("check", file, "--folder", "other")).isEqualTo(ExitCode.WELL);
        assertThat(console.run("check", file, "--account", "other")).isEqualTo(ExitCode.WELL);
        assertThat(console.out().split("other: 2 sends", -1)).hasSize(3);

        assertThat(console.run("check", file, "--folder", "none")).isEqualTo(ExitCode.USAGE);
        assertThat(console.run("check", file, "--account", "none")).isEqualTo(ExitCode.USAGE);
        assertThat(console.err())
                .contains("the inbox has no folder 'none'", "no account is named 'none'; there are [main, other]");
    }

    @Test
    void unreadableFileIsSaidToBeRefused() throws IOException {
        Files.writeString(file, "to,text\n");

        assertThat(console.run("check", file)).isEqualTo(ExitCode.USAGE);

        assertThat(console.err()).contains("would be refused: it has a header, but no rows");
    }

    @Test
    void wrongConfigurationIsToldAsTheGatewayTellsIt(CapturedOutput output) {
        assertThat(configured("--caravan.accounts.main.raet=hush").run("check", file))
                .isEqualTo(ExitCode.CONFIGURATION);

        assertThat(output)
                .contains("APPLICATION FAILED TO START", "caravan.accounts.main.raet: there is no such key")
                .doesNotContain("hush", "\tat ");
    }

    private Console configured(String... more) {
        Stream<String> accounts = Stream.of("main", "other").flatMap(name -> Stream.of(
                        "provider=maytapi",
                        "rate=20/1m",
                        "settings.product-id=p",
                        "settings.phone-id=1",
                        "settings.api-key=k")
                .map(key -> "--caravan.accounts." + name + "." + key));
        Stream<String> others =
                Stream.of("--caravan.default-account=main", "--caravan.home=" + directory.resolve("data"));
        return new Console(
                Map.of(),
                Stream.of(accounts, others, Stream.of(more)).flatMap(one -> one).toList());
    }
}
