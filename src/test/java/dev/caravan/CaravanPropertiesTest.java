package dev.caravan;

import static dev.caravan.ConfigurationRunner.ACCOUNT;
import static dev.caravan.ConfigurationRunner.configured;
import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.core.env.StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;

import dev.caravan.CaravanProperties.AccountProperties;
import dev.caravan.CaravanProperties.OnUnknown;
import dev.caravan.CaravanProperties.Ordering;
import dev.caravan.CaravanProperties.Quiet;
import dev.caravan.CaravanProperties.ReplyOn;
import dev.caravan.CaravanProperties.Scope;
import dev.caravan.CaravanProperties.VerdictWord;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.account.Pace;
import dev.caravan.account.QuietHours;
import dev.caravan.account.QuietTimes;
import dev.caravan.account.Rate;
import dev.caravan.account.RoutingRule.Failover;
import dev.caravan.account.SendingRules;
import dev.caravan.account.Spacing;
import dev.caravan.message.Category;
import dev.caravan.message.Priority;
import dev.caravan.message.Recipient;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class CaravanPropertiesTest {

    @Test
    void everythingHasADefault() {
        configured("").run(context -> {
            CaravanProperties properties = context.getBean(CaravanProperties.class);
            assertThat(properties.home()).isEqualTo(Path.of("data"));
            assertThat(properties.region()).isEqualTo("TR");
            assertThat(properties.zone()).isEqualTo(ZoneId.of("Europe/Istanbul"));
            assertThat(properties.gateway()).isNull();
            assertThat(properties.routes()).isEqualTo("classpath:routes");
            assertThat(properties.defaultAccount()).isNull();
            assertThat(properties.accounts()).isEmpty();
            assertThat(properties.routing()).isEmpty();
            assertThat(properties.inbox())
                    .isEqualTo(new CaravanProperties.Inbox(
                            Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofDays(7), null, null, Map.of()));
            assertThat(properties.outcomes()).containsExactly("log:caravan.outcome");
            assertThat(properties.events()).containsExactly("log:caravan.event");
            assertThat(properties.inbound()).isEmpty();
            assertThat(properties.optOut()).containsExactly("STOP", "DUR", "הסר");
            assertThat(properties.jms())
                    .isEqualTo(new CaravanProperties.Jms("caravan.sends", "", null, null, "default", ReplyOn.END));
            assertThat(properties.api().keys()).isEmpty();
            assertThat(properties.keep())
                    .isEqualTo(
                            new CaravanProperties.Keep(Duration.ofDays(30), Duration.ofDays(90), Duration.ofDays(400)));
            assertThat(properties.categories().of(Category.MARKETING))
                    .isEqualTo(new CaravanProperties.CategoryProperties(Priority.LOW, null, Quiet.KEEP));
            assertThat(properties.templates()).isEmpty();
            assertThat(properties.verdicts()).isEmpty();
            assertThat(context.getBean(Accounts.class).isEmpty()).isTrue();
        });
    }

    @Test
    void accountHasDefaultsOfItsOwnAndOfItsProvider() {
        start(ACCOUNT, context -> {
            AccountProperties written =
                    context.getBean(CaravanProperties.class).accounts().get("main");
            assertThat(written.ordering()).isEqualTo(Ordering.RECIPIENT);
            assertThat(written.onUnknown()).isEqualTo(OnUnknown.HOLD);
            assertThat(written.holidays()).isEmpty();
            assertThat(written.perRecipient()).isNull();
            assertThat(written.budget()).isNull();
            assertThat(written.quiet()).isEmpty();
            assertThat(written.confirmWithin()).isNull();
            assertThat(written.webhookToken()).isNull();

            assertThat(context.getBean(Accounts.class).get("main"))
                    .isEqualTo(new Account(
                            "main",
                            "pigeon",
                            "https://012.pigeon.example/api",
                            Pace.of(Spacing.parse("3s..7s")),
                            4,
                            Duration.ofSeconds(30),
                            Duration.ofDays(7),
                            false,
                            1_000_000,
                            null,
                            null,
                            new SendingRules(true, QuietTimes.NONE, null, null, ZoneId.of("Europe/Istanbul")),
                            Map.of(),
                            Map.of("loft-id", "012", "key", "top-secret")));
        });
    }

    @Test
    void everyKeyOfAnAccountIsRead(@TempDir Path directory) throws IOException {
        Path holidays = Files.writeString(directory.resolve("holidays.txt"), "# fixed\n2027-01-01 # New Year\n\n");
        start(
                """
                caravan:
                  accounts:
                    main_2:
                      provider: pigeon
                      base-url: HTTP://127.0.0.1:8080/{loft-id}//
                      rate: 20/1m
                      spacing: 2s..6s
                      per-recipient: 1/6s
                      budget: 1000/1d
                      quiet: 21:00-08:00, sat-sun 18:00-10:00
                      holidays: [2026-10-29, %s]
                      concurrency: 2
                      timeout: 5s
                      expires-after: 1d
                      confirm-within: 1h
                      on-unknown: retry
                      ordering: none
                      max-queued: 10
                      webhook-token: hush-hush-hush-hush
                      settings: { loft-id: a, key: b }
                """
                        .formatted(holidays),
                context -> {
                    AccountProperties written =
                            context.getBean(CaravanProperties.class).accounts().get("main_2");
                    assertThat(written.perRecipient()).isEqualTo(Rate.parse("1/6s"));
                    assertThat(written.budget()).isEqualTo(Rate.parse("1000/1d"));
                    assertThat(written.confirmWithin()).isEqualTo(Duration.ofHours(1));
                    assertThat(written.ordering()).isEqualTo(Ordering.NONE);
                    assertThat(written.webhookToken()).isEqualTo("hush-hush-hush-hush");

                    Account account = context.getBean(Accounts.class).get("main_2");
                    QuietTimes quiet = account.rules().quiet();
                    assertThat(quiet.hours())
                            .containsExactly(QuietHours.parse("21:00-08:00"), QuietHours.parse("sat-sun 18:00-10:00"));
                    assertThat(quiet.holidays())
                            .containsExactlyInAnyOrder(LocalDate.of(2026, 10, 29), LocalDate.of(2027, 1, 1));
                    assertThat(account)
                            .isEqualTo(new Account(
                                    "main_2",
                                    "pigeon",
                                    "HTTP://127.0.0.1:8080/a",
                                    Pace.of(Rate.parse("20/1m"), Spacing.parse("2s..6s")),
                                    2,
                                    Duration.ofSeconds(5),
                                    Duration.ofDays(1),
                                    true,
                                    10,
                                    // A pigeon never tells afterwards.
                                    null,
                                    "hush-hush-hush-hush",
                                    new SendingRules(
                                            false, quiet, Rate.parse("1/6s"), 1000, ZoneId.of("Europe/Istanbul")),
                                    Map.of(),
                                    Map.of("loft-id", "a", "key", "b")));
                });
    }

    @Test
    void noWordStopsMessagesWhenTheListIsWrittenEmpty() {
        start("caravan: { opt-out: [] }", context -> assertThat(
                        context.getBean(CaravanProperties.class).optOut())
                .isEmpty());
    }

    @Test
    void rateAndSpacingSwitchTheProvidersPaceOff() {
        assertThat(pace("caravan.accounts.main.rate=2/1s")).isEqualTo(Pace.of(Rate.parse("2/1s")));
        assertThat(pace("caravan.accounts.main.spacing=1s..2s")).isEqualTo(Pace.of(Spacing.parse("1s..2s")));
        assertThat(pace("caravan.accounts.main.rate=unlimited")).isEqualTo(Pace.UNLIMITED);
        assertThat(pace("caravan.accounts.main.rate=unlimited", "caravan.accounts.main.spacing=1s"))
                .isEqualTo(Pace.of(Spacing.parse("1s")));
    }

    @Test
    void everyOtherKeyIsRead() {
        start(
                ACCOUNT
                        + """
                  home: /var/caravan
                  region: DE
                  zone: Europe/Berlin
                  gateway: g1
                  routes: file:/etc/routes
                  default-account: main
                  routing:
                    - { to: "+90", accounts: [main], failover: definite-refusal }
                    - { to: "+49", accounts: [main], failover: down }
                  inbox:
                    poll: 5s
                    settle: 100ms
                    repeat-after: 1d
                    hold-above: 500
                    stop-batch-at: 20%%
                    folders:
                      erp_1:
                        account: main
                        charset: windows-1254
                        delimiter: ";"
                        columns: { to: telefon, text: "mesaj metni", template_param.code: kod }
                        defaults: { type: text }
                        region: TR
                        zone: Europe/Istanbul
                        namespace: erp
                        category: otp
                  outcomes: ["log:a", "file:b"]
                  events: []
                  inbound: ["jms:queue:in"]
                  opt-out: [STOP, İPTAL]
                  jms: { queue: q, listen: "tcp://127.0.0.1:61616", user: u, password: pw, namespace: j, reply-on: accepted }
                  api:
                    keys:
                      hub: { sha256: "%s", scopes: [send, read], accounts: [main], namespace: hub, expires: "2027-01-01T00:00:00+03:00" }
                  keep: { content: 1d, record: 2d, reference: 3d }
                  categories:
                    otp: { priority: high, expires-after: 5m, quiet: ignore }
                  templates:
                    order_shipped: { main: { id: "007", language: tr, parameters: { "1": name } } }
                  verdicts:
                    - provider: pigeon
                      match: { http: 409, code: "012", text: loft full }
                      verdict: throttled
                      wait: 1m
                """
                                .formatted("0".repeat(64)),
                context -> {
                    CaravanProperties properties = context.getBean(CaravanProperties.class);
                    assertThat(properties.home()).isEqualTo(Path.of("/var/caravan"));
                    assertThat(properties.region()).isEqualTo("DE");
                    assertThat(properties.zone()).isEqualTo(ZoneId.of("Europe/Berlin"));
                    assertThat(properties.gateway()).isEqualTo("g1");
                    assertThat(properties.routes()).isEqualTo("file:/etc/routes");
                    assertThat(properties.routing())
                            .containsExactly(
                                    new CaravanProperties.Rule("+90", List.of("main"), Failover.DEFINITE_REFUSAL),
                                    new CaravanProperties.Rule("+49", List.of("main"), Failover.DOWN));
                    assertThat(properties.inbox())
                            .isEqualTo(new CaravanProperties.Inbox(
                                    Duration.ofSeconds(5),
                                    Duration.ofMillis(100),
                                    Duration.ofDays(1),
                                    500,
                                    "20%",
                                    Map.of(
                                            "erp_1",
                                            new CaravanProperties.Folder(
                                                    "main",
                                                    Charset.forName("windows-1254"),
                                                    ';',
                                                    Map.of(
                                                            "to",
                                                            "telefon",
                                                            "text",
                                                            "mesaj metni",
                                                            "template_param.code",
                                                            "kod"),
                                                    Map.of("type", "text"),
                                                    "TR",
                                                    ZoneId.of("Europe/Istanbul"),
                                                    "erp",
                                                    Category.OTP))));
                    assertThat(properties.outcomes()).containsExactly("log:a", "file:b");
                    assertThat(properties.events()).isEmpty();
                    assertThat(properties.inbound()).containsExactly("jms:queue:in");
                    assertThat(properties.optOut()).containsExactly("STOP", "İPTAL");
                    assertThat(properties.jms())
                            .isEqualTo(new CaravanProperties.Jms(
                                    "q", "tcp://127.0.0.1:61616", "u", "pw", "j", ReplyOn.ACCEPTED));
                    assertThat(properties.api().keys())
                            .isEqualTo(Map.of(
                                    "hub",
                                    new CaravanProperties.ApiKey(
                                            "0".repeat(64),
                                            Set.of(Scope.SEND, Scope.READ),
                                            Set.of("main"),
                                            "hub",
                                            Instant.parse("2026-12-31T21:00:00Z"))));
                    assertThat(properties.keep())
                            .isEqualTo(new CaravanProperties.Keep(
                                    Duration.ofDays(1), Duration.ofDays(2), Duration.ofDays(3)));
                    assertThat(properties.categories().of(Category.OTP))
                            .isEqualTo(new CaravanProperties.CategoryProperties(
                                    Priority.HIGH, Duration.ofMinutes(5), Quiet.IGNORE));
                    assertThat(properties.templates())
                            .isEqualTo(Map.of(
                                    "order_shipped",
                                    Map.of(
                                            "main",
                                            new CaravanProperties.TemplateProperties(
                                                    null, "007", "tr", Map.of("1", "name"), null))));
                    assertThat(properties.verdicts())
                            .containsExactly(new CaravanProperties.VerdictRow(
                                    "pigeon",
                                    null,
                                    new CaravanProperties.Match(409, "012", "loft full"),
                                    VerdictWord.THROTTLED,
                                    Duration.ofMinutes(1)));

                    Accounts accounts = context.getBean(Accounts.class);
                    assertThat(accounts.choose(null, new Recipient("+905301234567")))
                            .isSameAs(accounts.get("main"));
                    assertThat(accounts.choose(null, new Recipient("+12025550123")))
                            .isSameAs(accounts.get("main"));
                });
    }

    @Test
    void noTextFormHoldsACredential() {
        start(
                ACCOUNT
                        + """
                      webhook-token: hush-token-of-the-tests
                  outcomes: ["https://hub.example?authPassword=hush-outcome"]
                  jms: { password: hush-password }
                  api: { keys: { hub: { sha256: "%s", scopes: [send] } } }
                """
                                .formatted("ab".repeat(32)),
                context -> {
                    CaravanProperties properties = context.getBean(CaravanProperties.class);
                    assertThat(properties.accounts().get("main").webhookToken()).isEqualTo("hush-token-of-the-tests");
                    assertThat(properties.toString()
                                    + properties.accounts()
                                    + properties.jms()
                                    + properties.api()
                                    + context.getBean(Accounts.class).all())
                            .doesNotContain("hush", "top-secret", "abab");
                });
    }

    @Test
    void environmentVariablesSetKeysAndUnrelatedOnesAreLeftAlone() {
        Map<String, Object> variables = Map.of(
                "CARAVAN_HOME",
                "/srv/caravan",
                "CARAVAN_INBOX_REPEATAFTER",
                "3d",
                "CARAVAN_OF_LOVE",
                "1986",
                "PATH",
                "/usr/bin");

        configured(ACCOUNT)
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .replace(
                                SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                                new SystemEnvironmentPropertySource(
                                        SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables)))
                .run(context -> {
                    CaravanProperties properties = context.getBean(CaravanProperties.class);
                    assertThat(properties.home()).isEqualTo(Path.of("/srv/caravan"));
                    assertThat(properties.inbox().repeatAfter()).isEqualTo(Duration.ofDays(3));
                    assertThat(context.getEnvironment().getProperty("caravan.home"))
                            .isEqualTo("/srv/caravan");
                });
    }

    private static void start(String yaml, Consumer<AssertableApplicationContext> check) {
        configured(yaml).run(context -> {
            assertThat(context).hasNotFailed();
            check.accept(context);
        });
    }

    private static Pace pace(String... properties) {
        Pace[] pace = new Pace[1];
        configured(ACCOUNT)
                .withPropertyValues(properties)
                .run(context ->
                        pace[0] = context.getBean(Accounts.class).get("main").pace());
        return pace[0];
    }
}
