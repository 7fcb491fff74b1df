package dev.caravan.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;

/** {@code POST /api/v1/sends} and {@code GET /api/v1/sends/{id}} over a socket, of a whole gateway. */
@RestDoor.Started
class SendsApiTest {

    private static final String SENDS = "/api/v1/sends";
    private static final String LATER = "2099-01-01T00:00:00Z";

    @Autowired
    private Environment environment;

    private RestDoor door;

    @BeforeEach
    void open() {
        door = RestDoor.of(environment);
    }

    @Test
    void sendIsAcceptedSentAndTold() {
        HttpResponse<String> accepted = door.post(SENDS, "{\"to\":\"05301234567\",\"text\":\"Hello\"}");

        assertThat(accepted.statusCode()).isEqualTo(202);
        String id = json(accepted).path("id").asText();
        assertThat(json(accepted).path("account").asText()).isEqualTo("main");
        assertThat(accepted.headers().firstValue("Location")).hasValue(SENDS + "/" + id);
        JsonNode send = Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> json(door.get(SENDS + "/" + id)),
                        view -> view.path("status").asText().equals("sent"));
        assertThat(send.path("to").asText()).isEqualTo("+905301234567");
        assertThat(send.path("acceptedAt").asText()).endsWith("+03:00");
        assertThat(send.path("history")).hasSize(1);
        assertThat(send.at("/history/0/providerMessageId").asText()).isEqualTo("m");
        assertThat(send.toString()).doesNotContain("Hello");
    }

    @Test
    void sameReferenceAndContentIsTheSameSend() {
        String body = "{\"reference\":\"same\",\"to\":\"+905301234567\",\"text\":\"Hello\",\"sendAt\":\"%s\"}"
                .formatted(LATER);
        String id = json(door.post(SENDS, body)).path("id").asText();

        HttpResponse<String> again = door.post(SENDS, body);

        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.headers().firstValue("Idempotency-Replayed")).hasValue("true");
        assertThat(json(again).path("id").asText()).isEqualTo(id);
        assertThat(json(again).path("status").asText()).isEqualTo("queued");
    }

    @Test
    void sameReferenceWithOtherContentIsRefused() {
        String id = json(door.post(SENDS, later("conflict", "One"))).path("id").asText();

        HttpResponse<String> other = door.post(SENDS, later("conflict", "Two"));

        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(json(other).path("code").asText()).isEqualTo("reference-conflict");
        assertThat(json(other).path("field").asText()).isEqualTo("reference");
        assertThat(json(other).path("earlier").asText()).isEqualTo(id);
        assertThat(json(other).path("detail").asText()).contains("[text]").doesNotContain("Two");
    }

    @Test
    void idempotencyKeyIsTheReference() {
        String body = "{\"to\":\"+905301234567\",\"text\":\"Hello\",\"sendAt\":\"%s\"}".formatted(LATER);
        String id = json(door.post(SENDS, body, "Idempotency-Key", "by-header"))
                .path("id")
                .asText();

        assertThat(json(door.get(SENDS + "/" + id)).path("reference").asText()).isEqualTo("by-header");
        assertThat(door.post(SENDS, body, "Idempotency-Key", "by-header").statusCode())
                .isEqualTo(200);
        assertThat(json(door.post(SENDS, later("by-body", "Hello"), "Idempotency-Key", "by-header"))
                        .path("code")
                        .asText())
                .isEqualTo("reference-mismatch");
        assertThat(door.post(SENDS, later("alike", "Hello"), "Idempotency-Key", "alike")
                        .statusCode())
                .isEqualTo(202);
        assertThat(json(door.post(SENDS, body, "Idempotency-Key", "k".repeat(201)))
                        .path("code")
                        .asText())
                .isEqualTo("invalid-reference");
    }

    @Test
    void withoutReferenceEveryCallIsANewSend() {
        String body = "{\"to\":\"+905301234567\",\"text\":\"Hello\",\"sendAt\":\"%s\"}".formatted(LATER);

        assertThat(json(door.post(SENDS, body)).path("id"))
                .isNotEqualTo(json(door.post(SENDS, body)).path("id"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"to\":\"123\",\"text\":\"a\"} | 422 | invalid-number | to",
                "{\"text\":\"a\"} | 422 | missing-field | to",
                "{\"to\":\"+905301234567\",\"text\":\"a\",\"txt\":\"b\"} | 422 | unknown-field | txt",
                "{\"to\":\"+905301234567\",\"type\":\"image\",\"media\":{\"url\":\"x\"}} | 422 | invalid-url | media.url",
                "{\"to\":\"+905301234567\",\"text\":\"a\",\"account\":\"none\"} | 422 | unknown-account | account",
                "[] | 422 | invalid-type |",
                "{\"to\":\"a\",\"to\":\"b\"} | 400 | invalid-json |",
                "{\"to\":\"a\"} {} | 400 | invalid-json |",
                "{\"to\": | 400 | invalid-json |",
                "'' | 400 | invalid-json |",
            })
    void refusalSaysWhatIsWrong(String body, int status, String code, String field) {
        HttpResponse<String> refused = door.post(SENDS, body);

        assertThat(refused.statusCode()).isEqualTo(status);
        assertThat(json(refused).path("code").asText()).isEqualTo(code);
        assertThat(json(refused).path("field").textValue()).isEqualTo(field);
        assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "none",
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=b",
                "nonsense",
                "application/json; charset=iso-8859-9",
                "application/json; charset=none-such"
            })
    void bodyOfAnotherTypeIsRefused(String type) {
        HttpResponse<String> refused =
                door.post(SENDS, type, BodyPublishers.ofString("{\"to\":\"+905301234567\",\"text\":\"a\"}"));

        assertThat(refused.statusCode()).isEqualTo(415);
    }

    @Test
    void charsetUtf8MayBeNamed() {
        HttpResponse<String> accepted = door.post(
                SENDS, "Application/JSON;charset=UTF-8", BodyPublishers.ofString(later("charset", "Çok güzel")));

        assertThat(accepted.statusCode()).isEqualTo(202);
    }

    @Test
    void bodyOfMoreThan25MiBIsRefused() {
        byte[] body = new byte[25 * 1024 * 1024 + 1];
        java.util.Arrays.fill(body, (byte) ' ');

        assertThat(door.post(SENDS, "application/json", BodyPublishers.ofByteArray(body))
                        .statusCode())
                .isEqualTo(413);
        assertThat(door.post(
                                SENDS,
                                "application/json",
                                BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(body)))
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void dataUriOfTheGreatestSizeFits() {
        String uri = "data:image/png;base64," + "A".repeat(16 * 1024 * 1024 - 30);

        HttpResponse<String> accepted = door.post(
                SENDS,
                "{\"to\":\"+905301234567\",\"type\":\"image\",\"media\":{\"url\":\"%s\",\"filename\":\"a.png\"},\"sendAt\":\"%s\"}"
                        .formatted(uri, LATER));

        assertThat(accepted.statusCode()).isEqualTo(202);
    }

    @Test
    void fullQueueIsTooManyRequests() {
        for (int send = 0; send < 3; send++) {
            assertThat(door.post(SENDS, small("full-" + send)).statusCode()).isEqualTo(202);
        }

        HttpResponse<String> refused = door.post(SENDS, small("full-3"));

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(json(refused).path("code").asText()).isEqualTo("queue-full");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(door.post(SENDS, later("elsewhere", "Hello")).statusCode()).isEqualTo(202);
    }

    @Test
    void keyIsLimitedToItsAccountsAndNamespace() {
        RestDoor limited = door.with(RestDoor.LIMITED);
        String id = json(door.post(SENDS, later("shared", "Hello"))).path("id").asText();

        assertThat(limited.get(SENDS + "/" + id).statusCode()).isEqualTo(404);
        assertThat(json(limited.post(SENDS, later("shared", "Hello")))
                        .path("code")
                        .asText())
                .isEqualTo("account-not-allowed");
        HttpResponse<String> own = limited.post(
                SENDS, "{\"reference\":\"shared\",\"account\":\"other\",\"to\":\"+905301234567\",\"text\":\"Mine\"}");
        assertThat(own.statusCode()).isEqualTo(202);
        assertThat(json(limited.get(SENDS + "/" + json(own).path("id").asText()))
                        .path("namespace")
                        .asText())
                .isEqualTo("limited");
    }

    @Test
    void callWithoutAKeyIsRefused() {
        assertThat(door.with(null).post(SENDS, later("anonymous", "Hello")).statusCode())
                .isEqualTo(401);
        assertThat(door.with(null).get(SENDS + "/none").statusCode()).isEqualTo(401);
    }

    @Test
    void headersAndParametersFromOutsideDoNotSteer() {
        String id = json(door.post(SENDS, later("steered", "Hello"))).path("id").asText();
        String other =
                json(door.post(SENDS, later("other-send", "Hello"))).path("id").asText();

        HttpResponse<String> shown = door.get(
                SENDS + "/" + id,
                "CamelHttpUri",
                "http://127.0.0.1:1/",
                "camelhttpuri",
                "http://127.0.0.1:1/",
                "camelfileName",
                "other",
                "cAMELhttpRESPONSECODE",
                "201",
                "CamelHttpResponseCode",
                "201",
                "operation",
                "accept-send",
                "answer",
                "none",
                "id",
                other,
                "Transfer-encoding-of-mine",
                "gzip");

        assertThat(shown.statusCode()).isEqualTo(200);
        assertThat(json(shown).path("id").asText()).isEqualTo(id);
        assertThat(shown.headers().map().keySet())
                .noneMatch(name -> name.toLowerCase(java.util.Locale.ROOT).startsWith("camel"));
        assertThat(shown.headers().firstValue("id")).isEmpty();
        assertThat(json(door.get(SENDS + "/" + id + "?id=" + other)).path("id").asText())
                .isEqualTo(id);
    }

    @Test
    void unknownSendIsNotFound() {
        assertThat(json(door.get(SENDS + "/01J0000000000000000000000"))
                        .path("code")
                        .asText())
                .isEqualTo("not-found");
        assertThat(door.send("DELETE", SENDS, BodyPublishers.noBody(), List.of())
                        .statusCode())
                .isEqualTo(405);
    }

    private static String later(String reference, String text) {
        return "{\"reference\":\"%s\",\"to\":\"+905301234567\",\"text\":\"%s\",\"sendAt\":\"%s\"}"
                .formatted(reference, text, LATER);
    }

    private static String small(String reference) {
        return "{\"reference\":\"%s\",\"account\":\"small\",\"to\":\"+905301234567\",\"text\":\"a\",\"sendAt\":\"%s\"}"
                .formatted(reference, LATER);
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return Contract.json(answer.body());
    }
}
