package dev.caravan;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.api.ApiKeys;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** A ledger on a server that goes away while lanes send and doors are open, and comes back. */
class LedgerAwayIT {

    private static final int ROWS = 3_000;

    private final String key = ApiKeys.generate();
    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    private Path data;
    private EmbeddedPostgres postgres;

    @BeforeEach
    void startServer() throws IOException {
        Path place = Path.of("target", "postgres").toAbsolutePath();
        Files.createDirectories(place);
        data = Files.createTempDirectory(place, "away");
        postgres = server(Installation.freePort());
    }

    @AfterEach
    void stopServer() throws IOException {
        postgres.close();
    }

    @Test
    void nothingIsLostAndNothingIsSentTwiceWhenTheServerIsStoppedOrDies() throws Exception {
        try (ProviderStub stub = new ProviderStub().latency(() -> 10)) {
            Installation installation = new Installation(
                    directory,
                    Installation.configuration(stub, "rate: unlimited, concurrency: 8")
                            + "  api: { keys: { hub: { sha256: \"%s\", scopes: [send, read] } } }\n"
                                    .formatted(ApiKeys.sha256(key))
                            + "spring.datasource: { url: \"%s\" }\n".formatted(url()));
            try (GatewayProcess gateway = installation.start().awaitReady()) {
                installation.drop("first.csv", rows("first"));
                gateway.awaitThat("it sends", () -> stub.acceptances() > ROWS / 8);

                postgres.close();
                // What was under way goes on to its end.
                await().during(2, SECONDS).atMost(30, SECONDS).until(new Unchanged(stub)::holds);
                int before = stub.calls();
                installation.drop("second.csv", rows("second"));
                assertThat(post(gateway)).isEqualTo(503);
                await().during(8, SECONDS).atMost(30, SECONDS).until(() -> stub.calls() == before);
                postgres = server(postgres.getPort());
                gateway.awaitThat("it sends again", () -> stub.acceptances() > before + ROWS / 8);

                for (int round = 1; round <= 3; round++) {
                    die();
                    int then = stub.acceptances();
                    postgres = server(postgres.getPort());
                    gateway.awaitThat("it sends again", () -> stub.acceptances() > then + ROWS / 8);
                }

                assertThat(post(gateway)).isEqualTo(202);
                gateway.awaitThat("the first report", () -> installation.hasReport("first.report.csv"));
                gateway.awaitThat("the second report", () -> installation.hasReport("second.report.csv"));
            }
            assertThat(stub.accepted()).hasSize(2 * ROWS + 1);
            assertThat(stub.acceptances()).isEqualTo(2 * ROWS + 1);
            JdbcTemplate ledger = new JdbcTemplate(postgres.getPostgresDatabase());
            assertThat(ledger.queryForList("SELECT state || ' ' || attempt FROM send GROUP BY 1", String.class))
                    .containsExactly("sent 1");
            assertThat(ledger.queryForObject("SELECT queued FROM account", Integer.class))
                    .isZero();
            assertThat(ledger.queryForObject("SELECT count(*) FROM history", Integer.class))
                    .isEqualTo(2 * ROWS + 1);
            assertThat(installation.output()).doesNotContain("had been given up");
        }
    }

    /** Whether the provider has been called since the last time. */
    private static final class Unchanged {

        private final ProviderStub stub;
        private int calls;

        private Unchanged(ProviderStub stub) {
            this.stub = stub;
        }

        private boolean holds() {
            int before = calls;
            calls = stub.calls();
            return before == calls;
        }
    }

    private EmbeddedPostgres server(int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(
                        Path.of("target", "postgres").toAbsolutePath().toFile())
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(port)
                .start();
    }

    private String url() {
        return postgres.getJdbcUrl("postgres", "postgres");
    }

    /** As a power cut ends it. */
    private void die() throws IOException {
        long pid = Long.parseLong(
                Files.readAllLines(data.resolve("postmaster.pid")).get(0));
        ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
        Set<ProcessHandle> all = server.descendants().collect(Collectors.toSet());
        server.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        await().until(() -> !server.isAlive() && all.stream().noneMatch(ProcessHandle::isAlive));
        // It finds nothing to stop, and lets go of the files.
        postgres.close();
    }

    private int post(GatewayProcess gateway) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.url() + "/api/v1/sends"))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"to\": \"+905301234567\", \"text\": \"by hand\"}"))
                .build();
        return client.send(request, BodyHandlers.discarding()).statusCode();
    }

    private static String rows(String name) {
        return IntStream.range(0, ROWS)
                .mapToObj(row -> "+90530%07d,The text of row %d of %s".formatted(row, row, name))
                .collect(Collectors.joining("\n", "to,text\n", "\n"));
    }
}
