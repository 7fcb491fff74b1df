package dev.caravan;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.ProviderStub.Arrival;
import dev.caravan.api.ApiKeys;
import dev.caravan.ledger.Slots;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a rate promises, seen from the provider, while the gateway is killed and started again; and who comes first.
 * Times are in microseconds since 1970-01-01T00:00Z unless their names say otherwise.
 */
class PaceIT {

    private static final Logger LOG = LoggerFactory.getLogger(PaceIT.class);
    private static final Map<String, Integer> PER_SECOND = Map.of("slow", 20, "fast", 50);
    private static final int SECONDS_AFTER_RESTART = 12;
    private static final int URGENT = 12;

    /** A busy machine is late for its starts, and one that is missed is not made up for; LanePaceTest has the true share. */
    private static final double USED_AT_LEAST = 0.5;

    @TempDir
    private Path directory;

    private final String key = ApiKeys.generate();
    private final HttpClient client = HttpClient.newHttpClient();

    /** When each urgent send was acknowledged. */
    private final Map<String, Long> acknowledged = new HashMap<>();

    @Test
    void noWindowHoldsMoreThanTheRateAndABacklogUsesItWithTheUrgentFirstAndBatchesInTurn() throws Exception {
        try (ProviderStub stub = new ProviderStub().latency(() -> 20)) {
            Installation installation = new Installation(directory, configuration(stub));
            installation.drop("fast.csv", rows("fast", "fast", 50 * 40));
            installation.drop("first.csv", rows("slow", "first", 20 * 40));
            installation.drop("second.csv", rows("slow", "second", 20 * 40));
            try (GatewayProcess gateway = installation.start()) {
                gateway.awaitThat("calls arrive", () -> arrivals(stub, "fast").size() >= 150);
                gateway.kill();
            }
            int before = arrivals(stub, "fast").size();
            try (GatewayProcess gateway = installation.start().awaitReady()) {
                gateway.awaitThat(
                        "calls arrive again", () -> arrivals(stub, "fast").size() > before + 50);
                for (int urgent = 0; urgent < URGENT; urgent++) {
                    post(gateway, "urgent-" + urgent);
                    await().pollDelay(SECONDS_AFTER_RESTART * 1_000 / URGENT, MILLISECONDS)
                            .until(() -> true);
                }
                gateway.terminate();
                gateway.awaitEnd(Duration.ofSeconds(30));
            }

            Map<String, Start> starts = starts(installation.ledger());
            PER_SECOND.forEach((account, perSecond) -> {
                long gap = SECONDS.toMicros(1) / perSecond;
                List<Long> arrived = arrivals(stub, account).stream()
                        .map(Arrival::at)
                        .sorted()
                        .toList();
                List<Long> started = starts.values().stream()
                        .filter(start -> start.account().equals(account))
                        .map(Start::at)
                        .sorted()
                        .toList();
                long delay = arrivals(stub, account).stream()
                        .mapToLong(arrival ->
                                arrival.at() - starts.get(arrival.text()).at())
                        .max()
                        .orElseThrow();
                LOG.info(
                        "{}: {} starts, ahead of the rate by at most {} ms, seen from the provider {} ms, delay {} ms, used {}",
                        account,
                        started.size(),
                        ahead(started, gap) / 1_000,
                        ahead(arrived, gap) / 1_000,
                        delay / 1_000,
                        used(arrived, gap));
                // A start is missed when it is later than that; a millisecond is what the ledger rounds to.
                assertThat(ahead(started, gap))
                        .as("starts of %s ahead of its rate", account)
                        .isLessThanOrEqualTo(Slots.LATEST_MICROS + 1_000);
                assertThat(ahead(arrived, gap))
                        .as("calls of %s ahead of its rate", account)
                        .isLessThanOrEqualTo(Slots.LATEST_MICROS + delay + 1_000);
                assertThat(used(arrived, gap))
                        .as("how much of the rate of %s is used in its best five seconds", account)
                        .isGreaterThanOrEqualTo(USED_AT_LEAST);
            });
            assertThatTheUrgentOvertake(starts);
            assertThatBatchesTakeTurns(starts);
        }
    }

    /** How many microseconds' worth of starts too many came in the worst of all windows. */
    private static long ahead(List<Long> starts, long gap) {
        long most = 0;
        long latest = Long.MIN_VALUE;
        for (int index = 0; index < starts.size(); index++) {
            long late = starts.get(index) - index * gap;
            latest = Math.max(latest, late);
            most = Math.max(most, latest - late);
        }
        return most;
    }

    /** The share of the rate that was used in the best five seconds. */
    private static double used(List<Long> starts, long gap) {
        int count = (int) (SECONDS.toMicros(5) / gap);
        long fastest = IntStream.range(0, starts.size() - count)
                .mapToLong(index -> starts.get(index + count) - starts.get(index))
                .min()
                .orElseThrow();
        return (double) count * gap / fastest;
    }

    private static List<Arrival> arrivals(ProviderStub stub, String account) {
        return stub.arrivals().stream()
                .filter(arrival -> arrival.account().equals(account))
                .toList();
    }

    /** When a send was claimed: its only attempt, as none is made twice. */
    private record Start(String account, long at) {}

    private static Map<String, Start> starts(LedgerFile ledger) {
        return ledger
                .rows("SELECT reference, account, started_at FROM history JOIN send ON send.id = history.send"
                        + " WHERE started_at IS NOT NULL")
                .stream()
                .collect(toMap(
                        row -> "text of " + row.get("reference"),
                        row -> new Start(
                                (String) row.get("account"),
                                MILLISECONDS.toMicros(((Number) row.get("started_at")).longValue()))));
    }

    /** Once an urgent send was acknowledged, no more than one that was being claimed goes before it. */
    private void assertThatTheUrgentOvertake(Map<String, Start> starts) {
        acknowledged.forEach((reference, at) -> {
            Start start = starts.get("text of " + reference);
            assertThat(start).as(reference).isNotNull();
            assertThat(starts.entrySet().stream()
                            .filter(other -> !other.getKey().contains("urgent")
                                    && other.getValue().account().equals("slow")
                                    && other.getValue().at() > at
                                    && other.getValue().at() < start.at()))
                    .as("what went before %s", reference)
                    .hasSizeLessThanOrEqualTo(1);
        });
    }

    private static void assertThatBatchesTakeTurns(Map<String, Start> starts) {
        List<String> order = starts.entrySet().stream()
                .filter(start ->
                        start.getKey().contains("first-") || start.getKey().contains("second-"))
                .sorted(Comparator.comparingLong(start -> start.getValue().at()))
                .map(start -> start.getKey().contains("first-") ? "first" : "second")
                .toList();
        List<String> both = order.subList(Math.max(order.indexOf("first"), order.indexOf("second")), order.size());
        for (int from = 0; from + 50 <= both.size(); from++) {
            assertThat(Collections.frequency(both.subList(from, from + 50), "first"))
                    .as("sends of the first batch among fifty of both")
                    .isBetween(20, 30);
        }
    }

    private void post(GatewayProcess gateway, String reference) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.url() + "/api/v1/sends"))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        ("{\"reference\": \"%1$s\", \"account\": \"slow\", \"priority\": \"high\","
                                        + " \"to\": \"+905301234567\", \"text\": \"text of %1$s\"}")
                                .formatted(reference)))
                .build();
        assertThat(client.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(202);
        acknowledged.put(reference, MILLISECONDS.toMicros(System.currentTimeMillis()));
    }

    private String configuration(ProviderStub stub) {
        String accounts = PER_SECOND.entrySet().stream()
                .map(rate ->
                        ("    %s: { provider: maytapi, base-url: \"%s\", rate: %d/1s, concurrency: 8, timeout: 10s,"
                                        + " settings: { product-id: p, phone-id: \"1\", api-key: k } }\n")
                                .formatted(rate.getKey(), stub.url(rate.getKey()), rate.getValue()))
                .collect(joining());
        return "caravan:\n  accounts:\n" + accounts
                + "  api: { keys: { hub: { sha256: \"%s\", scopes: [send] } } }\n".formatted(ApiKeys.sha256(key))
                + Installation.QUICK_INBOX;
    }

    private static String rows(String account, String batch, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(row -> "%1$s-%2$d,%3$s,+90530%2$07d,text of %1$s-%2$d".formatted(batch, row, account))
                .collect(joining("\n", "reference,account,to,text\n", "\n"));
    }
}
