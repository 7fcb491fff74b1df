package dev.caravan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * A provider that speaks Maytapi and remembers what it accepted; it answers no questions. It accepts a message half-way through its latency, so
 * that a caller which dies meanwhile does so before or after, as with a real one.
 */
final class ProviderStub implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What becomes of a call. */
    enum Fate {
        ACCEPTED,
        REFUSED,
        BUSY,
        THROTTLED,
        BROKEN,
        CUT_BEFORE,
        CUT_AFTER,
        UNANSWERED;

        private boolean isAccepted() {
            return this == ACCEPTED || this == CUT_AFTER || this == UNANSWERED;
        }

        /** Whether its caller cannot know what became of it. */
        boolean leavesDoubt() {
            return this == BROKEN || this == CUT_BEFORE || this == CUT_AFTER || this == UNANSWERED;
        }
    }

    /** Decides what becomes of calls. */
    @FunctionalInterface
    interface Fates {

        /** @param call which call with this text it is, from 1 */
        Fate of(String text, int call);
    }

    /**
     * A call as it arrived.
     *
     * @param account the last part of the base URL it came by
     * @param at in microseconds since 1970-01-01T00:00Z
     */
    record Arrival(String account, String text, long at) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<String, Integer> accepted = new ConcurrentHashMap<>();
    private final Map<String, Integer> called = new ConcurrentHashMap<>();
    private final Queue<Arrival> arrivals = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger repetitions = new AtomicInteger();
    private final AtomicInteger acceptances = new AtomicInteger();
    private volatile LongSupplier latencyMillis = () -> 0;
    private volatile boolean silent;
    private volatile Fates fates = (text, call) -> Fate.ACCEPTED;

    ProviderStub() throws IOException {
        // Else its answers wait up to 40 ms for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** An account's {@code base-url}. */
    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/api";
    }

    /** Another account's {@code base-url}. */
    String url(String account) {
        return url() + '/' + account;
    }

    /** From now on this becomes of calls. */
    ProviderStub fates(Fates decided) {
        fates = decided;
        return this;
    }

    /** From now on answers take this long, in milliseconds. */
    ProviderStub latency(LongSupplier millis) {
        latencyMillis = millis;
        return this;
    }

    /** From now on it accepts messages and never says so. */
    ProviderStub neverAnswering() {
        silent = true;
        return this;
    }

    /** From now on it says what it accepts, which it does at first. */
    void answering() {
        silent = false;
    }

    /** How often each text has been accepted. */
    Map<String, Integer> accepted() {
        return Map.copyOf(accepted);
    }

    /** How many messages have been accepted. */
    int acceptances() {
        return acceptances.get();
    }

    /** The calls in the order in which they arrived. */
    List<Arrival> arrivals() {
        return List.copyOf(arrivals);
    }

    /** How many calls have been received with a text that had been received before. */
    int repetitions() {
        return repetitions.get();
    }

    /** How often each text has been received, accepted or not. */
    Map<String, Integer> called() {
        return Map.copyOf(called);
    }

    /** How many calls have been received, accepted or not. */
    int calls() {
        return calls.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!"POST".equals(exchange.getRequestMethod())) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            long arrived = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
            JsonNode message = JSON.readTree(exchange.getRequestBody());
            String text = message.path("message").asText();
            arrivals.add(new Arrival(
                    exchange.getRequestURI().getPath().replaceFirst("/api/([^/]*)/.*", "$1"), text, arrived));
            calls.incrementAndGet();
            int call = called.merge(text, 1, Integer::sum);
            if (call > 1) {
                repetitions.incrementAndGet();
            }
            Fate fate = fates.of(text, call);
            long latency = latencyMillis.getAsLong();
            pause(latency / 2);
            if (fate.isAccepted()) {
                accepted.merge(text, 1, Integer::sum);
                acceptances.incrementAndGet();
            }
            pause(silent || fate == Fate.UNANSWERED ? Long.MAX_VALUE : latency - latency / 2);
            answer(exchange, fate, message.path("to_number").asText());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, Fate fate, String to) throws IOException {
        switch (fate) {
            case REFUSED -> write(exchange, 400, refusal("to_number is no number of anybody"));
            case BUSY -> write(exchange, 503, refusal("busy"));
            case BROKEN -> write(exchange, 500, refusal("broken"));
            case THROTTLED -> {
                exchange.getResponseHeaders().set("Retry-After", "1");
                write(exchange, 429, refusal("too many"));
            }
            case ACCEPTED -> write(exchange, 200, acceptance(to));
            default -> {
                // Closed without an answer.
            }
        }
    }

    private static JsonNode refusal(String message) {
        return JSON.createObjectNode().put("success", false).put("message", message);
    }

    private static JsonNode acceptance(String to) {
        return JSON.createObjectNode()
                .put("success", true)
                .set(
                        "data",
                        JSON.createObjectNode()
                                .put("chatId", to + "@c.us")
                                .put("msgId", UUID.randomUUID().toString()));
    }

    private static void write(HttpExchange exchange, int status, JsonNode answer) throws IOException {
        byte[] body = answer.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    private void pause(long millis) throws InterruptedException {
        closed.await(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
