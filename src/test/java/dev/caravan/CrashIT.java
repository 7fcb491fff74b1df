package dev.caravan;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.caravan.ProviderStub.Fate;
import dev.caravan.api.ApiKeys;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The promise of the ledger, from outside: whenever the process dies, nothing accepted is lost and nothing is sent
 * twice. Sends come in by file, REST and JMS at once, to a provider that refuses, cuts and stays silent now and then, and
 * the gateway is killed at random moments. {@code -Dcrash.rounds} is how often, {@code -Dcrash.seed} repeats the moments
 * and the provider's answers of an earlier run.
 */
class CrashIT {

    private static final Logger LOG = LoggerFactory.getLogger(CrashIT.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** As README asks for, and as a broker has it by default. */
    private static final int DELIVERIES = 10;

    private static final int FILE_ROWS = 500;
    private static final int CALLERS = 2;
    private static final int CALLS = 40;
    private static final int BATCH_ROWS = 40;
    private static final int MESSAGES = 30;
    private static final int PER_MESSAGE = 3;

    /** So few that some get several messages of each file. */
    private static final int RECIPIENTS = 300;

    /** The accounts: the second one would rather send twice than never. */
    private static final Map<String, Integer> CONCURRENCY = Map.of("main", 8, "again", 4);

    /** What becomes of the first calls; the others are accepted. */
    private static final Map<Fate, Integer> PER_THOUSAND = new EnumMap<>(Map.of(
            Fate.BUSY, 25,
            Fate.THROTTLED, 2,
            Fate.REFUSED, 18,
            Fate.CUT_BEFORE, 8,
            Fate.CUT_AFTER, 8,
            Fate.BROKEN, 8,
            Fate.UNANSWERED, 2));

    private static final List<String> STARTING = List.of("Starting Caravan", "Tomcat started", "(caravan) is starting");

    /** What the gateway is to be about when it is killed. */
    private enum Moment {
        STARTING,
        INTAKE,
        SENDING,
        RETRYING,
        REPORTING,
        ANY
    }

    @TempDir
    private Path directory;

    private final long seed = Long.getLong("crash.seed", System.nanoTime());
    private final int rounds = Integer.getInteger("crash.rounds", 6);
    private final Random random = new Random(seed);
    private final String key = ApiKeys.generate();
    private final Set<String> accepted = new HashSet<>();
    private final Set<String> toBeAnswered = new HashSet<>();
    private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS + 1);
    private final List<Future<?>> calls = new ArrayList<>();

    /** Where the gateway is; null while there is none. */
    private volatile String url;

    @Test
    void everythingAcceptedHasOneEndHoweverOftenTheGatewayIsKilled() throws Exception {
        LOG.info("crash.seed={} crash.rounds={}", seed, rounds);
        try (ProviderStub stub = new ProviderStub()
                        .latency(() -> ThreadLocalRandom.current().nextLong(11))
                        .fates(this::fate);
                ArtemisProcess broker = ArtemisProcess.start(directory, Math.max(DELIVERIES, rounds + 3));
                JmsClient jms = broker.client()) {
            Installation installation = new Installation(directory, configuration(stub));
            for (int round = 1; round <= rounds; round++) {
                comeIn(round, installation, jms);
                try (GatewayProcess gateway = start(installation, broker)) {
                    Moment moment = Moment.values()[(round + (int) (seed & 7)) % Moment.values().length];
                    awaitMoment(moment, round, gateway, installation, stub);
                    await().pollDelay(random.nextInt(60), MILLISECONDS).until(() -> true);
                    // Somebody else may be given its port.
                    url = null;
                    gateway.kill();
                    LOG.info("Killed ({}) after {} acceptances: {}", moment, stub.acceptances(), gateway.latest());
                }
            }
            try (GatewayProcess gateway = start(installation, broker)) {
                for (Future<?> call : calls) {
                    gateway.awaitThat("every call is answered", call::isDone);
                    call.get();
                }
                gateway.awaitThat("every message is taken", () -> jms.count(JmsClient.SENDS) == 0);
                for (int round = 1; round <= rounds; round++) {
                    String report = name(round) + ".report.csv";
                    gateway.awaitThat("the report is written", () -> installation.hasReport(report));
                }
                LedgerFile ledger = installation.ledger();
                gateway.awaitThat(
                        "every send has its end",
                        () -> ledger.number("SELECT count(*) FROM send WHERE state IN ('queued', 'sending')") == 0);
                gateway.awaitThat("every outcome is told", () -> told().keySet()
                        .containsAll(written(ledger).keySet()));
                assertThatEveryMessageIsAnswered(gateway, jms);
                gateway.terminate();
                gateway.awaitEnd(Duration.ofSeconds(30));
            } finally {
                callers.shutdownNow();
            }

            LedgerFile ledger = installation.ledger();
            List<Map<String, Object>> sends = ledger.rows("SELECT id, reference, account, state, error_code,"
                    + " (SELECT count(*) FROM history WHERE send = send.id AND error_class = 'unknown') AS doubts"
                    + " FROM send");
            assertThat(sends).extracting(send -> send.get("reference")).containsExactlyInAnyOrderElementsOf(accepted);
            assertThatCountersAgree(ledger);
            assertThatStatesAgreeWithTheProvider(sends, stub);
            assertThatFewAreInterrupted(ledger);
            assertThatRecipientsGetTheirsInOrder(ledger);
            assertThatReportsAgree(installation, sends);
            assertThatOutcomesAgree(ledger, sends);
            assertThat(installation.filesIn("work")).isEmpty();
            assertThat(installation.filesIn("inbox")).isEmpty();
            assertThat(installation.filesIn("done")).hasSize(rounds);
            assertThat(jms.count("DLQ")).isZero();
            assertThat(jms.count(JmsClient.INVALID)).isLessThanOrEqualTo(0);
        }
    }

    private GatewayProcess start(Installation installation, ArtemisProcess broker) throws IOException {
        GatewayProcess gateway = installation.start(broker.arguments().toArray(String[]::new));
        url = gateway.url();
        return gateway;
    }

    private String configuration(ProviderStub stub) {
        String account =
                "      { provider: maytapi, base-url: \"%s\", settings: { product-id: p, phone-id: \"1\", api-key: k },"
                        + " rate: unlimited, timeout: 2s, concurrency: %d, on-unknown: %s }\n";
        return "caravan:\n  default-account: main\n  accounts:\n    main:\n"
                + account.formatted(stub.url("main"), CONCURRENCY.get("main"), "hold")
                + "    again:\n"
                + account.formatted(stub.url("again"), CONCURRENCY.get("again"), "retry")
                + "  api: { keys: { hub: { sha256: \"%s\", scopes: [send] } } }\n".formatted(ApiKeys.sha256(key))
                + "  outcomes: [ \"file:.?fileName=outcomes.jsonl&fileExist=Append&appendChars=%0A\" ]\n"
                + Installation.QUICK_INBOX;
    }

    /** The same for the same seed, whatever order the calls come in. */
    private Fate fate(String text, int call) {
        int thousandth = new Random(Objects.hash(seed, text, call)).nextInt(1_000);
        if (call > 1) {
            return thousandth < 100 ? Fate.BUSY : thousandth < 110 ? Fate.CUT_AFTER : Fate.ACCEPTED;
        }
        for (Map.Entry<Fate, Integer> share : PER_THOUSAND.entrySet()) {
            thousandth -= share.getValue();
            if (thousandth < 0) {
                return share.getKey();
            }
        }
        return Fate.ACCEPTED;
    }

    /** Drops a file, sends messages, and lets callers repeat their requests until they are answered. */
    private void comeIn(int round, Installation installation, JmsClient jms) throws Exception {
        List<String> rows = references(round, "row", FILE_ROWS);
        installation.drop(
                name(round) + ".csv",
                rows.stream()
                        .map(reference ->
                                "%s,%s,%s,%s".formatted(reference, account(reference), to(reference), text(reference)))
                        .collect(joining("\n", "reference,account,to,text\n", "\n")));
        accepted.addAll(rows);
        for (int message = 0; message < MESSAGES; message++) {
            List<String> references = references(round, "message" + message, PER_MESSAGE);
            TextMessage sends = jms.text(references.stream().map(CrashIT::json).collect(joining(",", "[", "]")));
            sends.setJMSReplyTo(jms.session().createQueue("answers"));
            jms.send(sends);
            accepted.addAll(references);
            toBeAnswered.addAll(references);
        }
        for (int caller = 0; caller < CALLERS; caller++) {
            List<String> references = references(round, "call" + caller, CALLS);
            accepted.addAll(references);
            calls.add(callers.submit(() -> {
                references.forEach(reference -> post("sends", "application/json", null, json(reference)));
            }));
        }
        List<String> batch = references(round, "batch", BATCH_ROWS);
        accepted.addAll(batch);
        String lines = batch.stream().map(CrashIT::json).collect(joining("\n"));
        calls.add(callers.submit(() -> post("batches", "application/x-ndjson", name(round), lines)));
    }

    /** Until there is an answer; whether an earlier request got through, the caller cannot know. */
    private void post(String path, String type, String idempotencyKey, String body) {
        HttpClient client = HttpClient.newHttpClient();
        await(path + " is answered")
                .atMost(Duration.ofMinutes(10))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    String gateway = url;
                    if (gateway == null) {
                        return false;
                    }
                    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway + "/api/v1/" + path))
                            .timeout(Duration.ofSeconds(10))
                            .header("Authorization", "Bearer " + key)
                            .header("Content-Type", type)
                            .POST(BodyPublishers.ofString(body));
                    if (idempotencyKey != null) {
                        request.header("Idempotency-Key", idempotencyKey);
                    }
                    try {
                        int status = client.send(request.build(), BodyHandlers.discarding())
                                .statusCode();
                        assertThat(status).isIn(200, 202, 503);
                        return status != 503;
                    } catch (IOException killed) {
                        return false;
                    }
                });
    }

    private void awaitMoment(
            Moment moment, int round, GatewayProcess gateway, Installation installation, ProviderStub stub)
            throws IOException {
        int acceptances = stub.acceptances() + 20 + random.nextInt(400);
        int repetitions = stub.repetitions() + 1 + random.nextInt(10);
        long outcomes = size(outcomes()) + random.nextInt(100_000);
        switch (moment) {
            case STARTING -> gateway.awaitOutput(STARTING.get(random.nextInt(STARTING.size())));
            case INTAKE -> gateway.awaitOutput("File " + name(round) + ".csv is batch");
            case SENDING ->
                gateway.awaitThat(
                        "messages are accepted",
                        () -> stub.acceptances() >= acceptances || installation.hasReport(name(round) + ".report.csv"));
            case RETRYING ->
                gateway.awaitThat(
                        "sends are repeated",
                        () -> stub.repetitions() >= repetitions || installation.hasReport(name(round) + ".report.csv"));
            case REPORTING ->
                gateway.awaitThat(
                        "outcomes are told",
                        () -> size(outcomes()) > outcomes || installation.hasReport(name(round) + ".report.csv"));
            case ANY ->
                await().pollDelay(2_000 + random.nextInt(12_000), MILLISECONDS)
                        .atMost(60_000, MILLISECONDS)
                        .until(() -> true);
        }
    }

    private Path outcomes() {
        return directory.resolve("outcomes.jsonl");
    }

    private static long size(Path file) throws IOException {
        return Files.exists(file) ? Files.size(file) : 0;
    }

    private static String name(int round) {
        return "round-" + round;
    }

    private static List<String> references(int round, String door, int count) {
        return IntStream.range(0, count)
                .mapToObj(number -> "%d-%s-%d".formatted(round, door, number))
                .toList();
    }

    private static String account(String reference) {
        return (reference.hashCode() & 1) == 0 ? "main" : "again";
    }

    private static String to(String reference) {
        return "+90530%07d".formatted((reference.hashCode() & Integer.MAX_VALUE) % RECIPIENTS);
    }

    private static String text(String reference) {
        return "The text of " + reference;
    }

    private static String json(String reference) {
        return "{\"reference\": \"%s\", \"account\": \"%s\", \"to\": \"%s\", \"text\": \"%s\"}"
                .formatted(reference, account(reference), to(reference), text(reference));
    }

    private void assertThatEveryMessageIsAnswered(GatewayProcess gateway, JmsClient jms) throws Exception {
        Set<String> answered = new HashSet<>();
        try (MessageConsumer consumer =
                jms.session().createConsumer(jms.session().createQueue("answers"))) {
            gateway.awaitThat("every message is answered", () -> {
                Message answer = consumer.receive(1_000);
                while (answer != null) {
                    JsonNode outcome = JSON.readTree(((TextMessage) answer).getText());
                    assertThat(outcome.path("status").asText()).isIn("sent", "failed", "unknown");
                    answered.add(outcome.path("reference").asText());
                    answer = consumer.receiveNoWait();
                }
                return answered.size() >= toBeAnswered.size();
            });
        }
        assertThat(answered).isEqualTo(toBeAnswered);
    }

    private void assertThatCountersAgree(LedgerFile ledger) {
        assertThat(ledger.rows("SELECT state, rows_read, accepted + duplicates AS kept, rejected, unfinished FROM batch"
                        + " WHERE name LIKE 'round-%'"))
                .hasSize(rounds)
                .allSatisfy(batch -> assertThat(batch)
                        .hasToString(
                                "{state=finished, rows_read=%1$d, kept=%1$d, rejected=0, unfinished=0}", FILE_ROWS));
        assertThat(ledger.number("SELECT sum(unfinished) FROM batch")).isZero();
        assertThat(ledger.number("SELECT sum(queued) FROM account")).isZero();
        assertThat(ledger.number("SELECT count(*) FROM reply")).isZero();
    }

    private void assertThatStatesAgreeWithTheProvider(List<Map<String, Object>> sends, ProviderStub stub) {
        Map<String, Integer> times = new HashMap<>(stub.accepted());
        for (Map<String, Object> send : sends) {
            String text = text((String) send.get("reference"));
            int accepted = times.getOrDefault(text, 0);
            times.remove(text);
            boolean retried = "again".equals(send.get("account"));
            int doubts = ((Number) send.get("doubts")).intValue();
            int allowed = retried ? 1 + doubts : 1;
            assertThat(accepted).as("%s was accepted", send).isLessThanOrEqualTo(allowed);
            switch ((String) send.get("state")) {
                case "sent" -> assertThat(accepted).as("%s was accepted", send).isPositive();
                case "failed" ->
                    assertThat(accepted).as("%s was accepted", send).isLessThanOrEqualTo(doubts);
                case "unknown" -> {
                    assertThat(retried).as("%s stays unknown", send).isFalse();
                    boolean doubt = IntStream.rangeClosed(1, stub.called().getOrDefault(text, 0))
                            .anyMatch(call -> fate(text, call).leavesDoubt());
                    assertThat("interrupted".equals(send.get("error_code")) || doubt)
                            .as("%s has a reason to be unknown", send)
                            .isTrue();
                }
                default -> throw new AssertionError("no end: " + send);
            }
        }
        assertThat(times).as("texts that nobody sent").isEmpty();
    }

    /** A start settles at one time what the kill before it interrupted. */
    private void assertThatFewAreInterrupted(LedgerFile ledger) {
        Set<Object> kills = new HashSet<>();
        CONCURRENCY.forEach((account, concurrency) -> {
            List<Map<String, Object>> starts = ledger.rows(
                    "SELECT history.at AS at, count(*) AS interrupted FROM history JOIN send ON send.id = history.send"
                            + " WHERE history.error_code = 'interrupted' AND account = '" + account
                            + "' GROUP BY history.at ORDER BY history.at");
            LOG.info("Attempts of account {} that {} kills interrupted: {}", account, rounds, starts);
            assertThat(starts).allSatisfy(start -> assertThat(((Number) start.get("interrupted")).intValue())
                    .isLessThanOrEqualTo(concurrency));
            starts.forEach(start -> kills.add(start.get("at")));
        });
        if (rounds >= Moment.values().length) {
            assertThat(kills)
                    .as("starts after kills that interrupted something")
                    .isNotEmpty();
        }
        assertThat(kills).hasSizeLessThanOrEqualTo(rounds);
    }

    /** Of the rows of a file: no attempt before the last one of a row ahead of it. */
    private static void assertThatRecipientsGetTheirsInOrder(LedgerFile ledger) {
        Map<String, Long> latest = new HashMap<>();
        for (Map<String, Object> row :
                ledger.rows("SELECT reference, send.batch || ' ' || account || ' ' || recipient AS queue,"
                        + " min(started_at) AS first, max(started_at) AS last FROM send JOIN history ON history.send = send.id"
                        + " WHERE reference LIKE '%-row-%' AND started_at IS NOT NULL"
                        + " GROUP BY send.id ORDER BY send.batch, send.row_number")) {
            String queue = (String) row.get("queue");
            assertThat(((Number) row.get("first")).longValue())
                    .as("the first attempt of %s in %s", row.get("reference"), queue)
                    .isGreaterThanOrEqualTo(latest.getOrDefault(queue, 0L));
            latest.merge(queue, ((Number) row.get("last")).longValue(), Math::max);
        }
        assertThat(latest)
                .hasSizeLessThan((int) ledger.number("SELECT count(*) FROM send WHERE reference LIKE '%-row-%'"));
    }

    private void assertThatReportsAgree(Installation installation, List<Map<String, Object>> sends) throws IOException {
        Map<String, String> states = sends.stream()
                .filter(send -> ((String) send.get("reference")).contains("-row-"))
                .collect(toMap(send -> (String) send.get("reference"), send -> (String) send.get("state")));
        Map<String, String> reported = new HashMap<>();
        for (int round = 1; round <= rounds; round++) {
            List<NamedCsvRecord> report = installation.report(name(round) + ".report.csv");
            assertThat(report).hasSize(FILE_ROWS);
            report.forEach(row -> reported.put(row.getField("reference"), row.getField("status")));
        }
        assertThat(reported).isEqualTo(states);
    }

    /** At least once each, and per send in order; the latest tells the send's state. */
    private void assertThatOutcomesAgree(LedgerFile ledger, List<Map<String, Object>> sends) throws IOException {
        assertThat(told()).isEqualTo(written(ledger));
        Map<String, List<JsonNode>> bySend = outcomeLines().stream()
                .collect(groupingBy(line -> line.path("id").asText()));
        for (Map<String, Object> send : sends) {
            List<JsonNode> lines = bySend.get((String) send.get("id"));
            int most = 0;
            for (JsonNode line : lines) {
                int sequence = line.path("sequence").asInt();
                assertThat(sequence).as("the order of %s", lines).isLessThanOrEqualTo(most + 1);
                most = Math.max(most, sequence);
            }
            assertThat(lines.get(lines.size() - 1).path("status").asText())
                    .as("the latest of %s", lines)
                    .isEqualTo(send.get("state"));
        }
    }

    /** What the endpoint was told of sends: each status by its event. */
    private Map<String, String> told() throws IOException {
        Map<String, String> told = new LinkedHashMap<>();
        for (JsonNode line : outcomeLines()) {
            told.put(line.path("eventId").asText(), line.path("status").asText());
        }
        return told;
    }

    private static Map<String, String> written(LedgerFile ledger) {
        return ledger
                .rows("SELECT send || '-' || sequence AS event, status FROM history WHERE status <> 'duplicate'")
                .stream()
                .collect(toMap(row -> (String) row.get("event"), row -> (String) row.get("status")));
    }

    /** One that was being appended at a kill may lack its end of line. */
    private List<JsonNode> outcomeLines() throws IOException {
        try (MappingIterator<JsonNode> lines =
                JSON.readerFor(JsonNode.class).readValues(outcomes().toFile())) {
            return lines.readAll().stream()
                    .filter(line -> !line.path("status").asText().equals("duplicate"))
                    .toList();
        }
    }
}
