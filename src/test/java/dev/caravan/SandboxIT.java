package dev.caravan;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.caravan.provider.Provider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first thing a user does: start the jar in an empty directory, with the profile sandbox. */
class SandboxIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path EXAMPLE = Path.of("examples", "sends.csv");
    private static final int ROWS = 27;
    private static final String KEY = "Key of this sandbox run: ";

    /** Where a send may be that its provider has accepted: some report further, in their time. */
    private static final List<String> ACCEPTED = List.of("sent", "delivered", "read");

    /** What the texts of the example say; every other row is accepted. */
    private static final Map<Long, String> OTHER_ENDS =
            Map.of(16L, "failed", 19L, "unknown", 21L, "failed", 23L, "rejected", 24L, "duplicate");

    @TempDir
    private Path directory;

    @Test
    void sandboxSendsItsExampleThroughEveryProviderAndWhatIsDroppedAfterwards() throws Exception {
        Installation installation = new Installation(directory);
        try (GatewayProcess gateway = installation.start(
                "--spring.profiles.active=sandbox",
                "--caravan.jms.listen=tcp://127.0.0.1:" + Installation.freePort())) {
            gateway.awaitReady();
            long ready = System.nanoTime();
            gateway.awaitThat(
                    "every row has its end", () -> ends(gateway, "sends.csv").size() == ROWS);
            assertThat(Duration.ofNanos(System.nanoTime() - ready)).isLessThan(Duration.ofSeconds(30));
            gateway.awaitThat("the report is written", () -> installation.hasReport("sends.report.csv"));
            gateway.awaitThat("the log says that the batch is finished", () -> gateway.output()
                    .contains("\"type\":\"batch-finished\""));

            assertThatEveryRowEndsAsItsTextSays(gateway);
            assertThatTheReportsSayTheSame(installation);
            awaitWhatProvidersReport(gateway);
            assertThatHealthAndMetricsTellOfTheLanes(gateway);
            assertThatTheProvidersListWhomTheySendFrom(gateway);
            assertThatTheSameFileSendsNothing(installation, gateway);
            assertThatAnotherFileIsSent(installation, gateway);

            gateway.terminate();
            gateway.awaitEnd(Duration.ofSeconds(15));
            assertThatNothingIsSaidThatMustNotBe(gateway.output());
        }
        LedgerFile ledger = installation.ledger();
        assertThat(ledger.counts("failed", "unknown")).containsExactly(2, 1);
        assertThat(ledger.number("SELECT count(*) FROM send WHERE state IN ('sent', 'delivered', 'read')"))
                .isEqualTo(23);
        assertThat(ledger.number("SELECT count(*) FROM send")).isEqualTo(26);
    }

    private static void assertThatEveryRowEndsAsItsTextSays(GatewayProcess gateway) {
        Map<Long, JsonNode> ends = ends(gateway, "sends.csv");
        for (long row = 1; row <= ROWS; row++) {
            assertThat(ends.get(row).path("status").asText()).as("row " + row).isIn(ends(row));
        }
        assertThat(ends.values().stream()
                        .filter(end -> ACCEPTED.contains(end.path("status").asText()))
                        .map(end -> end.path("provider").asText())
                        .collect(toSet()))
                .containsExactlyInAnyOrder("maytapi", "wapcrm", "express-chat", "texter", "pratikesnaf");
    }

    private static List<String> ends(long row) {
        return OTHER_ENDS.containsKey(row) ? List.of(OTHER_ENDS.get(row)) : ACCEPTED;
    }

    /** Over the same addresses as a provider's, and to the end of what it reports. */
    private static void awaitWhatProvidersReport(GatewayProcess gateway) {
        List<String> reporting = Packs.all().stream()
                .filter(provider -> provider.webhook().isPresent())
                .map(Provider::name)
                .toList();
        assertThat(reporting).isNotEmpty();
        for (String provider : reporting) {
            gateway.awaitThat(
                    "a message of " + provider + " is read", () -> ends(gateway, "sends.csv").values().stream()
                            .filter(end -> end.path("provider").asText().equals(provider))
                            .anyMatch(end -> end.path("status").asText().equals("read")));
        }
    }

    private static void assertThatTheReportsSayTheSame(Installation installation) throws IOException {
        List<NamedCsvRecord> report = installation.report("sends.report.csv");
        assertThat(report).hasSize(ROWS);
        for (int row = 1; row <= ROWS; row++) {
            assertThat(report.get(row - 1).getField("status")).as("row " + row).isIn(ends(row));
        }
        assertThat(installation.report("sends.rejected.csv")).singleElement().satisfies(row -> {
            assertThat(row.getField("reference")).isEqualTo("demo-023");
            assertThat(row.getField("line")).isEqualTo("25");
            assertThat(row.getField("reason")).startsWith("to: this is neither a number of TR");
        });
    }

    private static String key(GatewayProcess gateway) {
        return gateway.output()
                .lines()
                .filter(line -> line.contains(KEY))
                .map(line -> line.substring(line.indexOf(KEY) + KEY.length()))
                .findFirst()
                .orElseThrow();
    }

    private static void assertThatHealthAndMetricsTellOfTheLanes(GatewayProcess gateway) throws Exception {
        String key = key(gateway);
        assertThat(gateway.get("/actuator/prometheus")).contains("\"unauthenticated\"");
        assertThat(gateway.get("/actuator/health")).doesNotContain("texter");
        assertThat(read(gateway.get("/actuator/health", key))
                        .at("/components/lane/details/texter-sandbox/state")
                        .asText())
                .isEqualTo("running");
        assertThat(gateway.get("/actuator/prometheus", key))
                .contains(
                        "caravan_sends_total{account=\"maytapi-sandbox\",status=\"unknown\"} 1.0",
                        "caravan_provider_latency_seconds_count{account=\"wapcrm-sandbox\"}",
                        "caravan_lane_queued{account=\"texter-sandbox\"} 0.0",
                        "caravan_lane_paused{account=\"texter-sandbox\"} 0.0",
                        "caravan_lane_oldest_due{account=\"texter-sandbox\"} 0.0");
    }

    private static void assertThatTheProvidersListWhomTheySendFrom(GatewayProcess gateway) throws Exception {
        for (String account : List.of("maytapi-sandbox", "wapcrm-sandbox", "pratikesnaf-sandbox")) {
            JsonNode senders = read(gateway.get("/api/v1/accounts/" + account + "/senders", key(gateway)));
            assertThat(senders.path("items")).as(account + ": " + senders).isNotEmpty();
        }
    }

    private static void assertThatTheSameFileSendsNothing(Installation installation, GatewayProcess gateway)
            throws IOException {
        installation.drop("again.csv", Files.readAllBytes(EXAMPLE));
        gateway.awaitThat("the second report is written", () -> installation.hasReport("again.report.csv"));

        gateway.awaitOutput("File again.csv sends nothing: its rows repeat sends accepted before");
        Map<String, List<NamedCsvRecord>> report =
                installation.report("again.report.csv").stream().collect(groupingBy(row -> row.getField("status")));
        assertThat(report).containsOnlyKeys("duplicate", "rejected");
        assertThat(report.get("duplicate")).hasSize(26).allSatisfy(row -> assertThat(row.getField("send_id"))
                .isNotEmpty());
        assertThat(ends(gateway, "again.csv").values())
                .noneMatch(end -> end.path("attempts").asInt() > 0);
    }

    private static void assertThatAnotherFileIsSent(Installation installation, GatewayProcess gateway)
            throws IOException {
        installation.drop("mine.csv", "to,text\n+905301239999,Dropped later\n");
        gateway.awaitThat("the third report is written", () -> installation.hasReport("mine.report.csv"));

        assertThat(installation.report("mine.report.csv"))
                .singleElement()
                .satisfies(row -> assertThat(row.getField("status")).isIn(ACCEPTED));
    }

    private static void assertThatNothingIsSaidThatMustNotBe(String output) throws IOException {
        assertThat(output)
                .doesNotContain("sandbox-key", "sandbox-token", "sandbox-secret", "sandbox-product")
                .doesNotContainPattern("sandbox-(maytapi|wapcrm|texter)-reports");
        assertThat(output).doesNotContain("generated security password");
        try (CsvReader<NamedCsvRecord> rows = CsvReader.builder().ofNamedCsvRecord(EXAMPLE)) {
            for (NamedCsvRecord row : rows) {
                String digits = row.getField("to").replaceAll("\\D", "");
                assertThat(output)
                        .doesNotContainPattern("(?<![0-9A-Z])" + digits.replaceFirst("^(00)?(90|972|0)", "") + "\\b");
                assertThat(output).doesNotContain(row.getField("to"));
                row.getField("text")
                        .lines()
                        .map(line -> line.replaceFirst(".*\\{\\{\\w+}}", ""))
                        .forEach(line -> assertThat(output).doesNotContain(line));
            }
        }
        assertThat(output).doesNotContain("5301239999", "Dropped later");
    }

    /** The last outcome of each row of a file by its number, as the log tells them, of those that have come to an end. */
    private static Map<Long, JsonNode> ends(GatewayProcess gateway, String file) {
        String batch = gateway.output()
                .lines()
                .filter(line -> line.contains("File " + file + " is batch "))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .findFirst()
                .orElse("none yet");
        Map<Long, JsonNode> latest = new HashMap<>();
        for (String line : gateway.outcomes()) {
            JsonNode outcome = read(line);
            if (outcome.path("batch").asText().equals(batch)) {
                latest.put(outcome.path("row").asLong(), outcome);
            }
        }
        return latest.entrySet().stream()
                .filter(end -> !end.getValue().path("status").asText().equals("queued"))
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static JsonNode read(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException notJson) {
            throw new AssertionError("an outcome in the log is no JSON: " + line, notJson);
        }
    }
}
