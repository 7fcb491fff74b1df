package dev.caravan;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import jakarta.jms.JMSException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** An Artemis of its own, from its distribution. */
final class ArtemisProcess implements AutoCloseable {

    private static final String USER = "hub";
    private static final String PASSWORD = "secret";

    private final Process process;
    private final int port;

    private ArtemisProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** @param deliveries after so many of a message without an acknowledgement it becomes a dead letter */
    static ArtemisProcess start(Path directory, int deliveries) throws IOException, InterruptedException {
        int port = Installation.freePort();
        Path instance = directory.resolve("broker");
        run(
                directory,
                distribution().resolve("bin").resolve("artemis").toString(),
                "create",
                instance.toString(),
                "--silent",
                "--user",
                USER,
                "--password",
                PASSWORD,
                "--require-login",
                "--no-web",
                "--no-autotune",
                "--nio",
                "--no-amqp-acceptor",
                "--no-mqtt-acceptor",
                "--no-stomp-acceptor",
                "--no-hornetq-acceptor",
                "--host",
                "127.0.0.1",
                "--default-port",
                Integer.toString(port));
        Path configuration = instance.resolve("etc").resolve("broker.xml");
        Files.writeString(
                configuration,
                Files.readString(configuration)
                        .replace(
                                "<address-setting match=\"#\">",
                                "<address-setting match=\"#\"><max-delivery-attempts>" + deliveries
                                        + "</max-delivery-attempts>"));
        Process process = new ProcessBuilder(
                        instance.resolve("bin").resolve("artemis").toString(), "run")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("broker.log").toFile())
                .start();
        ArtemisProcess artemis = new ArtemisProcess(process, port);
        await("the broker is ready").atMost(Duration.ofMinutes(2)).until(artemis::isReady);
        return artemis;
    }

    private static void run(Path directory, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("create.log").toFile())
                .start();
        if (!process.waitFor(120, SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new AssertionError("no broker: " + Files.readString(directory.resolve("create.log")));
        }
    }

    private static Path distribution() throws IOException {
        Path unpacked = Path.of("target", "artemis").toAbsolutePath();
        try (Stream<Path> folders = Files.exists(unpacked) ? Files.list(unpacked) : Stream.empty()) {
            return folders.filter(folder -> folder.getFileName().toString().startsWith("apache-artemis-"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no Artemis in target: run this with `mvn verify`"));
        }
    }

    private boolean isReady() {
        if (!process.isAlive()) {
            throw new AssertionError("the broker has ended");
        }
        try (JmsClient client = client()) {
            return client.session() != null;
        } catch (JMSException notYet) {
            return false;
        }
    }

    JmsClient client() throws JMSException {
        return new JmsClient("tcp://127.0.0.1:" + port, USER, PASSWORD);
    }

    /** What tells a gateway of it. */
    List<String> arguments() {
        return List.of(
                "--spring.artemis.mode=native",
                "--spring.artemis.broker-url=tcp://127.0.0.1:" + port,
                "--spring.artemis.user=" + USER,
                "--spring.artemis.password=" + PASSWORD);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
