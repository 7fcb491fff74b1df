package dev.caravan;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.api.ApiKeys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One key space over file, REST and JMS: whatever comes through several doors at once is one send. */
class ThreeDoorsIT {

    private static final int REFERENCES = 1_000;
    private static final int CALLERS = 8;

    @TempDir
    private Path directory;

    @Test
    void theSameReferencesThroughAllDoorsAtOnceAreOneSendEach() throws Exception {
        String key = ApiKeys.generate();
        String broker = "tcp://127.0.0.1:" + Installation.freePort();
        try (ProviderStub stub = new ProviderStub()) {
            Installation installation = new Installation(
                    directory,
                    Installation.configuration(stub, "rate: unlimited, concurrency: 8")
                            + "  api: { keys: { hub: { sha256: \"%s\", scopes: [send] } } }\n"
                                    .formatted(ApiKeys.sha256(key))
                            + "  jms: { listen: \"%s\", user: hub, password: secret }\n".formatted(broker));
            try (GatewayProcess gateway = installation.start().awaitReady();
                    JmsClient jms = new JmsClient(broker, "hub", "secret")) {
                Map<Integer, Integer> answers = new ConcurrentHashMap<>();
                ExecutorService callers = Executors.newFixedThreadPool(CALLERS + 1);
                List<Future<?>> running = new ArrayList<>();
                for (int caller = 0; caller < CALLERS; caller++) {
                    List<Integer> order = shuffled(caller);
                    running.add(callers.submit(() -> post(gateway.url(), key, order, answers)));
                }
                running.add(callers.submit(() -> {
                    for (int reference : shuffled(CALLERS)) {
                        jms.send(jms.text(json(reference)));
                    }
                    return null;
                }));
                installation.drop("sends.csv", file());
                for (Future<?> one : running) {
                    one.get();
                }
                callers.shutdown();
                gateway.awaitThat("the report is written", () -> installation.hasReport("sends.report.csv"));
                gateway.awaitThat("every message is taken", () -> jms.count(JmsClient.SENDS) == 0);
                gateway.awaitThat("every send is accepted", () -> stub.acceptances() >= REFERENCES);

                assertThat(answers.keySet()).isSubsetOf(200, 202);
                assertThat(jms.count(JmsClient.INVALID)).isZero();
                assertThat(stub.accepted())
                        .isEqualTo(IntStream.range(0, REFERENCES)
                                .boxed()
                                .collect(toMap(ThreeDoorsIT::text, reference -> 1)));
                assertThat(installation.report("sends.report.csv"))
                        .hasSize(REFERENCES)
                        .allSatisfy(row -> assertThat(row.getField("status")).isIn("sent", "duplicate"));
            }
            assertThat(installation.ledger().states()).hasSize(REFERENCES).containsOnlyKeys(references());
        }
    }

    private static Void post(String url, String key, List<Integer> order, Map<Integer, Integer> answers)
            throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        for (int reference : order) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/api/v1/sends"))
                    .header("Authorization", "Bearer " + key)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(json(reference)))
                    .build();
            answers.merge(client.send(request, BodyHandlers.discarding()).statusCode(), 1, Integer::sum);
        }
        return null;
    }

    private static List<Integer> shuffled(int seed) {
        List<Integer> order = IntStream.range(0, REFERENCES).boxed().collect(Collectors.toList());
        Collections.shuffle(order, new Random(seed));
        return order;
    }

    private static String[] references() {
        return IntStream.range(0, REFERENCES).mapToObj(number -> "r-" + number).toArray(String[]::new);
    }

    private static String json(int reference) {
        return "{\"reference\": \"r-%d\", \"to\": \"%s\", \"text\": \"%s\"}"
                .formatted(reference, to(reference), text(reference));
    }

    private static String file() {
        return IntStream.range(0, REFERENCES)
                .mapToObj(reference -> "r-%d,%s,%s".formatted(reference, to(reference), text(reference)))
                .collect(joining("\n", "reference,to,text\n", "\n"));
    }

    private static String to(int reference) {
        return "+90530%07d".formatted(reference);
    }

    private static String text(int reference) {
        return "message " + reference;
    }
}
