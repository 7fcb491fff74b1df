import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * How lanes keep their pace and leave each other alone, seen from their providers, which note when each call arrives.
 *
 * <p>{@code java Lanes.java pace JAR DIRECTORY RATE ROWS SECONDS} sends two batches through one account and urgent sends
 * past them. {@code java Lanes.java hanging JAR DIRECTORY RATE SECONDS} sends through five accounts, once with all
 * providers answering and once with the fifth silent. Both work below a directory that the caller removes, and print a
 * figure a line.
 */
final class Lanes {

    private static final String KEY = "bench-bench-bench-bench-bench-bench";
    private static final Pattern TEXT = Pattern.compile("\"message\"\\s*:\\s*\"([^\"]*)\"");
    private static final int WARM_UP_SECONDS = 45;
    private static final int PATIENCE_SECONDS = 60;
    private static final int LATENCY_MILLIS = 20;
    private static final long URGENT_EVERY_MILLIS = 700;
    private static final List<String> ACCOUNTS = List.of("one", "two", "three", "four", "five");

    /** A call: the text that arrived, and when, in nanoseconds of this process. */
    private record Arrival(String text, long at) {}

    private final Path directory;
    private final Map<String, Queue<Arrival>> arrivals = new ConcurrentHashMap<>();
    private final Map<String, Long> posted = new ConcurrentHashMap<>();
    private final CountDownLatch never = new CountDownLatch(1);
    private final ExecutorService calls = Executors.newCachedThreadPool();
    private final ExecutorService posts = Executors.newFixedThreadPool(16);
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private volatile String silent = "";
    private HttpServer provider;
    private Process gateway;
    private String url;

    private Lanes(Path directory) {
        this.directory = directory;
    }

    public static void main(String[] arguments) throws Exception {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        try {
            measure(arguments);
        } catch (IllegalStateException failed) {
            System.err.println("bench: " + failed.getMessage());
            System.exit(1);
        }
        System.exit(0);
    }

    private static void measure(String[] arguments) throws Exception {
        Path jar = Path.of(arguments[1]).toAbsolutePath();
        Path directory = Path.of(arguments[2]).toAbsolutePath();
        int rate = Integer.parseInt(arguments[3]);
        if (arguments[0].equals("pace")) {
            new Lanes(Files.createDirectories(directory.resolve("pace")))
                    .pace(jar, rate, Integer.parseInt(arguments[4]), Integer.parseInt(arguments[5]));
        } else {
            int seconds = Integer.parseInt(arguments[4]);
            double[] well =
                    new Lanes(Files.createDirectories(directory.resolve("well"))).five(jar, rate, seconds, "");
            double[] hanging = new Lanes(Files.createDirectories(directory.resolve("hanging")))
                    .five(jar, rate, seconds, "five");
            print("four accounts, all answering: sends/s", well[0]);
            print("four accounts, a fifth hanging: sends/s", hanging[0]);
            print("all answering: median, ms", well[1]);
            print("a fifth hanging: median, ms", hanging[1]);
            print("all answering: 99th percentile, ms", well[2]);
            print("a fifth hanging: 99th percentile, ms", hanging[2]);
        }
    }

    private void pace(Path jar, int rate, int rows, int seconds) throws Exception {
        start(jar, "rate: " + rate + "/1s", ACCOUNTS.subList(0, 1));
        drop("first.csv", "first", rows);
        drop("second.csv", "second", rows);
        while (filesIn("done") < 2) {
            pause(100);
        }
        pause(WARM_UP_SECONDS * 1_000L);
        long from = System.nanoTime();
        long to = from + TimeUnit.SECONDS.toNanos(seconds);
        List<String> urgent = new ArrayList<>();
        while (System.nanoTime() < to) {
            String text = "urgent " + urgent.size();
            urgent.add(text);
            post("one", text, "high");
            // Not in step with the starts.
            pause(URGENT_EVERY_MILLIS + System.nanoTime() % 97);
        }
        pause(2_000);
        stop();

        List<Arrival> all = List.copyOf(arrivals.get("one"));
        long[] times = all.stream().mapToLong(Arrival::at).sorted().toArray();
        double spacing = 1_000.0 / rate;
        long[] inside = LongStream.of(times).filter(at -> at >= from && at < to).toArray();
        print("share of the rate that is used", (inside.length - 1) * spacing / ((inside[inside.length - 1] - inside[0]) / 1e6));
        print("most calls in any second", most(times, TimeUnit.SECONDS.toNanos(1)));
        print("most calls in any ten seconds", most(times, TimeUnit.SECONDS.toNanos(10)));
        double[] waits = waits(all, urgent);
        print("urgent sends", waits.length);
        print("their median wait, in spacings", percentile(waits, 0.5) / spacing);
        print("their 99th percentile, in spacings", percentile(waits, 0.99) / spacing);
        long first = all.stream().filter(arrival -> inside(arrival, from, to) && arrival.text().startsWith("first")).count();
        long second = all.stream().filter(arrival -> inside(arrival, from, to) && arrival.text().startsWith("second")).count();
        print("share of the first of two batches", (double) first / (first + second));
    }

    /** Sends/s of the first four, and their median and 99th percentile from the post until the call, in ms. */
    private double[] five(Path jar, int rate, int seconds, String hangs) throws Exception {
        silent = hangs;
        start(jar, "rate: " + 2 * rate + "/1s", ACCOUNTS);
        long gap = TimeUnit.SECONDS.toNanos(1) / rate;
        long begin = System.nanoTime();
        long from = begin + TimeUnit.SECONDS.toNanos(WARM_UP_SECONDS);
        long to = from + TimeUnit.SECONDS.toNanos(seconds);
        List<String> texts = new ArrayList<>();
        for (long number = 0; begin + number * gap < to; number++) {
            long due = begin + number * gap;
            LockSupport.parkNanos(due - System.nanoTime());
            for (String account : ACCOUNTS) {
                String text = account + ' ' + number;
                if (due >= from && !account.equals("five")) {
                    texts.add(text);
                }
                posts.execute(() -> post(account, text, "normal"));
            }
        }
        posts.shutdown();
        posts.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (arrived(4) < (long) posted.size() * 4 / 5 && System.nanoTime() < patience) {
            pause(100);
        }
        stop();
        List<Arrival> four = ACCOUNTS.subList(0, 4).stream()
                .flatMap(account -> arrivals.get(account).stream())
                .toList();
        double[] waits = waits(four, texts);
        long inside = four.stream().filter(arrival -> inside(arrival, from, to)).count();
        return new double[] {(double) inside / seconds, percentile(waits, 0.5), percentile(waits, 0.99)};
    }

    /** How many calls the first accounts' providers have got. */
    private long arrived(int accounts) {
        return ACCOUNTS.subList(0, accounts).stream()
                .mapToLong(account -> arrivals.get(account).size())
                .sum();
    }

    private static boolean inside(Arrival arrival, long from, long to) {
        return arrival.at() >= from && arrival.at() < to;
    }

    /** From the post to the call, in ms, in ascending order; fails when one did not arrive. */
    private double[] waits(List<Arrival> arrived, List<String> texts) {
        Map<String, Long> at = new ConcurrentHashMap<>();
        arrived.forEach(arrival -> at.put(arrival.text(), arrival.at()));
        return texts.stream()
                .mapToDouble(text -> {
                    if (!at.containsKey(text)) {
                        throw new IllegalStateException("'" + text + "' was not sent in time");
                    }
                    return (at.get(text) - posted.get(text)) / 1e6;
                })
                .sorted()
                .toArray();
    }

    private static double percentile(double[] sorted, double share) {
        return sorted[(int) (sorted.length * share)];
    }

    private static int most(long[] times, long window) {
        int most = 0;
        int first = 0;
        for (int last = 0; last < times.length; last++) {
            while (times[last] - times[first] >= window) {
                first++;
            }
            most = Math.max(most, last - first + 1);
        }
        return most;
    }

    private void start(Path jar, String pace, List<String> accounts) throws Exception {
        provider = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
        provider.setExecutor(calls);
        provider.createContext("/", this::answer);
        provider.start();
        StringBuilder yaml = new StringBuilder("caravan:\n  default-account: one\n  accounts:\n");
        for (String account : accounts) {
            arrivals.put(account, new ConcurrentLinkedQueue<>());
            yaml.append(("    %s: { provider: maytapi, base-url: \"http://127.0.0.1:%d/api/%1$s\", %s, concurrency: 8,"
                            + " settings: { product-id: p, phone-id: \"1\", api-key: k } }\n")
                    .formatted(account, provider.getAddress().getPort(), pace));
        }
        yaml.append("  inbox: { poll: 100ms, settle: 100ms }\n  api: { keys: { bench: { sha256: \"" + sha256()
                + "\", scopes: [ send ] } } }\n");
        Files.writeString(directory.resolve("application.yaml"), yaml);
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        url = "http://127.0.0.1:" + port;
        gateway = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        jar.toString(),
                        "--server.port=" + port)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("console.log").toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(gateway::destroyForcibly));
        while (!isReady()) {
            if (!gateway.isAlive()) {
                throw new IllegalStateException("the gateway ended: " + Files.readString(directory.resolve("console.log")));
            }
            pause(100);
        }
    }

    private boolean isReady() throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/actuator/health/readiness")).build();
            return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notListening) {
            return false;
        }
    }

    private void stop() throws InterruptedException {
        gateway.destroy();
        never.countDown();
        if (!gateway.waitFor(30, TimeUnit.SECONDS)) {
            gateway.destroyForcibly().waitFor();
        }
        provider.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        long at = System.nanoTime();
        try (exchange) {
            Matcher text = TEXT.matcher(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            if (!text.find()) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            String account = exchange.getRequestURI().getPath().split("/")[2];
            arrivals.get(account).add(new Arrival(text.group(1), at));
            if (never.await(account.equals(silent) ? Long.MAX_VALUE : LATENCY_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
            byte[] answer = ("{\"success\":true,\"data\":{\"chatId\":\"c\",\"msgId\":\"" + at + "\"}}").getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void post(String account, String text, String priority) {
        posted.put(text, System.nanoTime());
        // To somebody else each time: one recipient's sends wait for each other.
        String body = "{\"account\":\"%s\",\"to\":\"+9053%08d\",\"text\":\"%s\",\"priority\":\"%s\"}"
                .formatted(account, posted.size() % 100_000_000, text, priority);
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/api/v1/sends"))
                .header("Authorization", "Bearer " + KEY)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body))
                .build();
        try {
            int status = client.send(request, BodyHandlers.discarding()).statusCode();
            if (status != 202) {
                System.err.println("bench: the gateway answered " + status);
            }
        } catch (IOException failed) {
            System.err.println("bench: a post failed: " + failed);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void drop(String name, String text, int rows) throws IOException {
        Path inbox = Files.createDirectories(directory.resolve("data").resolve("inbox"));
        Path file = directory.resolve(name);
        Files.write(
                file,
                (Iterable<String>) IntStream.rangeClosed(0, rows)
                                .mapToObj(row -> row == 0
                                        ? "account,to,text"
                                        : String.format(Locale.ROOT, "one,+9053%08d,%s %d", row, text, row))
                        ::iterator);
        Files.move(file, inbox.resolve(name));
    }

    private long filesIn(String folder) throws IOException {
        Path path = directory.resolve("data").resolve(folder);
        if (!Files.isDirectory(path)) {
            return 0;
        }
        try (var files = Files.walk(path)) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    private static String sha256() throws NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(KEY.getBytes(StandardCharsets.UTF_8)));
    }

    private static void pause(long millis) throws InterruptedException {
        Thread.sleep(millis);
    }

    private static void print(String what, double value) {
        System.out.printf(Locale.ROOT, "%-48s %10s%n", what, value == Math.rint(value) ? (long) value : String.format(Locale.ROOT, "%.3f", value));
    }
}
