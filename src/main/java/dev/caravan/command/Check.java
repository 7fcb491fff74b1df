package dev.caravan.command;

import dev.caravan.account.Accounts;
import dev.caravan.intake.BatchFiles;
import dev.caravan.intake.Origin;
import dev.caravan.intake.Rehearsal;
import dev.caravan.intake.Rehearsed;
import dev.caravan.intake.Rows;
import dev.caravan.intake.UnreadableInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Reads a file through the very intake of the gateway, and neither sends nor stores anything. */
@Command(
        name = "check",
        sortOptions = false,
        header = "Says what would become of a file; sends and stores nothing.",
        description = {
            "",
            "Reads the file as the gateway would with the configuration here: the rows it would accept, those that repeat"
                    + " earlier ones, those it would reject and why, the first texts, and how long its accounts would take."
                    + " It looks into the ledger, and a gateway may be running meanwhile.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar caravan.jar check orders.csv",
            "  java -jar caravan.jar check orders.csv --folder erp --all",
            "  java -jar caravan.jar check orders.csv --spring.profiles.active=sandbox",
            "",
            "Exit codes: 0 no row is rejected, 1 some are, 2 the file cannot be read,",
            "  4 the configuration is wrong."
        })
final class Check implements Callable<Integer> {

    private static final int FIRST_REJECTIONS = 20;

    @ParentCommand
    private Caravan caravan;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "A .csv, .json or .jsonl file.")
    private Path file;

    @Option(
            names = "--folder",
            paramLabel = "NAME",
            description = "Reads it as a file of this folder of the inbox; otherwise of the inbox itself.")
    private String folder;

    @Option(names = "--account", paramLabel = "NAME", description = "Serves the rows that name no account.")
    private String account;

    @Option(names = "--all", description = "Shows all rejected rows, not only the first " + FIRST_REJECTIONS + ".")
    private boolean all;

    @Mixin
    private HelpOption help;

    @Override
    public Integer call() {
        SourceFile source = SourceFile.of(file);
        try (ConfigurableApplicationContext context = CommandConfiguration.start(
                CheckConfiguration.class, caravan.surroundings().configuration())) {
            Rehearsed rehearsed = rehearse(
                    context.getBean(Rehearsal.class),
                    context.getBean(BatchFiles.class),
                    context.getBean(Accounts.class));
            new CheckReport(spec.commandLine().getOut())
                    .print(
                            source.name(),
                            rehearsed,
                            context.getBean(LedgerAtHand.class).problem());
            return rehearsed.rejected() == 0 ? ExitCode.WELL : ExitCode.SOME_FAILED;
        }
    }

    private Rehearsed rehearse(Rehearsal rehearsal, BatchFiles files, Accounts accounts) {
        if (account != null) {
            Named.account(accounts, "--account", account);
        }
        try (Rows rows = files.open(file, folder)) {
            Origin origin = files.origin(folder);
            return rehearsal.rehearse(
                    account == null ? origin : origin.withAccount(account),
                    null,
                    rows,
                    all ? Integer.MAX_VALUE : FIRST_REJECTIONS);
        } catch (UnreadableInputException unreadable) {
            throw new CommandFailedException(
                    ExitCode.USAGE, file + " would be refused: " + Printable.line(unreadable.getMessage()));
        } catch (IOException unreadable) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    file + " cannot be read: " + unreadable.getClass().getSimpleName());
        }
    }
}
