package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Pace;
import dev.caravan.account.Rate;
import dev.caravan.account.Spacing;
import dev.caravan.message.ContentType;
import dev.caravan.provider.Fate;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the README says of the packs, the sandbox and the commands, held against them. */
class ReadmeTest {

    private static final Pattern COMMAND = Pattern.compile("```sh\\n([^\\n]+)\\n```");
    private static final Pattern IN_CI = Pattern.compile("(?m)^(?:test|run)_command='(.+)'$");

    private static String readme;

    @BeforeAll
    static void read() throws IOException {
        readme = Files.readString(Path.of("README.md"));
    }

    static List<Provider> providers() {
        return Packs.all();
    }

    @Test
    void everyProviderHasItsColumn() {
        assertThat(table().get(""))
                .containsOnlyKeys(providers().stream().map(Provider::name).toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("providers")
    void typesAreThoseThePackDeclaresAndAsSure(Provider provider) {
        for (ContentType type : ContentType.values()) {
            Source source = provider.types().get(type);
            assertThat(table().get(type.word()))
                    .as(type.word())
                    .containsEntry(provider.name(), source == null ? "-" : source.mark());
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void paceIsTheOneThePackDeclares(Provider provider) {
        String written = table().get("default pace").get(provider.name());
        Pace pace = written.contains("..") ? Pace.of(Spacing.parse(written)) : Pace.of(Rate.parse(written));

        assertThat(pace).isEqualTo(provider.defaultPace());
    }

    @ParameterizedTest
    @MethodSource("providers")
    void whenItWasVerifiedIsWhatThePackDeclares(Provider provider) {
        assertThat(table().get("verified on a real account"))
                .containsEntry(
                        provider.name(),
                        provider.verified().map(LocalDate::toString).orElse("never"));
    }

    @Test
    void everyMagicRecipientIsExplained() {
        Arrays.stream(Fate.values()).filter(fate -> fate != Fate.ACCEPTED).forEach(fate -> assertThat(readme)
                .contains("| `" + fate.ending() + "` |"));
    }

    @Test
    void firstTwoCommandsAreThoseTheChecksRun() throws IOException {
        List<String> checked = IN_CI.matcher(Files.readString(Path.of(".ci/run")))
                .results()
                .map(match -> match.group(1))
                .toList();
        List<String> first = COMMAND.matcher(readme)
                .results()
                .map(match -> match.group(1))
                .limit(2)
                .toList();

        assertThat(first).hasSize(2).isEqualTo(checked);
    }

    @Test
    void jarIsNamedAsItIsBuilt() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        String version = pom.replaceFirst("(?s).*<artifactId>caravan</artifactId>\\s*<version>([^<]+)<.*", "$1");

        assertThat(Pattern.compile("caravan-[\\w.-]+\\.jar").matcher(readme).results())
                .isNotEmpty()
                .allSatisfy(jar -> assertThat(jar.group()).isEqualTo("caravan-" + version + ".jar"));
    }

    /** The provider table: its cells by row and by provider; the head is the row without a name. */
    private static Map<String, Map<String, String>> table() {
        List<String[]> rows = readme.lines()
                .dropWhile(line -> !line.startsWith("| |"))
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.substring(1, line.length() - 1).split("\\|"))
                .toList();
        String[] providers = rows.get(0);
        Map<String, Map<String, String>> table = new HashMap<>();
        for (String[] cells : rows) {
            Map<String, String> row = table.computeIfAbsent(cells[0].strip(), name -> new HashMap<>());
            for (int column = 1; column < providers.length; column++) {
                row.put(providers[column].strip().replace("`", ""), cells[column].strip());
            }
        }
        return table;
    }
}
