package dev.caravan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
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

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<String, Integer> accepted = new ConcurrentHashMap<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger acceptances = new AtomicInteger();
    private volatile LongSupplier latencyMillis = () -> 0;
    private volatile boolean silent;

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
            JsonNode message = JSON.readTree(exchange.getRequestBody());
            calls.incrementAndGet();
            long latency = latencyMillis.getAsLong();
            pause(latency / 2);
            accepted.merge(message.path("message").asText(), 1, Integer::sum);
            acceptances.incrementAndGet();
            pause(silent ? Long.MAX_VALUE : latency - latency / 2);
            answer(exchange, message.path("to_number").asText());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, String to) throws IOException {
        byte[] body = JSON.createObjectNode()
                .put("success", true)
                .set(
                        "data",
                        JSON.createObjectNode()
                                .put("chatId", to + "@c.us")
                                .put("msgId", UUID.randomUUID().toString()))
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
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
