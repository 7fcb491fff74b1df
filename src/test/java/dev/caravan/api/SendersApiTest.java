package dev.caravan.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.delivery.ProviderStub;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.env.Environment;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** {@code GET /api/v1/accounts/{name}/senders} over a socket, of a whole gateway. */
@RestDoor.Started
class SendersApiTest {

    private static ProviderStub stub;

    @Autowired
    private Environment environment;

    private RestDoor door;

    /** What the provider answers depends on the product, which stands in the path. */
    @DynamicPropertySource
    static void accounts(DynamicPropertyRegistry registry) throws IOException {
        stub = new ProviderStub((request, connection) -> connection
                .getOutputStream()
                .write(
                        switch (request.path()) {
                            case "/phones/listPhones" ->
                                ProviderStub.http(
                                        200,
                                        Map.of("X-Cache", "hit"),
                                        "[{\"id\": 12, \"number\": \"905300000000\", \"status\": \"active\"}, {\"id\": 13}]");
                            case "/refused/listPhones" ->
                                ProviderStub.http(
                                        401,
                                        Map.of(),
                                        "{\"success\": false, \"message\": \"Token inner-secret is not valid\"}");
                            default -> ProviderStub.http(200, Map.of(), "<html></html>");
                        }));
        ProviderStub closed = new ProviderStub((request, connection) -> connection.close());
        closed.close();
        maytapi(registry, "phones", stub);
        maytapi(registry, "refused", stub);
        maytapi(registry, "unreadable", stub);
        maytapi(registry, "away", closed);
        registry.add("caravan.accounts.listless.provider", () -> "express-chat");
        registry.add("caravan.accounts.listless.base-url", stub::baseUrl);
        registry.add("caravan.accounts.listless.settings.api-key", () -> "inner-secret");
    }

    private static void maytapi(DynamicPropertyRegistry registry, String name, ProviderStub provider) {
        String key = "caravan.accounts." + name + '.';
        registry.add(key + "provider", () -> "maytapi");
        registry.add(key + "base-url", provider::baseUrl);
        registry.add(key + "settings.product-id", () -> name);
        registry.add(key + "settings.phone-id", () -> "12");
        registry.add(key + "settings.api-key", () -> "inner-secret");
    }

    @AfterAll
    static void stopStub() throws IOException {
        stub.close();
    }

    @BeforeEach
    void open() {
        door = RestDoor.of(environment);
        stub.requests();
    }

    @Test
    void providerIsAskedAndItsListAnswered() {
        HttpResponse<String> answer = senders("phones", "CamelHttpPath", "/elsewhere", "x-maytapi-key", "outside");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer))
                .isEqualTo(
                        Contract.json(
                                """
                        {"items": [{"kind": "phone", "id": "12", "number": "905300000000", "state": "active"},
                          {"kind": "phone", "id": "13"}], "next": null}"""));
        // The gateway may be checking its accounts at the same time, and asks the same then.
        assertThat(stub.requests())
                .filteredOn(request -> request.target().equals("/phones/listPhones"))
                .isNotEmpty()
                .allSatisfy(request -> {
                    assertThat(request.method()).isEqualTo("GET");
                    assertThat(request.headers())
                            .containsEntry("x-maytapi-key", "inner-secret")
                            .doesNotContainKey("Authorization");
                });
        assertThat(answer.headers().map().keySet())
                .noneMatch(name -> name.equalsIgnoreCase("X-Cache") || name.equalsIgnoreCase("x-maytapi-key"));
    }

    @Test
    void refusalOfTheProviderIsToldInItsWordsWithoutTheCredential() {
        HttpResponse<String> refused = senders("refused");

        assertThat(refused.statusCode()).isEqualTo(502);
        assertThat(json(refused).path("code").asText()).isEqualTo("provider-refused");
        assertThat(json(refused).path("detail").asText()).contains("http-401: Token *** is not valid");
    }

    @Test
    void answerThatIsNoListIsNone() {
        HttpResponse<String> unreadable = senders("unreadable");

        assertThat(unreadable.statusCode()).isEqualTo(502);
        assertThat(json(unreadable).path("code").asText()).isEqualTo("provider-unreachable");
    }

    @Test
    void providerThatIsAwayIsUnreachableAndNothingOfTheCallIsTold() {
        HttpResponse<String> away = senders("away");

        assertThat(away.statusCode()).isEqualTo(502);
        assertThat(json(away).path("code").asText()).isEqualTo("provider-unreachable");
        assertThat(away.body()).contains("not-connected").doesNotContain("inner-secret");
        assertThat(away.headers().map().toString()).doesNotContain("inner-secret");
    }

    @Test
    void providerWithoutAListIsNotAsked() {
        HttpResponse<String> none = senders("listless");

        assertThat(none.statusCode()).isEqualTo(501);
        assertThat(json(none).path("code").asText()).isEqualTo("not-supported");
        assertThat(stub.requests()).isEmpty();
    }

    @Test
    void accountThatIsUnknownOrNotTheCallersIsNotFound() {
        for (HttpResponse<String> answer :
                List.of(senders("nobody"), door.with(RestDoor.LIMITED).get("/api/v1/accounts/phones/senders"))) {
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(json(answer).path("code").asText()).isEqualTo("not-found");
        }
        assertThat(stub.requests()).isEmpty();
    }

    private HttpResponse<String> senders(String account, String... headers) {
        return door.get("/api/v1/accounts/" + account + "/senders", headers);
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return Contract.json(answer.body());
    }
}
