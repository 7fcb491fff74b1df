package dev.caravan.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.intake.DropFolder;
import dev.caravan.ledger.Batch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.apache.camel.Processor;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The route of reports as it ships. */
class ReportRouteIT {

    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    private Path home;

    @Test
    void aFileThatCannotBeReadHoldsUpItsOwnReportUntilItCanBe() throws Exception {
        try (DropFolder inbox = new DropFolder(home, 1_000_000);
                DefaultCamelContext camel = new DefaultCamelContext()) {
            Batch late = inbox.drop("a.csv", "to,text\n123,a\n");
            Path file = home.resolve(late.path());
            Path aside = Files.move(file, home.resolve("aside"));
            Files.createDirectory(file);
            inbox.drop("b.csv", "to,text\n123,b\n");
            start(camel, inbox);

            await().atMost(LONG).until(() -> Files.exists(home.resolve("reports/b.report.csv")));
            assertThat(home.resolve("reports/a.report.csv")).doesNotExist();

            Files.delete(file);
            Files.move(aside, file);
            await().atMost(LONG).until(() -> Files.exists(home.resolve("reports/a.report.csv")));
            await().atMost(LONG).until(() -> inbox.ledger()
                    .text("SELECT state FROM batch WHERE id = ?", late.id())
                    .equals("finished"));
        }
    }

    private void start(DefaultCamelContext camel, DropFolder inbox) throws Exception {
        Reports reports = new Reports(
                home.resolve("reports"), Clock.system(DropFolder.ZONE), inbox.store(), inbox.batches(), inbox.files());
        Progress progress = new Progress(inbox.store(), inbox.batches());
        camel.getRegistry().bind("batches-to-report", (Processor) reports::due);
        camel.getRegistry().bind("write-report", (Processor) reports::write);
        camel.getRegistry().bind("postpone-report", (Processor) reports::postpone);
        camel.getRegistry().bind("progress", (Processor) progress::report);
        byte[] routes = Files.readAllBytes(Path.of("routes", "outcomes", "batches.camel.yaml"));
        PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromBytes("batches.camel.yaml", routes));
        camel.start();
    }
}
