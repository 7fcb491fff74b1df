package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.api.ApiKeys;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Enumeration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The REST door of a whole gateway, under what only a process of its own can be put under. */
class RestDoorIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LINES = 500_000;
    private static final int LINES_AT_ONCE = 5_000;
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String SEND = "{\"reference\": \"r-1\", \"to\": \"+905301234567\", \"text\": \"Hello\"}";

    private final String key = ApiKeys.generate();

    @TempDir
    private Path directory;

    @Test
    void halfAMillionLinesNeedNoMemoryForAllOfThem() throws Exception {
        try (ProviderStub stub = new ProviderStub();
                GatewayProcess gateway = gateway(stub).start()) {
            gateway.awaitReady();

            HttpResponse<String> answer =
                    post(gateway, "/api/v1/batches", "text/csv", BodyPublishers.ofInputStream(this::lines));

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
            assertThat(JSON.readTree(answer.body()).path("accepted").asInt()).isEqualTo(LINES);
        }
    }

    @Test
    void aLedgerThatIsAwayIsSaidAndLosesNothing() throws Exception {
        try (ProviderStub stub = new ProviderStub()) {
            Installation installation = gateway(stub);
            try (GatewayProcess gateway = installation.start()) {
                gateway.awaitReady();
                Path file = installation.home().resolve("ledger").resolve("caravan.db");
                try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file + "?busy_timeout=10000");
                        Statement statement = other.createStatement()) {
                    lock(statement);
                    HttpResponse<String> away =
                            post(gateway, "/api/v1/sends", "application/json", BodyPublishers.ofString(SEND));
                    statement.execute("ROLLBACK");

                    assertThat(away.statusCode()).isEqualTo(503);
                    assertThat(away.headers().firstValue("Retry-After")).isPresent();
                    assertThat(problem(away).path("code").asText()).isEqualTo("ledger-away");
                }
                HttpResponse<String> back =
                        post(gateway, "/api/v1/sends", "application/json", BodyPublishers.ofString(SEND));

                assertThat(back.statusCode()).as("nothing had been stored").isEqualTo(202);
                gateway.awaitThat("its outcome carries the caller's trace", () -> gateway.outcomes().stream()
                        .anyMatch(outcome -> outcome.contains(TRACE)));
            }
        }
    }

    @Test
    void withoutAnAccountNothingIsAccepted() throws Exception {
        Installation installation = new Installation(directory, "caravan:\n" + keys());
        try (GatewayProcess gateway = installation.start()) {
            gateway.awaitReady();

            HttpResponse<String> refused =
                    post(gateway, "/api/v1/sends", "application/json", BodyPublishers.ofString(SEND));

            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(problem(refused).path("code").asText()).isEqualTo("no-account");
        }
    }

    private static void lock(Statement statement) throws SQLException {
        statement.execute("BEGIN EXCLUSIVE");
    }

    private Installation gateway(ProviderStub stub) throws IOException {
        return new Installation(directory, Installation.configuration(stub, "rate: 1/1d") + keys());
    }

    private String keys() {
        return "  api: { keys: { hub: { sha256: \"%s\", scopes: [send] } } }\n".formatted(ApiKeys.sha256(key));
    }

    private HttpResponse<String> post(GatewayProcess gateway, String path, String type, BodyPublisher body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.url() + path))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", type)
                .header("traceparent", TRACE)
                .POST(body)
                .build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    }

    private static JsonNode problem(HttpResponse<String> answer) throws IOException {
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        return JSON.readTree(answer.body());
    }

    /** A CSV body that is made while it is sent. */
    private InputStream lines() {
        return new SequenceInputStream(new Enumeration<>() {
            private int next = -1;

            @Override
            public boolean hasMoreElements() {
                return next < LINES;
            }

            @Override
            public InputStream nextElement() {
                StringBuilder text = new StringBuilder();
                if (next < 0) {
                    text.append("reference,to,text\n");
                    next = 0;
                } else {
                    IntStream.range(next, next + LINES_AT_ONCE)
                            .forEach(row ->
                                    text.append("r-%1$d,+90530%1$07d,Your order %1$d has shipped.\n".formatted(row)));
                    next += LINES_AT_ONCE;
                }
                return new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.UTF_8));
            }
        });
    }
}
