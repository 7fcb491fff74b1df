package dev.caravan.command;

import dev.caravan.command.RecoverConfiguration.RestoredLedger;
import dev.caravan.ledger.GatewayHeardException;
import dev.caravan.ledger.Restored;
import dev.caravan.ledger.Restored.Plan;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.concurrent.Callable;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Readies a ledger that was restored from a copy for a gateway. */
@Command(
        name = "recover",
        sortOptions = false,
        header = "Holds what a restored ledger would send a second time.",
        description = {
            "",
            "After the copy was made, the gateway went on sending. Every send that the copy has as queued or under way, and"
                    + " that may have been sent since, becomes unknown, with the code restored: it is held and listed, asked"
                    + " about where its provider can be asked, and settled or sent again by hand. Sends that are not due"
                    + " before now stay queued. Batches that were still being read are paused, since the rest of their rows"
                    + " may be sends already. No gateway may run on the home meanwhile, nor any on the same database: one that"
                    + " does is noticed, within four seconds on PostgreSQL.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  java -jar caravan.jar recover --since 2027-01-31T03:00:00Z --dry-run",
            "  java -jar caravan.jar recover --since 2027-01-31T03:00:00Z",
            "",
            "Exit codes: 0 done, 2 the time or the ledger cannot be read,",
            "  4 a gateway runs on this home or ledger, or the configuration is wrong."
        })
final class Recover implements Callable<Integer> {

    @ParentCommand
    private Caravan caravan;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            required = true,
            description = "When the copy was made, with its offset; backup prints it, and writes it into made-at.")
    private String since;

    @Option(names = "--dry-run", description = "Says what would be done, and does nothing.")
    private boolean dryRun;

    @Mixin
    private HelpOption help;

    @Override
    public Integer call() {
        long from = time();
        long now = System.currentTimeMillis();
        if (from > now) {
            throw new CommandFailedException(ExitCode.USAGE, "--since: " + since + " has not come yet");
        }
        try (ConfigurableApplicationContext context = CommandConfiguration.start(
                        RecoverConfiguration.class, caravan.surroundings().configuration());
                Restored ledger = context.getBean(RestoredLedger.class).open()) {
            if (dryRun) {
                print("would become", "would stay", "would be", ledger.plan(from, now));
            } else {
                print("became", "stay", "is", ledger.recover(from, now, this::progress));
            }
            return ExitCode.WELL;
        } catch (GatewayHeardException running) {
            throw RestoredLedger.inUse(running.getMessage());
        }
    }

    private long time() {
        try {
            return OffsetDateTime.parse(since).toInstant().toEpochMilli();
        } catch (DateTimeParseException unreadable) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "--since: write a time with its offset, as " + Instant.EPOCH + " or 2027-01-31T06:00:00+03:00");
        }
    }

    private void progress(long done) {
        spec.commandLine().getErr().println(done + " sends are held");
    }

    private void print(String became, String stay, String is, Plan plan) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%d sends %s unknown: they may have been sent since %s%n", plan.held(), became, since);
        out.printf("%d queued sends %s queued: they were not due, or had expired%n", plan.later(), stay);
        plan.batches()
                .forEach(batch -> out.printf(
                        "batch %s %s paused: it was still being read; resume it when its other rows were never sent%n",
                        batch, is));
        out.flush();
    }
}
