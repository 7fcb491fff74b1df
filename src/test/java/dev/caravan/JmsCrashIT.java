package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway and a broker that are processes of their own, and what happens when one of them or the ledger is away. */
class JmsCrashIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MESSAGES = 600;
    private static final int PER_MESSAGE = 5;
    private static final int SENDS = MESSAGES * PER_MESSAGE;
    private static final int CONCURRENCY = 4;
    private static final List<Integer> LEFT_AT_KILL = List.of(MESSAGES - 30, MESSAGES / 2);
    private static final int KILLS = LEFT_AT_KILL.size() + 1;

    /** As README asks for, and as a broker has it by default. */
    private static final int DELIVERIES = 10;

    @TempDir
    private Path directory;

    @Test
    void killedWhileItTakesMessagesTheGatewayLosesNothingAndSendsNothingTwice() throws Exception {
        try (ProviderStub stub = new ProviderStub()
                        .latency(() -> ThreadLocalRandom.current().nextLong(6));
                ArtemisProcess broker = ArtemisProcess.start(directory, DELIVERIES);
                JmsClient client = broker.client()) {
            Installation installation = installation(stub);
            // A broker counts as delivered what was on its way to a consumer that died.
            for (int message = 0; message < MESSAGES; message++) {
                TextMessage sends = client.text(array(message));
                sends.setJMSReplyTo(client.session().createQueue("answers"));
                client.send(sends);
            }
            for (int left : LEFT_AT_KILL) {
                try (GatewayProcess gateway = start(installation, broker)) {
                    gateway.awaitThat(left + " messages are left", () -> client.count(JmsClient.SENDS) <= left);
                    gateway.kill();
                }
            }
            try (GatewayProcess gateway = start(installation, broker)) {
                gateway.awaitThat("half of all is accepted", () -> stub.acceptances() >= SENDS / 2);
                gateway.kill();
            }
            try (GatewayProcess gateway = start(installation, broker)) {
                Set<String> answered = new HashSet<>();
                gateway.awaitThat("every send is answered", () -> {
                    answered.addAll(answered(client));
                    assertThat(client.count("DLQ")).as("dead letters").isZero();
                    return answered.size() >= SENDS;
                });
                assertThat(answered).hasSize(SENDS);
                assertThat(client.count(JmsClient.SENDS)).isZero();
                gateway.terminate();
                gateway.awaitEnd(Duration.ofSeconds(30));
            }

            LedgerFile ledger = installation.ledger();
            assertThat(ledger.number("SELECT count(*) FROM send")).isEqualTo(SENDS);
            assertThat(ledger.number("SELECT count(*) FROM reply")).isZero();
            assertThat(stub.accepted().values()).as("times a text was accepted").containsOnly(1);
            assertThat(new HashSet<>(ledger.states().values())).isSubsetOf("sent", "unknown");
            List<Integer> ends = ledger.counts("sent", "unknown");
            assertThat(ends.get(0) + ends.get(1)).isEqualTo(SENDS);
            assertThat(ends.get(1)).isLessThanOrEqualTo(CONCURRENCY * KILLS);
            assertThat(stub.accepted().size()).isBetween(ends.get(0), SENDS);
            assertThat(client.count("DLQ")).isZero();
            assertThat(client.count(JmsClient.INVALID)).isLessThanOrEqualTo(0);
        }
    }

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

    /** The references of the sends that have been answered with their end. */
    private static Set<String> answered(JmsClient client) throws Exception {
        Set<String> references = new HashSet<>();
        try (MessageConsumer consumer =
                client.session().createConsumer(client.session().createQueue("answers"))) {
            Message answer = consumer.receive(1_000);
            while (answer != null) {
                JsonNode outcome = JSON.readTree(((TextMessage) answer).getText());
                assertThat(outcome.path("status").asText()).isIn("sent", "unknown");
                assertThat(outcome.path("reference").asText()).startsWith(answer.getJMSCorrelationID() + "#");
                references.add(outcome.path("reference").asText());
                answer = consumer.receive(1_000);
            }
        }
        return references;
    }

    private static String array(int message) {
        return IntStream.range(0, PER_MESSAGE)
                .mapToObj(index -> "{\"to\": \"+90530%07d\", \"text\": \"Text %d of message %d\"}"
                        .formatted(message * PER_MESSAGE + index, index, message))
                .collect(Collectors.joining(", ", "[", "]"));
    }
}
