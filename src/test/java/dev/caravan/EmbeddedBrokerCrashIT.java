package dev.caravan;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.jms.JMSException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gateway's own broker dies with it: what it has acknowledged is sent, and sent once. */
class EmbeddedBrokerCrashIT {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBrokerCrashIT.class);
    private static final int MESSAGES = 600;
    private static final int KILLS = 3;
    private static final int CONCURRENCY = 4;
    private static final int AHEAD = 50;

    @TempDir
    private Path directory;

    private final long seed = Long.getLong("crash.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final AtomicInteger acknowledged = new AtomicInteger();

    @Test
    void whatTheGatewaysOwnBrokerHasTakenIsSentOnceHoweverOftenTheyAreKilled() throws Exception {
        LOG.info("crash.seed={}", seed);
        String broker = "tcp://127.0.0.1:" + Installation.freePort();
        ExecutorService hub = Executors.newSingleThreadExecutor();
        try (ProviderStub stub = new ProviderStub().latency(() -> 3)) {
            Installation installation = new Installation(
                    directory,
                    Installation.configuration(stub, "rate: unlimited, concurrency: " + CONCURRENCY)
                            + "  jms: { listen: \"%s\", user: hub, password: secret }\n".formatted(broker));
            Future<?> sending = hub.submit(() -> sendAll(broker, stub));
            for (int kill = 1; kill <= KILLS; kill++) {
                try (GatewayProcess gateway = installation.start()) {
                    int enough = kill * MESSAGES / (KILLS + 1) + random.nextInt(MESSAGES / (KILLS + 1) / 2);
                    gateway.awaitThat("messages are sent", () -> stub.acceptances() >= enough);
                    gateway.kill();
                    LOG.info("Killed after {} acknowledged and {} sent", acknowledged, stub.acceptances());
                }
            }
            try (GatewayProcess gateway = installation.start()) {
                gateway.awaitThat("every message is acknowledged", sending::isDone);
                sending.get();
                gateway.awaitThat("every message is taken", () -> waiting(broker) == 0);
                gateway.awaitThat(
                        "every send has its end",
                        () -> installation
                                        .ledger()
                                        .number("SELECT count(*) FROM send WHERE state IN ('sent', 'unknown')")
                                == MESSAGES);
                assertThat(invalid(broker)).isZero();
            }

            Map<String, String> states = installation.ledger().states();
            assertThat(states).hasSize(MESSAGES).containsOnlyKeys(references());
            List<String> unknown = states.entrySet().stream()
                    .filter(send -> send.getValue().equals("unknown"))
                    .map(Map.Entry::getKey)
                    .toList();
            assertThat(unknown).hasSizeLessThanOrEqualTo(KILLS * CONCURRENCY);
            assertThat(stub.accepted().values()).containsOnly(1);
            assertThat(stub.accepted()).hasSizeBetween(MESSAGES - unknown.size(), MESSAGES);
        } finally {
            hub.shutdownNow();
        }
    }

    /** As a hub does: what was not acknowledged is sent again, with the same reference. It keeps a little ahead of the provider. */
    private Void sendAll(String broker, ProviderStub stub) throws JMSException {
        JmsClient jms = null;
        try {
            for (int message = 0; message < MESSAGES; ) {
                int ahead = message - AHEAD;
                await().atMost(Duration.ofMinutes(2))
                        .pollInterval(1, MILLISECONDS)
                        .until(() -> stub.acceptances() >= ahead);
                try {
                    if (jms == null) {
                        jms = connect(broker);
                    }
                    jms.send(
                            jms.text("{\"reference\": \"r-%1$d\", \"to\": \"+90530%1$07d\", \"text\": \"message %1$d\"}"
                                    .formatted(message)));
                    message++;
                    acknowledged.incrementAndGet();
                } catch (JMSException killed) {
                    close(jms);
                    jms = null;
                }
            }
        } finally {
            close(jms);
        }
        return null;
    }

    private static JmsClient connect(String broker) {
        return await("the broker is there")
                .atMost(Duration.ofMinutes(2))
                .pollInterval(50, MILLISECONDS)
                .ignoreException(JMSException.class)
                .until(() -> new JmsClient(broker, "hub", "secret"), client -> true);
    }

    private static void close(JmsClient jms) {
        if (jms != null) {
            try {
                jms.close();
            } catch (JMSException gone) {
                LOG.debug("The broker had gone", gone);
            }
        }
    }

    private static long waiting(String broker) throws JMSException {
        try (JmsClient jms = new JmsClient(broker, "hub", "secret")) {
            return jms.count(JmsClient.SENDS);
        }
    }

    private static long invalid(String broker) throws JMSException {
        try (JmsClient jms = new JmsClient(broker, "hub", "secret")) {
            return Math.max(0, jms.count(JmsClient.INVALID));
        }
    }

    private static String[] references() {
        return IntStream.range(0, MESSAGES).mapToObj(number -> "r-" + number).toArray(String[]::new);
    }
}
