package dev.caravan;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Pace;
import dev.caravan.account.Rate;
import dev.caravan.account.Spacing;
import dev.caravan.message.ContentType;
import dev.caravan.provider.Fate;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Setting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the README says of the packs, the sandbox and the commands, held against them. */
class ReadmeTest {

    private static final int CARRIES = 1;
    private static final int SETTINGS = 2;
    private static final int OPTIONS = 3;
    private static final int PACE = 4;
    private static final int TRIED = 5;
    private static final Pattern COMMAND = Pattern.compile("```sh\\n([^\\n]+)\\n```");
    private static final Pattern IN_CI = Pattern.compile("(?m)^(?:test|run)_command='(.+)'$");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

    private static String readme;

    @BeforeAll
    static void read() throws IOException {
        readme = Files.readString(Path.of("README.md"));
    }

    static List<Provider> providers() {
        return Packs.all();
    }

    @Test
    void everyProviderHasItsRow() {
        assertThat(rows().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        providers().stream().map(Provider::name).toList());
    }

    @ParameterizedTest
    @MethodSource("providers")
    void typesAreThoseThePackDeclares(Provider provider) {
        List<String> words = Arrays.stream(rows().get(provider.name())[CARRIES].split(", "))
                .map(type -> type.replaceFirst(" [SPI]$", ""))
                .toList();

        assertThat(words)
                .containsExactlyInAnyOrderElementsOf(provider.types().keySet().stream()
                        .map(ContentType::word)
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("providers")
    void settingsAreThoseThePackDeclares(Provider provider) {
        String[] cells = rows().get(provider.name())[SETTINGS].split("optional: ", 2);

        assertThat(quoted(cells[0])).isEqualTo(settings(provider, Setting::required));
        assertThat(quoted(cells.length > 1 ? cells[1] : ""))
                .isEqualTo(settings(provider, Predicate.not(Setting::required)));
    }

    @ParameterizedTest
    @MethodSource("providers")
    void optionsAreThoseThePackDeclares(Provider provider) {
        assertThat(quoted(rows().get(provider.name())[OPTIONS]))
                .containsExactlyInAnyOrderElementsOf(provider.options());
    }

    @ParameterizedTest
    @MethodSource("providers")
    void paceIsTheOneThePackDeclares(Provider provider) {
        String written = rows().get(provider.name())[PACE];
        Pace pace = written.contains("..") ? Pace.of(Spacing.parse(written)) : Pace.of(Rate.parse(written));

        assertThat(pace).isEqualTo(provider.defaultPace());
    }

    // Whoever tries one changes this test, and says in the commit how and when.
    @ParameterizedTest
    @MethodSource("providers")
    void noProviderHasBeenTriedOnARealAccount(Provider provider) {
        assertThat(rows().get(provider.name())[TRIED]).isEqualTo("never");
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

    /** The cells of the provider table, by the provider's name. */
    private static Map<String, String[]> rows() {
        return readme.lines()
                .dropWhile(line -> !line.startsWith("| provider |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.substring(2, line.length() - 2).split(" \\| "))
                .collect(toMap(cells -> quoted(cells[0]).get(0), cells -> cells));
    }

    private static List<String> quoted(String text) {
        return QUOTED.matcher(text).results().map(match -> match.group(1)).toList();
    }

    private static List<String> settings(Provider provider, Predicate<Setting> wanted) {
        Stream<Setting> settings = provider.settings().stream();
        return settings.filter(wanted).map(Setting::name).toList();
    }
}
