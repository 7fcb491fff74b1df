package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Account;
import dev.caravan.delivery.ProviderRoutes.Passed;
import dev.caravan.delivery.ProviderStub.Request;
import dev.caravan.provider.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.util.TimeValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** What the HTTP client does, and above all what it leaves to the lane, with the settings that ship. */
@ProviderRoutes.Started
@Timeout(60)
class CallRouteTest {

    private static final Map<String, Object> POST = Map.of("CamelHttpMethod", "POST");

    @Autowired
    private ProviderRoutes routes;

    @Autowired
    private Connections connections;

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504})
    void requestIsNeverRepeatedWhateverTheAnswer(int status) throws IOException {
        try (ProviderStub stub = answering(status, Map.of("Retry-After", "0"))) {
            Passed passed = routes.call("{}", account("main", stub), POST);

            assertThat(passed.answer().status()).isEqualTo(status);
            assertThat(stub.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void redirectIsNotFollowed(int status) throws IOException {
        try (ProviderStub elsewhere = answering(200, Map.of());
                ProviderStub stub = answering(status, Map.of("Location", elsewhere.baseUrl()))) {
            Passed passed = routes.call("{}", account("main", stub), POST);

            assertThat(passed.answer().status()).isEqualTo(status);
            assertThat(stub.requests()).hasSize(1);
            assertThat(elsewhere.requests()).isEmpty();
        }
    }

    @Test
    void cookieIsNotSentBack() throws IOException {
        try (ProviderStub stub = answering(200, Map.of("Set-Cookie", "session=1; Path=/"))) {
            routes.call("{}", account("main", stub), POST);
            routes.call("{}", account("main", stub), POST);

            assertThat(stub.requests()).hasSize(2).allSatisfy(request -> assertThat(request.headers())
                    .doesNotContainKey("Cookie"));
        }
    }

    @Test
    void credentialsThatWereSentAreNotInTheAnswer() throws IOException {
        Map<String, Object> headers = Map.of(
                "CamelHttpMethod", "POST",
                "CamelHttpPath", "/send",
                "CamelHttpQuery", "apiKey=credential",
                "apiKey", "credential",
                "x-maytapi-key", "credential",
                "Authorization", "Bearer credential");
        try (ProviderStub stub = answering(200, Map.of("Retry-After", "7"))) {
            Answer answer = routes.call("{}", account("main", stub), headers).answer();

            Request request = stub.requests().get(0);
            assertThat(request.target()).isEqualTo("/send?apiKey=credential");
            assertThat(request.headers())
                    .containsEntry("apiKey", "credential")
                    .containsEntry("x-maytapi-key", "credential")
                    .containsEntry("Authorization", "Bearer credential");
            assertThat(answer.headers()).containsOnly(Map.entry("Retry-After", "7"), Map.entry("Content-Length", "2"));
        }
    }

    @Test
    void severalValuesOfAHeaderAreJoined() throws IOException {
        byte[] answer = "HTTP/1.1 200 OK\r\nVia: one\r\nVia: two\r\nContent-Length: 0\r\n\r\n"
                .getBytes(StandardCharsets.ISO_8859_1);
        try (ProviderStub stub = new ProviderStub(ProviderStub.always(answer))) {
            Passed passed = routes.call("{}", account("main", stub), POST);

            assertThat(passed.answer().header("via")).isEqualTo("one, two");
        }
    }

    @Test
    void answerIsReadUpToItsLimit() throws IOException {
        byte[] answer = ProviderStub.http(200, Map.of(), "a".repeat(3 * 1024 * 1024));
        try (ProviderStub stub = new ProviderStub(ProviderStub.always(answer))) {
            Passed passed = routes.call("{}", account("main", stub), POST);

            assertThat(passed.answer().body()).hasSize(1024 * 1024);
        }
    }

    /** Camel keeps a thousand endpoints that are sent to, and stops what it lets go of, with its connections, for good. */
    @Test
    void anAccountKeepsItsConnectionsHoweverManyOthersThereAre() throws IOException {
        try (ProviderStub stub = answering(200, Map.of())) {
            routes.call("{}", account("main", stub), POST);
            for (int other = 0; other < 1_100; other++) {
                routes.call("{}", account("other-" + other, stub), POST);
            }
            Passed passed = routes.call("{}", account("main", stub), POST);

            assertThat(passed.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void connectionThatNobodyUsesIsClosed() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        byte[] answer = ProviderStub.http(200, Map.of(), "{}");
        try (ProviderStub stub = new ProviderStub((request, connection) -> {
            connection.getOutputStream().write(answer);
            new Thread(() -> awaitEnd(connection, closed)).start();
        })) {
            routes.call("{}", account("main", stub), POST);
            assertThat(closed.getCount()).isOne();

            connections.closeIdle(TimeValue.ZERO_MILLISECONDS);

            assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void awaitEnd(Socket connection, CountDownLatch closed) {
        try {
            if (connection.getInputStream().read() < 0) {
                closed.countDown();
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void callsOfAnAccountShareAConnection() throws IOException {
        try (ProviderStub stub = answering(200, Map.of())) {
            for (int call = 0; call < 3; call++) {
                routes.call("{}", account("main", stub), POST);
            }

            assertThat(stub.requests()).extracting(Request::connection).containsExactly(1, 1, 1);
        }
    }

    @Test
    void hangingAccountTakesNoConnectionFromAnotherAtTheSameAddress() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        byte[] answer = ProviderStub.http(200, Map.of(), "{}");
        try (ProviderStub stub = new ProviderStub((request, connection) -> {
            if (request.body().equals("\"hang\"")) {
                await(released);
            }
            connection.getOutputStream().write(answer);
        })) {
            CompletableFuture<Passed> hanging =
                    CompletableFuture.supplyAsync(() -> routes.call("\"hang\"", account("slow", stub), POST));
            Request first = stub.nextRequest();

            Passed passed = routes.call("{}", account("quick", stub), POST);

            assertThat(passed.answer().status()).isEqualTo(200);
            assertThat(first.connection()).isNotEqualTo(stub.nextRequest().connection());
            assertThat(hanging).isNotDone();
            released.countDown();
            assertThat(hanging.get(10, TimeUnit.SECONDS).answer().status()).isEqualTo(200);
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            throw new IOException(stopped);
        }
    }

    private static ProviderStub answering(int status, Map<String, String> headers) throws IOException {
        return new ProviderStub(ProviderStub.always(ProviderStub.http(status, headers, "{}")));
    }

    private static Account account(String name, ProviderStub stub) {
        return ProviderRoutes.account(
                name + '-' + stub.port(), "maytapi", stub.baseUrl(), Duration.ofSeconds(10), Map.of());
    }
}
