package dev.caravan;

import static dev.caravan.ConfigurationRunner.ACCOUNT;
import static dev.caravan.ConfigurationRunner.configured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;

/** What is wrong with a configuration is said by its key, with what to write, and without a credential. */
@ExtendWith(OutputCaptureExtension.class)
class ConfigurationRefusalTest {

    private static final String DIGEST = "0".repeat(64);

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource
    void refusalNamesTheKeyAndWhatToWrite(String key, String hint, String[] properties) {
        assertThat(report(configured(ACCOUNT).withPropertyValues(properties)))
                .contains(key, hint)
                .doesNotContain("hush", "top-secret")
                .doesNotEndWith("..");
    }

    static Stream<Arguments> refusalNamesTheKeyAndWhatToWrite() {
        String main = "caravan.accounts.main.";
        String folder = "caravan.inbox.folders.erp.";
        String hub = "caravan.api.keys.hub.";
        return Stream.of(
                refused(main + "provider", "pigeon", "owl"),
                refused(main + "provider", "pigeon", ""),
                refused(main + "rate", "20/1m", "fast"),
                refused(main + "rate", "20/1m", "0/1m"),
                refused(main + "spacing", "2s..6s", "6s..2s"),
                refused(main + "spacing", "30s", "six"),
                refused(main + "per-recipient", "1/6s", "often"),
                refused(main + "budget", "20/1m", "much"),
                refused(main + "quiet", "21:00-08:00", "night"),
                refused(main + "quiet", "no time of the week", "00:00-12:00, 12:00-24:00"),
                refused(main + "budget", "1000/1d", "1000/1h"),
                refused(main + "per-recipient", "more than 100", "101/1m"),
                refused(main + "holidays", "one in each line", "christmas"),
                refused(main + "holidays", "'2026-13-01' is no day", "2026-13-01"),
                refused(main + "concurrency", "less than 1", "0"),
                refused(main + "concurrency", "Integer", "four"),
                refused(main + "timeout", "unit", "30"),
                refused(main + "expires-after", "unit", "7"),
                refused(main + "confirm-within", "unit", "7"),
                refused(main + "on-unknown", "hold, retry", "resend"),
                refused(main + "ordering", "recipient, none", "all"),
                refused(main + "max-queued", "less than 1", "0"),
                refused(main + "base-url", "https://", "pigeon.example"),
                refused(main + "base-url", "https://", "ftp://pigeon.example"),
                refused(main + "base-url", "host", "https:/pigeon.example"),
                refused(main + "base-url", "host", "https://me:hush@pigeon.example"),
                refused(main + "base-url", "host", "https://pigeon.example?key=hush"),
                refused(main + "base-url", "no URL", "https://pigeon example"),
                refused(main + "base-url", "{loft}", "https://{loft}.example"),
                refused(main + "settings.loft-id", "the number of the loft", ""),
                refused(main + "settings.key", "${PIGEON_KEY}", "${PIGEON_KEY}"),
                refused(main + "webhook-token", "${TOKEN}", "${TOKEN}"),
                refused(main + "webhook-token", "16 characters", "fifteen-letters"),
                refused(main + "webhook-token", "letters, digits", "sixteen/characters"),
                refused("caravan.jms.password", "${PASSWORD}", "a${PASSWORD}b"),
                refused(main + "settings.keys", "loft-id, key, mood", "hush"),
                arguments(main + "settings", "grumpy", new String[] {main + "settings.mood=grumpy"}),
                refused(main + "api-key", "no such key", "hush"),
                arguments("caravan.accounts.Other", "a-z", new String[] {"caravan.accounts.Other.provider=pigeon"}),
                arguments("caravan.accounts.", "ma-in", new String[] {"caravan.accounts.ma-in.provider=pigeon"}),
                refused("caravan.hoem", "no such key", "hush"),
                refused("caravan.region", "TR", "tr"),
                refused("caravan.zone", "ZoneId", "Europe/Istambul"),
                refused("caravan.routes", "file:", "./routes"),
                refused("caravan.default-account", "main", "mian"),
                refused("caravan.routing[0].to", "\"+90\"", "90", "caravan.routing[0].accounts=main"),
                refused("caravan.routing[0].to", "\"+90\"", "", "caravan.routing[0].accounts=main"),
                refused("caravan.routing[0].accounts[0]", "main", "mian", "caravan.routing[0].to=+90"),
                refused("caravan.routing[0].accounts", "empty", "", "caravan.routing[0].to=+90"),
                refused("caravan.routing[0].failover", "never, definite-refusal, down", "on"),
                refused("caravan.inbox.poll", "50", "1"),
                refused("caravan.inbox.settle", "50", "2"),
                refused("caravan.inbox.repeat-after", "1", "7"),
                refused("caravan.inbox.hold-above", "greater than 0", "0"),
                refused("caravan.inbox.stop-batch-at", "1% to 100%", "0%"),
                refused("caravan.inbox.stop-batch-at", "1% to 100%", "50"),
                refused(folder + "account", "main", "mian"),
                refused(folder + "charset", "Charset", "utf-99"),
                refused(folder + "region", "TR", "Turkey"),
                arguments("caravan.inbox.folders.Erp", "a-z", new String[] {"caravan.inbox.folders.Erp.region=TR"}),
                refused(
                        "caravan.outcomes[1]",
                        "the endpoint of caravan.outcomes[0]",
                        "https://me:hush@hub.example/in?accessToken=hush",
                        "caravan.outcomes[0]=https://hub.example/in?accessToken=other"),
                refused("caravan.events[1]", "let them differ in more", "log:a", "caravan.events[0]=log:a"),
                refused("caravan.inbound[1]", "let them differ in more", "log:a", "caravan.inbound[0]=log:a"),
                refused("caravan.opt-out[0]", "no letter", "!"),
                refused("caravan.jms.reply-on", "accepted, end", "start"),
                refused("caravan.jms.queue", "blank", ""),
                refused("caravan.jms.namespace", "space", "a b"),
                refused(folder + "namespace", "space", "a b"),
                refused("caravan.jms.listen", "tcp://127.0.0.1:61616", "61616"),
                refused("caravan.jms.listen", "tcp://127.0.0.1:61616", "tcp://me:hush@127.0.0.1:61616"),
                arguments("caravan.jms.user", "is missing", listening("caravan.jms.password=hush")),
                arguments("caravan.jms.password", "is missing", listening("caravan.jms.user=hub")),
                arguments(
                        "caravan.jms.password",
                        "begins with ENC(",
                        listening("caravan.jms.user=hub", "caravan.jms.password=ENC(hush)")),
                refused(hub + "sha256", "64 hex digits", "hush", hub + "scopes=send"),
                refused(hub + "scopes", "empty", "", hub + "sha256=" + DIGEST),
                refused(
                        "caravan.api.keys.spare.sha256",
                        "'hub'",
                        DIGEST,
                        hub + "sha256=" + DIGEST,
                        hub + "scopes=send",
                        "caravan.api.keys.spare.scopes=send"),
                refused("caravan.api.keys.2nd-key.scopes", "empty", "", "caravan.api.keys.2nd-key.sha256=" + DIGEST),
                refused(hub + "scopes[0]", "send, read, admin", "all"),
                refused(hub + "expires", "Instant", "tomorrow"),
                refused(hub + "accounts", "main", "mian", hub + "scopes=send", hub + "sha256=" + DIGEST),
                refused("caravan.api.keys.hub", "ApiKey", "hush"),
                arguments("caravan.api.keys.Hub", "a-z", new String[] {
                    "caravan.api.keys.Hub.scopes=send", "caravan.api.keys.Hub.sha256=" + DIGEST
                }),
                refused("caravan.keep.content", "1", "30"),
                refused("caravan.keep.record", "1", "90"),
                refused("caravan.keep.reference", "1", "400"),
                refused("caravan.keep.record", "shorter than caravan.keep.content", "29d"),
                refused("caravan.keep.reference", "shorter than caravan.keep.record", "89d"),
                refused("caravan.categories.otp.priority", "high, normal, low", "urgent"),
                refused("caravan.categories.otp.expires-after", "1", "5"),
                refused("caravan.categories.news.priority", "no such key", "high"),
                refused("caravan.templates.hello.mian", "main", null, "caravan.templates.hello.mian.name=hi"),
                refused(
                        "caravan.templates.hello.main",
                        "name, id and text",
                        null,
                        "caravan.templates.hello.main.language=tr"),
                arguments("caravan.templates.Hello", "a-z", new String[] {"caravan.templates.Hello.main.name=hi"}),
                refused("caravan.verdicts[0].verdict", "sent, permanent", "good"),
                refused(
                        "caravan.verdicts[0].provider",
                        "pigeon",
                        "pidgeon",
                        "caravan.verdicts[0].verdict=unknown",
                        "caravan.verdicts[0].match.http=500"),
                refused(
                        "caravan.verdicts[0].account",
                        "main",
                        "mian",
                        "caravan.verdicts[0].verdict=unknown",
                        "caravan.verdicts[0].match.http=500"),
                refused("caravan.verdicts[0].match", "empty", null, "caravan.verdicts[0].verdict=unknown"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "accounts: { main: { provider: pigeon, settings: { key: a, loft-id: 012 } } }",
                "accounts: { main: { provider: pigeon, settings: { key: a, 😀: b, loft-id: +12 } } }",
                "accounts: { main: { provider: pigeon, settings: { key: a, loft-id: &loft 1_2 } } }",
                "accounts: { main: { provider: pigeon, settings: { key: a, loft-id: 1.10 } } }",
                "accounts: { main: { provider: pigeon, settings: { key: a, loft-id: 1e7 } } }",
                "accounts: { main: { provider: pigeon, settings: { key: a, loft-id: 0x1F } } }",
                "accounts: { main: { provider: pigeon, settings: { key: a, loft-id: yes } } }",
                "routing: [ { accounts: [ main ], to: +90 } ]",
                "inbox: { settle: 1:30 }",
                "region: NO",
            })
    void valueThatYamlReadsAsSomethingElseIsRefused(String line) {
        assertThat(report(configured("spring.application.name: test\ncaravan:\n  gateway: g\n  " + line + " # why\n")))
                .contains("caravan.", "YAML", "test.yaml", "4:", "quotes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "12",
                "'012'",
                "\"+12\"",
                "-12",
                "12.5",
                "true",
                "123456789012345678901",
                "&key 12",
                "a012",
                "+90a",
                "1:30h"
            })
    void valueThatYamlReadsAsItIsWrittenIsTaken(String key) {
        configured(ACCOUNT.replace("\"top-secret\"", key))
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void startIsRefusedInWordsAndWithoutAStackTrace(CapturedOutput output) {
        SpringApplication application = new SpringApplication(PropertiesConfiguration.class);
        application.setWebApplicationType(WebApplicationType.NONE);

        assertThatException()
                .isThrownBy(() -> application.run("--caravan.accounts.main.raet=hush", "--caravan.gateway=g"));

        assertThat(output)
                .contains("Description:", "caravan.accounts.main.raet: there is no such key", "Action:")
                .doesNotContain("hush", "\tat ");
    }

    private static String[] listening(String... properties) {
        return Stream.concat(Stream.of("caravan.jms.listen=tcp://127.0.0.1:61616"), Arrays.stream(properties))
                .toArray(String[]::new);
    }

    private static Arguments refused(String key, String hint, String value, String... others) {
        return arguments(
                key,
                hint,
                Stream.concat(value == null ? Stream.empty() : Stream.of(key + "=" + value), Arrays.stream(others))
                        .toArray(String[]::new));
    }

    private static String report(ApplicationContextRunner runner) {
        String[] report = new String[1];
        runner.run(context -> {
            assertThat(context).hasFailed();
            report[0] = report(context.getStartupFailure());
        });
        return report[0];
    }

    // As Spring Boot does: the first analysis is the one that is printed.
    private static String report(Throwable failure) {
        return SpringFactoriesLoader.forDefaultResourceLocation()
                .load(
                        FailureAnalyzer.class,
                        ArgumentResolver.of(BeanFactory.class, new DefaultListableBeanFactory())
                                .and(Environment.class, new StandardEnvironment()),
                        (type, name, absent) -> {})
                .stream()
                .map(analyzer -> analyzer.analyze(failure))
                .filter(Objects::nonNull)
                .findFirst()
                .map(analysis -> analysis.getDescription() + "\n" + analysis.getAction())
                .orElseThrow(() -> new AssertionError("nothing would be said", failure));
    }
}
