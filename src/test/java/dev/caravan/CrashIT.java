package dev.caravan;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The promise of the ledger: whenever the process dies, no row is lost and none is sent twice. {@code -Dcrash.rounds}
 * is how often it is killed while it sends, {@code -Dcrash.seed} repeats the moments of an earlier run.
 */
class CrashIT {

    private static final Logger LOG = LoggerFactory.getLogger(CrashIT.class);
    private static final int ROWS = 5_000;
    private static final int CONCURRENCY = 8;
    private static final long CHUNK_BYTES = 300_000;
    private static final List<String> STARTING = List.of("Starting Caravan", "Tomcat started", "(caravan) is starting");

    @TempDir
    private Path directory;

    @Test
    void everyRowHasOneEndHoweverOftenTheGatewayIsKilled() throws Exception {
        long seed = Long.getLong("crash.seed", System.nanoTime());
        int rounds = Integer.getInteger("crash.rounds", 3);
        Random random = new Random(seed);
        LOG.info("crash.seed={} crash.rounds={}", seed, rounds);
        String file = rows();
        try (ProviderStub stub =
                new ProviderStub().latency(() -> ThreadLocalRandom.current().nextLong(11))) {
            Installation installation = new Installation(
                    directory,
                    Installation.configuration(stub, "rate: unlimited, timeout: 10s, concurrency: " + CONCURRENCY));
            installation.drop("sends.csv", file);

            try (GatewayProcess gateway = installation.start()) {
                gateway.awaitOutput("File sends.csv is batch");
                long before = installation.bytesWritten();
                long chunks = (1 + random.nextInt(3)) * CHUNK_BYTES;
                gateway.awaitThat("some rows are written", () -> installation.bytesWritten() >= before + chunks);
                killAfter(0, gateway);
            }
            try (GatewayProcess gateway = installation.start()) {
                gateway.awaitOutput("read on after row");
                killAfter(random.nextInt(100), gateway);
            }
            for (int kill : random.ints(rounds, 1, ROWS - 500).sorted().toArray()) {
                try (GatewayProcess gateway = installation.start()) {
                    gateway.awaitThat(kill + " messages are accepted", () -> stub.acceptances() >= kill);
                    killAfter(0, gateway);
                    LOG.info("{} messages were accepted", stub.acceptances());
                }
            }
            try (GatewayProcess gateway = installation.start()) {
                gateway.awaitOutput(STARTING.get(random.nextInt(STARTING.size())));
                killAfter(random.nextInt(100), gateway);
            }
            try (GatewayProcess gateway = installation.start()) {
                gateway.awaitThat("the report is written", () -> installation.hasReport("sends.report.csv"));
                gateway.terminate();
                gateway.awaitEnd(Duration.ofSeconds(30));
            }

            LedgerFile ledger = installation.ledger();
            Map<String, String> states = ledger.states();
            assertThatCountersAgree(ledger);
            assertThatEachRowHasOneEnd(ledger, states);
            assertThatStatesAgreeWithTheProvider(states, stub.accepted(), rounds + 3);
            assertThatReportAgrees(installation.report("sends.report.csv"), states);
            assertThatEveryEndHasAnOutcome(installation.output(), states);
            assertThat(installation.filesIn("work")).isEmpty();
            assertThat(installation.filesIn("inbox")).isEmpty();
            assertThat(installation.filesIn("done"))
                    .singleElement()
                    .satisfies(done -> assertThat(Files.readString(done)).isEqualTo(file));
        }
    }

    private static void killAfter(long millis, GatewayProcess gateway) throws InterruptedException {
        await().pollDelay(millis, MILLISECONDS).until(() -> true);
        gateway.kill();
        LOG.info("Killed after: {}", gateway.latest());
    }

    private static String rows() {
        return IntStream.rangeClosed(1, ROWS)
                .mapToObj(row -> "r-%1$d,+90530%1$07d,%2$s".formatted(row, text("r-" + row)))
                .collect(Collectors.joining("\n", "reference,to,text\n", "\n"));
    }

    private static String text(String reference) {
        return "The text of " + reference;
    }

    private static void assertThatCountersAgree(LedgerFile ledger) {
        assertThat(ledger.rows("SELECT state, rows_read, accepted, duplicates, rejected, unfinished FROM batch"))
                .singleElement()
                .asString()
                .isEqualTo("{state=finished, rows_read=%1$d, accepted=%1$d, duplicates=0, rejected=0, unfinished=0}"
                        .formatted(ROWS));
        assertThat(ledger.number("SELECT queued FROM account WHERE name = 'main'"))
                .isZero();
    }

    private static void assertThatEachRowHasOneEnd(LedgerFile ledger, Map<String, String> states) {
        assertThat(states).hasSize(ROWS);
        assertThat(states.values()).containsOnly("sent", "unknown");
        assertThat(ledger.number("SELECT count(*) FROM send")).isEqualTo(ROWS);
        assertThat(ledger.number("SELECT count(DISTINCT row_number) FROM send")).isEqualTo(ROWS);
        assertThat(ledger.number("SELECT count(DISTINCT send) FROM history")).isEqualTo(ROWS);
        assertThat(ledger.number("SELECT count(*) FROM history")).isEqualTo(ROWS);
    }

    private static void assertThatStatesAgreeWithTheProvider(
            Map<String, String> states, Map<String, Integer> accepted, int kills) {
        assertThat(accepted.values()).as("times a text was accepted").containsOnly(1);
        Set<String> known = states.keySet().stream().map(CrashIT::text).collect(Collectors.toSet());
        assertThat(known).containsAll(accepted.keySet());
        states.forEach((reference, state) -> {
            if (state.equals("sent")) {
                assertThat(accepted).containsKey(text(reference));
            }
        });
        long unknown = states.values().stream()
                .filter(state -> state.equals("unknown"))
                .count();
        LOG.info("{} of {} sends are unknown after {} kills", unknown, ROWS, kills);
        assertThat(unknown).isLessThanOrEqualTo((long) CONCURRENCY * kills);
    }

    private static void assertThatReportAgrees(List<NamedCsvRecord> report, Map<String, String> states) {
        assertThat(report.stream().collect(toMap(row -> row.getField("reference"), row -> row.getField("status"))))
                .isEqualTo(states);
    }

    private static void assertThatEveryEndHasAnOutcome(String output, Map<String, String> states) throws IOException {
        Set<String> told = new HashSet<>();
        for (String line : GatewayProcess.outcomes(output)) {
            JsonNode outcome = new ObjectMapper().readTree(line);
            told.add(outcome.path("reference").asText() + " "
                    + outcome.path("status").asText());
        }
        assertThat(told)
                .containsAll(states.entrySet().stream()
                        .map(state -> state.getKey() + " " + state.getValue())
                        .toList());
    }
}
