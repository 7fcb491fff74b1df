package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.account.Account;
import dev.caravan.account.Pace;
import dev.caravan.account.Rate;
import dev.caravan.delivery.ProviderStub.Request;
import dev.caravan.ledger.Draft;
import dev.caravan.ledger.LedgerParts;
import dev.caravan.ledger.NewSend;
import dev.caravan.ledger.TemporaryLedger;
import dev.caravan.provider.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an idle lane asks its provider, over HTTP, and what comes of the answers. Each test has an account of its own. */
@Timeout(60)
class AskingIT {

    /** Closes the connection. */
    private static final Set<String> WITH_TOKEN = Set.of("token", "stale");

    private static final Answer NONE = null;

    /** A time that is not due in this century. */
    private static final long FAR = 4_102_444_800_000L;

    private static final Pace FAST = Pace.of(new Rate(50, Duration.ofSeconds(1)));
    private static final LedgerParts PARTS = LedgerParts.of("here");

    @TempDir
    private static Path directory;

    private static final Queue<Request> CALLS = new ConcurrentLinkedQueue<>();

    /** What is answered to a call, by its path. */
    private static final Map<String, Function<Request, Answer>> ANSWERS = new ConcurrentHashMap<>();

    private static final AtomicInteger TAKEN = new AtomicInteger();
    private static TemporaryLedger ledger;
    private static ProviderStub stub;
    private static AskingGateway gateway;
    private static String crashed;

    @BeforeAll
    static void start() throws IOException {
        ledger = TemporaryLedger.sqlite(directory);
        stub = new ProviderStub((request, connection) -> {
            Answer answer =
                    ANSWERS.getOrDefault(request.path(), AskingIT::usually).apply(request);
            if (answer == NONE) {
                connection.close();
            } else {
                connection.getOutputStream().write(ProviderStub.http(answer.status(), answer.headers(), answer.body()));
            }
        });
        crashed = admit("crashed", 1).get(0);
        ledger.change("UPDATE send SET state = 'sending', attempt = 1, gateway = 'here', changed_at = ?", now());
        List<Account> accounts = new ArrayList<>();
        Stream.of("taken", "together", "unknown", "crashed", "hanging", "throttled", "refused-401", "refused-500")
                .forEach(name -> accounts.add(plain(name, Pace.UNLIMITED, 2)));
        accounts.add(plain("silent", Pace.UNLIMITED, 2));
        accounts.add(plain("paused", Pace.UNLIMITED, 2));
        accounts.add(plain("busy", Pace.UNLIMITED, 1));
        accounts.add(plain("busy-and-paced", FAST, 1));
        accounts.add(AskingGateway.WITH_TOKEN.account("token", stub.baseUrl() + "/token", FAST, 2));
        accounts.add(AskingGateway.WITH_TOKEN.account("stale", stub.baseUrl() + "/stale", Pace.UNLIMITED, 2));
        gateway = new AskingGateway(directory, ledger, accounts);
    }

    private static Account plain(String name, Pace pace, int concurrency) {
        return AskingGateway.PLAIN.account(name, stub.baseUrl() + "/" + name, pace, concurrency);
    }

    private static Answer usually(Request request) {
        CALLS.add(request);
        return answer(200, request.path().endsWith("/send") ? "{\"id\": \"m" + TAKEN.incrementAndGet() + "\"}" : "{}");
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        stub.close();
        ledger.close();
    }

    @Test
    void aSendThatWasTakenIsAskedAboutByItsId() {
        admit("taken", 1);
        awaitState("taken", "sent", 1);
        String id = ledger.text("SELECT provider_message_id FROM send WHERE account = 'taken'");
        answering("/taken/status", answer(200, "{\"reports\": [[\"" + id + "\", \"read\"]]}"));
        assertThat(questions("taken")).isEmpty();

        itIsTime("taken");

        awaitState("taken", "read", 1);
        assertThat(questions("taken")).containsExactly("{\"ids\":[\"" + id + "\"]}");
        await().until(() -> gateway.counted("caravan.tracking.answered", "taken") == 1);
        assertThat(gateway.counted("caravan.tracking.asked", "taken")).isEqualTo(1);
        itIsTime("taken");
        await().during(Duration.ofMillis(1_200))
                .atMost(Duration.ofSeconds(5))
                .until(() -> questions("taken").size() == 1);
    }

    @Test
    void sendsAreAskedAboutTogetherUntilNoneIsLeft() {
        admit("together", 5);
        awaitState("together", "sent", 5);

        itIsTime("together");

        await().until(() -> gateway.counted("caravan.tracking.answered", "together") == 2);
        List<String> ids = ledger.texts("SELECT provider_message_id FROM send WHERE account = 'together'");
        assertThat(questions("together")).hasSize(2);
        assertThat(String.join("", questions("together"))).contains(ids);
    }

    @Test
    void aSendOfUnknownFateIsLookedForByOurId() {
        answering("/unknown/send", answer(500, ""));
        answering("/unknown/status", answer(200, "{\"is\": \"m-9\"}"));
        String id = admit("unknown", 1).get(0);
        awaitState("unknown", "unknown", 1);

        itIsTime("unknown");

        awaitState("unknown", "sent", 1);
        assertThat(ledger.text("SELECT provider_message_id FROM send WHERE id = ?", id))
                .isEqualTo("m-9");
        assertThat(questions("unknown")).containsExactly("{\"about\":\"" + id + "\"}");
    }

    @Test
    void aSendThatACrashLeftIsLookedForToo() {
        answering("/crashed/status", answer(200, "{\"maybe\": \"m-9\"}"));
        awaitState("crashed", "unknown", 1);

        itIsTime("crashed");

        await().until(() -> hints(crashed).equals(List.of("m-9")));
        awaitState("crashed", "unknown", 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"busy", "busy-and-paced"})
    void aBusyLaneAsksNothing(String account) {
        String earlier = admit(account, 21, FAR).get(0);
        ledger.change("UPDATE send SET state = 'sent', provider_message_id = 'm-0' WHERE id = ?", earlier);
        ledger.change(
                "UPDATE send SET ready = CASE WHEN state = 'queued' THEN 1 ELSE 0 END,"
                        + " check_at = CASE WHEN state = 'sent' THEN 1 END WHERE account = ?",
                account);

        await().until(() -> !questions(account).isEmpty());

        assertThat(paths(account)).hasSize(21).endsWith("status").startsWith("send");
        assertThat(paths(account).subList(0, 20)).containsOnly("send");
    }

    @Test
    void aQuestionThatHangsHoldsUpNoSendAndIsTheOnlyOne() {
        CountDownLatch released = new CountDownLatch(1);
        ANSWERS.put("/hanging/status", request -> {
            CALLS.add(request);
            awaitQuietly(released);
            return answer(200, "{}");
        });
        admit("hanging", 4);
        awaitState("hanging", "sent", 4);
        itIsTime("hanging");
        await().until(() -> questions("hanging").size() == 1);

        admit("hanging", 3);

        awaitState("hanging", "sent", 7);
        assertThat(questions("hanging")).hasSize(1);
        released.countDown();
        await().until(() -> questions("hanging").size() == 2);
    }

    @Test
    void whoeverIsAskedTooOftenIsLeftAlone() {
        answering("/throttled/status", new Answer(429, Map.of("Retry-After", "60"), ""));
        admit("throttled", 1);
        awaitState("throttled", "sent", 1);

        itIsTime("throttled");

        await().until(() -> ledger.number("SELECT not_before FROM account WHERE name = 'throttled'") > now() + 40_000);
        assertThat(paused("throttled")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"refused-401", "refused-500", "silent"})
    void aQuestionWithoutAnAnswerPausesNobodyAndIsAskedAgain(String account) {
        answering(
                "/" + account + "/status",
                switch (account) {
                    case "refused-401" -> answer(401, "");
                    case "refused-500" -> answer(500, "");
                    default -> NONE;
                });
        String id = admit(account, 1).get(0);
        awaitState(account, "sent", 1);
        String message = ledger.text("SELECT provider_message_id FROM send WHERE id = ?", id);

        itIsTime(account);

        await().until(() -> questions(account).size() == 1);
        answering("/" + account + "/status", answer(200, "{\"reports\": [[\"" + message + "\", \"delivered\"]]}"));
        await().until(() -> ledger.number("SELECT check_at FROM send WHERE id = ?", id) > now());
        itIsTime(account);
        awaitState(account, "delivered", 1);
        assertThat(paused(account)).isNull();
        await().until(() -> gateway.counted("caravan.tracking.answered", account) == 1);
        assertThat(gateway.counted("caravan.tracking.asked", account)).isEqualTo(2);
    }

    @Test
    void whatWasLookedUpForSendsServesQuestionsToo() {
        admit("token", 1);
        awaitState("token", "sent", 1);

        itIsTime("token");

        await().until(() -> questions("token").size() == 1);
        assertThat(paths("token")).containsExactly("token", "send", "status");
    }

    @Test
    void whatIsNoLongerGoodIsLookedUpAfreshOnce() {
        answering("/stale/status", answer(401, ""));
        admit("stale", 1);
        awaitState("stale", "sent", 1);

        itIsTime("stale");

        await().until(() -> questions("stale").size() == 2);
        assertThat(paths("stale")).containsExactly("token", "send", "status", "token", "status");
        assertThat(paused("stale")).isNull();
    }

    @Test
    void anAccountThatIsPausedByHandAsksNothing() {
        admit("paused", 1);
        awaitState("paused", "sent", 1);
        ledger.change("UPDATE account SET paused = 'hand' WHERE name = 'paused'");
        itIsTime("paused");

        await().during(Duration.ofMillis(1_200)).atMost(Duration.ofSeconds(5)).until(() -> questions("paused")
                .isEmpty());
        ledger.change("UPDATE account SET paused = NULL WHERE name = 'paused'");
        await().until(() -> questions("paused").size() == 1);
    }

    private static List<String> admit(String account, int count) {
        return admit(account, count, 0);
    }

    private static List<String> admit(String account, int count, long dueAt) {
        List<String> ids = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            NewSend send = Draft.draft()
                    .account(account)
                    .provider(WITH_TOKEN.contains(account) ? "carrier" : "pigeon")
                    .dueAt(dueAt)
                    .send();
            ledger.store().write(transaction -> PARTS.acceptance().insert(transaction, send));
            ids.add(send.id());
        }
        return ids;
    }

    private static void awaitState(String account, String state, int count) {
        await().until(() ->
                ledger.number("SELECT count(*) FROM send WHERE account = ? AND state = ?", account, state) == count);
    }

    /** As if the wait before the next question were over. */
    private static void itIsTime(String account) {
        ledger.change("UPDATE send SET check_at = 1 WHERE account = ? AND check_at IS NOT NULL", account);
    }

    private static List<String> hints(String send) {
        return ledger.texts("SELECT provider_message_id FROM history WHERE send = ? AND status = 'hint'", send);
    }

    private static String paused(String account) {
        return ledger.text("SELECT paused FROM account WHERE name = ?", account);
    }

    private static List<String> questions(String account) {
        return CALLS.stream()
                .filter(request -> request.path().equals("/" + account + "/status"))
                .map(Request::body)
                .toList();
    }

    /** What was called of the account's provider, in this order; without the check-up. */
    private static List<String> paths(String account) {
        String root = "/" + account + "/";
        return CALLS.stream()
                .map(Request::path)
                .filter(path -> path.startsWith(root) && !path.startsWith(root + "checkup"))
                .map(path -> path.substring(root.length()))
                .toList();
    }

    private static void answering(String path, Answer answer) {
        ANSWERS.put(path, request -> {
            CALLS.add(request);
            return answer;
        });
    }

    private static Answer answer(int status, String body) {
        return new Answer(status, Map.of(), body);
    }

    private static long now() {
        return System.currentTimeMillis();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
