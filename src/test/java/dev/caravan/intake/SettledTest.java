package dev.caravan.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.camel.component.file.GenericFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettledTest {

    @TempDir
    private Path inbox;

    private Duration now = Duration.ofHours(1);
    private final Settled settled = new Settled(Duration.ofSeconds(2), Duration.ofSeconds(1), () -> now.toNanos());
    private Path file;

    @BeforeEach
    void drop() throws IOException {
        file = Files.writeString(inbox.resolve("sends.csv"), "to,text\n");
    }

    @Test
    void fileThatLooksTheSameForTheSettlingTimeIsTaken() {
        assertThat(isAcceptedAfter(0)).isFalse();
        assertThat(isAcceptedAfter(1_999)).isFalse();
        assertThat(isAcceptedAfter(1)).isTrue();
    }

    @Test
    void fileThatGrowsIsLeftUntilItHasStopped() throws IOException {
        assertThat(isAcceptedAfter(0)).isFalse();
        for (int second = 0; second < 5; second++) {
            Files.writeString(file, "more\n", StandardOpenOption.APPEND);
            assertThat(isAcceptedAfter(1_000)).isFalse();
        }
        assertThat(isAcceptedAfter(1_000)).isFalse();
        assertThat(isAcceptedAfter(1_000)).isTrue();
    }

    @Test
    void fileThatChangesWithoutGrowingIsLeft() throws IOException {
        assertThat(isAcceptedAfter(0)).isFalse();
        Files.setLastModifiedTime(file, FileTime.fromMillis(0));
        assertThat(isAcceptedAfter(3_000)).isFalse();
    }

    @Test
    void timesOfAnotherClockDoNotMatter() throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plus(365, ChronoUnit.DAYS)));
        assertThat(isAcceptedAfter(0)).isFalse();
        assertThat(isAcceptedAfter(2_000)).isTrue();
    }

    @Test
    void nextFileOfTheSameNameStartsAnew() {
        isAcceptedAfter(0);
        assertThat(isAcceptedAfter(2_000)).isTrue();
        assertThat(isAcceptedAfter(1_000)).isFalse();
    }

    @Test
    void linkToNothingIsTakenToBeRefused() throws IOException {
        file = Files.createSymbolicLink(inbox.resolve("link.csv"), inbox.resolve("nothing"));
        assertThat(isAcceptedAfter(0)).isFalse();
        assertThat(isAcceptedAfter(2_000)).isTrue();
    }

    @Test
    void fileThatIsNotThereIsLeft() throws IOException {
        Files.delete(file);
        assertThat(isAcceptedAfter(0)).isFalse();
        assertThat(isAcceptedAfter(5_000)).isFalse();
    }

    @Test
    void foldersAreLookedInto() throws IOException {
        file = Files.createDirectory(inbox.resolve("folder"));
        assertThat(isAcceptedAfter(0)).isTrue();
    }

    private boolean isAcceptedAfter(long millis) {
        now = now.plusMillis(millis);
        GenericFile<File> generic = new GenericFile<>();
        generic.setFile(file.toFile());
        return settled.accept(generic);
    }
}
