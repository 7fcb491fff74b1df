package dev.caravan.api;

import static dev.caravan.api.Contract.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;

/** What people do to sends, accounts, the blocklist and recipients, over a socket and of a whole gateway. */
@RestDoor.Started
class ByHandApiTest {

    private static final String SENDS = "/api/v1/sends";
    private static final String ACCOUNTS = "/api/v1/accounts";
    private static final String BLOCKLIST = "/api/v1/blocklist";
    private static final String RECIPIENTS = "/api/v1/recipients";
    private static final String LATER = "2099-01-01T00:00:00Z";

    @Autowired
    private Environment environment;

    @Autowired
    private JdbcTemplate ledger;

    private RestDoor door;

    @BeforeEach
    void open() {
        door = RestDoor.of(environment);
    }

    @AfterEach
    void resumeAccounts() {
        for (String account : List.of("main", "other", "small")) {
            door.post(ACCOUNTS + "/" + account + "/resume", null, BodyPublishers.noBody());
        }
    }

    @Test
    void aSendIsCancelledWithItsReason() {
        String id = later("+905301000001");

        HttpResponse<String> cancelled = door.post(SENDS + "/" + id + "/cancel", "{\"reason\":\"wrong text\"}");

        assertThat(cancelled.statusCode()).isEqualTo(200);
        assertThat(json(cancelled.body()).path("status").asText()).isEqualTo("cancelled");
        assertThat(json(cancelled.body()).at("/history/0/actor").asText()).isEqualTo("all");
        assertThat(json(cancelled.body()).at("/history/0/reason").asText()).isEqualTo("wrong text");
        assertProblem(post(SENDS + "/" + id + "/cancel"), 409, "wrong-state");
        assertProblem(post(SENDS + "/none/cancel"), 404, "not-found");
    }

    @Test
    void aFailedSendIsSentAgain() {
        String id = ended("+905301000002", "failed", "unlucky");

        HttpResponse<String> retried = post(SENDS + "/" + id + "/retry");

        assertThat(retried.statusCode()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(30)).until(() -> status(id).equals("sent"));
        assertProblem(post(SENDS + "/" + id + "/retry"), 409, "wrong-state");
    }

    @Test
    void anUnknownSendIsSentAgainOnlyWhenThatIsSaidAndSettledByHand() {
        String again = ended("+905301000003", "unknown", "no-answer");
        String sent = ended("+905301000003", "unknown", "no-answer");
        String failed = ended("+905301000003", "unknown", "no-answer");

        assertProblem(post(SENDS + "/" + again + "/retry"), 409, "wrong-state");
        assertThat(door.post(SENDS + "/" + again + "/retry", "{\"includeUnknown\":true}")
                        .statusCode())
                .isEqualTo(200);
        JsonNode settled = json(door.post(
                        SENDS + "/" + sent + "/resolve",
                        "{\"status\":\"sent\",\"providerMessageId\":\"seen-1\",\"reason\":\"seen on the phone\"}")
                .body());
        assertThat(settled.path("status").asText()).isEqualTo("sent");
        assertThat(settled.path("providerMessageId").asText()).isEqualTo("seen-1");
        assertThat(json(door.post(SENDS + "/" + failed + "/resolve", "{\"status\":\"failed\",\"reason\":\"not there\"}")
                                .body())
                        .at("/error/code")
                        .asText())
                .isEqualTo("resolved");
        assertProblem(
                door.post(SENDS + "/" + failed + "/resolve", "{\"status\":\"sent\",\"reason\":\"x\"}"),
                409,
                "wrong-state");
    }

    @Test
    void sendsAreSentAgainByFilter() {
        List<String> ids = new ArrayList<>();
        for (int number = 0; number < 3; number++) {
            ids.add(ended("+905301000004", "failed", "odd-day"));
        }
        String unknown = ended("+905301000004", "unknown", "odd-day");

        assertThat(count(door.post(SENDS + "/retry", "{\"error\":\"odd-day\",\"account\":\"other\"}")))
                .isZero();
        JsonNode kinds = json(door.get("/api/v1/dead-letters?account=main").body());
        assertThat(kinds.path("items"))
                .filteredOn(kind -> kind.path("error").asText().equals("odd-day"))
                .extracting(
                        kind -> kind.path("status").asText(),
                        kind -> kind.path("account").asText(),
                        kind -> kind.path("count").asInt())
                .containsExactlyInAnyOrder(tuple("failed", "main", 3), tuple("unknown", "main", 1));

        JsonNode retried =
                json(door.post(SENDS + "/retry", "{\"error\":\"odd-day\"}").body());
        assertThat(retried.path("count").asInt()).isEqualTo(3);
        assertThat(retried.path("unknown").asInt()).as("left alone").isEqualTo(1);
        assertThat(status(unknown)).isEqualTo("unknown");
        assertThat(count(door.post(
                        SENDS + "/retry", "{\"error\":\"odd-day\",\"status\":\"unknown\",\"includeUnknown\":true}")))
                .isEqualTo(1);
        ids.add(unknown);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> ids.stream().allMatch(id -> status(id).equals("sent")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/sends/retry | {} | 422 | missing-field",
                "/sends/retry | {\"includeUnknown\":true} | 422 | missing-field",
                "/sends/retry | {\"status\":\"sent\"} | 422 | invalid-value",
                "/sends/retry | {\"status\":\"unknown\"} | 422 | missing-field",
                "/sends/retry | {\"error\":7} | 422 | invalid-type",
                "/sends/retry | {\"eror\":\"a\"} | 422 | unknown-field",
                "/sends/retry | [] | 422 | invalid-type",
                "/sends/none/resolve | {\"status\":\"sent\"} | 422 | missing-field",
                "/sends/none/resolve | {\"reason\":\"a\"} | 422 | missing-field",
                "/sends/none/resolve | {\"status\":\"queued\",\"reason\":\"a\"} | 422 | invalid-value",
                "/sends/none/resolve | {\"status\":\"failed\",\"providerMessageId\":\"a\",\"reason\":\"a\"}"
                        + " | 422 | unexpected-field",
                "/sends/none/resolve | {\"status\":\"sent\",\"reason\":\"a\"} | 404 | not-found",
                "/accounts/none/pause | {} | 404 | not-found",
                "/accounts/main/pause | {\"reason\":{}} | 422 | invalid-type",
                "/blocklist | {\"scope\":\"all\"} | 422 | missing-field",
                "/blocklist | {\"to\":\"123\"} | 422 | invalid-number",
                "/blocklist | {\"to\":\"+905301234567\",\"scope\":\"some\"} | 422 | invalid-value",
                "/recipients/search | {\"to\":\"123\"} | 422 | invalid-number",
                "/recipients/search | {\"to\":\"+905301234567\",\"limit\":0} | 422 | invalid-value",
                "/recipients/search | {\"to\":\"+905301234567\",\"cursor\":\"x\"} | 400 | invalid-parameter",
                "/recipients/export | {} | 422 | missing-field",
                "/recipients/erase | {\"to\":\"+905301234567\",\"all\":true} | 422 | unknown-field",
            })
    void refusalSaysWhatIsWrong(String path, String body, int status, String code) {
        assertProblem(door.post("/api/v1" + path, body), status, code);
    }

    @ParameterizedTest
    @CsvSource({
        "/sends?status=gone, status",
        "/sends?limit=0, limit",
        "/sends?limit=501, limit",
        "/sends?limit=99999999999, limit",
        "/sends?cursor=x, cursor",
        "/sends?stat=failed, stat",
        "/sends?reference=a%00b, reference",
        "/blocklist?cursor=1.2.3, cursor",
        "/blocklist?cursor=x, cursor",
    })
    void aParameterWithoutSuchAValueIsRefused(String path, String field) {
        HttpResponse<String> refused = door.get("/api/v1" + path);

        assertProblem(refused, 400, "invalid-parameter");
        assertThat(json(refused.body()).path("field").asText()).isEqualTo(field);
    }

    /** As no client library would write them. */
    @ParameterizedTest
    @CsvSource({"reference=%zz, reference", "error=a%, error", "%zz=a, %zz"})
    void aParameterThatCannotBeDecodedIsRefused(String query, String field) throws IOException {
        String answer = Door.raw(
                door.port(),
                "GET /api/v1/sends?" + query
                        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + RestDoor.KEY
                        + "\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 400").contains("\"code\":\"invalid-parameter\"");
        assertThat(answer).contains("\"field\":\"" + field + "\"");
    }

    @Test
    void sendsAreListedByWhatIsAskedForInPages() {
        for (int number = 0; number < 3; number++) {
            ended("+905301000005", "failed", "listed");
        }
        String reference = json(door.post(
                                SENDS,
                                "{\"reference\":\"find me\",\"to\":\"+905301000005\",\"text\":\"a\",\"sendAt\":\"%s\"}"
                                        .formatted(LATER))
                        .body())
                .path("id")
                .asText();

        JsonNode first = json(door.get(SENDS + "?error=listed&status=failed&account=main&limit=2")
                .body());
        assertThat(first.path("items")).hasSize(2);
        JsonNode second = json(door.get(SENDS + "?error=listed&status=failed&account=main&limit=2&cursor="
                        + first.path("next").asText())
                .body());
        assertThat(second.path("items")).hasSize(1);
        assertThat(second.path("next").isNull()).isTrue();
        assertThat(json(door.get(SENDS + "?reference=find%20me").body())
                        .at("/items/0/id")
                        .asText())
                .isEqualTo(reference);
        assertThat(json(door.get(SENDS + "?batch=none").body()).path("items")).isEmpty();
    }

    @Test
    void aLimitedKeySeesNothingBeyondItsAccountsAndNamespace() {
        RestDoor limited = door.with(RestDoor.LIMITED);
        String own = json(limited.post(
                                SENDS,
                                "{\"account\":\"other\",\"to\":\"+905301000006\",\"text\":\"a\",\"sendAt\":\"%s\"}"
                                        .formatted(LATER))
                        .body())
                .path("id")
                .asText();
        String foreign = json(door.post(
                                SENDS,
                                "{\"account\":\"other\",\"to\":\"+905301000006\",\"text\":\"a\",\"sendAt\":\"%s\"}"
                                        .formatted(LATER))
                        .body())
                .path("id")
                .asText();

        JsonNode items = json(limited.get(SENDS + "?status=queued").body()).path("items");
        assertThat(items.findValuesAsText("id")).contains(own).doesNotContain(foreign);
        assertThat(limited.get(SENDS + "/" + own).statusCode()).isEqualTo(200);
        assertProblem(limited.get(SENDS + "/" + foreign), 404, "not-found");
        assertThat(json(limited.get(ACCOUNTS).body()).path("items").findValuesAsText("name"))
                .containsExactly("other");
    }

    @Test
    void anAccountIsPausedAndResumedAndItsLaneStartsAtOnce() {
        JsonNode paused = json(door.post(ACCOUNTS + "/main/pause", "{\"reason\":\"a new phone\"}")
                .body());
        assertThat(paused.path("state").asText()).isEqualTo("paused");
        assertThat(paused.path("pausedBy").asText()).isEqualTo("hand");
        assertThat(paused.path("reason").asText()).isEqualTo("a new phone");
        assertThat(paused.path("since").asText()).isNotEmpty();
        String id = json(door.post(SENDS, "{\"to\":\"+905301000007\",\"text\":\"a\"}")
                        .body())
                .path("id")
                .asText();
        await().during(Duration.ofMillis(700)).atMost(Duration.ofSeconds(30)).until(() -> status(id)
                .equals("queued"));
        JsonNode account = json(door.get(ACCOUNTS).body()).path("items").get(0);
        assertThat(account.path("name").asText()).isEqualTo("main");
        assertThat(account.path("depth").asInt()).isPositive();
        assertThat(account.path("oldestDue").asText()).isNotEmpty();
        assertThat(account.path("rate").asText()).isEqualTo("unlimited");
        assertThatGatewayIsWell();

        assertThat(json(post(ACCOUNTS + "/main/resume").body()).path("state").asText())
                .isEqualTo("running");
        await().atMost(Duration.ofSeconds(20)).until(() -> status(id).equals("sent"));
    }

    @Test
    void anAccountThatItsProviderRefusesMakesNobodyRestartTheGateway() {
        ledger.update(
                "UPDATE account SET paused = 'account', paused_reason = 'http-401', paused_at = 1,"
                        + " probe_at = ? WHERE name IN ('other', 'small', 'tiny')",
                Long.MAX_VALUE / 2);
        try {
            assertThat(json(door.get("/actuator/health").body())
                            .at("/components/lane/details/other/state")
                            .asText())
                    .isEqualTo("paused by account");
            assertThatGatewayIsWell();
        } finally {
            List.of("other", "small", "tiny").forEach(name -> post(ACCOUNTS + "/" + name + "/resume"));
        }
    }

    private void assertThatGatewayIsWell() {
        for (String probe : List.of("", "/liveness", "/readiness")) {
            HttpResponse<String> health = door.get("/actuator/health" + probe);
            assertThat(health.statusCode()).as("health%s", probe).isEqualTo(200);
            assertThat(json(health.body()).path("status").asText())
                    .as("health%s", probe)
                    .isEqualTo("UP");
        }
    }

    @Test
    void recipientsAreBlockedListedAndAllowedAgain() {
        String number = "+905301000008";
        HttpResponse<String> blocked = door.post(BLOCKLIST, "{\"to\":\"05301000008\",\"scope\":\"all\"}");
        assertThat(json(blocked.body()).path("source").asText()).isEqualTo("all");
        assertThat(door.post(BLOCKLIST, "{\"to\":\"%s\",\"source\":\"again\"}".formatted(number))
                        .body())
                .as("it keeps its entry")
                .isEqualTo(blocked.body());
        door.post(BLOCKLIST, "{\"to\":\"%s\",\"scope\":\"marketing\"}".formatted(number));

        JsonNode refused = json(door.post(SENDS, "{\"to\":\"%s\",\"text\":\"a\"}".formatted(number))
                .body());
        assertThat(refused.path("status").asText()).isEqualTo("failed");
        assertThat(json(door.get(BLOCKLIST + "?to=%2B905301000008").body()).path("items"))
                .hasSize(2);
        JsonNode first = json(door.get(BLOCKLIST + "?limit=1").body());
        assertThat(first.path("items")).hasSize(1);
        assertThat(json(door.get(BLOCKLIST + "?limit=1&cursor="
                                        + first.path("next").asText())
                                .body())
                        .path("items"))
                .hasSize(1);

        assertThat(unblock("?to=%2B905301000008&scope=all", "").statusCode()).isEqualTo(204);
        assertThat(unblock("", "{\"to\":\"%s\"}".formatted(number)).statusCode())
                .isEqualTo(204);
        assertThat(json(door.get(BLOCKLIST + "?to=%2B905301000008").body()).path("items"))
                .isEmpty();
        assertProblem(unblock("", ""), 422, "missing-field");
    }

    @Test
    void manyRecipientsAreBlockedByCsvAndBadRowsRejected() {
        StringBuilder csv = new StringBuilder("\uFEFFTo;Source;Scope\r\n");
        for (int number = 0; number < 1_100; number++) {
            csv.append("+9053020").append(10_000 + number).append(";letter;marketing\r\n");
        }
        csv.append("123;;\r\n;;all\r\n+905302000001;;some\r\n+905302000002;;\r\n+905302010000;letter;marketing\r\n");

        HttpResponse<String> answer = door.post(BLOCKLIST, "text/csv", BodyPublishers.ofString(csv.toString()));

        JsonNode imported = json(answer.body());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(imported.path("added").asInt()).isEqualTo(1_101);
        assertThat(imported.path("known").asInt()).isEqualTo(1);
        assertThat(imported.path("rejected").asInt()).isEqualTo(3);
        assertThat(imported.path("rejections").findValuesAsText("line")).containsExactly("1102", "1103", "1104");
        assertThat(imported.path("rejections").findValuesAsText("code"))
                .containsExactly("invalid-number", "missing-field", "invalid-value");
        assertProblem(door.post(BLOCKLIST, "text/csv", BodyPublishers.ofString("number\n1\n")), 400, "unreadable-body");
        assertProblem(door.post(BLOCKLIST, "text/plain", BodyPublishers.ofString("a")), 415, "unsupported-media-type");
    }

    @Test
    void everythingOfARecipientIsFoundExportedAndErased() {
        String number = "+905301000009";
        String body = "{\"to\":\"0530 100 00 09\"}";
        String sent = ended(number, "failed", "seen");
        String queued = later(number);
        door.post(BLOCKLIST, "{\"to\":\"%s\",\"scope\":\"marketing\"}".formatted(number));

        assertThat(json(door.post(RECIPIENTS + "/search", body).body())
                        .path("items")
                        .findValuesAsText("id"))
                .containsExactly(queued, sent);
        JsonNode export = json(door.post(RECIPIENTS + "/export", body).body());
        assertThat(export.path("to").asText()).isEqualTo(number);
        assertThat(export.path("sends")).hasSize(2);
        assertThat(export.at("/sends/0/content/text").asText()).isEqualTo("a private word");
        assertThat(export.path("blocks")).hasSize(1);

        JsonNode erased = json(door.post(RECIPIENTS + "/erase", body).body());
        assertThat(erased.path("count").asInt()).isEqualTo(2);
        assertThat(erased.path("files")).isEmpty();
        assertThat(json(door.post(RECIPIENTS + "/search", body).body()).path("items"))
                .isEmpty();
        JsonNode export2 = json(door.post(RECIPIENTS + "/export", body).body());
        assertThat(export2.path("sends")).isEmpty();
        assertThat(export2.path("blocks")).as("a digest, kept").hasSize(1);
        JsonNode view = json(door.get(SENDS + "/" + queued).body());
        assertThat(view.path("to").asText()).isEqualTo("erased");
        assertThat(view.path("status").asText()).isEqualTo("cancelled");
        assertThat(view.path("history").findValuesAsText("status")).containsExactly("cancelled", "erased");
        assertProblem(post(SENDS + "/" + sent + "/retry"), 409, "wrong-state");
    }

    @Test
    void whatBecameNoSendIsFoundExportedAndErasedToo() throws IOException {
        String number = "+905301000019";
        String body = "{\"to\":\"%s\"}".formatted(number);
        Path home = Path.of(environment.getRequiredProperty("caravan.home"));
        Files.writeString(home.resolve("inbox/nothing-to-say.csv"), "to,text\n0530 100 00 19,\n");
        door.post("/api/v1/batches", "[{\"to\":\"05301000019\",\"type\":\"image\",\"reference\":\"no-image\"}]");
        ledger.update("INSERT INTO inbound (event_id, account, provider, body, received_at) VALUES"
                + " ('e', 'main', 'maytapi', '{\"from\":\"905301000019\",\"text\":\"who are you\"}', "
                + System.currentTimeMillis() + ")");
        ledger.update(
                "INSERT INTO report (account, line, message_ids, status, raw, error_code, error_message, recipient,"
                        + " reported_at, received_at, due_at) VALUES ('main', '1', '[\"m-19\"]', 'failed', 'ack 9', '9', 'gone',"
                        + " '905301000019', 1700000000000, 1700000001000, 9000000000000)");
        ledger.update(
                "INSERT INTO recipient_pace (account, recipient, starts, until)"
                        + " VALUES ('main', ?, '1700000000000 1700000001000', 9000000000000)",
                number);
        door.post(BLOCKLIST, body);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Files.exists(home.resolve("reports/nothing-to-say.report.csv")));
        String file = ledger.queryForObject("SELECT path FROM batch WHERE name = 'nothing-to-say.csv'", String.class);

        JsonNode besides = besides(body);
        assertThat(besides.path("rows").asInt()).isEqualTo(2);
        assertThat(besides.path("files"))
                .extracting(JsonNode::asText)
                .containsExactlyInAnyOrder(
                        file, "reports/nothing-to-say.rejected.csv", "reports/nothing-to-say.report.csv");
        assertThat(besides.path("inbound").asInt()).isEqualTo(1);
        assertThat(besides.path("reports").asInt()).isEqualTo(1);
        assertThat(besides.path("paces").asInt()).isEqualTo(1);
        assertThat(besides.path("blocks").findValuesAsText("scope")).containsExactly("all");

        JsonNode export = json(door.post(RECIPIENTS + "/export", body).body());
        assertThat(export.path("sends")).isEmpty();
        assertThat(export.path("rows").findValuesAsText("to"))
                .containsExactlyInAnyOrder("05301000019", "0530 100 00 19");
        assertThat(export.path("rows").findValuesAsText("status")).containsOnly("rejected");
        assertThat(export.path("rows").findValuesAsText("reference")).containsExactly("no-image");
        assertThat(export.path("rows").findValuesAsText("code")).containsOnly("missing-field");
        assertThat(export.at("/files/0/cells/to").asText()).isEqualTo("0530 100 00 19");
        assertThat(export.at("/inbound/0/body").asText()).contains("who are you");
        assertThat(export.at("/reports/0/messageIds/0").asText()).isEqualTo("m-19");
        assertThat(export.at("/reports/0/error/message").asText()).isEqualTo("gone");
        assertThat(export.at("/paces/0/starts")).hasSize(2);
        assertThat(export.path("blocks")).hasSize(1);

        JsonNode tenants = json(
                door.with(RestDoor.TENANT).post(RECIPIENTS + "/export", body).body());
        assertThat(List.of("rows", "files", "inbound", "reports", "paces"))
                .allSatisfy(part -> assertThat(tenants.path(part)).as(part).isEmpty());

        JsonNode erased = json(door.post(RECIPIENTS + "/erase", body).body());
        assertThat(erased.path("rewritten").get(0).asText()).isEqualTo(file);

        JsonNode after = besides(body);
        assertThat(List.of("rows", "inbound", "reports", "paces"))
                .allSatisfy(
                        part -> assertThat(after.path(part).asInt()).as(part).isZero());
        assertThat(after.path("files")).isEmpty();
        assertThat(after.path("blocks")).as("a digest, kept").hasSize(1);
        assertThat(json(door.post(RECIPIENTS + "/search", "{\"to\":\"%s\",\"cursor\":\"i0\"}".formatted(number))
                                .body())
                        .has("besides"))
                .as("on a later page")
                .isFalse();
    }

    /** What a search finds of a recipient beside their sends. */
    private JsonNode besides(String body) {
        JsonNode found = json(door.post(RECIPIENTS + "/search", body).body());
        assertThat(found.path("items")).isEmpty();
        return found.path("besides");
    }

    @Test
    void whoCannotBeErasedWhollyIsToldWhichFilesAreLeft() {
        String number = "+905301112277";
        String sending = ended(number, "sending", null);
        String inFile = ended(number, "sent", null);
        ledger.update("INSERT INTO batch (id, gateway, source, name, namespace, path, state, created_at)"
                + " VALUES ('elsewhere', 'other', 'file', 'a.csv', 'default', 'done/a.csv', 'finished', 0)");
        ledger.update("UPDATE send SET batch = 'elsewhere', row_number = 1 WHERE id = ?", inFile);

        HttpResponse<String> answer = door.post(RECIPIENTS + "/erase", "{\"to\":\"%s\"}".formatted(number));

        assertProblem(answer, 409, "wrong-state");
        assertThat(json(answer.body()).path("detail").asText())
                .contains("1 sends are erased, but 1 are being sent", "done/a.csv (in another gateway's home)");
        assertThat(status(sending)).isEqualTo("sending");
    }

    /** A send that waits for its time. */
    private String later(String to) {
        return json(door.post(
                                SENDS,
                                "{\"to\":\"%s\",\"text\":\"a private word\",\"sendAt\":\"%s\"}".formatted(to, LATER))
                        .body())
                .path("id")
                .asText();
    }

    /** A send that came to an end, as the ledger has it. */
    private String ended(String to, String state, String error) {
        String id = later(to);
        ledger.update(
                "UPDATE send SET state = ?, error_class = 'permanent', error_code = ?, error_message = 'm' WHERE id = ?",
                state,
                error,
                id);
        ledger.update("UPDATE account SET queued = queued - 1 WHERE name = 'main'");
        return id;
    }

    private HttpResponse<String> post(String path) {
        return door.post(path, null, BodyPublishers.noBody());
    }

    private HttpResponse<String> unblock(String query, String body) {
        return body.isEmpty()
                ? door.send("DELETE", BLOCKLIST + query, BodyPublishers.noBody(), List.of())
                : door.send(
                        "DELETE",
                        BLOCKLIST + query,
                        BodyPublishers.ofString(body),
                        List.of("Content-Type", "application/json"));
    }

    private String status(String id) {
        return json(door.get(SENDS + "/" + id).body()).path("status").asText();
    }

    private static int count(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(200);
        return json(answer.body()).path("count").asInt();
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(json(answer.body()).path("code").asText()).isEqualTo(code);
    }
}
