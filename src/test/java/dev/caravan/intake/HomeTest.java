package dev.caravan.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {

    @Test
    void nameThatIsTooLongIsCutBeforeItsExtension() {
        assertThat(Home.isTooLong("a".repeat(196) + ".csv")).isFalse();
        assertThat(Home.isTooLong("a".repeat(197) + ".csv")).isTrue();
        assertThat(Home.shortened("a".repeat(240) + ".csv")).isEqualTo("a".repeat(196) + ".csv");
    }

    @Test
    void nameIsCutBetweenCharacters() {
        // Four bytes each in UTF-8.
        String shortened = Home.shortened("\uD83C\uDF89".repeat(60) + ".json");

        assertThat(shortened).isEqualTo("\uD83C\uDF89".repeat(48) + ".json");
        assertThat(shortened.getBytes(UTF_8)).hasSizeLessThanOrEqualTo(Home.LONGEST_NAME);
    }

    @Test
    void extensionThatIsTooLongIsCutItself() {
        assertThat(Home.shortened("a." + "b".repeat(240))).isEqualTo("a." + "b".repeat(198));
    }

    @Test
    void shortNameStaysAsItIs() {
        assertThat(Home.shortened("orders.2026-11-21.csv")).isEqualTo("orders.2026-11-21.csv");
    }

    @Test
    void nameCannotBreakALineOfTheLog() {
        assertThat(Home.printable("a\nb\r\u2028\u001b[31mc.csv")).isEqualTo("a_b___[31mc.csv");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "directories cannot be opened there")
    void aMoveIsOnDiskOnBothSidesBeforeItIsOver(@TempDir Path home) throws IOException {
        Path file = Files.writeString(home.resolve("a.csv"), "to\n1\n");
        Path target = home.resolve("done").resolve("2026-12-01").resolve("a.csv");
        List<String> synced;
        try (Recording recording = new Recording()) {
            recording.enable("jdk.FileForce").withoutThreshold().withoutStackTrace();
            recording.start();

            Home.move(file, target);

            recording.stop();
            Path dump = home.resolve("recording");
            recording.dump(dump);
            synced = RecordingFile.readAllEvents(dump).stream()
                    .map((RecordedEvent event) -> event.getString("path"))
                    .filter(path -> path.startsWith(home.toString()))
                    .toList();
        }

        assertThat(target).exists();
        assertThat(synced)
                .as("the new directories, then what the file left and where it is")
                .containsExactly(
                        home.toString(),
                        home.resolve("done").toString(),
                        home.toString(),
                        target.getParent().toString());
    }
}
