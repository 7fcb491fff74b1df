import com.sun.net.httpserver.HttpServer;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
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

    private final int port;
    private final String path;
    private final int connections;

    private Webhooks(int port, String path, int connections) {
        this.port = port;
        this.path = path;
        this.connections = connections;
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "provider" -> serve();
            case "rows" -> rows(Integer.parseInt(arguments[1]));
            case "reports" -> {
                Webhooks webhooks =
                        new Webhooks(Integer.parseInt(arguments[1]), arguments[2], Integer.parseInt(arguments[3]));
                webhooks.report(
                        Integer.parseInt(arguments[4]), Integer.parseInt(arguments[5]), Integer.parseInt(arguments[6]));
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

    private void report(int seconds, int pace, int sends) throws InterruptedException, ExecutionException {
        AtomicLong known = new AtomicLong();
        long warm = System.nanoTime() + WARM_UP_SECONDS * 1_000_000_000L;
        onEach(connection -> {
            while (System.nanoTime() < warm) {
                connection.post(known.getAndIncrement() % sends, ACCEPTED);
            }
            return new long[0];
        });
        AtomicLong next = new AtomicLong();
        long paced = (long) pace * seconds;
        long start = System.nanoTime();
        long[] nanos = onEach(connection -> {
                    List<Long> taken = new ArrayList<>();
                    for (long report = next.getAndIncrement(); report < paced; report = next.getAndIncrement()) {
                        long due = start + report * 1_000_000_000L / pace;
                        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                            LockSupport.parkNanos(wait);
                        }
                        connection.post(report, DELIVERED);
                        taken.add(System.nanoTime() - due);
                    }
                    return taken.stream().mapToLong(Long::longValue).toArray();
                })
                .stream()
                .flatMapToLong(Arrays::stream)
                .sorted()
                .toArray();
        AtomicLong rest = new AtomicLong(paced);
        long begun = System.nanoTime();
        onEach(connection -> {
            for (long report = rest.getAndIncrement(); report < sends; report = rest.getAndIncrement()) {
                connection.post(report, DELIVERED);
            }
            return new long[0];
        });
        double rate = (sends - paced) / ((System.nanoTime() - begun) / 1e9);
        System.out.printf(
                Locale.ROOT,
                "%.2f %.2f %.0f%n",
                nanos[nanos.length / 2] / 1e6,
                nanos[(int) (nanos.length * 0.99)] / 1e6,
                rate);
    }

    private interface Work {
        long[] run(Connection connection) throws IOException;
    }

    private List<long[]> onEach(Work work) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            List<Future<long[]>> running = new ArrayList<>();
            for (int connection = 0; connection < connections; connection++) {
                running.add(threads.submit(() -> {
                    try (Connection kept = new Connection()) {
                        return work.run(kept);
                    }
                }));
            }
            List<long[]> results = new ArrayList<>();
            for (Future<long[]> one : running) {
                results.add(one.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    /** A kept connection, spoken to by hand: the client must not cost what is to be measured. */
    private final class Connection implements AutoCloseable {

        private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        private final OutputStream out = socket.getOutputStream();
        private final InputStream in = new BufferedInputStream(socket.getInputStream());

        private Connection() throws IOException {
            socket.setTcpNoDelay(true);
        }

        private void post(long number, int code) throws IOException {
            byte[] body = ("{\"product_id\":\"bench\",\"type\":\"ack\",\"data\":[{\"ackType\":\"reached\",\"ackCode\":"
                            + code + ",\"chatId\":\"1@c.us\",\"msgId\":\"bench-" + number
                            + "\",\"time\":" + System.currentTimeMillis() / 1_000 + "}]}")
                    .getBytes(StandardCharsets.UTF_8);
            byte[] head = ("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json"
                            + "\r\nContent-Length: " + body.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
            byte[] request = Arrays.copyOf(head, head.length + body.length);
            System.arraycopy(body, 0, request, head.length, body.length);
            out.write(request);
            readAnswer();
        }

        private void readAnswer() throws IOException {
            String status = line();
            int length = 0;
            boolean chunked = false;
            for (String header = line(); !header.isEmpty(); header = line()) {
                String lower = header.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Integer.parseInt(lower.substring("content-length:".length()).strip());
                } else if (lower.startsWith("transfer-encoding:")) {
                    chunked = true;
                }
            }
            byte[] body = chunked ? chunks() : in.readNBytes(length);
            if (!status.contains(" 20")) {
                throw new IllegalStateException(status + " " + new String(body, StandardCharsets.UTF_8));
            }
        }

        private byte[] chunks() throws IOException {
            byte[] last = new byte[0];
            for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
                last = in.readNBytes(size);
                line();
            }
            line();
            return last;
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    throw new EOFException("the gateway closed the connection");
                }
                if (next != '\r') {
                    line.append((char) next);
                }
            }
            return line.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
