package dev.caravan.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.ledger.TemporaryLedger;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that comes in while other gateways work on the same ledger. */
class IntakeOnServerIT {

    private static final int ROWS = 1_700;

    @TempDir
    private Path home;

    @Test
    void aLongFileLeavesTheOtherGatewaysTheirTurns() throws IOException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                        .setOverrideWorkingDirectory(
                                Path.of("target", "postgres").toAbsolutePath().toFile())
                        .start();
                TemporaryLedger ledger = TemporaryLedger.at(postgres.getJdbcUrl("postgres", "postgres"));
                DropFolder inbox = new DropFolder(home, ledger, 1_000_000)) {
            inbox.drop(
                    "march.csv",
                    "to,text\n"
                            + IntStream.range(0, ROWS)
                                    .mapToObj(row -> "+9053%08d,hello\n".formatted(row))
                                    .collect(Collectors.joining()));

            // Nobody else writes while a transaction does: one that takes seconds holds up every lane of every gateway.
            assertThat(ledger.number("SELECT max(rows) FROM (SELECT count(*) AS rows FROM send GROUP BY xmin::text) AS"
                            + " transactions"))
                    .isLessThanOrEqualTo(500);
            assertThat(ledger.number("SELECT count(*) FROM send")).isEqualTo(ROWS);
        }
    }
}
