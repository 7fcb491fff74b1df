package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.apache.camel.spi.Resource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteFilesTest {

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
                        "lane.camel.yaml",
                        "senders.camel.yaml",
                        "tracking.camel.yaml",
                        "file.camel.yaml");
    }

    @Test
    void folderWithoutRoutesStopsTheStartAndNamesTheKey() {
        assertThatThrownBy(() -> files.findRouteResourcesFromDirectory(null, null, "file:" + folder + "/*.camel.yaml"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("caravan.routes")
                .hasMessageContaining(folder.toString());
    }
}
