package dev.caravan;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;

/** A running gateway: a process of its own, started from the jar that users get. Killed at the latest when closed. */
final class GatewayProcess implements AutoCloseable {

    /** Long enough for a machine with other things to do. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process process;
    private final int port;
    private final Path console;

    /** @param console gets everything the process prints */
    GatewayProcess(Process process, int port, Path console) {
        this.process = process;
        this.port = port;
        this.console = console;
    }

    long pid() {
        return process.pid();
    }

    /** Where its server is, without a path. */
    String url() {
        return "http://127.0.0.1:" + port;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until it says that it is ready. */
    GatewayProcess awaitReady() {
        awaitThat("the gateway is ready", () -> status("/actuator/health/readiness") == 200);
        return this;
    }

    /** Waits until its output holds this text. */
    void awaitOutput(String text) {
        awaitThat("the gateway prints: " + text, () -> output().contains(text));
    }

    /** Waits for a condition, in vain once the process has ended. */
    void awaitThat(String what, Callable<Boolean> condition) {
        try {
            await(what).atMost(PATIENCE).pollInterval(10, MILLISECONDS).until(() -> {
                boolean holds = condition.call();
                if (!holds && !process.isAlive()) {
                    throw new IllegalStateException("the gateway ended with exit code " + process.exitValue());
                }
                return holds;
            });
        } catch (ConditionTimeoutException | IllegalStateException late) {
            throw new AssertionError("not seen: " + what + "; the gateway's output:\n" + summary(), late);
        }
    }

    /** The body of a GET. */
    String get(String path) throws IOException, InterruptedException {
        return client.send(request(path), BodyHandlers.ofString()).body();
    }

    /** The body of a GET with a key of the gateway. */
    String get(String path, String key) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(request(path), (name, value) -> true)
                .header("Authorization", "Bearer " + key)
                .build();
        return client.send(request, BodyHandlers.ofString()).body();
    }

    /** The HTTP status of a GET, 0 when nobody answers. */
    private int status(String path) throws InterruptedException {
        try {
            return client.send(request(path), BodyHandlers.discarding()).statusCode();
        } catch (IOException notListening) {
            return 0;
        }
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(Duration.ofSeconds(10))
                .build();
    }

    /** Everything it has printed so far. */
    String output() {
        try {
            return new String(Files.readAllBytes(console), StandardCharsets.UTF_8);
        } catch (IOException gone) {
            throw new AssertionError("the console cannot be read", gone);
        }
    }

    /** The last line it has printed that is no outcome. */
    String latest() {
        return summary().lines().reduce("nothing", (before, line) -> line);
    }

    private String summary() {
        return output().lines().filter(line -> !isOutcome(line)).collect(Collectors.joining("\n"));
    }

    /** The JSON objects it has logged as outcomes so far. */
    List<String> outcomes() {
        return outcomes(output());
    }

    static List<String> outcomes(String output) {
        return output.lines()
                .filter(line -> isOutcome(line) && line.endsWith("}"))
                .map(line -> line.substring(line.indexOf(": {") + 2))
                .toList();
    }

    private static boolean isOutcome(String line) {
        return line.contains(" caravan.outcome ");
    }

    /** As a power cut ends it: SIGKILL. */
    void kill() throws InterruptedException {
        process.toHandle().destroyForcibly();
        process.waitFor();
    }

    /** As an administrator ends it: SIGTERM, without waiting for what it does about it. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** Waits for its end and returns the exit code. */
    int awaitEnd(Duration atMost) throws InterruptedException {
        if (!process.waitFor(atMost.toMillis(), MILLISECONDS)) {
            throw new AssertionError("the gateway runs on after " + atMost + "; its output:\n" + summary());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
