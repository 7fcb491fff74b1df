import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The least a program can do to send: the JDK's HTTP client posts the same JSON again and again from 32 threads, reads
 * no file, parses nothing and keeps nothing. What a gateway makes of the same stub is measured against it.
 *
 * <p>{@code java Loop.java URL REQUESTS} prints requests per second, cold start included. A few exchanges in a hundred
 * thousand are broken off by the client itself: answered faster than its pool has let go of the connection, it takes
 * the answer for a stray one. They are left out, and their number is printed beside.
 */
final class Loop {

    private static final int AT_ONCE = 32;
    private static final String BODY =
            "{\"to_number\":\"905301234567\",\"type\":\"text\",\"message\":\"Your order 1234567 has shipped.\"}";

    private Loop() {}

    public static void main(String[] arguments) throws InterruptedException, ExecutionException {
        if (arguments.length != 2) {
            throw new IllegalArgumentException("usage: Loop URL REQUESTS");
        }
        HttpRequest request = HttpRequest.newBuilder(URI.create(arguments[0]))
                .header("Content-Type", "application/json")
                .header("x-maytapi-key", "bench")
                .timeout(Duration.ofSeconds(30))
                .POST(BodyPublishers.ofString(BODY))
                .build();
        int requests = Integer.parseInt(arguments[1]);
        AtomicInteger left = new AtomicInteger(requests);
        AtomicInteger broken = new AtomicInteger();
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        long start = System.nanoTime();
        List<Future<?>> posting = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            posting.add(threads.submit(() -> {
                post(client, request, left, broken);
                return null;
            }));
        }
        threads.shutdown();
        for (Future<?> thread : posting) {
            thread.get();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(Locale.ROOT, "%.0f %d%n", (requests - broken.get()) / seconds, broken.get());
    }

    private static void post(HttpClient client, HttpRequest request, AtomicInteger left, AtomicInteger broken)
            throws InterruptedException {
        while (left.getAndDecrement() > 0) {
            try {
                int status = client.send(request, BodyHandlers.ofString()).statusCode();
                if (status != 200) {
                    throw new IllegalStateException("the stub answered with status " + status);
                }
            } catch (IOException brokenOff) {
                broken.incrementAndGet();
            }
        }
    }
}
