package dev.caravan.command;

import dev.caravan.command.BackupConfiguration.Places;
import dev.caravan.ledger.LedgerCopy;
import dev.caravan.ledger.LedgerCopy.Needed;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Copies the ledger, and what must be beside it, while the gateway runs. */
@Command(
        name = "backup",
        sortOptions = false,
        header = "Copies the ledger while the gateway runs.",
        description = {
            "",
            "Makes a home that a gateway can be started on: the ledger as it is at this moment, the gateway's id, and the"
                    + " files of batches that are under way. Files of batches that are over, their reports, and messages that"
                    + " wait in a broker are not in it. Before a gateway starts on the copy, run recover on it.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar caravan.jar backup /var/backups/caravan/monday",
            "",
            "Exit codes: 0 all is copied, 2 it cannot be copied, 4 the configuration is wrong."
        })
final class Backup implements Callable<Integer> {

    /** When the copy was begun; written last, so that a copy without it is not whole. */
    static final String MADE_AT = "made-at";

    @ParentCommand
    private Caravan caravan;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Where to; made when it is not there, and must be empty.")
    private Path directory;

    @Mixin
    private HelpOption help;

    @Override
    public Integer call() {
        try (ConfigurableApplicationContext context = CommandConfiguration.start(
                BackupConfiguration.class, caravan.surroundings().configuration())) {
            copy(context.getBean(Places.class));
            return ExitCode.WELL;
        } catch (IOException failed) {
            throw new CommandFailedException(ExitCode.USAGE, directory + " is not whole: " + failed);
        }
    }

    private void copy(Places places) throws IOException {
        Path source = LedgerCopy.source(places.ledger())
                .map(file -> file.toAbsolutePath().normalize())
                .orElseThrow(() -> new CommandFailedException(
                        ExitCode.USAGE,
                        "The ledger is on PostgreSQL, which has its own tools: run pg_dump, and keep the file "
                                + places.home().resolve("gateway") + " and the folder work beside what it writes."));
        requireEmpty();
        Instant begun = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Path ledger = directory.resolve(
                source.startsWith(places.home()) ? places.home().relativize(source) : source.getFileName());
        Files.createDirectories(ledger.toAbsolutePath().getParent());
        LedgerCopy.make(places.ledger(), ledger);
        Path id = places.home().resolve("gateway");
        if (Files.exists(id)) {
            Files.copy(id, directory.resolve("gateway"));
        }
        int files = 0;
        for (Needed needed : LedgerCopy.needed(ledger)) {
            files += copy(places, needed) ? 1 : 0;
        }
        Files.writeString(directory.resolve(MADE_AT), begun + "\n");
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%s: a copy with %d sends, and the files of %d batches under way.%nBefore a gateway starts on it:"
                        + " recover --since %s%n",
                directory, LedgerCopy.sends(ledger), files, begun);
        out.flush();
    }

    private void requireEmpty() throws IOException {
        Files.createDirectories(directory);
        try (Stream<Path> there = Files.list(directory)) {
            if (there.findAny().isPresent()) {
                throw new CommandFailedException(
                        ExitCode.USAGE, directory + " is not empty: name a directory of its own for each copy");
            }
        }
    }

    /** To where the copied ledger says that it is, wherever the gateway has moved it meanwhile. */
    private boolean copy(Places places, Needed needed) throws IOException {
        Path target = directory.resolve(needed.path());
        Files.createDirectories(target.getParent());
        try {
            Files.copy(places.home().resolve(needed.path()), target);
            return true;
        } catch (NoSuchFileException moved) {
            Optional<Path> now =
                    LedgerCopy.path(places.ledger(), needed.batch()).map(places.home()::resolve);
            if (now.filter(Files::exists).isEmpty()) {
                spec.commandLine()
                        .getErr()
                        .println("The file of batch " + needed.batch() + " is gone: " + needed.path());
                return false;
            }
            Files.copy(now.get(), target);
            return true;
        }
    }
}
