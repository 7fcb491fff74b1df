package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ledger in a file is one gateway's, whatever it is called. */
class ChangedGatewayIT {

    @TempDir
    private Path directory;

    @Test
    void whatAGatewayWasSendingWhenItDiedIsSettledByWhoeverStartsOnItsLedger() throws Exception {
        try (ProviderStub stub = new ProviderStub().neverAnswering()) {
            Installation installation = installation(stub);
            try (GatewayProcess gateway = installation.start("--caravan.gateway=before")) {
                installation.drop("sends.csv", "to,text\n+905301234567,first\n+905301234567,second\n");
                gateway.awaitThat("the first is under way", () -> stub.calls() == 1);
                gateway.kill();
            }

            stub.answering();
            try (GatewayProcess gateway = installation.start("--caravan.gateway=after")) {
                gateway.awaitThat("the report is written", () -> installation.hasReport("sends.report.csv"));
            }
            assertThat(installation.report("sends.report.csv"))
                    .extracting(row -> row.getField("status"), row -> row.getField("error_code"))
                    .containsExactly(tuple("unknown", "interrupted"), tuple("sent", ""));
        }
    }

    @Test
    void aSecondGatewayOnTheSameFileIsRefusedAndNamesTheFirst() throws Exception {
        try (ProviderStub stub = new ProviderStub()) {
            Installation installation = installation(stub);
            String ledger = "--spring.datasource.url=jdbc:sqlite:" + directory.resolve("ledger.db");
            try (GatewayProcess first = installation.start(ledger).awaitReady();
                    GatewayProcess second =
                            installation.start(ledger, "--caravan.home=" + directory.resolve("other"))) {
                assertThat(second.awaitEnd(Duration.ofMinutes(1))).isNotZero();
                assertThat(second.output())
                        .containsPattern("spring.datasource.url: another gateway runs on .*ledger.db: process "
                                + first.pid() + " on ");
                assertThat(first.isAlive()).isTrue();
            }
        }
    }

    private Installation installation(ProviderStub stub) throws Exception {
        return new Installation(directory, Installation.configuration(stub, "rate: 100/1s, concurrency: 4"));
    }
}
