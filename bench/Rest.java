import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
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

/**
 * Posts single sends to a gateway's REST door over kept connections: first as fast as it answers, then at a fixed pace.
 *
 * <p>{@code java Rest.java PORT KEY CONNECTIONS SECONDS PACE} prints {@code <requests per second> <median ms> <p99 ms>};
 * the last two are measured at the pace, from when each request was due until its answer has been read. Every answer
 * must be a {@code 202}.
 */
final class Rest {

    private static final int WARM_UP_SECONDS = 30;

    private final int port;
    private final String key;
    private final AtomicLong references = new AtomicLong();

    private Rest(int port, String key) {
        this.port = port;
        this.key = key;
    }

    public static void main(String[] arguments) throws InterruptedException, ExecutionException {
        if (arguments.length != 5) {
            throw new IllegalArgumentException("usage: Rest PORT KEY CONNECTIONS SECONDS PACE");
        }
        Rest rest = new Rest(Integer.parseInt(arguments[0]), arguments[1]);
        int connections = Integer.parseInt(arguments[2]);
        int seconds = Integer.parseInt(arguments[3]);
        int pace = Integer.parseInt(arguments[4]);
        rest.flood(connections, WARM_UP_SECONDS);
        double rate = rest.flood(connections, seconds);
        long[] nanos = rest.paced(connections, seconds, pace);
        System.out.printf(
                Locale.ROOT,
                "%.0f %.2f %.2f%n",
                rate,
                nanos[nanos.length / 2] / 1e6,
                nanos[(int) (nanos.length * 0.99)] / 1e6);
    }

    /** Requests per second when each connection posts the next as soon as it has its answer. */
    private double flood(int connections, int seconds) throws InterruptedException, ExecutionException {
        long start = System.nanoTime();
        long end = start + seconds * 1_000_000_000L;
        long answered = onEach(connections, connection -> {
                    long count = 0;
                    while (System.nanoTime() < end) {
                        connection.post();
                        count++;
                    }
                    return new long[] {count};
                })
                .stream()
                .mapToLong(counts -> counts[0])
                .sum();
        return answered / ((System.nanoTime() - start) / 1e9);
    }

    /** How long requests take that become due one after the other, whichever connection is free. */
    private long[] paced(int connections, int seconds, int pace) throws InterruptedException, ExecutionException {
        long start = System.nanoTime();
        AtomicLong next = new AtomicLong();
        long total = (long) pace * seconds;
        return onEach(connections, connection -> {
                    List<Long> taken = new ArrayList<>();
                    for (long request = next.getAndIncrement(); request < total; request = next.getAndIncrement()) {
                        long due = start + request * 1_000_000_000L / pace;
                        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                            LockSupport.parkNanos(wait);
                        }
                        connection.post();
                        taken.add(System.nanoTime() - due);
                    }
                    return taken.stream().mapToLong(Long::longValue).toArray();
                })
                .stream()
                .flatMapToLong(Arrays::stream)
                .sorted()
                .toArray();
    }

    private interface Work {
        long[] run(Connection connection) throws IOException;
    }

    private List<long[]> onEach(int connections, Work work) throws InterruptedException, ExecutionException {
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

        private void post() throws IOException {
            long number = references.incrementAndGet();
            byte[] body = String.format(
                            Locale.ROOT,
                            "{\"reference\":\"bench-%d-%d\",\"to\":\"+9053%08d\",\"text\":\"Your order %d has shipped.\"}",
                            ProcessHandle.current().pid(),
                            number,
                            number % 100_000_000,
                            number)
                    .getBytes(StandardCharsets.UTF_8);
            byte[] head = ("POST /api/v1/sends HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + key
                            + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n")
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
            if (!status.contains(" 202")) {
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
