package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.account.Pace;
import dev.caravan.delivery.ProviderStub.Request;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.ByHand;
import dev.caravan.ledger.Draft;
import dev.caravan.ledger.NewSend;
import dev.caravan.ledger.Reach;
import dev.caravan.ledger.SendFilter;
import dev.caravan.ledger.Sends;
import dev.caravan.ledger.TemporaryLedger;
import dev.caravan.provider.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.Status;

/** What answers of a provider over HTTP do to sends and lanes. */
class LaneControlTest {

    private static final Sends SENDS = new Sends("here", new Blocklist(new byte[32]), 101);
    private static final Map<String, Function<Request, Answer>> ANSWERS = new ConcurrentHashMap<>();
    private static final AtomicInteger TAKEN = new AtomicInteger();

    @TempDir
    private static Path directory;

    private static TemporaryLedger ledger;
    private static ProviderStub stub;
    private static AskingGateway gateway;

    @BeforeAll
    static void open() throws IOException {
        ledger = TemporaryLedger.sqlite(directory);
        stub = new ProviderStub((request, connection) -> {
            Answer answer = ANSWERS.getOrDefault(request.path(), LaneControlTest::usually)
                    .apply(request);
            if (answer == null) {
                connection.close();
            } else {
                connection.getOutputStream().write(ProviderStub.http(answer.status(), answer.headers(), answer.body()));
            }
        });
        start();
    }

    private static void start() {
        gateway = new AskingGateway(directory, ledger, accounts());
    }

    private static Accounts accounts() {
        List<Account> accounts = new ArrayList<>();
        List.of("answers", "refusing").forEach(name -> accounts.add(account(name)));
        List.of("silent", "refused")
                .forEach(name -> accounts.add(
                        AskingGateway.WITH_TOKEN.account(name, stub.baseUrl() + "/" + name, Pace.UNLIMITED, 1)));
        return new Accounts(accounts, List.of(), null);
    }

    private static Account account(String name) {
        return AskingGateway.PLAIN.account(name, stub.baseUrl() + "/" + name, Pace.UNLIMITED, 1);
    }

    @AfterAll
    static void close() throws IOException {
        gateway.close();
        stub.close();
        ledger.close();
    }

    @Test
    void everyAttemptIsInTheHistoryWithItsAnswer() {
        answering("/answers/send", 503, "{\"error\":\"hello is too much for +90 530 123 45 67\"}");
        String id = admit("answers", "+905301234567");
        await().until(() -> history(id).size() == 1);
        answering("/answers/send", 200, "{\"id\": \"m7\"}");
        ledger.change("UPDATE send SET due_at = 1 WHERE id = ?", id);
        await().until(() -> state(id).equals("sent"));

        assertThat(history(id))
                .containsExactly(
                        "queued 1 503 transient http-503 {\"error\":\"*** is too much for ***\"}",
                        "sent 2 200 - - {\"id\": \"m7\"}");
        assertThat(ledger.number(
                        "SELECT count(*) FROM history WHERE send = ? AND took BETWEEN 0 AND 5000 AND started_at <= at",
                        id))
                .isEqualTo(2);
    }

    @Test
    void whatALookUpFoundIsNotTheAnswerToTheSend() {
        ANSWERS.put("/silent/send", request -> null);
        String id = admit("silent", "+905301234567");

        await().until(() -> state(id).equals("unknown"));
        assertThat(history(id)).containsExactly("unknown 1 - unknown no-answer -");
    }

    @Test
    void whyALookUpWasRefusedIsInTheHistory() {
        answering("/refused/token", 403, "the token of hello is over");
        String id = admit("refused", "+905301234567");

        await().until(() -> history(id).size() == 1);
        assertThat(history(id)).containsExactly("queued 0 403 account http-403 the token of *** is over");
    }

    @Test
    void twentyRefusalsThatNobodyKnowsPauseTheLaneAndTheOthersAreSentAgainByOneCall() {
        answering("/refusing/send", 400, "no");
        for (int number = 10; number < 40; number++) {
            admit("refusing", "+9053012345" + number);
        }
        await().until(() -> "account".equals(paused("refusing")));

        assertThat(count("refusing", "failed")).isEqualTo(19);
        assertThat(count("refusing", "queued")).isEqualTo(11);
        String run = ledger.text("SELECT run FROM account WHERE name = 'refusing'");
        assertThat(ledger.number("SELECT count(*) FROM send WHERE state = 'failed' AND run = ?", run))
                .isEqualTo(19);
        assertThat(ledger.text("SELECT detail FROM event WHERE type = 'lane-paused' AND account = 'refusing'"))
                .isEqualTo("{\"cause\":\"refusals\",\"reason\":\"20 refusals in a row that are not recognised, the last"
                        + " with http-400: HTTP status 400\",\"run\":\"" + run + "\"}");
        assertThat(gateway.health("refusing").get("state")).isEqualTo("paused by account");
        assertThat(gateway.status()).isEqualTo(Status.UP);
        assertThat(gateway.gauged("caravan.lane.paused", "refusing")).isEqualTo(1);

        probe("refusing");
        await().until(() -> ledger.number("SELECT probes FROM account WHERE name = 'refusing'") == 1
                && count("refusing", "sending") == 0);
        assertThat(count("refusing", "queued")).as("the probe is kept too").isEqualTo(11);

        answering("/refusing/send", 200, "{\"id\": \"m8\"}");
        probe("refusing");
        ledger.change("UPDATE send SET due_at = 1 WHERE account = 'refusing' AND state = 'queued'");
        await().until(() -> count("refusing", "sent") == 11);
        assertThat(paused("refusing")).isNull();
        assertThat(ledger.number("SELECT refusals FROM account WHERE name = 'refusing'"))
                .isZero();
        assertThat(retried(run)).isEqualTo(19);
        await().until(() -> count("refusing", "sent") == 30);
        assertThat(retried(run)).isZero();
    }

    /** As if the time of its next probe had come. */
    private static void probe(String account) {
        ledger.change("UPDATE account SET probe_at = 1 WHERE name = ?", account);
    }

    private static long retried(String run) {
        return gateway.control()
                .retryAll(
                        new SendFilter(null, null, Set.of(), null, null, null, null, run),
                        Reach.ALL,
                        false,
                        new ByHand("anne", "their bug"),
                        System.currentTimeMillis());
    }

    private static String paused(String account) {
        return ledger.text("SELECT paused FROM account WHERE name = ?", account);
    }

    private static long count(String account, String state) {
        return ledger.number("SELECT count(*) FROM send WHERE account = ? AND state = ?", account, state);
    }

    private static List<String> history(String send) {
        return ledger.texts(
                "SELECT status || ' ' || attempt || ' ' || coalesce('' || http_status, '-') || ' '"
                        + " || coalesce(error_class, '-') || ' ' || coalesce(error_code, '-') || ' '"
                        + " || coalesce(answer, '-') FROM history WHERE send = ? ORDER BY sequence",
                send);
    }

    private static String admit(String account, String to) {
        NewSend send = Draft.draft().account(account).to(to).dueAt(1).send();
        ledger.store().write(transaction -> SENDS.insert(transaction, send));
        return send.id();
    }

    private static String state(String send) {
        return ledger.text("SELECT state FROM send WHERE id = ?", send);
    }

    private static void answering(String path, int status, String body) {
        ANSWERS.put(path, request -> new Answer(status, Map.of(), body));
    }

    private static Answer usually(Request request) {
        return new Answer(
                200,
                Map.of(),
                request.path().endsWith("/send") ? "{\"id\": \"m" + TAKEN.incrementAndGet() + "\"}" : "{}");
    }
}
