package dev.caravan.delivery;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A provider down to the bytes, on a free port of this machine: keeps each request and answers it as the test says. */
public final class ProviderStub implements AutoCloseable {

    /** What to do about a request; the connection stays open for the next one unless this closes it. */
    @FunctionalInterface
    public interface Answering {
        void answer(Request request, Socket connection) throws IOException;
    }

    /**
     * A request as it arrived.
     *
     * @param connection the number of the connection it came over, from 1
     * @param target path and query as they are on the wire
     * @param headers by name, whatever its case; several values of one name joined by a comma
     * @param body the body as text, empty when there is none
     */
    public record Request(int connection, String method, String target, Map<String, String> headers, String body) {

        public String path() {
            return target.replaceFirst("\\?.*", "");
        }

        /** By name, decoded. */
        public Map<String, String> query() {
            Map<String, String> query = new TreeMap<>();
            if (target.contains("?")) {
                for (String pair : target.replaceFirst("[^?]*\\?", "").split("&")) {
                    String[] both = pair.split("=", 2);
                    query.merge(decoded(both[0]), decoded(both[1]), (one, other) -> one + ", " + other);
                }
            }
            return query;
        }

        private static String decoded(String text) {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        }
    }

    private final ServerSocket server;
    private final Answering answering;
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final Collection<Socket> connections = new ConcurrentLinkedQueue<>();

    public ProviderStub(Answering answering) throws IOException {
        this.answering = answering;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    /** Answers every request with the same bytes. */
    static Answering always(byte[] answer) {
        return (request, connection) -> connection.getOutputStream().write(answer);
    }

    /** The bytes of an HTTP answer. */
    public static byte[] http(int status, Map<String, String> headers, String body) {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Some reason\r\n");
        headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        head.append("Content-Length: " + content.length + "\r\n\r\n");
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        answer.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        answer.writeBytes(content);
        return answer.toByteArray();
    }

    public int port() {
        return server.getLocalPort();
    }

    public String baseUrl() {
        return "http://127.0.0.1:" + port();
    }

    /** The requests that have come since this was last asked. */
    public List<Request> requests() {
        List<Request> arrived = new ArrayList<>();
        requests.drainTo(arrived);
        return arrived;
    }

    /** The next request; null when none comes for ten seconds. */
    Request nextRequest() throws InterruptedException {
        return requests.poll(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }

    private void accept() throws IOException {
        while (true) {
            Socket connection = server.accept();
            connections.add(connection);
            int number = connections.size();
            start(() -> serve(connection, number));
        }
    }

    private void serve(Socket connection, int number) throws IOException {
        InputStream input = new BufferedInputStream(connection.getInputStream());
        while (!connection.isClosed()) {
            Request request = read(input, number);
            requests.add(request);
            answering.answer(request, connection);
        }
    }

    private static Request read(InputStream input, int connection) throws IOException {
        String[] start = line(input).split(" ");
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line = line(input); !line.isEmpty(); line = line(input)) {
            String[] both = line.split(": ?", 2);
            headers.merge(both[0], both[1], (one, other) -> one + ", " + other);
        }
        byte[] body = headers.containsKey("Transfer-Encoding")
                ? chunks(input)
                : input.readNBytes(Integer.parseInt(headers.getOrDefault("Content-Length", "0")));
        return new Request(connection, start[0], start[1], headers, new String(body, StandardCharsets.UTF_8));
    }

    private static byte[] chunks(InputStream input) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int length = length(input); length > 0; length = length(input)) {
            body.writeBytes(input.readNBytes(length));
            line(input);
        }
        line(input);
        return body.toByteArray();
    }

    private static int length(InputStream input) throws IOException {
        return Integer.parseInt(line(input), 16);
    }

    private static String line(InputStream input) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int read = input.read(); read != '\n'; read = input.read()) {
            if (read < 0) {
                throw new EOFException("the client has closed the connection");
            }
            line.write(read);
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void start(Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        task.run();
                    } catch (IOException closed) {
                        // The test, or its client, has ended the connection.
                    }
                },
                "provider-stub");
        thread.setDaemon(true);
        thread.start();
    }
}
