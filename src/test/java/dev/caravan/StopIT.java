package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An orderly end, and what keeps two gateways apart. */
class StopIT {

    private static final int CONCURRENCY = 4;
    private static final int ROWS = 50;
    private static final Duration LONGEST_STOP = Duration.ofSeconds(15);

    @TempDir
    private Path directory;

    @Test
    void callsUnderWayEndAndAreRecordedAndNoOthersStart() throws Exception {
        try (ProviderStub stub = new ProviderStub().latency(() -> 3_000)) {
            Installation installation = installation(stub);
            try (GatewayProcess gateway = installation.start()) {
                installation.drop("sends.csv", rows("first"));
                gateway.awaitThat("all calls are under way", () -> stub.calls() == CONCURRENCY);
                gateway.terminate();
                gateway.awaitEnd(LONGEST_STOP);
            }

            assertThat(stub.calls()).isEqualTo(CONCURRENCY);
            assertThat(installation.ledger().counts("sent", "queued")).containsExactly(CONCURRENCY, ROWS - CONCURRENCY);

            stub.latency(() -> 0);
            try (GatewayProcess gateway = installation.start()) {
                gateway.awaitThat("the report is written", () -> installation.hasReport("sends.report.csv"));
            }
            assertThat(stub.accepted()).hasSize(ROWS);
            assertThat(stub.acceptances()).isEqualTo(ROWS);
        }
    }

    @Test
    void callsWithoutAnAnswerDoNotHoldTheEndAndAreNotRepeated() throws Exception {
        try (ProviderStub stub = new ProviderStub().neverAnswering()) {
            Installation installation = installation(stub);
            try (GatewayProcess gateway = installation.start()) {
                installation.drop("sends.csv", rows("first"));
                gateway.awaitThat("all calls are under way", () -> stub.acceptances() == CONCURRENCY);
                gateway.terminate();
                gateway.awaitEnd(LONGEST_STOP);
            }

            stub.answering();
            try (GatewayProcess gateway = installation.start()) {
                gateway.awaitThat("the report is written", () -> installation.hasReport("sends.report.csv"));
                gateway.terminate();
                gateway.awaitEnd(LONGEST_STOP);
            }
            assertThat(installation.ledger().counts("unknown", "sent"))
                    .containsExactly(CONCURRENCY, ROWS - CONCURRENCY);
            assertThat(stub.accepted()).hasSize(ROWS);
            assertThat(stub.acceptances()).isEqualTo(ROWS);
        }
    }

    @Test
    void secondGatewayIsRefusedAndNamesTheFirst() throws Exception {
        try (ProviderStub stub = new ProviderStub()) {
            Installation installation = installation(stub);
            try (GatewayProcess first = installation.start().awaitReady();
                    GatewayProcess second = installation.start()) {
                assertThat(second.awaitEnd(Duration.ofMinutes(1))).isNotZero();
                assertThat(second.output())
                        .containsPattern("caravan.home: another gateway runs on .*: process " + first.pid() + " on ");

                installation.drop("sends.csv", rows("after"));
                first.awaitThat("the report is written", () -> installation.hasReport("sends.report.csv"));
            }
            assertThat(stub.acceptances()).isEqualTo(ROWS);
        }
    }

    private Installation installation(ProviderStub stub) throws Exception {
        return new Installation(
                directory,
                Installation.configuration(stub, "rate: unlimited, timeout: 60s, concurrency: " + CONCURRENCY));
    }

    private static String rows(String text) {
        return IntStream.range(0, ROWS)
                .mapToObj(row -> "+90530%07d,%s %d".formatted(row, text, row))
                .collect(Collectors.joining("\n", "to,text\n", "\n"));
    }
}
