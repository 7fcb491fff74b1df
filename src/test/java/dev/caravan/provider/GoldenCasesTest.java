package dev.caravan.provider;

import static dev.caravan.provider.GoldenCase.JSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.caravan.Packs;
import dev.caravan.account.Account;
import dev.caravan.delivery.ProviderRoutes;
import dev.caravan.delivery.ProviderRoutes.Passed;
import dev.caravan.delivery.ProviderStub;
import dev.caravan.message.ContentType;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.PhoneNumbers;
import dev.caravan.message.Recipient;
import dev.caravan.message.Send;
import dev.caravan.message.SendJson;
import dev.caravan.provider.GoldenCase.Asked;
import dev.caravan.provider.GoldenCase.AskedList;
import dev.caravan.provider.GoldenCase.Checked;
import dev.caravan.provider.GoldenCase.ExpectedFinding;
import dev.caravan.provider.GoldenCase.ExpectedRequest;
import dev.caravan.provider.GoldenCase.GivenAnswer;
import dev.caravan.provider.GoldenCase.Posted;
import dev.caravan.provider.Lookup.Finding;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/**
 * Every provider by its golden cases: from the canonical send to the bytes that arrive at the provider, and from its
 * answer back to the verdict, through the routes that ship and over HTTP.
 */
@ProviderRoutes.Started
public class GoldenCasesTest {

    /** Whatever the base URL of an account has for a path, what a case names follows it. */
    private static final String BASE_PATH = "/base";

    private static final GivenAnswer ANY_ANSWER = new GivenAnswer(200, Map.of(), MissingNode.getInstance());
    private static final String ANY_FINDING = "found";

    /** What the HTTP client adds to what the route has set. */
    private static final Set<String> TRANSPORT_HEADERS = Set.of(
            "accept-encoding",
            "connection",
            "content-length",
            "content-type",
            "host",
            "transfer-encoding",
            "user-agent");

    @Autowired
    private ProviderRoutes routes;

    @Autowired
    private Providers providers;

    @Autowired
    private List<Provider> packs;

    private final SendJson sendJson = new SendJson(ZoneOffset.UTC);
    private final PhoneNumbers phoneNumbers = new PhoneNumbers("TR");
    private final Queue<GivenAnswer> nextAnswers = new ConcurrentLinkedQueue<>();
    private ProviderStub stub;

    /** Answers instead of the case, or null. */
    private volatile Simulator simulator;

    @BeforeEach
    void startStub() throws IOException {
        stub = new ProviderStub((request, connection) -> {
            if (simulator != null) {
                connection.getOutputStream().write(simulated(request));
                return;
            }
            GivenAnswer answer = nextAnswers.size() > 1 ? nextAnswers.remove() : nextAnswers.element();
            connection.getOutputStream().write(ProviderStub.http(answer.status(), answer.headers(), answer.text()));
        });
    }

    @AfterEach
    void stopStub() throws IOException {
        stub.close();
    }

    @TestFactory
    Stream<DynamicContainer> everyCaseHolds() {
        return packs.stream()
                .map(pack -> dynamicContainer(pack.name(), cases(pack).stream().map(this::test)));
    }

    @Test
    void everyFileIsACaseOfAProvider() throws IOException {
        Set<Path> known = packs.stream()
                .flatMap(pack -> Stream.concat(
                        cases(pack).stream().map(OneCase::file),
                        Stream.of(
                                folder(pack).resolve("_account.json"),
                                folder(pack).resolve("_send.json"))))
                .collect(Collectors.toSet());

        try (Stream<Path> files = Files.walk(folders())) {
            assertThat(files.filter(Files::isRegularFile)).containsExactlyInAnyOrderElementsOf(known);
        }
    }

    /** A case that shows a request without an answer of its own, or with one that says yes, is a send like any other. */
    @TestFactory
    Stream<DynamicContainer> whatACaseSendsIsTakenByTheProvidersSimulator() {
        return packs.stream()
                .filter(pack -> Packs.simulator(pack.name()).isPresent())
                .map(pack -> dynamicContainer(
                        pack.name(),
                        cases(pack).stream()
                                .filter(one -> one.golden().request() != null)
                                .filter(one -> one.golden().verdict() == null
                                        || one.golden().verdict().word().equals("sent"))
                                // A simulator has no other path than the usual one, and no chat that nobody looked up.
                                .filter(one -> !one.settings().containsKey("path"))
                                .filter(one -> one.provider().lookup().isEmpty()
                                        || send(one).to().isPhone())
                                .map(one ->
                                        dynamicTest(one.file().getFileName().toString(), () -> checkSimulated(one)))));
    }

    private void checkSimulated(OneCase one) {
        simulator = Packs.simulator(one.provider().name()).orElseThrow();
        try {
            Account account = one.account(stub);
            String found = null;
            if (one.provider().lookup().isPresent()) {
                Passed passed = routes.lookUp(send(one), account);
                assertThat(passed.verdict()).isNull();
                found = passed.found();
            }
            Passed passed = one.golden().bulk() == null
                    ? routes.send(send(one), account, found)
                    : routes.sendTogether(
                            one.golden().bulk().stream()
                                    .map(written -> send(one, written))
                                    .toList(),
                            account,
                            found);
            assertThat(passed.verdict()).isInstanceOf(Verdict.Sent.class);
        } finally {
            simulator = null;
        }
    }

    private byte[] simulated(ProviderStub.Request request) {
        Answer answer = simulator
                .reply(new Simulator.Call(
                        request.method(),
                        request.path().substring(BASE_PATH.length()),
                        request.query(),
                        request.headers(),
                        request.body()))
                .answer();
        return ProviderStub.http(answer.status(), answer.headers(), answer.body());
    }

    @TestFactory
    Stream<DynamicTest> everyTypeOfContentThatAProviderDeclaresIsShown() {
        return packs.stream()
                .map(pack -> dynamicTest(pack.name(), () -> {
                    Set<ContentType> shown = cases(pack).stream()
                            .filter(one -> one.golden().request() != null)
                            .map(one -> send(one).content().type())
                            .collect(Collectors.toSet());

                    assertThat(shown).isEqualTo(pack.types().keySet());
                }));
    }

    @TestFactory
    Stream<DynamicTest> everyListThatAProviderDeclaresIsShown() {
        return packs.stream()
                .filter(pack -> pack.directory() instanceof Directory.Lists)
                .map(pack -> dynamicTest(pack.name(), () -> {
                    Set<String> shown = cases(pack).stream()
                            .map(one -> one.golden().senders())
                            .filter(asked -> asked != null && asked.request() != null && asked.listed() != null)
                            .map(AskedList::list)
                            .collect(Collectors.toSet());

                    assertThat(((Directory.Lists) pack.directory()).names()).containsExactlyInAnyOrderElementsOf(shown);
                }));
    }

    @TestFactory
    Stream<DynamicTest> everyReadOfACheckupIsShown() {
        return packs.stream()
                .filter(pack -> pack.checkup().isPresent())
                .map(pack -> dynamicTest(pack.name(), () -> {
                    Set<String> shown = cases(pack).stream()
                            .map(one -> one.golden().checkup())
                            .filter(checked -> checked != null && checked.request() != null)
                            .map(Checked::read)
                            .collect(Collectors.toSet());

                    assertThat(pack.checkup().orElseThrow().reads()).containsExactlyInAnyOrderElementsOf(shown);
                }));
    }

    @TestFactory
    Stream<DynamicTest> everyRowOfAVerdictTableIsShown() {
        return packs.stream()
                .map(pack -> dynamicTest(pack.name(), () -> {
                    List<OneCase> cases = cases(pack).stream()
                            .filter(one -> one.golden().verdict() != null
                                    && one.golden().bulk() == null)
                            .toList();

                    assertThat(pack.verdicts()).allSatisfy(row -> assertThat(cases)
                            .as("a case of the row " + row)
                            .anyMatch(one -> isDecidedBy(row, one)));
                }));
    }

    private boolean isDecidedBy(VerdictRow row, OneCase one) {
        GivenAnswer given = one.golden().answer();
        Answer answer = new Answer(given.status(), given.headers(), given.text());
        Account account = one.account(stub);
        Reading reading = one.provider().read(answer, account.carried(send(one)), account);
        return one.provider().verdicts().stream()
                .filter(candidate -> candidate.matches(answer, reading))
                .findFirst()
                .filter(row::equals)
                .isPresent();
    }

    /** More than is read of an answer. */
    private static final String FIVE_MEGABYTES = "{\"padding\": \"" + "x".repeat(5 * 1024 * 1024) + "\"}";

    @TestFactory
    Stream<DynamicTest> anAnswerThatCannotBeReadIsNeverTakenForAYesOrANo() {
        Map<String, GivenAnswer> answers = Map.of(
                "a page",
                answer(200, Map.of("Content-Type", "text/html"), "<!DOCTYPE html><html><body>Sign in</body></html>"),
                "JSON that is cut off",
                answer(200, Map.of("Content-Type", "application/json"), "{\"success\": true, \"ok\": tr"),
                "five megabytes",
                answer(200, Map.of("Content-Type", "application/json"), FIVE_MEGABYTES),
                "a page with status 502",
                answer(502, Map.of("Content-Type", "text/html"), "<html>Bad gateway</html>"));
        return packs.stream().flatMap(pack -> answers.entrySet().stream()
                .map(answer -> dynamicTest(pack.name() + ": " + answer.getKey(), () -> assertThat(
                                verdict(pack, answer.getValue()).word())
                        .isEqualTo("unknown"))));
    }

    @TestFactory
    Stream<DynamicTest> aRedirectIsNeverFollowed() {
        return packs.stream().flatMap(pack -> Stream.of(301, 302, 303, 307, 308)
                .map(status -> dynamicTest(pack.name() + ": " + status, () -> {
                    String elsewhere = stub.baseUrl() + "/elsewhere";
                    Verdict verdict = verdict(pack, answer(status, Map.of("Location", elsewhere), ""));

                    assertThat(verdict.word()).isEqualTo("account");
                    assertThat(stub.requests()).hasSize(1);
                })));
    }

    @TestFactory
    Stream<DynamicTest> neitherTheContentTypeNorFurtherFieldsChangeWhatAnAnswerMeans() {
        return packs.stream()
                .map(pack -> dynamicTest(pack.name(), () -> {
                    GoldenCase accepted = cases(pack).stream()
                            .map(OneCase::golden)
                            .filter(golden -> golden.send() == null && golden.account() == null)
                            .filter(golden ->
                                    golden.verdict() != null && golden.verdict().providerMessageId() != null)
                            .findFirst()
                            .orElseThrow();
                    ObjectNode body = accepted.answer().body().deepCopy();
                    body.put("somethingNew", 1).putObject("somethingElse").put("code", "");
                    GivenAnswer answer = new GivenAnswer(200, Map.of("Content-Type", "text/plain"), body);

                    assertThat(verdict(pack, answer))
                            .isEqualTo(accepted.verdict().like(null));
                }));
    }

    private static GivenAnswer answer(int status, Map<String, String> headers, String body) {
        return new GivenAnswer(status, headers, TextNode.valueOf(body));
    }

    /** What a send of the folder's own comes to with an answer. */
    private Verdict verdict(Provider pack, GivenAnswer answer) {
        OneCase plain = cases(pack).stream()
                .filter(one -> one.golden().send() == null && one.golden().account() == null)
                .findFirst()
                .orElseThrow();
        nextAnswers.clear();
        nextAnswers.add(answer);
        return routes.send(send(plain), plain.account(stub), found(plain)).verdict();
    }

    @TestFactory
    Stream<DynamicTest> everyOptionThatAProviderDeclaresIsShown() {
        return packs.stream()
                .map(pack -> dynamicTest(pack.name(), () -> {
                    Set<String> shown = cases(pack).stream()
                            .filter(one -> one.golden().request() != null)
                            .flatMap(one -> send(one).options().keySet().stream())
                            .collect(Collectors.toSet());

                    assertThat(shown).isEqualTo(pack.options());
                }));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'shows': 'a', 'verdicts': {'class': 'sent'}}",
                "{'shows': 'a', 'verdict': {'class': 'throttled', 'wait': 'PT1S'}}",
                "{'shows': 'a', 'shows': 'b'}",
                "{'verdict': {'class': 'sent'}}",
            })
    void misspeltFieldIsNotPassedOver(String written, @TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("case.json"), written.replace('\'', '"'));

        assertThatThrownBy(() -> GoldenCase.read(file, GoldenCase.class)).hasMessageContaining("case.json");
    }

    /** A case, with what it leaves to its folder. */
    private record OneCase(
            Path file, Provider provider, GoldenCase golden, Map<String, String> settings, ObjectNode send) {

        /** Of one name for all sends, which then share a connection; what is looked up is remembered by the name. */
        Account account(ProviderStub stub) {
            String name =
                    provider.name() + '-' + stub.port() + (golden.lookup() == null ? "" : "-" + file.getFileName());
            Map<String, String> complete = new HashMap<>(settings);
            for (Setting setting : provider.settings()) {
                if (setting.otherwise() != null) {
                    complete.putIfAbsent(setting.name(), setting.otherwise());
                }
            }
            return ProviderRoutes.account(
                    name, provider.name(), stub.baseUrl() + BASE_PATH, Duration.ofSeconds(10), complete);
        }
    }

    private static List<OneCase> cases(Provider provider) {
        @SuppressWarnings("unchecked")
        Map<String, String> settings = GoldenCase.read(folder(provider).resolve("_account.json"), Map.class);
        ObjectNode send = GoldenCase.read(folder(provider).resolve("_send.json"), ObjectNode.class);
        try (Stream<Path> files = Files.list(folder(provider))) {
            return files.filter(file -> file.getFileName().toString().matches("[a-z0-9-]+\\.json"))
                    .sorted()
                    .map(file -> {
                        GoldenCase golden = GoldenCase.read(file, GoldenCase.class);
                        return new OneCase(
                                file,
                                provider,
                                golden,
                                golden.account() == null ? settings : golden.account(),
                                golden.send() == null ? send : golden.send());
                    })
                    .toList();
        } catch (IOException unreadable) {
            throw new AssertionError(provider.name() + " has no folder of golden cases", unreadable);
        }
    }

    private static Path folder(Provider provider) {
        return folders().resolve(provider.name());
    }

    private static Path folders() {
        try {
            return Path.of(GoldenCasesTest.class.getResource("/providers").toURI());
        } catch (URISyntaxException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private DynamicTest test(OneCase one) {
        String name = one.provider().name() + "/" + one.file().getFileName() + ": "
                + one.golden().shows();
        return dynamicTest(name, one.file().toUri(), () -> {
            stub.requests();
            nextAnswers.clear();
            Account account = one.account(stub);
            checkAccount(one.provider(), account);
            if (one.golden().refused() != null) {
                checkRefusal(one, account);
            } else if (one.golden().lookup() != null) {
                checkLookup(one, account);
            } else if (one.golden().senders() != null) {
                checkList(one, account);
            } else if (one.golden().checkup() != null) {
                checkCheckup(one, account);
            } else if (one.golden().webhook() != null) {
                checkWebhook(one);
            } else if (one.golden().tracking() != null) {
                checkTracking(one, account);
            } else {
                checkSend(one, account);
            }
        });
    }

    private static void checkAccount(Provider provider, Account account) {
        assertThat(provider.settings())
                .extracting(Setting::name)
                .containsAll(account.settings().keySet());
        assertThat(provider.settings())
                .filteredOn(Setting::required)
                .extracting(Setting::name)
                .allSatisfy(setting -> assertThat(account.settings()).containsKey(setting));
        provider.check(account);
    }

    private void checkRefusal(OneCase one, Account account) {
        GoldenCase golden = one.golden();
        assertThat(golden)
                .as("a refused send goes nowhere")
                .extracting(GoldenCase::request, GoldenCase::answer, GoldenCase::verdict, GoldenCase::lookup)
                .containsOnlyNulls();

        InvalidSendException refused =
                catchThrowableOfType(InvalidSendException.class, () -> providers.check(send(one), account));

        assertThat(refused).isNotNull();
        assertThat(refused.field()).isEqualTo(golden.refused().field());
        assertThat(refused.code()).isEqualTo(golden.refused().code());
        assertThat(refused).message().isNotBlank();
    }

    private void checkSend(OneCase one, Account account) throws JsonProcessingException {
        GoldenCase golden = one.golden();
        assertThat(golden.request() == null && golden.answer() == null).isFalse();
        assertThat(golden.answer() == null).isEqualTo(golden.verdict() == null);
        nextAnswers.add(golden.answer() == null ? ANY_ANSWER : golden.answer());
        Send send = send(one);
        providers.check(send, account);

        Passed passed = golden.bulk() == null
                ? routes.send(send, account, found(one))
                : routes.sendTogether(
                        golden.bulk().stream()
                                .map(written -> send(one, written))
                                .toList(),
                        account,
                        found(one));

        assertThat(passed.failure()).isNull();
        List<ProviderStub.Request> requests = stub.requests();
        assertThat(requests).hasSize(1);
        if (golden.request() != null) {
            checkRequest(requests.get(0), golden.request());
        }
        if (golden.verdict() != null) {
            assertThat(passed.verdict()).isEqualTo(golden.verdict().like(passed.verdict()));
        }
    }

    private static String found(OneCase one) {
        boolean needed = one.provider().lookup().isPresent();
        assertThat(needed || one.golden().found() == null).as("found").isTrue();
        return needed && one.golden().found() == null
                ? ANY_FINDING
                : one.golden().found();
    }

    private void checkLookup(OneCase one, Account account) throws JsonProcessingException {
        assertThat(one.golden())
                .as("a look-up sends nothing")
                .extracting(GoldenCase::request, GoldenCase::answer, GoldenCase::verdict, GoldenCase::found)
                .containsOnlyNulls();
        Asked asked = one.golden().lookup();
        Lookup lookup = one.provider().lookup().orElseThrow();
        Send send = send(one);
        providers.check(send, account);
        List<JsonNode> questions = lookup.questions(send, account).stream()
                .map(question -> JSON.<JsonNode>valueToTree(question))
                .toList();
        assertThat(questions).contains(asked.question());
        int before = questions.indexOf(asked.question());
        for (int question = 0; question < before; question++) {
            nextAnswers.add(findingNothing(one.provider()));
        }
        nextAnswers.add(asked.answer());

        Passed passed = routes.lookUp(send, account);

        assertThat(passed.failure()).isNull();
        Finding finding = lookup.read(passed.answer(), send, account);
        assertThat(finding).isEqualTo(asked.finding().like(finding));
        List<ProviderStub.Request> requests = stub.requests();
        assertThat(requests).hasSize(finding instanceof Finding.NotFound ? questions.size() : before + 1);
        assertThat(passed.verdict()).isEqualTo(ExpectedFinding.verdictOf(finding));
        assertThat(passed.found()).isEqualTo(ExpectedFinding.valueOf(finding));
        if (asked.request() != null) {
            checkRequest(requests.get(before), asked.request());
        }
    }

    private void checkCheckup(OneCase one, Account account) throws JsonProcessingException {
        sendsNothing(one);
        Checked checked = one.golden().checkup();
        Checkup checkup = one.provider().checkup().orElseThrow();
        assertThat(checkup.reads()).contains(checked.read());
        nextAnswers.add(checked.answer());

        Passed passed = routes.check(checked.read(), account);

        assertThat(passed.failure()).isNull();
        Checkup.Standing standing = checkup.read(checked.read(), passed.answer(), account);
        assertThat(standing).isEqualTo(checked.standing().like(standing));
        List<ProviderStub.Request> requests = stub.requests();
        assertThat(requests).hasSize(1);
        if (checked.request() != null) {
            checkRequest(requests.get(0), checked.request());
        }
    }

    private static void checkWebhook(OneCase one) {
        sendsNothing(one);
        Posted posted = one.golden().webhook();
        Webhook webhook = one.provider().webhook().orElseThrow();
        if (posted.malformed()) {
            assertThatThrownBy(() -> webhook.read(posted.body())).isInstanceOf(IllegalArgumentException.class);
            return;
        }
        List<Notice> notices = webhook.read(posted.body());
        assertThat(notices).hasSameSizeAs(posted.notices());
        for (int index = 0; index < notices.size(); index++) {
            posted.notices().get(index).check(notices.get(index));
        }
    }

    private void checkTracking(OneCase one, Account account) throws JsonProcessingException {
        assertThat(one.golden())
                .as("a question sends nothing")
                .extracting(GoldenCase::request, GoldenCase::answer, GoldenCase::verdict)
                .containsOnlyNulls();
        GoldenCase.Tracked golden = one.golden().tracking();
        Tracking tracking = one.provider().tracking().orElseThrow();
        Send send = account.carried(send(one));
        Instant at = Instant.parse(golden.at() == null ? "2026-01-01T10:00:00Z" : golden.at());
        List<Tracking.Tracked> asked = golden.unknown()
                ? List.of(new Tracking.Tracked("S1", null, List.of(), send, at))
                : IntStream.range(0, golden.messageIds().size())
                        .mapToObj(index -> new Tracking.Tracked(
                                "S" + (index + 1), golden.messageIds().get(index), List.of(), send, at))
                        .toList();
        nextAnswers.add(golden.answer());

        Passed passed = routes.track(tracking.question(asked, account), send, account, found(one));

        assertThat(passed.failure()).isNull();
        golden.check(tracking.read(passed.answer(), asked, account));
        List<ProviderStub.Request> requests = stub.requests();
        assertThat(requests).hasSize(1);
        if (golden.request() != null) {
            checkRequest(requests.get(0), golden.request());
        }
    }

    private static void sendsNothing(OneCase one) {
        assertThat(one.golden())
                .as("nothing is sent")
                .extracting(GoldenCase::send, GoldenCase::request, GoldenCase::answer, GoldenCase::verdict)
                .containsOnlyNulls();
    }

    private void checkList(OneCase one, Account account) throws JsonProcessingException {
        assertThat(one.golden())
                .as("a list sends nothing")
                .extracting(GoldenCase::send, GoldenCase::request, GoldenCase::answer, GoldenCase::verdict)
                .containsOnlyNulls();
        AskedList asked = one.golden().senders();
        Directory.Lists lists = (Directory.Lists) one.provider().directory();
        assertThat(lists.names()).contains(asked.list());
        nextAnswers.add(asked.answer());

        Passed passed = routes.list(asked.list(), account);

        assertThat(passed.failure()).isNull();
        Listing listing = lists.read(asked.list(), passed.answer(), account);
        assertThat(listing).isEqualTo(asked.like(listing));
        List<ProviderStub.Request> requests = stub.requests();
        assertThat(requests).hasSize(1);
        if (asked.request() != null) {
            checkRequest(requests.get(0), asked.request());
        }
    }

    /** The answer of a case of the same provider that finds nothing. */
    private static GivenAnswer findingNothing(Provider provider) {
        return cases(provider).stream()
                .map(one -> one.golden().lookup())
                .filter(asked -> asked != null && asked.finding().word().equals("not-found"))
                .map(Asked::answer)
                .findFirst()
                .orElseThrow();
    }

    private static void checkRequest(ProviderStub.Request actual, ExpectedRequest expected)
            throws JsonProcessingException {
        assertThat(actual.method()).isEqualTo(expected.method());
        assertThat(actual.path()).isEqualTo(BASE_PATH + expected.path());
        assertThat(actual.query()).isEqualTo(expected.query());
        assertThat(set(actual.headers())).isEqualTo(anyCase(expected.headers()));
        JsonNode body = actual.body().isEmpty() ? null : JSON.readTree(actual.body());
        assertThat(body).isEqualTo(expected.body());
        assertThat(actual.headers().get("Content-Type")).isEqualTo(body == null ? null : "application/json");
    }

    private static Map<String, String> set(Map<String, String> headers) {
        Map<String, String> set = anyCase(headers);
        TRANSPORT_HEADERS.forEach(set::remove);
        return set;
    }

    private static Map<String, String> anyCase(Map<String, String> headers) {
        Map<String, String> anyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        anyCase.putAll(headers);
        return anyCase;
    }

    private Send send(OneCase one) {
        return send(one, one.send());
    }

    private Send send(OneCase one, ObjectNode written) {
        return sendJson.read(
                written, (to, account) -> one.provider().isOwnId(to) ? new Recipient(to) : phoneNumbers.normalise(to));
    }
}
