package dev.caravan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.delivery.ProviderStub;
import dev.caravan.provider.GoldenCasesTest;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** The worked example of docs/add-a-provider.md: its files, taken literally, make a provider that works. */
class AddAProviderIT {

    private static final Pattern FILE = Pattern.compile("(?ms)^\\*\\*`([^`]+)`\\*\\*\\n\\n```\\w+\\n(.*?)^```$");
    private static final Path CLASSES = Path.of("target", "classes");
    private static final Path TEST_CLASSES = Path.of("target", "test-classes");

    @TempDir
    private Path directory;

    private Path classes;
    private Path testClasses;

    /** What a build would make of the project with the page's files in it. */
    @BeforeEach
    void build() throws IOException {
        classes = copy(CLASSES, directory.resolve("classes"));
        testClasses = copy(TEST_CLASSES, directory.resolve("test-classes"));
        Path sources = directory.resolve("sources");
        List<String> java = new ArrayList<>();
        for (Map.Entry<String, String> file : pageFiles().entrySet()) {
            Path written = write(sources.resolve(file.getKey()), file.getValue());
            if (file.getKey().startsWith("src/main/java/")) {
                java.add(written.toString());
            } else if (file.getKey().startsWith("routes/")) {
                write(classes.resolve(file.getKey()), file.getValue());
            } else {
                assertThat(file.getKey()).startsWith("src/test/resources/");
                write(testClasses.resolve(file.getKey().replace("src/test/resources/", "")), file.getValue());
            }
        }
        List<String> arguments = new ArrayList<>(List.of(
                "-proc:none", "-Xlint:all", "-Werror", "--release", "17", "-parameters", "-d", classes.toString()));
        arguments.addAll(List.of("-cp", CLASSES + File.pathSeparator + libraries()));
        arguments.addAll(java);
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
                .as("the page's classes compile without a warning")
                .isZero();
    }

    @Test
    void itsGoldenCasesHold() throws Exception {
        Path output = directory.resolve("golden.log");
        Process golden = java(output, testClasses + File.pathSeparator + classes, GoldenCases.class.getName());
        try {
            assertThat(golden.waitFor(3, TimeUnit.MINUTES)).isTrue();
            assertThat(golden.exitValue()).as(Files.readString(output)).isZero();
        } finally {
            golden.destroyForcibly();
        }
        assertThat(Files.readString(output)).contains("golden cases of 6 providers hold");
    }

    @Test
    void aGatewaySendsThroughIt() throws Exception {
        byte[] accepted = ProviderStub.http(200, Map.of(), "{\"message\": {\"id\": \"q-1\"}}");
        try (ProviderStub quill = new ProviderStub(
                (request, connection) -> connection.getOutputStream().write(accepted))) {
            Files.writeString(
                    directory.resolve("application.yaml"),
                    """
                    caravan:
                      default-account: quill-main
                      accounts:
                        quill-main: { provider: quill, base-url: "%s", settings: { api-key: secret-quill } }
                      inbox: { poll: 200ms, settle: 300ms }
                    """
                            .formatted(quill.baseUrl()));
            Path inbox = Files.createDirectories(directory.resolve("data").resolve("inbox"));
            Files.writeString(inbox.resolve("sends.csv"), "to,text\n+905301234567,Hello\n");
            Path output = directory.resolve("gateway.log");
            Process gateway = java(output, classes.toString(), CaravanApplication.class.getName(), "--server.port=0");
            try {
                Awaitility.await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(
                                Files.readString(output))
                        .contains("\"provider\":\"quill\"", "\"providerMessageId\":\"q-1\""));
            } finally {
                gateway.destroy();
                gateway.waitFor(30, TimeUnit.SECONDS);
                gateway.destroyForcibly();
            }
            assertThat(quill.requests()).singleElement().satisfies(request -> assertThat(request.body())
                    .isEqualTo("{\"recipient\":\"905301234567\",\"sender\":\"desk-1\",\"text\":\"Hello\"}"));
            assertThat(Files.readString(output)).doesNotContain("secret-quill");
        }
    }

    /** Runs the golden cases of whatever providers are on the class path. */
    static final class GoldenCases {

        private GoldenCases() {}

        public static void main(String[] arguments) {
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(DiscoverySelectors.selectClass(GoldenCasesTest.class))
                                    .filters(EngineFilter.includeEngines("junit-jupiter"))
                                    .build(),
                            listener);
            listener.getSummary().printFailuresTo(new PrintWriter(System.out, true, UTF_8));
            boolean holds = listener.getSummary().getTestsFoundCount() > 0
                    && listener.getSummary().getTotalFailureCount() == 0;
            System.out.println(
                    holds
                            ? "golden cases of " + Packs.all().size() + " providers hold"
                            : "a golden case does not hold");
            System.exit(holds ? 0 : 1);
        }
    }

    /** What the page says stands in each file. */
    private static Map<String, String> pageFiles() throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        FILE.matcher(Files.readString(Path.of("docs", "add-a-provider.md")))
                .results()
                .forEach(file -> assertThat(files.put(file.group(1), file.group(2)))
                        .as(file.group(1) + " stands there once")
                        .isNull());
        assertThat(files).hasSizeGreaterThan(5);
        return files;
    }

    private Process java(Path output, String classPath, String main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath + File.pathSeparator + libraries(),
                main));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
    }

    /** The class path of this test without the project's own classes. */
    private static String libraries() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith(".jar") && !entry.contains("caravan-"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static Path write(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private static Path copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(folder).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
                return FileVisitResult.CONTINUE;
            }
        });
        return to;
    }
}
