package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Account;
import dev.caravan.delivery.ProviderStub.Answering;
import dev.caravan.message.Send;
import dev.caravan.provider.Verdict;
import dev.caravan.provider.Verdict.Permanent;
import dev.caravan.provider.Verdict.Sent;
import dev.caravan.provider.Verdict.Unknown;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;

/**
 * The provider takes a message and cuts the connection at every byte of its answer: unless the whole answer has come,
 * nobody knows what became of it, and nobody sends it again.
 */
@ProviderRoutes.Started
@Timeout(120)
class CutAnswersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Send SEND = ProviderRoutes.text("+905301234567", "text");
    private static final String ACCEPTED =
            "{\"success\": true, \"data\": {\"chatId\": \"905301234567@c.us\", \"msgId\": \"id-1\"}}";
    private static final String END = "0\r\n\r\n";
    private static final String REFUSED = "{\"success\": false, \"message\": \"to_number is nobody's\"}";

    @Autowired
    private ProviderRoutes routes;

    private ProviderStub stub;
    private Account account;
    private volatile Answering answering;

    @BeforeEach
    void startStub() throws IOException {
        stub = new ProviderStub((request, connection) -> answering.answer(request, connection));
        useNewAccount();
    }

    /** With connections of its own. */
    private void useNewAccount() {
        account = ProviderRoutes.account(
                "cut-" + UUID.randomUUID(),
                "maytapi",
                stub.baseUrl(),
                PATIENCE,
                Map.of("product-id", "p", "phone-id", "1", "api-key", "k"));
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

    @Test
    void anAcceptanceThatIsCutOffAtAnyByteIsUnknown() {
        byte[] answer = ProviderStub.http(200, Map.of("Content-Type", "application/json"), ACCEPTED);
        cutEverywhere(answer, answer.length, Sent.class);
    }

    @Test
    void anAcceptanceInChunksThatIsCutOffAtAnyByteIsUnknown() {
        int half = ACCEPTED.length() / 2;
        String chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(ACCEPTED.substring(0, half))
                + chunk(ACCEPTED.substring(half));
        cutEverywhere((chunks + END).getBytes(StandardCharsets.ISO_8859_1), chunks.length(), Sent.class);
    }

    /** Unless it says so before: the status of a refusal is one. */
    @Test
    void aRefusalThatIsCutOffAtAnyByteIsUnknown() {
        cutEverywhere(ProviderStub.http(400, Map.of(), REFUSED), "HTTP/1.1 400".length(), Permanent.class);
    }

    /** A client cannot see that a body without a length goes on: only what makes JSON is an answer. */
    @Test
    void anAcceptanceThatEndsWithItsConnectionCountsOnceItIsWhole() {
        byte[] answer =
                ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + ACCEPTED).getBytes(StandardCharsets.ISO_8859_1);
        for (int length = 0; length < answer.length; length++) {
            assertThat(verdict(answer, length, Cut.CLOSED))
                    .as("cut after %d bytes", length)
                    .isInstanceOf(Unknown.class);
        }
        assertThat(verdict(answer, answer.length, Cut.CLOSED)).isInstanceOf(Sent.class);
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
                    .isInstanceOfAny(Unknown.class, Sent.class, Permanent.class, Verdict.AccountFault.class);
        }
    }

    /** @param least so many bytes hold everything that the answer says */
    private void cutEverywhere(byte[] answer, int least, Class<? extends Verdict> whole) {
        for (Cut cut : Cut.values()) {
            for (int length = 0; length < answer.length; length++) {
                Verdict verdict = verdict(answer, length, cut);
                if (length < least || !whole.isInstance(verdict)) {
                    assertThat(verdict)
                            .as("%s after %d of %d bytes", cut, length, answer.length)
                            .isInstanceOf(Unknown.class);
                }
            }
        }
        assertThat(verdict(answer, answer.length, Cut.CLOSED)).isInstanceOf(whole);
    }

    /** Of a call, which arrives once. */
    private Verdict verdict(byte[] answer, int length, Cut cut) {
        answering = (request, connection) -> cut(connection, answer, length, cut);
        Verdict verdict = routes.send(SEND, account, null).verdict();
        assertThat(stub.requests()).hasSize(1);
        if (length == answer.length || !(verdict instanceof Unknown)) {
            // A connection that was closed after a whole answer looks as if it could be used again.
            useNewAccount();
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
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }
}
