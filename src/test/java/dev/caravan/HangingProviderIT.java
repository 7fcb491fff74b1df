package dev.caravan;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.ProviderStub.Arrival;
import dev.caravan.ProviderStub.Fate;
import dev.caravan.api.ApiKeys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A lane stands alone: a provider that takes messages and never answers holds up nobody else. */
class HangingProviderIT {

    private static final Logger LOG = LoggerFactory.getLogger(HangingProviderIT.class);
    private static final List<String> WELL = List.of("one", "two", "three", "four");
    private static final String HANGING = "hanging";
    private static final int CONCURRENCY = 4;
    private static final int ROWS = 200;
    private static final int POSTS = 1_000;
    private static final int POSTS_PER_SECOND = 100;

    /** What a machine with other things to do adds to a wait, which is a few milliseconds. */
    private static final long NOISE_MICROS = 20_000;

    @TempDir
    private Path directory;

    private final String key = ApiKeys.generate();

    @Test
    void theOtherAccountsSendAsFastWhileOneProviderHangs() throws Exception {
        try (ProviderStub stub = new ProviderStub()
                .latency(() -> 20)
                .fates((text, call) -> text.startsWith(HANGING) ? Fate.UNANSWERED : Fate.ACCEPTED)) {
            Installation installation = new Installation(directory, configuration(stub));
            try (GatewayProcess gateway = installation.start().awaitReady()) {
                sendFile("first", installation, gateway);
                post("cold", gateway, stub);
                Measured alone = post("alone", gateway, stub);

                installation.drop(HANGING + ".csv", rows(HANGING, List.of(HANGING)));
                gateway.awaitThat(
                        "its calls hang",
                        () -> stub.arrivals().stream()
                                        .filter(call -> call.account().equals(HANGING))
                                        .count()
                                == CONCURRENCY);
                Measured beside = post("beside", gateway, stub);
                sendFile("second", installation, gateway);

                LOG.info("Four accounts alone: {}; beside one that hangs: {}", alone, beside);
                assertThat(beside.perSecond()).isGreaterThan(0.9 * alone.perSecond());
                assertThat(beside.p99Micros()).isLessThan(alone.p99Micros() * 11 / 10 + NOISE_MICROS);
                int well = 2 * WELL.size() * ROWS + 3 * POSTS;
                assertThat(stub.calls()).isEqualTo(well + CONCURRENCY);
                assertThat(installation.ledger().counts("sent", "sending", "queued"))
                        .containsExactly(well, CONCURRENCY, ROWS - CONCURRENCY);
                assertThat(gateway.get("/actuator/health/readiness")).contains("UP");
                assertThat(gateway.get("/actuator/health/liveness")).contains("UP");
            }
        }
    }

    private static void sendFile(String name, Installation installation, GatewayProcess gateway) throws Exception {
        installation.drop(name + ".csv", rows(name, WELL));
        String report = name + ".report.csv";
        gateway.awaitThat("the report is written", () -> installation.hasReport(report));

        assertThat(installation.report(report))
                .hasSize(WELL.size() * ROWS)
                .allSatisfy(row -> assertThat(row.getField("status")).isEqualTo("sent"));
    }

    /**
     * How the accounts that are well are served.
     *
     * @param perSecond calls that arrived, over all accounts
     * @param p99Micros of the waits from the post of a send until its call arrived, in microseconds
     */
    private record Measured(double perSecond, long p99Micros) {}

    /** Posts sends for the accounts in turn, at an even pace. */
    private Measured post(String name, GatewayProcess gateway, ProviderStub stub) throws InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        Map<String, Long> posted = new ConcurrentHashMap<>();
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        for (int number = 0; number < POSTS; number++) {
            String account = WELL.get(number % WELL.size());
            String text = name + ' ' + number;
            String to = "+90531%07d".formatted(number);
            HttpRequest request = HttpRequest.newBuilder(URI.create(gateway.url() + "/api/v1/sends"))
                    .header("Authorization", "Bearer " + key)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(
                            "{\"account\": \"%s\", \"to\": \"%s\", \"text\": \"%s\"}".formatted(account, to, text)))
                    .build();
            clock.schedule(
                    () -> {
                        posted.put(text, ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
                        client.sendAsync(request, BodyHandlers.discarding());
                    },
                    TimeUnit.SECONDS.toMicros(number) / POSTS_PER_SECOND,
                    TimeUnit.MICROSECONDS);
        }
        gateway.awaitThat(
                "everything posted arrives", () -> arrivals(name, stub).size() == POSTS);
        clock.shutdown();
        List<Arrival> arrivals = arrivals(name, stub);
        long[] waits = arrivals.stream()
                .mapToLong(arrival -> arrival.at() - posted.get(arrival.text()))
                .sorted()
                .toArray();
        long micros = arrivals.get(POSTS - 1).at() - arrivals.get(0).at();
        return new Measured(POSTS * 1e6 / micros, waits[POSTS * 99 / 100]);
    }

    private static List<Arrival> arrivals(String name, ProviderStub stub) {
        return stub.arrivals().stream()
                .filter(arrival -> arrival.text().startsWith(name))
                .toList();
    }

    private String configuration(ProviderStub stub) {
        return Stream.concat(WELL.stream(), Stream.of(HANGING))
                .map(account -> ("    %s: { provider: maytapi, base-url: \"%s\", rate: 100/1s, concurrency: %d,"
                                + " timeout: 5m, settings: { product-id: p, phone-id: \"1\", api-key: k } }\n")
                        .formatted(account, stub.url(account), CONCURRENCY))
                .collect(joining(
                        "",
                        "caravan:\n  api: { keys: { hub: { sha256: \"%s\", scopes: [send] } } }\n  accounts:\n"
                                .formatted(ApiKeys.sha256(key)),
                        Installation.QUICK_INBOX));
    }

    private static String rows(String name, List<String> accounts) {
        return IntStream.range(0, ROWS)
                .boxed()
                .flatMap(row -> accounts.stream()
                        .map(account -> "%s,+90530%07d,%s %s %d".formatted(account, row, name, account, row)))
                .collect(joining("\n", "account,to,text\n", "\n"));
    }
}
