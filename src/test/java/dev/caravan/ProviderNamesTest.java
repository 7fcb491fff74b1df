package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Only a pack knows its provider, and a text that names one is such knowledge, too: a string, a comment. */
class ProviderNamesTest {

    private static final Path SOURCES = Path.of("src/main/java/dev/caravan");
    private static final Path PACKS = SOURCES.resolve("provider");

    @ParameterizedTest
    @MethodSource("packs")
    void noSourceOutsideItsPackNamesAProvider(String pack) throws IOException {
        // In any spelling, as express-chat and ExpressChat, but not within a word, as in contextError.
        String spellings = pack.chars().mapToObj(Character::toString).collect(Collectors.joining("[-_ ]?"));
        Pattern name = Pattern.compile("(?<![a-z])" + spellings, Pattern.CASE_INSENSITIVE);

        assertThat(linesOutside(PACKS.resolve(pack)))
                .isNotEmpty()
                .filteredOn(line -> name.matcher(line).find())
                .isEmpty();
    }

    static Stream<String> packs() throws IOException {
        try (Stream<Path> below = Files.list(PACKS)) {
            return below
                    .filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .toList()
                    .stream();
        }
    }

    private static List<String> linesOutside(Path pack) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(SOURCES)) {
            files = all.filter(file -> file.toString().endsWith(".java") && !file.startsWith(pack))
                    .toList();
        }
        List<String> lines = new ArrayList<>();
        for (Path file : files) {
            int number = 0;
            for (String line : Files.readAllLines(file)) {
                number++;
                lines.add(file + ":" + number + ": " + line.strip());
            }
        }
        return lines;
    }
}
