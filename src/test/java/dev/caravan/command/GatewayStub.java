package dev.caravan.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Answers as a gateway's batches do, with what a test tells it to, and keeps what it was asked. It can go away and come back
 * at the same address.
 */
public final class GatewayStub implements AutoCloseable {

    public static final String KEY = "cvn_0123456789012345678901234567890123456789012";
    private static final String BATCH = "01M7YSQJG6GZJ2MP6RRY3XYY5M";

    private final Queue<String> standings = new ArrayDeque<>();
    private final List<String> requests = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final int port;
    private HttpServer server;
    private int status = 202;
    private String receipt = receipt(2, 0, "");
    private String body;

    public GatewayStub() throws IOException {
        server = listen(0);
        port = server.getAddress().getPort();
    }

    private HttpServer listen(int wanted) throws IOException {
        HttpServer listening = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 0);
        listening.setExecutor(threads);
        listening.createContext("/", this::answer);
        listening.start();
        return listening;
    }

    /** @param rejections members of a JSON array */
    static String receipt(long accepted, long rejected, String rejections) {
        return "{\"id\":\"%s\",\"accepted\":%d,\"duplicates\":1,\"rejected\":%d,\"rejections\":[%s]}"
                .formatted(BATCH, accepted, rejected, rejections);
    }

    /** @param counts members of a JSON object */
    public static String standing(String state, long accepted, String counts) {
        return ("{\"id\":\"%s\",\"source\":\"rest\",\"name\":\"hub\",\"namespace\":\"default\",\"state\":\"%s\","
                        + "\"accepted\":%d,\"duplicates\":0,\"rejected\":0,\"counts\":{%s},\"rate\":1.5,"
                        + "\"createdAt\":\"2026-11-21T10:00:00+03:00\"}")
                .formatted(BATCH, state, accepted, counts);
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** What a file is answered with. */
    synchronized void answersPost(int code, String json) {
        status = code;
        receipt = json;
    }

    /** How the batch stands, one after another; the last one stays. */
    public synchronized void standsAt(String... one) {
        standings.addAll(List.of(one));
    }

    void goAway() {
        server.stop(0);
    }

    void comeBack() throws IOException {
        server = listen(port);
    }

    /** Method, path, and the headers that matter. */
    synchronized List<String> requests() {
        return List.copyOf(requests);
    }

    synchronized String body() {
        return body;
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(exchange.getRequestMethod() + " " + path + " "
                + exchange.getRequestHeaders().getFirst("Content-Type") + " "
                + exchange.getRequestHeaders().getFirst("Idempotency-Key"));
        byte[] sent = exchange.getRequestBody().readAllBytes();
        if (!("Bearer " + KEY).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            reply(exchange, 401, "{\"code\":\"invalid-key\",\"detail\":\"This key is not known.\"}");
        } else if (path.endsWith("/report")) {
            reply(exchange, 200, "line,status\n2,sent\n");
        } else if (path.equals("/api/v1/batches/" + BATCH)) {
            reply(exchange, 200, standings.size() > 1 ? standings.remove() : standings.element());
        } else {
            body = new String(sent, UTF_8);
            reply(exchange, status, receipt);
        }
    }

    private static void reply(HttpExchange exchange, int code, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        exchange.sendResponseHeaders(code, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
