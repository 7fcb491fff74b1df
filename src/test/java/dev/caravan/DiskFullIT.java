package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A ledger that cannot grow, as on a full disk: SQLite is given a greatest size, and another process takes up all of it
 * until it leaves again.
 */
class DiskFullIT {

    private static final int MOST_PAGES = 3_000;

    @TempDir
    private Path directory;

    @Test
    void fileThatCannotBeStoredWaitsAndIsSentOnceThereIsRoom() throws Exception {
        int rows = 2_000;
        try (ProviderStub stub = new ProviderStub()) {
            Installation installation = installation(stub, "concurrency: 8");
            try (GatewayProcess gateway = installation.start().awaitReady()) {
                fill(installation.ledger());
                installation.drop("sends.csv", rows(rows));
                gateway.awaitOutput("waits in work and will be read on");

                assertThat(installation.filesIn("work")).hasSize(1);
                assertThat(installation.ledger().number("SELECT count(*) FROM send"))
                        .isZero();
                assertThat(stub.calls()).isZero();

                makeRoom(installation.ledger());
                gateway.awaitThat("the report is written", () -> installation.hasReport("sends.report.csv"));
                assertThat(installation.ledger().counts("sent")).containsExactly(rows);
                assertThat(installation.filesIn("work")).isEmpty();
            }
            assertThat(stub.accepted()).hasSize(rows);
            assertThat(stub.acceptances()).isEqualTo(rows);
        }
    }

    @Test
    void resultThatCannotBeWrittenIsKeptAndNotSentAgain() throws Exception {
        // As many as need more than the room that is left on pages already in use.
        int rows = 100;
        try (ProviderStub stub = new ProviderStub().latency(() -> 4_000)) {
            Installation installation = installation(stub, "concurrency: " + rows);
            try (GatewayProcess gateway = installation.start().awaitReady()) {
                installation.drop("sends.csv", rows(rows));
                gateway.awaitThat("all calls are under way", () -> stub.calls() == rows);
                fill(installation.ledger());
                gateway.awaitOutput("is kept until it can be written");
                gateway.awaitThat("all messages are accepted", () -> stub.acceptances() == rows);

                assertThat(installation.ledger().counts("sending").get(0)).isPositive();

                makeRoom(installation.ledger());
                gateway.awaitThat("the report is written", () -> installation.hasReport("sends.report.csv"));
                assertThat(installation.report("sends.report.csv")).allSatisfy(row -> {
                    assertThat(row.getField("status")).isEqualTo("sent");
                    assertThat(row.getField("attempts")).isEqualTo("1");
                });
            }
            assertThat(stub.acceptances()).isEqualTo(rows);
        }
    }

    private Installation installation(ProviderStub stub, String account) throws Exception {
        return new Installation(
                directory,
                Installation.configuration(stub, "rate: unlimited, " + account)
                        + "spring.datasource.url: jdbc:sqlite:./data/ledger/caravan.db?max_page_count=" + MOST_PAGES
                        + '\n');
    }

    private static void fill(LedgerFile ledger) {
        ledger.run("CREATE TABLE ballast (data BLOB)");
        while (ledger.number("PRAGMA page_count") < MOST_PAGES) {
            ledger.run("INSERT INTO ballast VALUES (zeroblob(40000))");
        }
    }

    private static void makeRoom(LedgerFile ledger) {
        ledger.run("DROP TABLE ballast");
    }

    private static String rows(int count) {
        return IntStream.range(0, count)
                .mapToObj(row -> "+90530%07d,The text of row %d".formatted(row, row))
                .collect(Collectors.joining("\n", "to,text\n", "\n"));
    }
}
