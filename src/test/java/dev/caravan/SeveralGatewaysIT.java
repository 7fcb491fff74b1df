package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.caravan.api.ApiKeys;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** Two gateways on one ledger, of which one stands still for a while, and then dies and never returns. */
class SeveralGatewaysIT {

    private static final int ROWS = 400;
    private static final int FILE_ROWS = 100;
    private static final int CONCURRENCY = 4;

    /** So few that sends wait behind each other. */
    private static final int RECIPIENTS = 80;

    private final String key = ApiKeys.generate();
    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    private Path directory;

    private EmbeddedPostgres postgres;

    @BeforeEach
    void startServer() throws IOException {
        postgres = EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(
                        Path.of("target", "postgres").toAbsolutePath().toFile())
                .start();
    }

    @AfterEach
    void stopServer() throws IOException {
        postgres.close();
    }

    @Test
    void whatTheOneLeavesTheOtherSettlesAndNothingIsSentTwice() throws Exception {
        JdbcTemplate ledger = new JdbcTemplate(postgres.getPostgresDatabase());
        try (ProviderStub stub = new ProviderStub().latency(() -> 150);
                Endpoint endpoint = new Endpoint()) {
            Installation here = installation("here", stub, endpoint);
            Installation there = installation("there", stub, endpoint);
            try (GatewayProcess stays = here.start();
                    GatewayProcess dies = there.start()) {
                stays.awaitReady();
                dies.awaitReady();
                there.drop("march.csv", rows("file", FILE_ROWS));
                dies.awaitThat(
                        "its file is read",
                        () -> ledger.queryForList("SELECT 1 FROM batch WHERE state = 'read'")
                                        .size()
                                == 1);
                post(stays, rows("one", ROWS));
                post(dies, rows("other", ROWS));
                dies.awaitThat("both send", () -> stub.acceptances() > 60);

                signal(dies, "STOP");
                stays.awaitOutput("has said nothing for");
                signal(dies, "CONT");
                dies.awaitOutput("the others have settled what it was sending");
                int then = stub.acceptances();
                dies.awaitThat("both send again", () -> stub.acceptances() > then + 60);
                dies.awaitThat("the results of its calls are applied", () -> !ledger.queryForList(
                                "SELECT 1 FROM send WHERE state = 'sent' AND EXISTS (SELECT 1 FROM history"
                                        + " WHERE history.send = send.id AND history.error_code = 'interrupted')")
                        .isEmpty());
                dies.kill();
                Installation.Ended recovery = there.command(
                        Map.of(), "recover", "--since", Instant.now().toString());
                assertThat(recovery.exitCode()).as(recovery.err()).isEqualTo(4);
                assertThat(recovery.err()).contains("gateway here runs on this ledger");

                stays.awaitThat(
                        "every send has its end",
                        () -> ledger.queryForObject(
                                        "SELECT count(*) FROM send WHERE state IN ('queued', 'sending')", Long.class)
                                == 0);
                stays.awaitThat(
                        "every batch is finished",
                        () -> ledger.queryForObject("SELECT count(*) FROM batch WHERE state = 'finished'", Long.class)
                                == 3);
                List<Map<String, Object>> outcomes = ledger.queryForList(
                        "SELECT send, sequence FROM history WHERE status <> 'queued' ORDER BY send, sequence");
                stays.awaitThat("every outcome arrives", () -> outcomes.stream().allMatch(outcome -> endpoint.told()
                        .getOrDefault(outcome.get("send"), List.of())
                        .contains(outcome.get("sequence"))));
                assertThat(report(stays, "march.csv", ledger).lines()).hasSize(1 + FILE_ROWS);
                stays.terminate();
                stays.awaitEnd(Duration.ofSeconds(30));
                assertThat(ledger.queryForList("SELECT gateway FROM presence WHERE stopped = 1", String.class))
                        .containsExactly("here");
            }

            assertThat(stub.accepted().values()).containsOnly(1);
            List<Map<String, Object>> sends =
                    ledger.queryForList("SELECT id, content, state, error_code, attempt FROM send");
            assertThat(sends).hasSize(2 * ROWS + FILE_ROWS);
            assertThat(sends).allMatch(send -> send.get("attempt").equals(1));
            List<Map<String, Object>> unknown = sends.stream()
                    .filter(send -> !"sent".equals(send.get("state")))
                    .toList();
            assertThat(unknown).hasSizeBetween(1, 2 * CONCURRENCY);
            assertThat(unknown)
                    .allMatch(send -> "unknown".equals(send.get("state")))
                    .allMatch(send -> "interrupted".equals(send.get("error_code")));
            assertThat(stub.accepted()).hasSizeBetween(sends.size() - unknown.size(), sends.size());
            assertThat(endpoint.told().values())
                    .allSatisfy(sequences ->
                            assertThat(sequences.stream().distinct().toList()).isSorted());
            assertThat(ledger.queryForList(
                            "SELECT type FROM event WHERE type LIKE 'gateway-%' ORDER BY id", String.class))
                    .containsExactly("gateway-gone", "gateway-back", "gateway-gone");
            assertThat(ledger.queryForObject("SELECT queued FROM account", Long.class))
                    .isZero();
        }
    }

    private Installation installation(String name, ProviderStub stub, Endpoint endpoint) throws IOException {
        String configuration = Installation.configuration(stub, "rate: unlimited, concurrency: " + CONCURRENCY)
                + "  gateway: " + name + "\n"
                + "  outcomes: [ \"" + endpoint.uri() + "\" ]\n"
                + "  api: { keys: { hub: { sha256: \"%s\", scopes: [send, read] } } }\n".formatted(ApiKeys.sha256(key))
                + "presence: { silence: 15s }\n"
                + "spring.datasource: { url: \"%s\" }\n".formatted(postgres.getJdbcUrl("postgres", "postgres"));
        return new Installation(Files.createDirectory(directory.resolve(name)), configuration);
    }

    private static void signal(GatewayProcess gateway, String signal) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(gateway.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    private void post(GatewayProcess gateway, String rows) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.url() + "/api/v1/batches"))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "text/csv")
                .POST(BodyPublishers.ofString(rows))
                .build();
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    private String report(GatewayProcess gateway, String name, JdbcTemplate ledger)
            throws IOException, InterruptedException {
        String batch = ledger.queryForObject("SELECT id FROM batch WHERE name = ?", String.class, name);
        return gateway.get("/api/v1/batches/" + batch + "/report", key);
    }

    private static String rows(String name, int count) {
        return IntStream.range(0, count)
                .mapToObj(row -> "+90530%07d,The text of row %d of %s".formatted(row % RECIPIENTS, row, name))
                .collect(Collectors.joining("\n", "to,text\n", "\n"));
    }

    /** Gets outcomes over HTTP, and remembers which sequences came for each send, in the order they came. */
    private static final class Endpoint implements AutoCloseable {

        private final ObjectMapper json = new ObjectMapper();
        private final Map<String, List<Integer>> told = new ConcurrentHashMap<>();
        private final HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);

        private Endpoint() throws IOException {
            server.createContext("/", this::handle);
            server.start();
        }

        private String uri() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/outcomes";
        }

        private Map<String, List<Integer>> told() {
            return told;
        }

        private void handle(HttpExchange exchange) throws IOException {
            try (exchange) {
                JsonNode outcome = json.readTree(exchange.getRequestBody());
                told.compute(outcome.path("id").asText(), (send, before) -> {
                    List<Integer> sequences = before == null ? new ArrayList<>() : new ArrayList<>(before);
                    sequences.add(outcome.path("sequence").asInt());
                    return sequences;
                });
                exchange.sendResponseHeaders(204, -1);
            }
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
