package dev.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.HeldHome;
import dev.caravan.ledger.Draft;
import dev.caravan.ledger.TemporaryLedger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A ledger copied while it is open, and a copy made ready for a gateway. */
@ExtendWith(OutputCaptureExtension.class)
class BackupTest {

    @TempDir
    private Path directory;

    private Path home;
    private Path copy;
    private TemporaryLedger ledger;

    @BeforeEach
    void open() throws IOException {
        home = directory.resolve("data");
        copy = directory.resolve("copy");
        Files.createDirectories(home.resolve("ledger"));
        Files.writeString(home.resolve("gateway"), "me\n");
        ledger = TemporaryLedger.at("jdbc:sqlite:" + home.resolve("ledger/caravan.db"));
        ledger.change("INSERT INTO account (name) VALUES ('main')");
        Draft.admitTo(ledger, Draft.draft(), Draft.draft().to("+905301234568"));
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    private static Console console(Path home, String... more) {
        List<String> configuration = new ArrayList<>(List.of("--caravan.home=" + home));
        configuration.addAll(List.of(more));
        return new Console(Map.of(), configuration);
    }

    private List<String> copied() throws IOException {
        try (Stream<Path> files = Files.walk(copy)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> copy.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    private void batch(String id, String state, String path) {
        ledger.change(
                "INSERT INTO batch (id, gateway, source, name, namespace, path, report, state, created_at)"
                        + " VALUES (?, 'me', 'file', 'a.csv', 'default', ?, ?, ?, 0)",
                id,
                path,
                id,
                state);
    }

    @Test
    void theLedgerIsCopiedWhileItIsOpenWithWhatIsUnderWay() throws IOException {
        batch("reading", "reading", "work/a.csv");
        batch("moved", "read", "done/2027-01-01/b.csv");
        batch("over", "finished", "done/2027-01-01/c.csv");
        Files.createDirectories(home.resolve("work"));
        Files.createDirectories(home.resolve("done/2027-01-01"));
        for (String file : List.of("work/a.csv", "done/2027-01-01/b.csv", "done/2027-01-01/c.csv")) {
            Files.writeString(home.resolve(file), file);
        }
        Console console = console(home);

        assertThat(console.run("backup", copy)).as(console.err()).isEqualTo(ExitCode.WELL);

        assertThat(console.out()).contains("a copy with 2 sends, and the files of 2 batches", "recover --since 20");
        assertThat(copied())
                .containsExactly("done/2027-01-01/b.csv", "gateway", "ledger/caravan.db", "made-at", "work/a.csv");
        Console recover = console(copy);
        String since = Files.readString(copy.resolve("made-at")).strip();
        assertThat(recover.run("recover", "--since", since, "--dry-run")).isEqualTo(ExitCode.WELL);
        assertThat(recover.run("recover", "--since", since)).as(recover.err()).isEqualTo(ExitCode.WELL);
        assertThat(recover.out())
                .contains("0 sends would become unknown", "2 queued sends stay queued", "batch reading is paused");
    }

    @Test
    void aCopyGoesNowhereElse() throws IOException {
        Files.createDirectories(copy);
        Path there = Files.writeString(copy.resolve("mine"), "x");
        Console console = console(home);

        assertThat(console.run("backup", copy)).isEqualTo(ExitCode.USAGE);

        assertThat(console.err()).contains("is not empty");
        assertThat(copied()).containsExactly(copy.relativize(there).toString());
    }

    @Test
    void aLedgerOnPostgresHasItsOwnTools() {
        Console console = console(home, "--spring.datasource.url=jdbc:postgresql://127.0.0.1:1/caravan");

        assertThat(console.run("backup", copy)).isEqualTo(ExitCode.USAGE);

        assertThat(console.err()).contains("pg_dump");
        assertThat(copy).doesNotExist();
    }

    @Test
    void whereThereIsNoLedgerThereIsNothingToCopyOrRecover() {
        Console console = console(directory.resolve("nowhere"));

        assertThat(console.run("backup", copy)).isEqualTo(ExitCode.USAGE);
        assertThat(console.run("recover", "--since", "2020-01-01T00:00:00Z")).isEqualTo(ExitCode.USAGE);

        assertThat(console.err()).contains("there is no ledger yet", "there is no ledger at");
        assertThat(directory.resolve("nowhere/ledger")).doesNotExist();
    }

    @Test
    void aTimeThatCannotBeIsRefused() {
        Console console = console(home);

        assertThat(console.run("recover", "--since", "yesterday")).isEqualTo(ExitCode.USAGE);
        assertThat(console.run("recover", "--since", "2999-01-01T00:00:00Z")).isEqualTo(ExitCode.USAGE);
        assertThat(console.run("recover")).isEqualTo(ExitCode.USAGE);

        assertThat(console.err()).contains("write a time with its offset", "has not come yet", "--since");
    }

    @Test
    void nothingIsRecoveredInALedgerThatAGatewayOfAnotherHomeHasOpen() {
        Path other = directory.resolve("other");
        String url = "--spring.datasource.url=jdbc:sqlite:" + home.resolve("ledger/caravan.db");
        Console console = console(other, url);

        assertThat(console.run("recover", "--since", "2020-01-01T00:00:00Z")).isEqualTo(ExitCode.CONFIGURATION);

        assertThat(console.err()).contains("another process has the file of this ledger open");
        assertThat(ledger.number("SELECT count(*) FROM send WHERE state = 'queued'"))
                .isEqualTo(2);
        ledger.close();
        assertThat(console(other, url).run("recover", "--since", "2020-01-01T00:00:00Z"))
                .isEqualTo(ExitCode.WELL);
    }

    @Test
    void nothingIsRecoveredBesideARunningGateway(CapturedOutput output) throws IOException {
        try (HeldHome gateway = HeldHome.hold(home)) {
            assertThat(gateway).isNotNull();
            Console console = console(home);

            assertThat(console.run("recover", "--since", "2020-01-01T00:00:00Z"))
                    .isEqualTo(ExitCode.CONFIGURATION);

            assertThat(output).contains("another gateway runs on");
            assertThat(ledger.number("SELECT count(*) FROM send WHERE state = 'queued'"))
                    .isEqualTo(2);
        }
    }
}
