package dev.caravan.provider.pratikesnaf;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Account;
import dev.caravan.delivery.ProviderRoutes;
import dev.caravan.delivery.ProviderRoutes.Passed;
import dev.caravan.delivery.ProviderStub;
import dev.caravan.delivery.ProviderStub.Request;
import dev.caravan.message.Content.Text;
import dev.caravan.message.Priority;
import dev.caravan.message.Recipient;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Tracking;
import dev.caravan.provider.Tracking.Tracks;
import dev.caravan.provider.Verdict;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Questions that need a token which has to be obtained first. */
@ProviderRoutes.Started
class ObtainedTokenTest {

    private static final String TOKEN_PATH = "/api/v1/auth/token";
    private static final String TOKEN = "{\"success\": true, \"data\": {\"token\": \"obtained\"}}";
    private static final String RECORD = "{\"ok\": true, \"data\": {\"id\": 42, \"durum\": \"delivered\"}}";
    private static final Send SEND = new Send(
            null,
            null,
            new Recipient("+905301234567"),
            null,
            new Text("Merhaba"),
            null,
            null,
            null,
            Priority.NORMAL,
            null,
            Map.of());

    @Autowired
    private ProviderRoutes routes;

    private final PratikEsnaf pack = new PratikEsnaf();
    private volatile int tokenStatus = 200;
    private ProviderStub stub;
    private Account account;

    @BeforeEach
    void startStub() throws IOException {
        stub = new ProviderStub((request, connection) -> {
            byte[] answer = request.path().equals(TOKEN_PATH)
                    ? ProviderStub.http(tokenStatus, Map.of(), TOKEN)
                    : ProviderStub.http(200, Map.of(), RECORD);
            connection.getOutputStream().write(answer);
        });
        account = ProviderRoutes.account(
                "account-" + stub.port(),
                pack.name(),
                stub.baseUrl(),
                Duration.ofSeconds(10),
                Map.of("api-key", "key", "api-secret", "secret"));
    }

    @AfterEach
    void stopStub() throws IOException {
        stub.close();
    }

    @Test
    void questionGoesWithTheTokenThatIsObtainedOnce() {
        assertThat(routes.track("42", SEND, account, null).answer().body()).isEqualTo(RECORD);
        assertThat(routes.track("43", SEND, account, null).answer().body()).isEqualTo(RECORD);

        List<Request> requests = stub.requests();
        assertThat(requests)
                .extracting(Request::path)
                .containsExactly(TOKEN_PATH, "/api/v1/whatsapp/durum/42", "/api/v1/whatsapp/durum/43");
        assertThat(requests.get(0).body()).contains("secret").doesNotContain("42");
        assertThat(requests)
                .last()
                .extracting(request -> request.headers().get("Authorization"))
                .isEqualTo("Bearer obtained");
    }

    @Test
    void checkUpGoesWithTheTokenThatIsObtained() {
        assertThat(routes.check("hesaplar", account).answer()).isNotNull();

        assertThat(stub.requests()).extracting(Request::path).containsExactly(TOKEN_PATH, "/api/v1/whatsapp/hesaplar");
    }

    @Test
    void withoutATokenNothingIsAsked() {
        tokenStatus = 403;

        Passed passed = routes.track("42", SEND, account, null);

        assertThat(passed.verdict()).isInstanceOf(Verdict.AccountFault.class);
        assertThat(stub.requests()).extracting(Request::path).containsExactly(TOKEN_PATH);
    }

    @Test
    void tokenThatIsRefusedToAQuestionIsWorthAFreshOne() {
        Tracking tracking = pack.tracking().orElseThrow();
        Tracking.Tracked asked = new Tracking.Tracked("S1", "42", List.of(), SEND, Instant.EPOCH);

        Tracks tracks = tracking.read(new Answer(401, Map.of(), ""), List.of(asked), account);

        assertThat(tracks).isInstanceOfSatisfying(Tracks.NotFound.class, nothing -> assertThat(nothing.verdict())
                .isInstanceOf(Verdict.Stale.class));
    }
}
