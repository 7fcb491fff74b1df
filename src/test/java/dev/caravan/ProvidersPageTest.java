package dev.caravan;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Pace;
import dev.caravan.message.ContentType;
import dev.caravan.provider.Directory;
import dev.caravan.provider.Limit;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Setting;
import dev.caravan.provider.Source;
import dev.caravan.provider.Verdict.Wait;
import dev.caravan.provider.VerdictRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/providers.md is what the packs declare, written out. */
class ProvidersPageTest {

    private static final Path PAGE = Path.of("docs", "providers.md");
    private static final Path AFRESH = Path.of("target", "providers.md");

    private static final String HEAD =
            """
            # The providers, as their packs declare them

            Every line here is read from the packs; `ProvidersPageTest` compares. **S**: the provider's own page on sending
            says so. **P**: other public documentation or published clients say so, of unknown age. **I**: our inference,
            not the provider's word. The class of a verdict is our inference throughout. What no table lists is judged by
            its HTTP status.
            """;

    @Test
    void thePageSaysWhatThePacksDeclare() throws IOException {
        String expected =
                HEAD + Packs.all().stream().map(ProvidersPageTest::section).collect(joining());
        Files.writeString(AFRESH, expected);

        assertThat(Files.readString(PAGE)).as("copy " + AFRESH + " to " + PAGE).isEqualTo(expected);
    }

    private static String section(Provider provider) {
        List<String> parts = new ArrayList<>();
        parts.add("\n## " + provider.name() + "\n");
        parts.add("Base URL `" + provider.defaultBaseUrl() + "`, pace `" + pace(provider.defaultPace()) + "`, "
                + provider.defaultConcurrency() + " at once. Verified on a real account: "
                + provider.verified().map(Object::toString).orElse("never") + ".\n");
        parts.add(table(
                "carries | says",
                Arrays.stream(ContentType.values())
                        .filter(provider.types()::containsKey)
                        .map(type ->
                                type.word() + " | " + provider.types().get(type).mark())));
        parts.add(table("takes at most | of | says", provider.limits().stream().map(ProvidersPageTest::limit)));
        parts.add(table("setting | | default | ", provider.settings().stream().map(ProvidersPageTest::setting)));
        parts.add(sentences(provider));
        parts.add(table(
                "an answer with | means | wait | because | says",
                provider.verdicts().stream().map(ProvidersPageTest::row)));
        return parts.stream().filter(part -> !part.isEmpty()).collect(joining("\n"));
    }

    private static String pace(Pace pace) {
        return pace.rate() == null
                ? seconds(pace.shortest()) + ".." + seconds(pace.longest())
                : pace.rate().count() + "/" + seconds(pace.rate().period());
    }

    private static String seconds(Duration duration) {
        return duration.toSeconds() % 60 == 0 ? duration.toMinutes() + "m" : duration.toSeconds() + "s";
    }

    private static String limit(Limit limit) {
        return limit.most() + " | " + limit.measure().what() + " | "
                + limit.source().mark();
    }

    private static String setting(Setting setting) {
        return "`" + setting.name() + "` | " + (setting.required() ? "required" : "")
                + (setting.required() && setting.secret() ? ", " : "") + (setting.secret() ? "secret" : "") + " | "
                + (setting.otherwise() == null ? "" : "`" + setting.otherwise() + "`") + " | " + setting.description();
    }

    private static String sentences(Provider provider) {
        String options = provider.options().isEmpty()
                ? "none"
                : provider.options().stream()
                        .sorted()
                        .map(option -> "`" + option + "`")
                        .collect(joining(", "));
        return "- Options of a send: " + options + ".\n"
                + "- Looked up before a send: " + (provider.lookup().isPresent() ? "yes" : "nothing") + ".\n"
                + "- Lists whom an account could send from: "
                + (provider.directory() instanceof Directory.Lists ? "yes" : "no") + ".\n"
                + "- Checked without sending: " + yes(provider.checkup()) + ".\n"
                + "- Reports of its own accord: " + yes(provider.webhook()) + ". Can be asked: "
                + yes(provider.tracking())
                + ".\n"
                + "- Carries one text to many in one call: " + yes(provider.bulk()) + ".\n";
    }

    private static String yes(Optional<?> part) {
        return part.isPresent() ? "yes" : "no";
    }

    private static String row(VerdictRow row) {
        String shows = Stream.of(
                        row.http() == null ? null : "HTTP " + row.http(),
                        row.code() == null ? null : "code `" + row.code() + "`",
                        row.text() == null
                                ? null
                                : "words like `" + row.text().pattern().replace("|", "\\|") + "`")
                .filter(part -> part != null)
                .collect(joining(", "));
        String kind = row.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
        return shows + " | " + kind + (row.lookAgain() ? ", after a fresh look-up" : "") + " | " + wait(row.pause())
                + " | " + row.meaning() + " | " + row.source().mark();
    }

    private static String wait(Wait wait) {
        if (wait instanceof Wait.For length) {
            return length.duration().toSeconds() + " s";
        }
        return wait instanceof Wait.NextDay ? "until the next day" : "";
    }

    private static String table(String head, Stream<String> rows) {
        List<String> lines = rows.toList();
        int columns = head.split("\\|", -1).length;
        return lines.isEmpty()
                ? ""
                : "| " + head + " |\n|" + " --- |".repeat(columns) + "\n"
                        + lines.stream().map(line -> "| " + line + " |\n").collect(joining());
    }

    @Test
    void everyMarkIsExplained() {
        assertThat(HEAD)
                .contains(Arrays.stream(Source.values())
                        .map(source -> "**" + source.mark() + "**")
                        .toList());
    }
}
