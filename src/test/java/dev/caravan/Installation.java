package dev.caravan;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A directory with an application.yaml and a home, as a user has it, in which gateways are started. */
final class Installation {

    /** Files are taken soon, so that tests need not wait long; below {@code caravan}. */
    static final String QUICK_INBOX = "  inbox: { poll: 200ms, settle: 300ms }\n";

    private final Path directory;

    /** With no configuration but what travels in the jar. */
    Installation(Path directory) {
        this.directory = directory;
    }

    /** @param configuration becomes the application.yaml */
    Installation(Path directory, String configuration) throws IOException {
        this(directory);
        Files.writeString(directory.resolve("application.yaml"), configuration);
    }

    /**
     * One account, {@code main}, that sends to the stub.
     *
     * @param account more of its keys, as a flow mapping without its braces
     */
    static String configuration(ProviderStub stub, String account) {
        return """
                caravan:
                  default-account: main
                  accounts:
                    main:
                      { provider: maytapi, base-url: "%s", settings: { product-id: p, phone-id: "1", api-key: k }, %s }
                """
                        .formatted(stub.url(), account)
                + QUICK_INBOX;
    }

    /** Starts a gateway, and does not wait until it is ready. */
    GatewayProcess start(String... arguments) throws IOException {
        int port = freePort();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-Duser.language=" + Locale.getDefault().getLanguage(),
                "-Duser.country=" + Locale.getDefault().getCountry(),
                "-Duser.timezone=" + TimeZone.getDefault().getID(),
                "-jar",
                jar().toString(),
                "--server.port=" + port));
        command.addAll(List.of(arguments));
        Path console = Files.createTempFile(directory, "console-", ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(console.toFile());
        // Names of files are read in the encoding of the locale.
        builder.environment().put("LC_ALL", "C.UTF-8");
        return new GatewayProcess(builder.start(), port, console);
    }

    /**
     * A command of the jar that has run to its end.
     *
     * @param out what it printed
     * @param err what it printed for people alone
     */
    record Ended(int exitCode, String out, String err) {}

    /** Runs a command in this directory. */
    Ended command(Map<String, String> environment, Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-Duser.language=" + Locale.getDefault().getLanguage(),
                "-Duser.country=" + Locale.getDefault().getCountry(),
                "-jar",
                jar().toString()));
        Arrays.stream(arguments).map(Object::toString).forEach(command::add);
        Path out = Files.createTempFile(directory, "command-", ".out");
        Path err = Files.createTempFile(directory, "command-", ".err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                throw new AssertionError("the command runs on: " + Files.readString(out) + Files.readString(err));
            }
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static Path jar() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("target").toAbsolutePath())) {
            return files.filter(file -> file.getFileName().toString().matches("caravan-[^-]+(-SNAPSHOT)?\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no jar in target: run this with `mvn verify`"));
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    Path home() {
        return directory.resolve("data");
    }

    Path inbox() throws IOException {
        return Files.createDirectories(home().resolve("inbox"));
    }

    /** Puts a file into the inbox in one step. */
    void drop(String name, String content) throws IOException {
        drop(name, content.getBytes(UTF_8));
    }

    /** @param name below the inbox */
    void drop(String name, byte[] content) throws IOException {
        Path unfinished = Files.write(inbox().resolve(".unfinished"), content);
        Path target = inbox().resolve(name);
        Files.createDirectories(target.getParent());
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    }

    boolean hasReport(String name) {
        return Files.exists(home().resolve("reports").resolve(name));
    }

    /** The rows of a file in reports, by the names of their columns. */
    List<NamedCsvRecord> report(String name) throws IOException {
        try (CsvReader<NamedCsvRecord> rows =
                CsvReader.builder().ofNamedCsvRecord(home().resolve("reports").resolve(name))) {
            return rows.stream().toList();
        }
    }

    /** The regular files in a folder of home and below it. */
    List<Path> filesIn(String folder) throws IOException {
        try (Stream<Path> files = Files.walk(home().resolve(folder))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** The ledger, to be looked at while no gateway runs. */
    LedgerFile ledger() {
        return new LedgerFile(home().resolve("ledger").resolve("caravan.db"));
    }

    /** How long the ledger's log is, without touching the ledger. */
    long bytesWritten() throws IOException {
        return Files.size(home().resolve("ledger").resolve("caravan.db-wal"));
    }

    /** What all gateways started here have printed. */
    String output() throws IOException {
        StringBuilder output = new StringBuilder();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path console : files.filter(
                            file -> file.getFileName().toString().startsWith("console-"))
                    .toList()) {
                output.append(new String(Files.readAllBytes(console), UTF_8)).append('\n');
            }
        }
        return output.toString();
    }
}
