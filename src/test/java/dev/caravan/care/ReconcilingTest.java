package dev.caravan.care;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.intake.DropFolder;
import dev.caravan.ledger.Batch;
import dev.caravan.ledger.Reconciliation;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class ReconcilingTest {

    @TempDir
    Path home;

    @Test
    void aDamagedRowIsToldOnceAndStandsUntilItIsMended(CapturedOutput output) throws IOException {
        MeterRegistry metrics = new SimpleMeterRegistry();
        try (DropFolder inbox = new DropFolder(home, 1_000)) {
            Reconciling tomorrow = new Reconciling(
                    new Reconciliation(inbox.store(), "here"),
                    InstantSource.offset(
                            InstantSource.system(), Duration.ofDays(1).plusMinutes(20)),
                    metrics);
            inbox.drop("march.csv", "to,text\n05301112233,a\n05301112234,b\n");
            tomorrow.compare();
            assertThat(metrics.get("caravan.ledger.discrepancies").gauge().value())
                    .isZero();
            assertThat(output).doesNotContain("does not add up");

            inbox.ledger().change("UPDATE send SET state = 'torn' WHERE row_number = 2");
            tomorrow.compare();
            tomorrow.compare();

            assertThat(metrics.get("caravan.ledger.discrepancies").gauge().value())
                    .as("accepted of the batch, unfinished of the batch, queued, accepted of the day")
                    .isEqualTo(4);
            assertThat(output)
                    .containsOnlyOnce("has 2 unfinished, but 1 rows say so")
                    .containsOnlyOnce("account main has 2 queued, but 1 rows say so");
            assertThat(inbox.ledger().number("SELECT count(*) FROM event WHERE type = 'ledger-discrepancy'"))
                    .isEqualTo(4);

            inbox.ledger().change("UPDATE send SET state = 'queued' WHERE row_number = 2");
            tomorrow.compare();
            assertThat(metrics.get("caravan.ledger.discrepancies").gauge().value())
                    .isZero();
        }
    }

    @Test
    void whatStoodOfABatchGoesWithTheBatch() throws IOException {
        MeterRegistry metrics = new SimpleMeterRegistry();
        try (DropFolder inbox = new DropFolder(home, 1_000)) {
            Reconciling reconciling =
                    new Reconciling(new Reconciliation(inbox.store(), "here"), InstantSource.system(), metrics);
            Batch batch = inbox.drop("march.csv", "to,text\n05301112233,a\n");
            inbox.ledger().change("UPDATE batch SET accepted = 7, unfinished = 7 WHERE id = ?", batch.id());
            reconciling.compare();
            assertThat(metrics.get("caravan.ledger.discrepancies").gauge().value())
                    .isEqualTo(2);

            inbox.ledger().change("DELETE FROM batch WHERE id = ?", batch.id());
            reconciling.compare();

            assertThat(metrics.get("caravan.ledger.discrepancies").gauge().value())
                    .isZero();
        }
    }
}
