import java.io.BufferedWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Starts the gateway with an empty home, drops one file into its inbox and waits until the stub has counted every row; or,
 * with an account that may send once a day, until every row is admitted.
 *
 * <p>{@code java Gateway.java JAR STUB_PORT ROWS DIRECTORY send|admit|idle [NAME=VALUE ...]} works below a directory of its
 * own, which the caller removes, and prints {@code <rows per second> <seconds to ready> <peak resident MiB>}; {@code idle}
 * sends nothing, and prints per cent of a core instead. Names: {@code accounts} that share the rows (1), {@code unused}
 * accounts beside them (0), {@code recipients} of the rows (as many as rows), {@code heap} (the JVM's default).
 */
final class Gateway {

    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final Duration STALL_LIMIT = Duration.ofMinutes(1);
    private static final Duration STOP_LIMIT = Duration.ofMinutes(1);
    private static final Duration ADMISSION_LIMIT = Duration.ofMinutes(10);
    private static final Duration AFTERMATH = Duration.ofSeconds(1);
    private static final Duration WARMING_UP = Duration.ofMinutes(4);
    private static final Duration IDLING = Duration.ofSeconds(60);

    /** Linux counts processor time in hundredths of a second (proc(5), sysconf(_SC_CLK_TCK)). */
    private static final int TICKS = 100;

    private static final int CALLS_AT_ONCE = 128;
    private static final int CONSOLE_END = 40;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI count;
    private final URI readiness;
    private final Process process;

    private Gateway(Process process, int port, int stubPort) {
        this.process = process;
        this.readiness = URI.create("http://127.0.0.1:" + port + "/actuator/health/readiness");
        this.count = URI.create("http://127.0.0.1:" + stubPort + "/count");
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length < 5) {
            throw new IllegalArgumentException(
                    "usage: Gateway JAR STUB_PORT ROWS DIRECTORY send|admit|idle [NAME=VALUE ...]");
        }
        Map<String, String> options = new HashMap<>();
        for (String option : List.of(arguments).subList(5, arguments.length)) {
            options.put(option.substring(0, option.indexOf('=')), option.substring(option.indexOf('=') + 1));
        }
        Path jar = Path.of(arguments[0]).toAbsolutePath();
        int stubPort = Integer.parseInt(arguments[1]);
        int rows = Integer.parseInt(arguments[2]);
        Path directory = Path.of(arguments[3]).toAbsolutePath();
        String mode = arguments[4];
        boolean sends = mode.equals("send");
        int accounts = Integer.parseInt(options.getOrDefault("accounts", "1"));
        int unused = Integer.parseInt(options.getOrDefault("unused", "0"));
        int recipients = Integer.parseInt(options.getOrDefault("recipients", String.valueOf(rows)));
        Path home = Files.createDirectories(directory.resolve("home"));
        Path inbox = Files.createDirectories(home.resolve("inbox"));
        Path console = directory.resolve("console.log");
        Files.writeString(
                directory.resolve("application.yaml"),
                configuration(stubPort, mode, accounts, unused));
        Path file = writeRows(directory.resolve("bench.csv"), rows, sends, accounts, recipients);
        int port = freePort();

        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (options.containsKey("heap")) {
            command.add("-Xmx" + options.get("heap"));
        }
        command.addAll(List.of("-jar", jar.toString(), "--server.port=" + port, "--caravan.home=" + home));
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(console.toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(process)));
        try {
            Gateway gateway = new Gateway(process, port, stubPort);
            gateway.awaitReady();
            double ready = secondsSince(start);
            if (mode.equals("idle")) {
                double percent = gateway.idle();
                System.out.printf(Locale.ROOT, "%.1f %.1f %d%n", percent, ready, gateway.peakResidentMebibytes());
                return;
            }
            double rate = sends
                    ? gateway.send(file, inbox.resolve("bench.csv"), rows)
                    : gateway.admit(file, inbox.resolve("bench.csv"), home, rows);
            System.out.printf(Locale.ROOT, "%.0f %.1f %d%n", rate, ready, gateway.peakResidentMebibytes());
        } catch (IllegalStateException failed) {
            System.err.println("bench: " + failed.getMessage() + "; the end of the gateway's console:");
            printEnd(console);
            System.exit(1);
        }
    }

    private void awaitReady() throws IOException, InterruptedException {
        long start = System.nanoTime();
        while (!isReady()) {
            if (!process.isAlive()) {
                throw new IllegalStateException("the gateway ended with exit code " + process.exitValue());
            }
            if (secondsSince(start) > START_LIMIT.toSeconds()) {
                throw new IllegalStateException("the gateway was not ready after " + START_LIMIT.toSeconds() + " s");
            }
            Thread.sleep(20);
        }
    }

    private boolean isReady() throws InterruptedException {
        try {
            HttpResponse<String> answer = get(readiness);
            return answer.statusCode() == 200 && answer.body().contains("\"UP\"");
        } catch (IOException notListening) {
            return false;
        }
    }

    /** The sends per second from the drop of the file until the stub has counted its last row. */
    private double send(Path file, Path target, int rows) throws IOException, InterruptedException {
        long before = counted();
        long start = System.nanoTime();
        Files.move(file, target);
        long last = 0;
        long progress = start;
        List<Long> tenths = new ArrayList<>(List.of(start));
        while (last < rows) {
            Thread.sleep(20);
            long now = counted() - before;
            if (now > last) {
                last = now;
                progress = System.nanoTime();
                while (tenths.size() <= now * 10 / rows) {
                    tenths.add(progress);
                }
            } else if (!process.isAlive() || secondsSince(progress) > STALL_LIMIT.toSeconds()) {
                throw new IllegalStateException("the gateway stopped sending after " + last + " of " + rows + " rows");
            }
        }
        double seconds = (progress - start) / 1e9;
        Thread.sleep(AFTERMATH.toMillis());
        long sent = counted() - before;
        if (sent != rows) {
            throw new IllegalStateException("the gateway sent " + sent + " times for " + rows + " rows");
        }
        System.err.println("sends/s of each tenth:" + perSecond(tenths, rows / 10));
        return rows / seconds;
    }

    private static String perSecond(List<Long> times, int sends) {
        return IntStream.range(1, times.size())
                .mapToObj(index -> String.format(
                        Locale.ROOT, " %.0f", sends / Math.max((times.get(index) - times.get(index - 1)) / 1e9, 0.02)))
                .collect(Collectors.joining());
    }

    /** The rows per second from the drop of the file until it is laid away, which is when all of it is committed. */
    private double admit(Path file, Path target, Path home, int rows) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Files.move(file, target);
        while (!isLaidAway(home.resolve("done"))) {
            if (!process.isAlive() || secondsSince(start) > ADMISSION_LIMIT.toSeconds()) {
                throw new IllegalStateException("the gateway did not lay the file away");
            }
            Thread.sleep(20);
        }
        return rows / secondsSince(start);
    }

    /** How much of a core the gateway takes while there is nothing to do, in per cent. */
    private double idle() throws IOException, InterruptedException {
        Thread.sleep(WARMING_UP.toMillis());
        long before = processorTicks();
        long start = System.nanoTime();
        Thread.sleep(IDLING.toMillis());
        return (processorTicks() - before) * 100.0 / TICKS / secondsSince(start);
    }

    private long processorTicks() throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    private static boolean isLaidAway(Path done) throws IOException {
        if (!Files.isDirectory(done)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(done)) {
            return files.anyMatch(Files::isRegularFile);
        }
    }

    private long counted() throws IOException, InterruptedException {
        return Long.parseLong(get(count).body());
    }

    private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build();
        return client.send(request, BodyHandlers.ofString());
    }

    /** The most memory the process ever had resident, as Linux counts it. */
    private long peakResidentMebibytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void stop(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException impatient) {
            process.destroyForcibly();
        }
    }

    private static String configuration(int stubPort, String mode, int accounts, int unused) {
        String rate = mode.equals("admit") ? "1/1d" : "unlimited";
        // Somebody who measures waits for files; an idle gateway looks for them as often as it does by default.
        String inbox = mode.equals("idle") ? "" : "inbox: { poll: 50ms, settle: 50ms }";
        StringBuilder written = new StringBuilder();
        for (int number = 1; number <= accounts + unused; number++) {
            written.append(
                    """
                    #    bench-%d:
                    #      provider: maytapi
                    #      base-url: http://127.0.0.1:%d/api
                    #      rate: %s
                    #      concurrency: %d
                    #      settings: { product-id: "bench", phone-id: "%d", api-key: "bench" }
                    """
                            .replace("#", "")
                            .formatted(number, stubPort, rate, Math.max(4, CALLS_AT_ONCE / accounts), number));
        }
        return """
                caravan:
                  accounts:
                %s
                  %s
                  outcomes: [ "log:caravan.outcome" ]
                """
                .formatted(written, inbox);
    }

    /** @param referenced whether each row has a reference; without one it is recognised by its fingerprint */
    private static Path writeRows(Path file, int rows, boolean referenced, int accounts, int recipients)
            throws IOException {
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            writer.write(referenced ? "reference,account,to,text\n" : "order,account,to,text\n");
            for (int row = 1; row <= rows; row++) {
                writer.write("bench-" + row + ",bench-" + (1 + row % accounts) + ",+9053"
                        + String.format(Locale.ROOT, "%08d", 1 + row % recipients) + ",Your order " + row
                        + " has shipped.\n");
            }
        }
        return file;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static double secondsSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) / 1e9;
    }

    private static void printEnd(Path console) throws IOException {
        List<String> lines = Files.readAllLines(console);
        lines.subList(Math.max(0, lines.size() - CONSOLE_END), lines.size()).forEach(System.err::println);
    }
}
