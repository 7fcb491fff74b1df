package dev.caravan;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.ProviderStub.Fate;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lane stands alone: a provider that takes messages and never answers holds up nobody else. */
class HangingProviderIT {

    private static final List<String> WELL = List.of("one", "two", "three", "four");
    private static final String HANGING = "hanging";
    private static final int CONCURRENCY = 4;
    private static final int ROWS = 200;

    @TempDir
    private Path directory;

    @Test
    void theOtherAccountsSendEverythingWhileOneProviderHangs() throws Exception {
        try (ProviderStub stub = new ProviderStub()
                .latency(() -> 20)
                .fates((text, call) -> text.startsWith(HANGING) ? Fate.UNANSWERED : Fate.ACCEPTED)) {
            Installation installation = new Installation(directory, configuration(stub));
            try (GatewayProcess gateway = installation.start().awaitReady()) {
                installation.drop(HANGING + ".csv", rows(List.of(HANGING)));
                gateway.awaitThat("its calls hang", () -> stub.calls() == CONCURRENCY);
                installation.drop("well.csv", rows(WELL));
                gateway.awaitThat("the others' report is written", () -> installation.hasReport("well.report.csv"));

                assertThat(installation.report("well.report.csv"))
                        .hasSize(WELL.size() * ROWS)
                        .allSatisfy(row -> assertThat(row.getField("status")).isEqualTo("sent"));
                assertThat(stub.calls()).isEqualTo(WELL.size() * ROWS + CONCURRENCY);
                assertThat(installation.ledger().counts("sent", "sending", "queued"))
                        .containsExactly(WELL.size() * ROWS, CONCURRENCY, ROWS - CONCURRENCY);
                assertThat(gateway.get("/actuator/health/readiness")).contains("UP");
                assertThat(gateway.get("/actuator/health/liveness")).contains("UP");
            }
        }
    }

    private static String configuration(ProviderStub stub) {
        return Stream.concat(WELL.stream(), Stream.of(HANGING))
                .map(account -> ("    %s: { provider: maytapi, base-url: \"%s\", rate: 100/1s, concurrency: %d,"
                                + " timeout: 5m, settings: { product-id: p, phone-id: \"1\", api-key: k } }\n")
                        .formatted(account, stub.url(account), CONCURRENCY))
                .collect(joining("", "caravan:\n  accounts:\n", Installation.QUICK_INBOX));
    }

    private static String rows(List<String> accounts) {
        return IntStream.range(0, ROWS)
                .boxed()
                .flatMap(row ->
                        accounts.stream().map(account -> "%1$s,+90530%2$07d,%1$s text %2$d".formatted(account, row)))
                .collect(joining("\n", "account,to,text\n", "\n"));
    }
}
