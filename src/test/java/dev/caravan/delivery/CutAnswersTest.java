package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Account;
import dev.caravan.delivery.ProviderStub.Answering;
import dev.caravan.message.Send;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Verdict;
import dev.caravan.provider.Verdict.AccountFault;
import dev.caravan.provider.Verdict.Permanent;
import dev.caravan.provider.Verdict.Sent;
import dev.caravan.provider.Verdict.Throttled;
import dev.caravan.provider.Verdict.Unknown;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;

/**
 * A provider takes a message and cuts the connection at every byte of its answer: unless the whole answer has come,
 * nobody knows what became of it, and nobody sends it again.
 */
@ProviderRoutes.Started
@Timeout(120)
class CutAnswersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Send SEND = ProviderRoutes.text("+905301234567", "text");

    /** What is looked up before the send, where a provider needs that. */
    private static final String FOUND = "found";

    private static final Map<String, Map<String, String>> SETTINGS = Map.of(
            "wapcrm",
            Map.of(
                    "secret-key", "k",
                    "secret-key-header", "X-CIB-SecretKey",
                    "instance-id", "i",
                    "user-id", "1",
                    "path", "/api/chatoperation"),
            "maytapi",
            Map.of("product-id", "p", "phone-id", "1", "api-key", "k"),
            "express-chat",
            Map.of("api-key", "k"),
            "texter",
            Map.of("project-id", "p", "api-token", "t"),
            "pratikesnaf",
            Map.of("token", "t"));

    private static final String ACCEPTED = "{\"success\": true, \"data\": {\"msgId\": \"id-1\"}}";
    private static final String REFUSED = "{\"success\": false, \"message\": \"to_number is nobody's\"}";

    /** A header before the one that says how long the body is. */
    private static final String BEGINNING = "HTTP/1.1 200 OK\r\nVia: a\r\n";

    private static final String LAST_CHUNK = "0\r\n\r\n";

    @Autowired
    private ProviderRoutes routes;

    @Autowired
    private List<Provider> packs;

    private ProviderStub stub;
    private Account account;
    private volatile Answering answering;

    @BeforeEach
    void startStub() throws IOException {
        stub = new ProviderStub((request, connection) -> answering.answer(request, connection));
        useNewAccount("maytapi");
    }

    /** With connections of its own. */
    private void useNewAccount(String provider) {
        account = ProviderRoutes.account(
                "cut-" + UUID.randomUUID(), provider, stub.baseUrl(), PATIENCE, SETTINGS.get(provider));
    }

    @AfterEach
    void stopStub() throws IOException {
        stub.close();
    }

    /** How the connection is cut. */
    private enum Cut {
        CLOSED,
        RESET
    }

    /** The body of an answer with status 200, and what it means when all of it has come. */
    private record Body(String provider, String text, Class<? extends Verdict> meaning) {

        boolean isJson() {
            return text.startsWith("{");
        }
    }

    private static Stream<Body> bodies() {
        return Stream.of(
                new Body("wapcrm", "{\"status\":true,\"data\":\"id-1\"}", Sent.class),
                new Body("wapcrm", "{\"status\":false,\"statusCode\":\"302\"}", Throttled.class),
                new Body("maytapi", "{\"success\":true,\"data\":{\"msgId\":\"id-1\"}}", Sent.class),
                new Body("maytapi", "{\"success\":false,\"message\":\"to_number\"}", Permanent.class),
                new Body("express-chat", "{\"success\":true,\"id\":\"id-1\"}", Sent.class),
                new Body("express-chat", "{\"success\":false,\"code\":131047}", Permanent.class),
                new Body("express-chat", "{\"success\":false,\"code\":429}", Throttled.class),
                new Body("express-chat", "Message sent", Sent.class),
                new Body("express-chat", "12", Sent.class),
                new Body("express-chat", "", Sent.class),
                new Body("texter", "{\"success\":true,\"messageId\":\"id-1\"}", Sent.class),
                new Body("texter", "{\"success\":false,\"error\":\"24h window\"}", Permanent.class),
                new Body("pratikesnaf", "{\"ok\":true,\"log_id\":42}", Sent.class),
                new Body("pratikesnaf", "{\"ok\":false,\"mesaj\":\"oturum\"}", AccountFault.class));
    }

    @Test
    void everyProviderIsAmongThem() {
        assertThat(bodies().map(Body::provider).distinct())
                .containsExactlyInAnyOrderElementsOf(
                        packs.stream().map(Provider::name).toList());
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void anAnswerOfAStatedLengthIsUnknownUnlessItIsWhole(Body body) {
        useNewAccount(body.provider());
        byte[] answer = bytes(BEGINNING + "Content-Length: " + body.text().length() + "\r\n\r\n" + body.text());
        cutEverywhere(answer, answer.length, body.meaning(), Cut.CLOSED);
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void anAnswerInChunksIsUnknownUnlessItsLastChunkBegins(Body body) {
        useNewAccount(body.provider());
        int half = body.text().length() / 2;
        String chunks = BEGINNING + "transfer-encoding: chunked\r\n\r\n"
                + chunk(body.text().substring(0, half))
                + chunk(body.text().substring(half));
        cutEverywhere(bytes(chunks + LAST_CHUNK), chunks.length() + 1, body.meaning(), Cut.CLOSED);
    }

    /** A client cannot see that a body without a length goes on: only what makes JSON is an answer. */
    @ParameterizedTest
    @MethodSource("bodies")
    void anAnswerThatEndsWithItsConnectionIsUnknownUnlessItIsWholeJson(Body body) {
        useNewAccount(body.provider());
        byte[] answer = bytes(BEGINNING + "\r\n" + body.text());
        cutEverywhere(answer, answer.length, body.isJson() ? body.meaning() : Unknown.class, Cut.CLOSED);
    }

    @Test
    void anAnswerThatIsResetAtAnyByteIsUnknown() {
        byte[] answer = ProviderStub.http(200, Map.of(), ACCEPTED);
        cutEverywhere(answer, answer.length, Sent.class, Cut.RESET);
    }

    /** A refusal by its status is one without its body, but not without its headers: a wait or an address may follow. */
    @Test
    void aStatusIsAnAnswerOnceItsHeadIsWhole() {
        byte[] refusal = ProviderStub.http(400, Map.of(), REFUSED);
        cutEverywhere(refusal, refusal.length, Permanent.class, Cut.CLOSED);

        String head = "HTTP/1.1 400 Bad Request\r\nVia: a\r\n\r\n";
        cutEverywhere(bytes(head + REFUSED), head.length(), Permanent.class, Cut.CLOSED);

        useNewAccount("wapcrm");
        byte[] redirection = bytes("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n");
        cutEverywhere(redirection, redirection.length, AccountFault.class, Cut.CLOSED);

        useNewAccount("express-chat");
        byte[] nothing = bytes("HTTP/1.1 204 No Content\r\nVia: a\r\n\r\n");
        cutEverywhere(nothing, nothing.length, Sent.class, Cut.CLOSED);
    }

    /** What was said before the answer is no beginning of it. */
    @Test
    void anAnswerAfterAnInterimOneIsUnknownUnlessItIsWhole() {
        useNewAccount("express-chat");
        byte[] answer = bytes("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        cutEverywhere(answer, answer.length, Sent.class, Cut.CLOSED);
    }

    @Test
    void aFailureNamesWhatHappenedAfterTheCallHadBegun() {
        byte[] answer = ProviderStub.http(200, Map.of(), ACCEPTED);
        assertThat(verdict(answer, BEGINNING.length(), Cut.CLOSED))
                .isEqualTo(new Unknown(
                        "no-answer", "the call was started and brought no readable answer: ConnectionClosedException"));
    }

    @Test
    void garbageIsUnknownWhateverItIs() {
        Random random = new Random(5);
        for (int number = 0; number < 60; number++) {
            byte[] garbage = new byte[1 + random.nextInt(300)];
            random.nextBytes(garbage);
            assertThat(verdict(garbage, garbage.length, Cut.CLOSED))
                    .as("answered with %s", Arrays.toString(garbage))
                    .isInstanceOf(Unknown.class);
            byte[] body = ProviderStub.http(200, Map.of(), new String(garbage, StandardCharsets.ISO_8859_1));
            assertThat(verdict(body, body.length, Cut.CLOSED))
                    .as("answered properly with %s", Arrays.toString(garbage))
                    .isInstanceOf(Unknown.class);
        }
    }

    @Test
    void anAnswerWithAByteThatWasChangedIsNeverSentAgain() {
        byte[] answer = ProviderStub.http(200, Map.of("Content-Type", "application/json"), ACCEPTED);
        for (int at = 0; at < answer.length; at++) {
            byte[] changed = answer.clone();
            changed[at] ^= 0x55;
            assertThat(verdict(changed, changed.length, Cut.CLOSED))
                    .as("byte %d was changed", at)
                    .isInstanceOfAny(Unknown.class, Sent.class, Permanent.class, AccountFault.class);
        }
    }

    /**
     * @param least so many bytes hold everything that the answer says
     * @param whole what it means then
     */
    private void cutEverywhere(byte[] answer, int least, Class<? extends Verdict> whole, Cut cut) {
        for (int length = 0; length < answer.length; length++) {
            assertThat(verdict(answer, length, cut))
                    .as("%s after %d of %d bytes", cut, length, answer.length)
                    .isInstanceOfAny(Unknown.class, length < least ? Unknown.class : whole);
        }
        assertThat(verdict(answer, answer.length, Cut.CLOSED)).isInstanceOf(whole);
    }

    /** Of a call, which arrives once. */
    private Verdict verdict(byte[] answer, int length, Cut cut) {
        answering = (request, connection) -> cut(connection, answer, length, cut);
        Verdict verdict = routes.send(SEND, account, FOUND).verdict();
        assertThat(stub.requests()).hasSize(1);
        if (length == answer.length || !(verdict instanceof Unknown)) {
            // A connection that was closed after a whole answer looks as if it could be used again.
            useNewAccount(account.provider());
        }
        return verdict;
    }

    private static void cut(Socket connection, byte[] answer, int length, Cut cut) throws IOException {
        connection.setTcpNoDelay(true);
        connection.getOutputStream().write(answer, 0, length);
        if (cut == Cut.RESET) {
            connection.setSoLinger(true, 0);
        }
        connection.close();
    }

    private static String chunk(String text) {
        return text.isEmpty() ? "" : Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    private static byte[] bytes(String answer) {
        return answer.getBytes(StandardCharsets.ISO_8859_1);
    }
}
