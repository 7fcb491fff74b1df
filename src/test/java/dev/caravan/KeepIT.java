package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that keeps nothing longer than it must. */
class KeepIT {

    private static final int ROWS = 500;

    @TempDir
    private Path directory;

    @Test
    void whatIsOldGoesFromLedgerAndFilesWhileItRuns() throws Exception {
        try (ProviderStub stub = new ProviderStub()) {
            Installation installation = new Installation(
                    directory,
                    Installation.configuration(stub, "rate: unlimited, timeout: 10s")
                            + "  keep: { content: 2s, record: 3s, reference: 4s }\n");
            installation.drop(
                    "sends.csv",
                    IntStream.rangeClosed(1, ROWS)
                            .mapToObj(row -> "r-%1$d,+90530%1$07d,hello %1$d".formatted(row))
                            .collect(Collectors.joining("\n", "reference,to,text\n", "\n")));
            try (GatewayProcess gateway = installation.start()) {
                gateway.awaitThat("the report is written", () -> installation.hasReport("sends.report.csv"));
                gateway.awaitThat("the report is gone", () -> !installation.hasReport("sends.report.csv"));
                gateway.awaitThat(
                        "every send is gone", () -> installation.ledger().number("SELECT count(*) FROM send") == 0);
                gateway.awaitThat(
                        "the batch is gone", () -> installation.ledger().number("SELECT count(*) FROM batch") == 0);
                assertThat(gateway.outcomes()).hasSize(ROWS);
                gateway.kill();
            }

            assertThat(stub.accepted()).hasSize(ROWS);
            assertThat(installation.filesIn("done")).isEmpty();
            assertThat(installation.filesIn("reports")).isEmpty();
            LedgerFile ledger = installation.ledger();
            assertThat(ledger.number("SELECT count(*) FROM history")).isZero();
            assertThat(ledger.number("SELECT sum(accepted - deleted) FROM accepted_day"))
                    .isZero();
            assertThat(Files.exists(installation.home().resolve("done"))).isTrue();
        }
    }
}
