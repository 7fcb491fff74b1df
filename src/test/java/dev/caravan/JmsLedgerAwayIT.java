package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway and a broker that are processes of their own, and what happens to messages while the ledger is away. */
class JmsLedgerAwayIT {

    private static final int PER_MESSAGE = 5;
    private static final int CONCURRENCY = 4;

    @TempDir
    private Path directory;

    @Test
    void whileTheLedgerIsAwayMessagesWaitUnacknowledgedAndNoneIsDeadLettered() throws Exception {
        try (ProviderStub stub = new ProviderStub();
                ArtemisProcess broker = ArtemisProcess.start(directory, 2);
                JmsClient client = broker.client()) {
            Installation installation = installation(stub);
            try (GatewayProcess gateway = start(installation, broker).awaitReady()) {
                try (Connection ledger = exclusive(installation)) {
                    for (int message = 0; message < 20; message++) {
                        client.send(client.text(array(message)));
                    }
                    gateway.awaitThat(
                            "messages wait",
                            () -> gateway.output().split("A JMS message waits, unacknowledged", -1).length
                                    > CONCURRENCY);
                    assertThat(client.count(JmsClient.SENDS)).isEqualTo(20);
                    gateway.terminate();
                    gateway.awaitEnd(Duration.ofMinutes(1));
                    assertThat(client.count(JmsClient.SENDS)).isEqualTo(20);
                    assertThat(ledger.isClosed()).isFalse();
                }
            }
            try (GatewayProcess gateway = start(installation, broker).awaitReady()) {
                gateway.awaitThat("everything is sent", () -> stub.acceptances() == 20 * PER_MESSAGE);
                await().atMost(Duration.ofSeconds(30)).until(() -> client.count(JmsClient.SENDS) == 0);
            }
            assertThat(stub.accepted().values()).containsOnly(1);
            assertThat(client.count("DLQ")).isZero();
        }
    }

    private Installation installation(ProviderStub stub) throws Exception {
        return new Installation(
                directory,
                Installation.configuration(stub, "rate: unlimited, timeout: 10s, concurrency: " + CONCURRENCY));
    }

    private static GatewayProcess start(Installation installation, ArtemisProcess broker) throws Exception {
        return installation.start(broker.arguments().toArray(String[]::new));
    }

    /** Nobody else writes until it is closed. */
    private static Connection exclusive(Installation installation) throws Exception {
        Connection connection = DriverManager.getConnection(
                "jdbc:sqlite:" + installation.home().resolve("ledger").resolve("caravan.db") + "?busy_timeout=10000");
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN EXCLUSIVE");
        }
        return connection;
    }

    private static String array(int message) {
        return IntStream.range(0, PER_MESSAGE)
                .mapToObj(index -> "{\"to\": \"+90530%07d\", \"text\": \"Text %d of message %d\"}"
                        .formatted(message * PER_MESSAGE + index, index, message))
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
