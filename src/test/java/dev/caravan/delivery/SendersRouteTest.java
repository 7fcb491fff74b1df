package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.Packs;
import dev.caravan.account.Account;
import dev.caravan.delivery.ProviderStub.Request;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Directory;
import dev.caravan.provider.Listing;
import dev.caravan.provider.Listing.Listed;
import dev.caravan.provider.Listing.NotListed;
import dev.caravan.provider.Listing.NotSupported;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Sender;
import dev.caravan.provider.Sender.Kind;
import dev.caravan.provider.Simulator;
import dev.caravan.provider.Verdict.AccountFault;
import dev.caravan.provider.Verdict.Transient;
import dev.caravan.provider.Verdict.Unknown;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;

/** All lists of a provider, one after the other, and what comes of it when one does not come. */
@ProviderRoutes.Started
@Timeout(60)
class SendersRouteTest {

    private static final Map<String, String> MAYTAPI = Map.of("product-id", "p", "phone-id", "1", "api-key", "key");
    private static final Map<String, String> WAPCRM =
            Map.of("secret-key", "key", "secret-key-header", "X-CIB-SecretKey", "instance-id", "1", "user-id", "1");
    private static final Map<String, String> PRATIKESNAF = Map.of("api-key", "key", "api-secret", "secret");

    private static final String LINES =
            "{\"status\": true, \"data\": [{\"instanceID\": 15, \"instanceName\": \"Main line\"}]}";
    private static final String USERS = "{\"status\": true, \"data\": [{\"userID\": 1}]}";
    private static final String ACCOUNTS = "{\"ok\": true, \"data\": [{\"id\": 1}]}";

    @Autowired
    private ProviderRoutes routes;

    private volatile Function<Request, Answer> answering;
    private ProviderStub stub;

    @BeforeEach
    void startStub() throws IOException {
        stub = new ProviderStub((request, connection) -> {
            Answer answer = answering.apply(request);
            connection.getOutputStream().write(ProviderStub.http(answer.status(), answer.headers(), answer.body()));
        });
    }

    @AfterEach
    void stopStub() throws IOException {
        stub.close();
    }

    static Stream<Provider> providersWithLists() {
        return Packs.all().stream().filter(pack -> pack.directory() instanceof Directory.Lists);
    }

    static Stream<Provider> providersWithoutLists() {
        return Packs.all().stream().filter(pack -> pack.directory() instanceof Directory.None);
    }

    @ParameterizedTest
    @MethodSource("providersWithLists")
    void simulatorOfAProviderListsSomebody(Provider provider) {
        simulate(provider);

        assertThat(senders(provider.name(), settings(provider, "sandbox-key")))
                .isInstanceOfSatisfying(
                        Listed.class, listed -> assertThat(listed.senders()).isNotEmpty());
    }

    @ParameterizedTest
    @MethodSource("providersWithLists")
    void simulatorOfAProviderListsNobodyForAWrongCredential(Provider provider) {
        simulate(provider);

        assertThat(senders(provider.name(), settings(provider, "wrong")))
                .isInstanceOfSatisfying(NotListed.class, refused -> assertThat(refused.verdict())
                        .isInstanceOf(AccountFault.class));
    }

    @ParameterizedTest
    @MethodSource("providersWithoutLists")
    void providerWithoutAListIsNotAsked(Provider provider) {
        answering = request -> answer(500, "");

        assertThat(senders(provider.name(), Map.of()))
                .isInstanceOfSatisfying(
                        NotSupported.class, not -> assertThat(not.reason()).isNotBlank());
        assertThat(stub.requests()).isEmpty();
    }

    @Test
    void listsAreAskedForOneAfterTheOther() {
        answering = request -> answer(200, request.path().endsWith("users") ? USERS : LINES);

        assertThat(senders("wapcrm", WAPCRM))
                .isEqualTo(new Listed(List.of(
                        new Sender(Kind.PHONE, "15", "Main line", null, null),
                        new Sender(Kind.USER, "1", null, null, null))));
        assertThat(stub.requests()).extracting(Request::path).containsExactly("/api/Instances", "/api/users");
    }

    @Test
    void listThatIsRefusedEndsIt() {
        answering = request -> answer(200, "{\"status\": false, \"statusCode\": \"500\", \"message\": \"NOT VALID\"}");

        assertThat(senders("wapcrm", WAPCRM)).isEqualTo(new NotListed(new AccountFault("500", "NOT VALID")));
        assertThat(stub.requests()).hasSize(1);
    }

    @Test
    void listThatDoesNotComeEndsItAndNoCredentialStays() {
        answering = request -> {
            throw new IllegalStateException("closes the connection");
        };
        Account silent = account("maytapi", MAYTAPI, stub.baseUrl(), Duration.ofMillis(200));

        assertThat(routes.senders(silent, Map.of()))
                .isInstanceOfSatisfying(NotListed.class, none -> assertThat(none.verdict())
                        .isInstanceOfSatisfying(Unknown.class, verdict -> assertThat(verdict.code())
                                .isEqualTo("no-answer")));
    }

    @Test
    void addressWithoutAnybodyIsNotConnected() throws IOException {
        // A port that nobody listens at and nobody else can take.
        try (Socket taken = new Socket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Account away =
                    account("maytapi", MAYTAPI, "http://127.0.0.1:" + taken.getLocalPort(), Duration.ofSeconds(10));

            assertThat(routes.senders(away, Map.of()))
                    .isInstanceOfSatisfying(NotListed.class, none -> assertThat(none.verdict())
                            .isInstanceOf(Transient.class)
                            .extracting("code")
                            .isEqualTo("not-connected"));
        }
    }

    @Test
    void headersFromOutsideNeitherSteerTheCallNorTravel() {
        answering = request -> answer(200, "[]");
        Map<String, Object> outside = Map.of(
                "CamelHttpUri", "http://127.0.0.1:1/",
                "CamelHttpPath", "/elsewhere",
                "CamelHttpQuery", "a=b",
                "Authorization", "Bearer key-of-the-caller");

        assertThat(routes.senders(account("maytapi", MAYTAPI, stub.baseUrl(), Duration.ofSeconds(10)), outside))
                .isEqualTo(new Listed(List.of()));
        assertThat(stub.requests()).singleElement().satisfies(request -> {
            assertThat(request.target()).isEqualTo("/p/listPhones");
            assertThat(request.headers()).doesNotContainKey("Authorization");
        });
    }

    @Test
    void tokenIsObtainedOnceAndRemembered() {
        answering = request -> request.path().endsWith("token") ? token("one") : answer(200, ACCOUNTS);

        assertThat(senders("pratikesnaf", PRATIKESNAF)).isInstanceOf(Listed.class);
        assertThat(senders("pratikesnaf", PRATIKESNAF)).isInstanceOf(Listed.class);

        assertThat(stub.requests())
                .extracting(Request::path)
                .containsExactly("/api/v1/auth/token", "/api/v1/whatsapp/hesaplar", "/api/v1/whatsapp/hesaplar");
    }

    @Test
    void tokenThatIsRefusedIsObtainedAfresh() {
        int[] tokens = {0};
        answering = request -> {
            if (request.path().endsWith("token")) {
                tokens[0]++;
                return token("token-" + tokens[0]);
            }
            return request.headers().get("Authorization").equals("Bearer token-2")
                    ? answer(200, ACCOUNTS)
                    : answer(401, "{}");
        };

        assertThat(senders("pratikesnaf", PRATIKESNAF)).isInstanceOf(Listed.class);
        assertThat(tokens[0]).isEqualTo(2);
    }

    @Test
    void tokenThatIsRefusedTwiceIsARefusal() {
        answering = request -> request.path().endsWith("token") ? token("one") : answer(401, "{}");

        assertThat(senders("pratikesnaf", PRATIKESNAF))
                .isInstanceOfSatisfying(NotListed.class, refused -> assertThat(refused.verdict())
                        .isInstanceOf(AccountFault.class)
                        .extracting("code")
                        .isEqualTo("http-401"));
        assertThat(stub.requests()).hasSize(4);
    }

    @Test
    void withoutATokenNoListIsAskedFor() {
        answering = request -> answer(401, "{\"success\": false, \"message\": \"unknown\"}");

        assertThat(senders("pratikesnaf", PRATIKESNAF))
                .isEqualTo(new NotListed(new AccountFault("http-401", "unknown")));
        assertThat(stub.requests()).extracting(Request::path).containsExactly("/api/v1/auth/token");
    }

    @Test
    void listThatHangsTakesNoConnectionFromASend() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        answering = request -> {
            if (request.method().equals("GET")) {
                awaitQuietly(released);
                return answer(200, "[]");
            }
            return answer(200, "{\"success\": true}");
        };
        Account account = account("maytapi", MAYTAPI, stub.baseUrl(), Duration.ofSeconds(10));
        CompletableFuture<Listing> hanging = CompletableFuture.supplyAsync(() -> routes.senders(account, Map.of()));
        Request list = stub.nextRequest();

        routes.send(ProviderRoutes.text("+905301234567", "hi"), account, null);

        assertThat(stub.nextRequest().connection()).isNotEqualTo(list.connection());
        assertThat(hanging).isNotDone();
        released.countDown();
        assertThat(hanging.get(10, TimeUnit.SECONDS)).isInstanceOf(Listed.class);
    }

    private Listing senders(String provider, Map<String, String> settings) {
        return routes.senders(account(provider, settings, stub.baseUrl(), Duration.ofSeconds(10)), Map.of());
    }

    private Account account(String provider, Map<String, String> settings, String baseUrl, Duration timeout) {
        return ProviderRoutes.account(provider + "-" + stub.port(), provider, baseUrl, timeout, settings);
    }

    /** Answers as the simulator of the sandbox does. */
    private void simulate(Provider provider) {
        Simulator simulator = Packs.simulator(provider.name()).orElseThrow();
        answering = request -> simulator
                .reply(new Simulator.Call(
                        request.method(), request.path(), request.query(), request.headers(), request.body()))
                .answer();
    }

    /** One value for every setting that has none of its own. */
    private static Map<String, String> settings(Provider provider, String value) {
        Map<String, String> settings = new HashMap<>();
        provider.settings()
                .forEach(setting ->
                        settings.put(setting.name(), setting.otherwise() == null ? value : setting.otherwise()));
        return settings;
    }

    private static Answer token(String token) {
        return answer(200, "{\"success\": true, \"data\": {\"token\": \"" + token + "\"}}");
    }

    private static Answer answer(int status, String body) {
        return new Answer(status, Map.of(), body);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
