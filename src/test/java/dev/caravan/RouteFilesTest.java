package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.spi.Resource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteFilesTest {

    /** Up to the end of its parameters. */
    private static final Pattern TIMER = Pattern.compile("uri: timer:(?:.*\\R)+?(?= *steps:)");

    private final RouteFiles files = new RouteFiles();

    @TempDir
    private Path folder;

    @Test
    void everyPatternIsFollowedAndBlankOnesArePassedOver() {
        assertThat(files.findRouteResourcesFromDirectory(
                        null, null, "classpath:routes/delivery/*.camel.yaml, file:routes/intake/f*.camel.yaml,"))
                .extracting(Resource::getLocation)
                .containsExactlyInAnyOrder(
                        "call.camel.yaml",
                        "checkup.camel.yaml",
                        "connections.camel.yaml",
                        "lane.camel.yaml",
                        "senders.camel.yaml",
                        "tracking.camel.yaml",
                        "file.camel.yaml");
    }

    /** A timer that does not wait for its exchange starts the next one beside it as soon as a step goes on by itself. */
    @Test
    void noTimerStartsAgainBeforeItsExchangeIsDone() throws IOException {
        try (Stream<Path> routes = Files.walk(Path.of("routes"))) {
            List<String> timers = routes.filter(file -> file.toString().endsWith(".camel.yaml"))
                    .flatMap(file -> TIMER.matcher(read(file)).results().map(MatchResult::group))
                    .toList();

            assertThat(timers).hasSizeGreaterThan(9).allMatch(timer -> timer.contains(" synchronous: true\n"));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void folderWithoutRoutesStopsTheStartAndNamesTheKey() {
        assertThatThrownBy(() -> files.findRouteResourcesFromDirectory(null, null, "file:" + folder + "/*.camel.yaml"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("caravan.routes")
                .hasMessageContaining(folder.toString());
    }
}
