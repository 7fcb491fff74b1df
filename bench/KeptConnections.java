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

/** Posts JSON to a gateway over kept connections, spoken to by hand: the client must not cost what is to be measured. */
final class KeptConnections {

    private final int port;
    private final int count;
    private final String head;

    /** @param head the request line and its own header lines, each ending in CR LF */
    KeptConnections(int port, int count, String head) {
        this.port = port;
        this.count = count;
        this.head = head + "Host: 127.0.0.1\r\nContent-Type: application/json\r\n";
    }

    /** One post over a connection; {@code number} counts them. */
    interface Post {
        void run(Connection connection, long number) throws IOException;
    }

    /** Posts until all are done, or the time is up, each connection the next as soon as it has its answer. */
    double flood(long first, long end, long untilNanoTime, Post post) throws InterruptedException, ExecutionException {
        AtomicLong next = new AtomicLong(first);
        long start = System.nanoTime();
        long done = onEach(connection -> {
                    long answered = 0;
                    for (long number = next.getAndIncrement();
                            number < end && System.nanoTime() < untilNanoTime;
                            number = next.getAndIncrement()) {
                        post.run(connection, number);
                        answered++;
                    }
                    return new long[] {answered};
                })
                .stream()
                .mapToLong(answered -> answered[0])
                .sum();
        return done / ((System.nanoTime() - start) / 1e9);
    }

    /**
     * Posts that become due one after the other, each over whichever connection is free.
     *
     * @return how long each took from when it was due until its answer was read, in nanoseconds, in ascending order
     */
    long[] paced(long total, int perSecond, Post post) throws InterruptedException, ExecutionException {
        AtomicLong next = new AtomicLong();
        long start = System.nanoTime();
        return onEach(connection -> {
                    List<Long> taken = new ArrayList<>();
                    for (long number = next.getAndIncrement(); number < total; number = next.getAndIncrement()) {
                        long due = start + number * 1_000_000_000L / perSecond;
                        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                            LockSupport.parkNanos(wait);
                        }
                        post.run(connection, number);
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

    private List<long[]> onEach(Work work) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<Future<long[]>> running = new ArrayList<>();
            for (int connection = 0; connection < count; connection++) {
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

    /** Over which one post follows the other. */
    final class Connection implements AutoCloseable {

        private final Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        private final OutputStream out = socket.getOutputStream();
        private final InputStream in = new BufferedInputStream(socket.getInputStream());

        private Connection() throws IOException {
            socket.setTcpNoDelay(true);
        }

        /** Returns when the answer has been read, which must be a success. */
        void post(String json) throws IOException {
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            byte[] before = (head + "Content-Length: " + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
            byte[] request = Arrays.copyOf(before, before.length + body.length);
            System.arraycopy(body, 0, request, before.length, body.length);
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
