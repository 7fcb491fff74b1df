package dev.caravan.api;

import static dev.caravan.api.Door.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import dev.caravan.api.Calls.Call;
import dev.caravan.api.Door.Client;
import dev.caravan.api.Door.Time;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Who gets in and who does not, over a socket: with keys and an issuer of tokens, outside of the sandbox. */
@SpringBootTest(
        classes = Door.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {"server.forward-headers-strategy=native", "camel.main.routes-include-pattern=false"})
@ExtendWith(OutputCaptureExtension.class)
class SecurityTest {

    private static final String SEND = ApiKeys.generate();
    private static final String READ = ApiKeys.generate();
    private static final String ADMIN = "chosen by hand, and as long as one likes";
    private static final String EXPIRED = ApiKeys.generate();

    private static final AtomicInteger ADDRESSES = new AtomicInteger();
    private static final RSAKey ISSUER = rsaKey();
    private static final HttpServer JWK_SET = serve(ISSUER);

    @LocalServerPort
    private int port;

    @Autowired
    private Time time;

    private Client nobody;

    @DynamicPropertySource
    static void configure(DynamicPropertyRegistry registry) {
        String keys = "caravan.api.keys.";
        Map.of("send", SEND, "read", READ, "admin", ADMIN, "expired", EXPIRED).forEach((name, key) -> {
            registry.add(keys + name + ".sha256", () -> ApiKeys.sha256(key));
            registry.add(keys + name + ".scopes", () -> name.equals("expired") ? "read" : name);
        });
        registry.add(keys + "read.accounts", () -> "main");
        registry.add(keys + "read.namespace", () -> "erp");
        registry.add("caravan.accounts.main.provider", () -> "maytapi");
        registry.add("caravan.accounts.main.webhook-token", () -> "token-of-the-tests");
        registry.add("caravan.accounts.silent.provider", () -> "maytapi");
        registry.add(keys + "expired.expires", () -> "2020-01-01T00:00:00Z");
        registry.add(
                "spring.security.oauth2.resourceserver.jwt.jwk-set-uri",
                () -> "http://127.0.0.1:" + JWK_SET.getAddress().getPort());
    }

    @AfterAll
    static void stop() {
        JWK_SET.stop(0);
    }

    /** Every test has an address of its own, so that the failures of one do not slow down another. */
    @BeforeEach
    void arrive() {
        nobody = new Client(port, "203.0.113." + ADDRESSES.incrementAndGet(), null);
    }

    static List<Call> calls() {
        return Calls.ALL;
    }

    @ParameterizedTest
    @MethodSource("calls")
    void everyCallNeedsAKeyAndItsScope(Call call) throws Exception {
        String path = call.path().replaceAll("\\{\\w+}", "1");

        HttpResponse<String> refused = nobody.call(call.method().name(), path);
        assertThatProblem(refused, 401, "unauthenticated");
        assertThat(refused.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
        for (Scope scope : Scope.values()) {
            HttpResponse<String> answer =
                    nobody.with(key(scope)).call(call.method().name(), path);
            if (scope == call.scope()) {
                assertThat(answer.statusCode()).isNotIn(401, 403);
            } else {
                assertThatProblem(answer, 403, "insufficient-scope");
                assertThat(json(answer).path("detail").asText())
                        .contains("the scope " + call.scope().word());
            }
        }
    }

    @Test
    void aKeyTellsWhoCallsOnWhateverThread() throws Exception {
        HttpResponse<String> answer = nobody.with(READ).get("/api/v1/sends/1");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer)).isEqualTo(Door.tree("{'name': 'read', 'accounts': ['main'], 'namespace': 'erp'}"));
        assertThat(answer.headers().map()).doesNotContainKey("set-cookie");
    }

    @Test
    void theSchemeIsBearerInAnyCase() throws Exception {
        assertThat(nobody.call("GET", "/api/v1/sends/1", "Authorization", "bEARER  " + READ)
                        .statusCode())
                .isEqualTo(200);
        assertThatProblem(
                nobody.call("GET", "/api/v1/sends/1", "Authorization", "Basic cmVhZDpyZWFk"), 401, "unauthenticated");
        assertThatProblem(nobody.call("GET", "/api/v1/sends/1", "Authorization", READ), 401, "unauthenticated");
        assertThatProblem(nobody.call("GET", "/api/v1/sends/1", "Authorization", "Bearer "), 401, "unauthenticated");
    }

    @Test
    void keysThatAreUnknownOrHaveExpiredAreToldApart() throws Exception {
        assertThatProblem(nobody.with(READ + "x").get("/api/v1/sends/1"), 401, "invalid-key");
        assertThatProblem(nobody.with(ApiKeys.sha256(READ)).get("/api/v1/sends/1"), 401, "invalid-key");
        assertThatProblem(nobody.with(EXPIRED).get("/api/v1/sends/1"), 401, "expired-key");
    }

    @Test
    void aSignedTokenTellsWhoCalls() throws Exception {
        String restricted = token(
                ISSUER,
                Map.of("scope", "read openid", "caravan_accounts", List.of("main"), "caravan_namespace", "erp"));
        String plain = token(ISSUER, Map.of("scp", List.of("read")));

        assertThat(json(nobody.with(restricted).get("/api/v1/sends/1")))
                .isEqualTo(Door.tree("{'name': 'jwt:hub', 'accounts': ['main'], 'namespace': 'erp'}"));
        assertThat(json(nobody.with(plain).get("/api/v1/sends/1")))
                .isEqualTo(Door.tree("{'name': 'jwt:hub', 'accounts': [], 'namespace': 'default'}"));
        assertThatProblem(nobody.with(plain).call("POST", "/api/v1/sends"), 403, "insufficient-scope");
    }

    @Test
    void tokensThatProveNothingAreRefused() throws Exception {
        Map<String, Object> read = Map.of("scope", "read");
        List<String> tokens = List.of(
                "a.b.c",
                token(rsaKey(), read),
                token(ISSUER, with(read, "exp", Date.from(Instant.now().minusSeconds(3600)))),
                token(ISSUER, with(read, "sub", " ")),
                token(ISSUER, with(read, "caravan_accounts", List.of())),
                token(ISSUER, with(read, "caravan_accounts", "main")),
                token(ISSUER, with(read, "caravan_namespace", 7)),
                token(ISSUER, with(read, "caravan_namespace", "a b")));

        for (String token : tokens) {
            assertThatProblem(nobody.with(token).get("/api/v1/sends/1"), 401, "invalid-key");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/openapi.yaml", "/docs", "/webjars/viewer/index.js", "/actuator/health/liveness"})
    void theContractAndHealthNeedNoKey(String path) throws Exception {
        assertThat(nobody.get(path).statusCode()).isEqualTo(200);
    }

    @Test
    void deliveryReportsHaveATokenOfTheirOwn() throws Exception {
        assertThat(nobody.with("whatever the provider sends")
                        .call("POST", "/webhooks/main/token-of-the-tests")
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<String> got = nobody.get("/webhooks/main/token-of-the-tests");
        assertThatProblem(got, 405, "method-not-allowed");
        assertThat(got.headers().firstValue("Allow")).hasValue("POST");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/webhooks/main/guess",
                "/webhooks/main/TOKEN",
                "/webhooks/main/token-of-the-tests/",
                "/webhooks/main",
                "/webhooks/silent/token-of-the-tests",
                "/webhooks/silent/null",
                "/webhooks/none/token-of-the-tests",
                "/webhooks/none/%20"
            })
    void aWrongTokenAndAnAccountThatIsNotThereAreTheSame(String path) throws Exception {
        HttpResponse<String> refused = nobody.call("POST", path);

        assertThatProblem(refused, 404, "not-found");
        assertThat(refused.body())
                .isEqualTo(nobody.call("POST", "/webhooks/main/wrong").body());
        assertThatProblem(nobody.get(path), 404, "not-found");
    }

    @Test
    void whoTriesTokensHasToWaitWhileTheProviderDoesNot() throws Exception {
        Client provider = nobody;
        assertThat(provider.call("POST", "/webhooks/main/token-of-the-tests").statusCode())
                .isEqualTo(200);
        for (int attempt = 1; attempt <= 10; attempt++) {
            assertThatProblem(nobody.call("POST", "/webhooks/main/guess-" + attempt), 404, "not-found");
        }

        HttpResponse<String> refused = nobody.call("POST", "/webhooks/main/guess");
        assertThatProblem(refused, 429, "too-many-attempts");
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("60");
        assertThat(provider.call("POST", "/webhooks/main/token-of-the-tests").statusCode())
                .isEqualTo(200);

        time.pass(Duration.ofMinutes(1));
        assertThatProblem(nobody.call("POST", "/webhooks/main/guess"), 404, "not-found");
    }

    @Test
    void aTokenThatIsOutOfDateKeepsOutNoReportForAnotherAccount() throws Exception {
        for (int attempt = 1; attempt <= 11; attempt++) {
            nobody.call("POST", "/webhooks/none/old");
        }
        assertThatProblem(nobody.call("POST", "/webhooks/none/old"), 429, "too-many-attempts");

        assertThat(nobody.call("POST", "/webhooks/main/token-of-the-tests").statusCode())
                .isEqualTo(200);
    }

    @Test
    void whoTriesKeysKeepsOutNoReport() throws Exception {
        for (int attempt = 1; attempt <= 11; attempt++) {
            nobody.with("guess-" + attempt).get("/api/v1/accounts");
        }
        assertThatProblem(nobody.with("guess").get("/api/v1/accounts"), 429, "too-many-attempts");

        assertThat(nobody.call("POST", "/webhooks/main/token-of-the-tests").statusCode())
                .isEqualTo(200);
    }

    @Test
    void lanesAreShownToAdministratorsOnly() throws Exception {
        assertThat(json(nobody.get("/actuator/health")))
                .isEqualTo(Door.tree("{'groups': ['liveness', 'readiness'], 'status': 'UP'}"));
        assertThat(nobody.with(READ).get("/actuator/health").body()).doesNotContain("running");
        assertThat(json(nobody.with(ADMIN).get("/actuator/health"))
                        .at("/components/lane/details/main")
                        .asText())
                .isEqualTo("running");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator", "/actuator/metrics"})
    void everyOtherManagementEndpointIsForAdministrators(String path) throws Exception {
        assertThatProblem(nobody.get(path), 401, "unauthenticated");
        assertThatProblem(nobody.with(READ).get(path), 403, "insufficient-scope");
        assertThat(nobody.with(ADMIN).get(path).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/index.html",
                "/api",
                "/api/v1/sends/",
                "/api/v1/SENDS",
                "/api/v2/later",
                "/sandbox/maytapi/status"
            })
    void whatIsNotInTheContractIsNotThereEvenIfSomethingServesIt(String path) throws Exception {
        assertThatProblem(nobody.get(path), 401, "unauthenticated");
        assertThatProblem(nobody.with(ADMIN).get(path), 404, "not-found");
    }

    @Test
    void aWrongMethodIsToldWhichOnesThereAre() throws Exception {
        HttpResponse<String> known = nobody.with(ADMIN).call("DELETE", "/api/v1/sends");
        assertThatProblem(known, 405, "method-not-allowed");
        assertThat(known.headers().firstValue("Allow")).hasValue("POST, GET");

        HttpResponse<String> open = nobody.call("DELETE", "/docs");
        assertThatProblem(open, 405, "method-not-allowed");
        assertThat(open.headers().firstValue("Allow"))
                .hasValueSatisfying(allow -> assertThat(allow).contains("GET"));
    }

    @Test
    void failuresOfTheServerArePlainProblems() throws Exception {
        Client send = nobody.with(SEND);
        assertThatProblem(
                send.call("POST", "/api/v1/sends", "Content-Type", "text/plain"), 415, "unsupported-media-type");
        assertThatProblem(
                send.call("POST", "/api/v1/sends", "Content-Type", "application/json", "Accept", "image/png"),
                406,
                "not-acceptable");
        assertThatProblem(nobody.get("/error"), 404, "not-found");
        assertThatProblem(nobody.get("/api//v1/sends"), 400, "malformed-request");
        assertThatProblem(nobody.get("/api/v1/sends/a;b"), 400, "malformed-request");

        HttpResponse<String> failed = nobody.with(READ).call("GET", "/api/v1/accounts", "Accept", "text/html");
        assertThatProblem(failed, 500, "internal-error");
        assertThat(failed.body()).doesNotContain("inner-secret", "IllegalState", "dev.caravan");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/v1/sends?a=<> HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /api/v1/sends HTTP/1.1\r\nConnection: close\r\n\r\n",
                "GET /api/v1/sends HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"
            })
    void requestsThatNoFilterSeesAreAnsweredAlike(String request) throws Exception {
        String answer = Door.raw(port, request);

        assertThat(answer)
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json", "\"code\":\"malformed-request\"")
                .doesNotContainIgnoringCase("html", "tomcat", "exception");
    }

    @Test
    void whoTriesKeysHasToWaitAndOthersBehindTheSameAddressHaveNot(CapturedOutput output) throws Exception {
        Client hub = nobody.with(READ);
        assertThat(hub.get("/api/v1/sends/1").statusCode()).isEqualTo(200);
        for (int attempt = 1; attempt <= 10; attempt++) {
            assertThatProblem(nobody.with("guess-" + attempt).get("/api/v1/sends/1"), 401, "invalid-key");
        }

        HttpResponse<String> refused = nobody.with(SEND).get("/api/v1/sends/1");
        assertThatProblem(refused, 429, "too-many-attempts");
        assertThat(refused.headers().firstValueAsLong("Retry-After")).hasValue(60);
        assertThatProblem(nobody.with("guess").get("/actuator/health"), 429, "too-many-attempts");
        assertThat(hub.get("/api/v1/sends/1").statusCode()).isEqualTo(200);
        assertThat(nobody.with(SEND).from("198.51.100.1").get("/api/v1/sends/1").statusCode())
                .isEqualTo(403);
        assertThatProblem(nobody.get("/api/v1/sends/1"), 401, "unauthenticated");

        time.pass(Duration.ofSeconds(60));
        assertThat(nobody.with(SEND).get("/api/v1/sends/1").statusCode()).isEqualTo(403);
        assertThat(output).doesNotContain("guess", READ, SEND, ApiKeys.sha256(READ));
    }

    private void assertThatProblem(HttpResponse<String> answer, int status, String code) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(json(answer).path("status").asInt()).isEqualTo(status);
        assertThat(json(answer).path("code").asText()).isEqualTo(code);
        assertThat(json(answer).path("type").asText()).isEqualTo("urn:caravan:problem:" + code);
        assertThat(json(answer).path("detail").asText()).isNotEmpty();
    }

    private static String key(Scope scope) {
        return switch (scope) {
            case SEND -> SEND;
            case READ -> READ;
            case ADMIN -> ADMIN;
        };
    }

    private static Map<String, Object> with(Map<String, Object> claims, String name, Object value) {
        Map<String, Object> more = new HashMap<>(claims);
        more.put(name, value);
        return more;
    }

    private static String token(RSAKey key, Map<String, Object> claims) throws JOSEException {
        JWTClaimsSet.Builder set = new JWTClaimsSet.Builder()
                .subject("hub")
                .expirationTime(Date.from(Instant.now().plusSeconds(3600)));
        claims.forEach(set::claim);
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), set.build());
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }

    private static RSAKey rsaKey() {
        try {
            return new RSAKeyGenerator(2048).keyID("1").generate();
        } catch (JOSEException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static HttpServer serve(RSAKey key) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            byte[] set = new JWKSet(key.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
            server.createContext("/", exchange -> {
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, set.length);
                exchange.getResponseBody().write(set);
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }
}
