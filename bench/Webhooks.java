import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Both sides of a provider that reports deliveries.
 *
 * <p>{@code provider} prints its port and accepts messages; the message "number 7" gets the id {@code bench-7}. {@code rows
 * SENDS} prints a CSV file of such messages. {@code reports PORT PATH CONNECTIONS SECONDS PACE SENDS} posts to a gateway
 * that each has been delivered, a post each over kept connections: so many as the seconds take at the pace, then the rest
 * as fast as they are answered. It prints {@code <median ms> <p99 ms> <reports per second>}, the first two from when a
 * report was due until its answer has been read. Every answer must be a success.
 */
final class Webhooks {

    private static final int WARM_UP_SECONDS = 15;
    private static final int ACCEPTED = 1;
    private static final int DELIVERED = 2;

    private Webhooks() {}

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "provider" -> serve();
            case "rows" -> rows(Integer.parseInt(arguments[1]));
            case "reports" -> {
                KeptConnections connections = new KeptConnections(
                        Integer.parseInt(arguments[1]),
                        Integer.parseInt(arguments[3]),
                        "POST " + arguments[2] + " HTTP/1.1\r\n");
                report(
                        connections,
                        Integer.parseInt(arguments[4]),
                        Integer.parseInt(arguments[5]),
                        Integer.parseInt(arguments[6]));
            }
            default -> throw new IllegalArgumentException("usage: Webhooks provider | rows | reports");
        }
    }

    private static void serve() throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        Pattern number = Pattern.compile("number (\\d+)");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newFixedThreadPool(32));
        server.createContext("/", exchange -> {
            try (exchange) {
                Matcher message =
                        number.matcher(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                byte[] answer = ("{\"success\":true,\"data\":{\"chatId\":\"1@c.us\",\"msgId\":\"bench-"
                                + (message.find() ? message.group(1) : "none") + "\"}}")
                        .getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
            }
        });
        server.start();
        System.out.println(server.getAddress().getPort());
    }

    private static void rows(int sends) {
        StringBuilder rows = new StringBuilder("reference,to,text\n");
        for (int row = 0; row < sends; row++) {
            rows.append(String.format(Locale.ROOT, "r-%d,+9053%08d,number %d%n", row, row, row));
        }
        System.out.print(rows);
    }

    private static void report(KeptConnections connections, int seconds, int pace, int sends)
            throws InterruptedException, ExecutionException {
        connections.flood(
                0,
                Long.MAX_VALUE,
                System.nanoTime() + WARM_UP_SECONDS * 1_000_000_000L,
                (connection, number) -> connection.post(delivery(number % sends, ACCEPTED)));
        long paced = (long) pace * seconds;
        long[] nanos = connections.paced(
                paced, pace, (connection, number) -> connection.post(delivery(number, DELIVERED)));
        double rate = connections.flood(
                paced, sends, Long.MAX_VALUE, (connection, number) -> connection.post(delivery(number, DELIVERED)));
        System.out.printf(
                Locale.ROOT,
                "%.2f %.2f %.0f%n",
                nanos[nanos.length / 2] / 1e6,
                nanos[(int) (nanos.length * 0.99)] / 1e6,
                rate);
    }

    private static String delivery(long number, int code) {
        return "{\"product_id\":\"bench\",\"type\":\"ack\",\"data\":[{\"ackType\":\"reached\",\"ackCode\":"
                + code + ",\"chatId\":\"1@c.us\",\"msgId\":\"bench-" + number
                + "\",\"time\":" + System.currentTimeMillis() / 1_000 + "}]}";
    }
}
