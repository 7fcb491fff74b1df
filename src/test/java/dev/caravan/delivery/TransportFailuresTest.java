package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.caravan.account.Account;
import dev.caravan.delivery.ProviderStub.Answering;
import dev.caravan.message.Send;
import dev.caravan.provider.Verdict;
import dev.caravan.provider.Verdict.AccountFault;
import dev.caravan.provider.Verdict.Transient;
import dev.caravan.provider.Verdict.Unknown;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** Only what certainly did not reach the provider may be sent again. */
@ProviderRoutes.Started
@Timeout(60)
class TransportFailuresTest {

    private static final Send SEND = ProviderRoutes.text("+905301234567", "secret text");

    @Autowired
    private ProviderRoutes routes;

    @Test
    void refusedConnectionIsTransient() throws IOException {
        int nobody;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = server.getLocalPort();
        }

        assertThat(verdict("http://127.0.0.1:" + nobody)).isInstanceOf(Transient.class);
    }

    @Test
    void unknownHostIsTransient() {
        // Too long for a label of a host name, so that no resolver takes it to the network.
        assertThat(verdict("http://" + "a".repeat(64) + ".invalid")).isInstanceOf(Transient.class);
    }

    @Test
    void connectionThatIsNotMadeInTimeIsTransient() {
        assertThat(TransportFailures.onSend(
                        new IllegalStateException(new NotConnectedException(new ConnectTimeoutException("connect")))))
                .isInstanceOf(Transient.class);
    }

    @Test
    void certificateThatIsNotTrustedIsAFaultOfTheAccount() {
        WireMockServer server = new WireMockServer(WireMockConfiguration.options()
                .bindAddress("127.0.0.1")
                .dynamicPort()
                .dynamicHttpsPort());
        server.start();
        try {
            assertThat(verdict("https://127.0.0.1:" + server.httpsPort())).isInstanceOf(AccountFault.class);
            assertThat(server.getAllServeEvents()).isEmpty();
        } finally {
            server.stop();
        }
    }

    /** As a proxy does whose backend is away; no byte of the request has gone out. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void connectionThatEndsBeforeItIsEncryptedIsTransient(boolean reset) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            new Thread(() -> endEach(server, reset)).start();

            assertThat(verdict("https://127.0.0.1:" + server.getLocalPort())).isInstanceOf(Transient.class);
        }
    }

    /** With the caller's first bytes unread, or after words that are not TLS. */
    private static void endEach(ServerSocket server, boolean reset) {
        while (!server.isClosed()) {
            try (Socket connection = server.accept()) {
                if (reset) {
                    connection.setSoLinger(true, 0);
                } else {
                    write(connection, "HTTP/1.1 503 Service Unavailable\r\n\r\n");
                }
            } catch (IOException closed) {
                // The test is over, or the caller went first.
            }
        }
    }

    @Test
    void resetAfterTheRequestIsUnknown() throws IOException {
        assertUnknown((request, connection) -> {
            connection.setSoLinger(true, 0);
            connection.close();
        });
    }

    @Test
    void connectionClosedInsteadOfAnAnswerIsUnknown() throws IOException {
        assertUnknown((request, connection) -> connection.close());
    }

    @Test
    void answerThatDoesNotComeInTimeIsUnknown() throws IOException {
        assertUnknown((request, connection) -> {});
    }

    @Test
    void answerThatStopsHalfWayIsUnknown() throws IOException {
        assertUnknown((request, connection) -> write(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 20",
                "HTTP/1.1 200",
                "HTTP/1.1 200 OK\r\nContent-Type: application/js",
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"success\": true}",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n12\r\n{\"success\": true}\r\n",
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
            })
    void answerThatIsCutOffIsUnknown(String answer) throws IOException {
        assertUnknown((request, connection) -> {
            write(connection, answer);
            connection.close();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.6\r\n",
                "HTTP/1.1 OK\r\n\r\n",
                "HTTP/9.9 200 OK\r\nContent-Length: 0\r\n\r\n",
                "{\"success\": true}",
                "\u0000\u0001\u0002\u0003",
            })
    void answerThatIsNoHttpIsUnknown(String answer) throws IOException {
        assertUnknown((request, connection) -> {
            write(connection, answer);
            connection.close();
        });
    }

    /** What fails while the connection is encrypted after all comes after the request, which went out over it as it was. */
    @ParameterizedTest
    @ValueSource(strings = {"TLS/1.2", "TLS/1.3", "h2c"})
    void connectionThatIsSwitchedAfterTheRequestIsUnknown(String protocol) throws IOException {
        assertUnknown((request, connection) -> {
            write(
                    connection,
                    "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + protocol + "\r\n\r\n");
            connection.close();
        });
    }

    private void assertUnknown(Answering answering) throws IOException {
        try (ProviderStub stub = new ProviderStub(answering)) {
            assertThat(verdict(stub.baseUrl())).isInstanceOf(Unknown.class);
            assertThat(stub.requests()).hasSize(1);
        }
    }

    private Verdict verdict(String baseUrl) {
        Account account = ProviderRoutes.account(
                baseUrl,
                "maytapi",
                baseUrl,
                Duration.ofMillis(300),
                Map.of("product-id", "secret-product", "phone-id", "12", "api-key", "secret-key"));
        Verdict verdict = routes.send(SEND, account, null).verdict();
        assertThat(verdict.message()).doesNotContain("secret");
        return verdict;
    }

    private static void write(Socket connection, String answer) throws IOException {
        connection.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
    }
}
