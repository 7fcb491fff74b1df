package dev.caravan.api;

import static dev.caravan.api.Contract.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.CaravanApplication;
import dev.caravan.account.Account;
import dev.caravan.account.Pace;
import dev.caravan.message.ContentType;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Delivery;
import dev.caravan.provider.Notice;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Reading;
import dev.caravan.provider.Setting;
import dev.caravan.provider.Source;
import dev.caravan.provider.VerdictRow;
import dev.caravan.provider.Webhook;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * What providers report, over a socket and of a whole gateway. The accounts {@code left} and {@code right} share a loft, to
 * whose lines everything that one of them is told applies; {@code away} is of another, and {@code mute} has a token although
 * its provider reports nothing.
 */
@SpringBootTest(classes = CaravanApplication.class, webEnvironment = WebEnvironment.RANDOM_PORT)
@Import(WebhooksApiTest.Parts.class)
@ExtendWith(OutputCaptureExtension.class)
class WebhooksApiTest {

    private static final String LEFT = "/webhooks/left/left-token-of-the-tests";
    private static final String RIGHT = "/webhooks/right/right-token-of-the-tests";

    @TempDir
    private static Path home;

    @Autowired
    private Environment environment;

    @Autowired
    private JdbcTemplate ledger;

    private RestDoor door;
    private RestDoor provider;

    @DynamicPropertySource
    static void configure(DynamicPropertyRegistry registry) {
        registry.add("caravan.home", () -> home.toString());
        registry.add(
                "caravan.inbound[0]",
                () -> "file:" + home.resolve("inbound")
                        + "?fileName=$simple{header.account}-$simple{header.provider}.txt&fileExist=Append");
        registry.add("caravan.api.keys.all.sha256", () -> ApiKeys.sha256(RestDoor.KEY));
        registry.add("caravan.api.keys.all.scopes", () -> "send,read,admin");
        Map.of("left", "1", "right", "1", "away", "2").forEach((name, loft) -> {
            String key = "caravan.accounts." + name + '.';
            registry.add(key + "provider", () -> "dove");
            registry.add(key + "webhook-token", () -> name + "-token-of-the-tests");
            registry.add(key + "settings.loft", () -> loft);
            registry.add(key + "settings.line", () -> name);
        });
        registry.add("caravan.accounts.mute.provider", () -> "pratikesnaf");
        registry.add("caravan.accounts.mute.webhook-token", () -> "mute-token-of-the-tests");
        registry.add("caravan.accounts.mute.settings.token", () -> "secret");
    }

    @TestConfiguration
    static class Parts {

        @Bean
        Provider dove() {
            return new Dove();
        }
    }

    @BeforeEach
    void open() {
        door = RestDoor.of(environment);
        provider = door.with(null);
    }

    @Test
    void aSendGoesOnToWhereItsProviderReports() {
        String id = sent("left", "m-1");

        assertThat(report(LEFT, "m-1", "DELIVERED")).isEqualTo(200);
        assertThat(report(LEFT, "m-1", "SENT")).isEqualTo(200);
        assertThat(report(LEFT, "m-1", "DELIVERED")).isEqualTo(200);
        assertThat(status(id)).isEqualTo("delivered");
        assertThat(report(LEFT, "m-1", "READ")).isEqualTo(200);
        assertThat(report(LEFT, "m-1", "FAILED")).isEqualTo(200);
        assertThat(report(LEFT, "m-1", "DELETED")).isEqualTo(200);

        JsonNode send = show(id);
        assertThat(send.path("status").asText()).isEqualTo("read");
        assertThat(send.path("history").findValuesAsText("status")).containsExactly("delivered", "read", "deleted");
        assertThat(send.at("/history/0/raw").asText()).isEqualTo("dove says DELIVERED");
        assertThat(send.at("/history/0/reportedAt").asText()).startsWith("2026-01-01T13:00:00");
        assertThat(send.at("/history/0/providerMessageId").asText()).isEqualTo("m-1");
    }

    @Test
    void aReportToldToOneAccountAppliesToAnotherOfTheSameLoftOnly() {
        String right = sent("right", "m-2");
        String away = sent("away", "m-2");

        report(LEFT, "m-2", "READ");

        assertThat(status(right)).isEqualTo("read");
        assertThat(status(away)).isEqualTo("sent");
    }

    @Test
    void oneBodyCanSayMuchAboutMany() {
        sent("left", "many-", 450);
        String notices = IntStream.range(0, 450)
                .mapToObj(number -> notice("many-" + number, "READ"))
                .collect(Collectors.joining(","));

        assertThat(post(LEFT, "[" + notices + "]").statusCode()).isEqualTo(200);

        assertThat(ledger.queryForObject(
                        "SELECT count(*) FROM send WHERE provider_message_id LIKE 'many-%' AND state = 'read'",
                        Integer.class))
                .isEqualTo(450);
    }

    @Test
    void manyBodiesAtOnceAreInTheLedgerWhenTheyAreAnswered() throws Exception {
        sent("left", "burst-", 300);
        ExecutorService threads = Executors.newFixedThreadPool(50);
        try {
            List<Future<String>> answers = new ArrayList<>();
            for (int number = 0; number < 300; number++) {
                String messageId = "burst-" + number;
                answers.add(threads.submit(() -> report(LEFT, messageId, "DELIVERED") + " " + state(messageId)));
            }
            for (Future<String> answer : answers) {
                assertThat(answer.get()).isEqualTo("200 delivered");
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aReportThatIsFasterThanTheAnswerWaitsForIt() {
        assertThat(report(LEFT, "m-3", "READ")).isEqualTo(200);
        assertThat(report(LEFT, "m-3", "READ")).isEqualTo(200);
        assertThat(ledger.queryForObject("SELECT count(*) FROM report WHERE message_ids LIKE '%m-3%'", Long.class))
                .isEqualTo(1);

        String id = sent("left", "m-3");

        await().atMost(Duration.ofSeconds(20)).until(() -> status(id).equals("read"));
        assertThat(ledger.queryForObject("SELECT count(*) FROM report WHERE message_ids LIKE '%m-3%'", Long.class))
                .isZero();
    }

    @Test
    void aReportOnNobodysMessageIsAHintForWhoeverResolvesAnUnknownSendToItsRecipient() {
        String id = later("left", "+905301230009");
        ledger.update(
                "UPDATE send SET state = 'unknown', accepted_at = 0, provider_message_id = NULL WHERE id = ?", id);
        post(LEFT, "[{\"ids\":[\"m-4\"],\"delivery\":\"DELIVERED\",\"to\":\"905301230009\"}]");
        // As if it had come a while ago.
        ledger.update("UPDATE report SET received_at = received_at - 120000 WHERE message_ids LIKE '%m-4%'");

        await().atMost(Duration.ofSeconds(20))
                .until(() -> !show(id).path("history").isEmpty());

        JsonNode hint = show(id).at("/history/0");
        assertThat(hint.path("status").asText()).isEqualTo("hint");
        assertThat(hint.path("providerMessageId").asText()).isEqualTo("m-4");
        assertThat(status(id)).isEqualTo("unknown");
        door.post(
                "/api/v1/sends/" + id + "/resolve",
                "{\"status\":\"sent\",\"providerMessageId\":\"m-4\",\"reason\":\"hint\"}");
        await().atMost(Duration.ofSeconds(20)).until(() -> status(id).equals("delivered"));
    }

    @Test
    void anUnlistedValueIsWarnedOfOnceAndChangesNothing(CapturedOutput output) {
        String id = sent("left", "m-5");

        report(LEFT, "m-5", "UNMAPPED");
        report(LEFT, "m-5", "UNMAPPED");

        assertThat(show(id).path("history")).isEmpty();
        assertThat(status(id)).isEqualTo("sent");
        assertThat(output.getOut().split("which no documentation lists", -1)).hasSize(2);
        assertThat(ledger.queryForObject("SELECT count(*) FROM report WHERE message_ids LIKE '%m-5%'", Long.class))
                .isZero();
    }

    @Test
    void aLineThatCannotSendPausesItsAccountAndOneThatCanAgainIsTriedAtOnce() {
        post(LEFT, "[{\"line\":\"right\",\"usable\":false}]");

        assertThat(account("left").path("state").asText()).isEqualTo("running");
        assertThat(account("right").path("state").asText()).isEqualTo("paused");
        assertThat(account("right").path("reason").asText())
                .isEqualTo("the provider says of its line: no such feather");

        post(RIGHT, "[{\"line\":\"right\",\"usable\":true}]");

        assertThat(ledger.queryForObject("SELECT probe_at FROM account WHERE name = 'right'", Long.class))
                .isLessThanOrEqualTo(System.currentTimeMillis());
        door.post("/api/v1/accounts/right/resume", null, BodyPublishers.noBody());
    }

    @Test
    void whatPeopleWriteIsHandedOnAsItCameAndStopsWhatTheyWant() {
        String body =
                "[{\"from\":\"905301230001\",\"text\":\"Stop!\"}, {\"from\":\"905301230002\",\"text\":\"Thanks\"}]";

        assertThat(post(RIGHT, body).statusCode()).isEqualTo(200);

        assertThat(ledger.queryForList("SELECT scope || ' ' || source FROM block", String.class))
                .containsExactly("all opt-out right");
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(home.resolve("inbound/right-dove.txt"))
                .hasContent(body));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> ledger.queryForObject("SELECT count(*) FROM inbound", Integer.class) == 0);
    }

    @Test
    void whatIsNoConcernOfOursIsFine() {
        assertThat(post(LEFT, "[{}]").statusCode()).isEqualTo(200);
        assertThat(post(LEFT, "[]").statusCode()).isEqualTo(200);
        assertThat(post("/webhooks/left/left-token-of-the-tests?retry=1", "[]").statusCode())
                .isEqualTo(200);
        assertThat(provider.post(LEFT, "text/plain", BodyPublishers.ofString("[{}]"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(provider.post(LEFT, null, BodyPublishers.ofString("[{\"a\":1,\"a\":2}]"))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "[", "[{]", "[] []", "<html>", "[\"\u0000\"]"})
    void whatIsNoJsonIsRefused(String body) {
        assertProblem(post(LEFT, body), 400, "invalid-json");
    }

    /** It is kept as text, and no database would take its zeros. */
    @Test
    void jsonInUtf16IsRefused() throws Exception {
        HttpResponse<String> refused = provider.post(
                LEFT, "application/json", BodyPublishers.ofByteArray("[{}]".getBytes(StandardCharsets.UTF_16LE)));

        assertProblem(refused, 400, "invalid-json");
    }

    @Test
    void whatIsNoneOfTheProvidersIsRefusedWithoutItsContent() {
        HttpResponse<String> refused = post(LEFT, "{\"secret\":\"content\"}");

        assertProblem(refused, 400, "unknown-report");
        assertThat(refused.body()).contains("a dove brings an array").doesNotContain("content\"");
    }

    @Test
    void aBodyOfMoreThanFiveMebibytesIsRefusedWhetherItSaysSoOrNot() {
        byte[] large = new byte[5 * 1024 * 1024 + 1];
        Arrays.fill(large, (byte) ' ');
        byte[] fits = large.clone();
        fits[0] = '[';
        fits[1] = ']';

        assertProblem(
                provider.post(LEFT, "application/json", BodyPublishers.ofByteArray(large)), 413, "content-too-large");
        assertProblem(
                provider.post(
                        LEFT, "application/json", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large))),
                413,
                "content-too-large");
        assertThat(provider.post(
                                LEFT,
                                "application/json",
                                BodyPublishers.ofByteArray(Arrays.copyOf(fits, 5 * 1024 * 1024)))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void anAccountWhoseProviderReportsNothingHasNoAddress() {
        assertProblem(post("/webhooks/mute/mute-token-of-the-tests", "[]"), 404, "not-found");
    }

    @Test
    void theTokenIsInNoLog(CapturedOutput output) {
        report(LEFT, "m-6", "READ");
        post(LEFT, "{}");
        post(LEFT, "[{\"broken\":true}]");

        assertThat(output.getAll()).contains("receive-notices failed").doesNotContain("left-token-of-the-tests");
    }

    private int report(String address, String messageId, String delivery) {
        return post(address, "[" + notice(messageId, delivery) + "]").statusCode();
    }

    private static String notice(String messageId, String delivery) {
        return "{\"ids\":[\"%s\"],\"delivery\":\"%s\"}".formatted(messageId, delivery);
    }

    private HttpResponse<String> post(String address, String body) {
        return provider.post(address, "application/json", BodyPublishers.ofString(body, StandardCharsets.UTF_8));
    }

    /** The id of a send that its provider has accepted. */
    private String sent(String account, String messageId) {
        String id = later(account, "+905301230001");
        ledger.update("UPDATE account SET queued = queued - 1 WHERE name = ?", account);
        ledger.update("UPDATE send SET state = 'sent', provider_message_id = ? WHERE id = ?", messageId, id);
        return id;
    }

    /** So many, whose ids at the provider begin with the prefix and go on with their numbers. */
    private void sent(String account, String prefix, int count) {
        ledger.update(
                """
                WITH RECURSIVE numbers (number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM numbers WHERE number < ?)
                INSERT INTO send (id, namespace, account, provider, recipient, type, priority, fair_rank, content, digests,
                  state, ready, expires_at, accepted_at, changed_at, provider_message_id)
                SELECT ? || number, 'default', ?, 'dove', '+905301230001', 'text', 1, 1, '{}', '', 'sent', 1, 0, 0, 0,
                  ? || number FROM numbers""",
                count - 1,
                prefix,
                account,
                prefix);
    }

    private String later(String account, String to) {
        return json(door.post(
                                "/api/v1/sends",
                                "{\"account\":\"%s\",\"to\":\"%s\",\"text\":\"a\",\"sendAt\":\"2099-01-01T00:00:00Z\"}"
                                        .formatted(account, to))
                        .body())
                .path("id")
                .asText();
    }

    private JsonNode show(String id) {
        return json(door.get("/api/v1/sends/" + id).body());
    }

    private String status(String id) {
        return show(id).path("status").asText();
    }

    private String state(String messageId) {
        return ledger.queryForObject("SELECT state FROM send WHERE provider_message_id = ?", String.class, messageId);
    }

    private JsonNode account(String name) {
        for (JsonNode account : json(door.get("/api/v1/accounts").body()).path("items")) {
            if (account.path("name").asText().equals(name)) {
                return account;
            }
        }
        throw new AssertionError("no account " + name);
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(json(answer.body()).path("code").asText()).isEqualTo(code);
    }

    /** A provider that reports in a form of its own: an array of notices. */
    private static final class Dove implements Provider, Webhook {

        @Override
        public String name() {
            return "dove";
        }

        @Override
        public String defaultBaseUrl() {
            return "https://dove.example";
        }

        @Override
        public Pace defaultPace() {
            return Pace.UNLIMITED;
        }

        @Override
        public List<Setting> settings() {
            return List.of(
                    Setting.required("loft", "where it lives."), Setting.required("line", "which feather it has."));
        }

        @Override
        public Map<ContentType, Source> types() {
            return Map.of(ContentType.TEXT, Source.INFERRED);
        }

        @Override
        public Object request(Send send, Account account) {
            return Map.of();
        }

        @Override
        public Reading read(Answer answer, Send send, Account account) {
            return new Reading.Accepted(null);
        }

        @Override
        public List<VerdictRow> verdicts() {
            return List.of();
        }

        @Override
        public Optional<Webhook> webhook() {
            return Optional.of(this);
        }

        @Override
        public List<Notice> read(JsonNode body) {
            if (!body.isArray()) {
                throw new IllegalArgumentException("a dove brings an array");
            }
            List<Notice> notices = new ArrayList<>();
            body.forEach(notice -> notices.add(notice(notice)));
            return notices;
        }

        private static Notice notice(JsonNode notice) {
            String line = notice.path("line").textValue();
            if (notice.has("broken")) {
                throw new IllegalStateException("the dove has lost it");
            } else if (notice.has("ids")) {
                List<String> ids = new ArrayList<>();
                notice.get("ids").forEach(id -> ids.add(id.asText()));
                Delivery delivery = Delivery.valueOf(notice.get("delivery").asText());
                String to = notice.path("to").textValue();
                return new Notice.Report(
                        ids,
                        delivery,
                        "dove says " + delivery,
                        null,
                        null,
                        line,
                        to,
                        Instant.parse("2026-01-01T10:00:00Z"));
            } else if (notice.has("from")) {
                return new Notice.Message(
                        null,
                        line,
                        notice.get("from").asText(),
                        notice.path("text").asText());
            } else if (notice.has("usable")) {
                return new Notice.LineState(line, notice.get("usable").asBoolean(), "no such feather");
            }
            return new Notice.Ignored("nothing");
        }

        @Override
        public boolean concerns(Account told, String line, Account other) {
            return told.setting("loft").equals(other.setting("loft"))
                    && (line == null || line.equals(other.setting("line")));
        }

        @Override
        public List<String> registration(String url, Account account) {
            return List.of();
        }
    }
}
