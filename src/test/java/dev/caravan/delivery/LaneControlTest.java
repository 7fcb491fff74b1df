package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.account.Accounts;
import dev.caravan.account.Pace;
import dev.caravan.account.QuietTimes;
import dev.caravan.account.Rate;
import dev.caravan.account.RoutingRule;
import dev.caravan.account.RoutingRule.Failover;
import dev.caravan.account.SendingRules;
import dev.caravan.delivery.ProviderStub.Request;
import dev.caravan.ledger.ByHand;
import dev.caravan.ledger.Draft;
import dev.caravan.ledger.LedgerParts;
import dev.caravan.ledger.NewSend;
import dev.caravan.ledger.Reach;
import dev.caravan.ledger.SendFilter;
import dev.caravan.ledger.TemporaryLedger;
import dev.caravan.provider.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.health.Status;

/** What answers of a provider over HTTP do to sends and lanes. */
class LaneControlTest {

    private static final LedgerParts PARTS = LedgerParts.of("here");
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
        List.of(
                        "answers",
                        "refusing",
                        "first",
                        "second",
                        "third",
                        "fourth",
                        "fifth",
                        "sixth",
                        "down",
                        "up",
                        "broken",
                        "whole",
                        "slowed",
                        "dated",
                        "asked",
                        "unasked",
                        "roomy")
                .forEach(name -> accounts.add(account(name)));
        accounts.add(
                AskingGateway.PLAIN.account("crowded", stub.baseUrl() + "/crowded", Pace.of(Rate.parse("60/1m")), 1));
        List.of("silent", "refused")
                .forEach(name -> accounts.add(
                        AskingGateway.WITH_TOKEN.account(name, stub.baseUrl() + "/" + name, Pace.UNLIMITED, 1)));
        accounts.add(AccountDraft.named("ordered")
                .of(AskingGateway.PLAIN.name())
                .at(stub.baseUrl() + "/ordered")
                .concurrency(1)
                .rules(new SendingRules(true, QuietTimes.NONE, null, null, ZoneOffset.UTC))
                .settings(Map.of("key", "secret"))
                .account());
        accounts.add(account("unordered"));
        Map<String, Account> named = accounts.stream().collect(Collectors.toMap(Account::name, Function.identity()));
        return new Accounts(
                accounts,
                List.of(
                        new RoutingRule(
                                "+33",
                                List.of(named.get("first"), named.get("second"), named.get("third")),
                                Failover.DEFINITE_REFUSAL),
                        new RoutingRule(
                                "+34",
                                List.of(named.get("fourth"), named.get("fifth"), named.get("sixth")),
                                Failover.DEFINITE_REFUSAL),
                        new RoutingRule("+43", List.of(named.get("broken"), named.get("whole")), Failover.DOWN),
                        new RoutingRule("+47", List.of(named.get("crowded"), named.get("roomy")), Failover.DOWN),
                        new RoutingRule("+48", List.of(named.get("asked"), named.get("unasked")), Failover.DOWN),
                        new RoutingRule("+45", List.of(named.get("ordered"), named.get("unordered")), Failover.DOWN),
                        new RoutingRule("+49", List.of(named.get("down"), named.get("up")), Failover.DOWN),
                        new RoutingRule("+44", List.of(named.get("first"), named.get("up")), Failover.NEVER)),
                null);
    }

    private static Account account(String name) {
        return AskingGateway.PLAIN.account(
                name, stub.baseUrl() + "/" + name, Pace.UNLIMITED, name.equals("up") ? 8 : 1);
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

    @ParameterizedTest
    @ValueSource(strings = {"slowed", "dated"})
    void anAccountThatIsAskedToWaitDoesSoForAllItsSends(String account) {
        String until = account.equals("slowed")
                ? "3600"
                : DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        ZonedDateTime.now(ZoneOffset.UTC).plusHours(1));
        AtomicInteger calls = new AtomicInteger();
        ANSWERS.put("/" + account + "/send", request -> {
            calls.incrementAndGet();
            return new Answer(429, Map.of("Retry-After", until), "");
        });
        admit(account, "+905301234567");
        admit(account, "+905301234568");

        await().until(() -> ledger.number("SELECT not_before FROM account WHERE name = ?", account)
                > System.currentTimeMillis() + 3_500_000);
        assertThat(calls).hasValue(1);
        assertThat(count(account, "queued")).isEqualTo(2);
        assertThat(gateway.health(account).get("state")).isEqualTo("throttled");
    }

    @Test
    void whatIsRefusedForTheAccountGoesToTheNextOfItsRuleThatWorks() {
        answering("/first/send", 401, "no such key");
        ledger.change("UPDATE account SET paused = 'hand' WHERE name = 'second'");
        String moved = admit("first", "+33612345678");
        await().until(() -> state(moved).equals("sent"));

        assertThat(ledger.text("SELECT account || ' ' || provider || ' ' || attempt FROM send WHERE id = ?", moved))
                .isEqualTo("third pigeon 2");
        assertThat(ledger.texts(
                        "SELECT status || ' ' || coalesce(error_code, '-') || ' ' || coalesce(reason, '-')"
                                + " FROM history WHERE send = ? ORDER BY sequence",
                        moved))
                .containsExactly(
                        "queued http-401 -",
                        "queued - moved from first to third: http-401: HTTP status 401",
                        "sent - -");

        String named = admit(Draft.draft()
                .account("first")
                .to("+33612345678")
                .content("{\"account\":\"first\",\"to\":\"+33612345678\",\"type\":\"text\",\"text\":\"hello\"}"));
        probe("first");
        await().until(() -> history(named).size() == 1);
        String never = admit("first", "+447400123456");
        probe("first");
        await().until(() -> history(named).size() + history(never).size() == 2);
        assertThat(count("first", "queued")).isEqualTo(2);
        assertCounters();
    }

    @Test
    void whoHasBeenTriedEverywhereStaysWhereItIs() {
        for (String account : List.of("fourth", "fifth", "sixth")) {
            answering("/" + account + "/send", 403, "no");
        }
        String id = admit("fourth", "+34612345678");

        await().until(() -> history(id).size() == 5);
        assertThat(ledger.text("SELECT account || ' ' || barred || ' ' || state FROM send WHERE id = ?", id))
                .isEqualTo("sixth fourth fifth queued");
    }

    @Test
    void whatMayHaveBeenSentIsNotMoved() {
        ANSWERS.put("/broken/send", request -> null);
        String id = admit("broken", "+4315112345678");
        await().until(() -> state(id).equals("unknown"));
        ledger.change("UPDATE account SET paused = 'hand' WHERE name = 'broken'");
        String waiting = admit("broken", "+4315112345679");

        await().until(() -> state(waiting).equals("sent"));

        assertThat(ledger.text("SELECT account FROM send WHERE id = ?", waiting))
                .isEqualTo("whole");
        assertThat(ledger.text("SELECT account FROM send WHERE id = ?", id)).isEqualTo("broken");
    }

    @Test
    void aPausedLanesQueueGoesToTheOtherAccountAndOnlyWhatMay() {
        ledger.change("UPDATE account SET paused = 'hand' WHERE name = 'down'");
        List<NewSend> moving = new ArrayList<>();
        for (int number = 100; number < 250; number++) {
            moving.add(draft("down", "+4915112345" + number).send());
        }
        ledger.store().write(transaction -> {
            for (NewSend send : moving) {
                PARTS.acceptance().insert(transaction, send);
            }
            return null;
        });
        String elsewhere = admit("down", "+905301234567");
        String later = admit(Draft.draft().account("down").to("+4915112345678").dueAt(4_000_000_000_000L));

        await().atMost(Duration.ofSeconds(20))
                .until(() -> moving.stream().allMatch(send -> state(send.id()).equals("sent")));

        assertThat(state(elsewhere)).isEqualTo("queued");
        assertThat(state(later)).isEqualTo("queued");
        assertThat(ledger.number(
                        "SELECT count(*) FROM history WHERE reason = 'moved from down to up: its lane is paused'"))
                .isEqualTo(150);
        assertCounters();
    }

    @Test
    void whatWouldExpireWhileItsAccountIsAskedToWaitGoesToTheOther() {
        ANSWERS.put("/asked/send", request -> new Answer(429, Map.of("Retry-After", "21600"), ""));
        long inAnHour = System.currentTimeMillis() + 3_600_000;
        String refused = admit(draft("asked", "+48601234567").expiresAt(inAnHour));
        await().until(() -> state(refused).equals("sent"));

        String patient = admit("asked", "+48601234568");
        String named = admit(draft("asked", "+48601234569")
                .content("{\"account\":\"asked\",\"to\":\"+48601234569\",\"type\":\"text\",\"text\":\"hello\"}")
                .expiresAt(inAnHour));
        String last = admit(draft("asked", "+48601234570").expiresAt(inAnHour));
        await().until(() -> state(last).equals("sent"));

        assertThat(ledger.texts(
                        "SELECT account || ' ' || state || ' ' || attempt FROM send WHERE id IN (?, ?, ?, ?)"
                                + " ORDER BY id",
                        refused,
                        patient,
                        named,
                        last))
                .containsExactly("unasked sent 2", "asked queued 0", "asked queued 0", "unasked sent 1");
        assertThat(ledger.texts("SELECT reason FROM history WHERE send = ? AND reason IS NOT NULL", last))
                .containsExactly("moved from asked to unasked: it would expire before its turn");
        assertCounters();
    }

    @Test
    void whoeverIsBehindAnEarlierSendToTheSameRecipientDoesNotOvertakeItByAnotherAccount() {
        long now = System.currentTimeMillis();
        ledger.change("UPDATE account SET not_before = ? WHERE name = 'ordered'", now + 6 * 3_600_000);
        String patient = admit("ordered", "+4532123456");
        String hurried = admit(draft("ordered", "+4532123456").expiresAt(now + 3_600_000));
        String alone = admit(draft("ordered", "+4532123457").expiresAt(now + 3_600_000));
        await().until(() -> state(alone).equals("sent"));

        assertThat(ledger.texts("SELECT account || ' ' || state FROM send WHERE id IN (?, ?)", patient, hurried))
                .containsExactly("ordered queued", "ordered queued");

        ledger.change("UPDATE account SET paused = 'hand' WHERE name = 'ordered'");
        await().until(() -> state(hurried).equals("sent"));
        assertThat(ledger.texts(
                        "SELECT send FROM history WHERE status = 'sent' AND send IN (?, ?) ORDER BY id",
                        patient,
                        hurried))
                .containsExactly(patient, hurried);
        assertCounters();
    }

    @Test
    void ofALongQueueThatWaitsTheEndGoesToTheOther() {
        long hold = System.currentTimeMillis() + 3_600_000;
        ledger.change("UPDATE account SET not_before = ? WHERE name = 'crowded'", hold);
        List<NewSend> sends = new ArrayList<>();
        for (int number = 100; number < 350; number++) {
            sends.add(draft("crowded", "+4740123" + number)
                    .expiresAt(hold + 219_000)
                    .send());
        }
        ledger.store().write(transaction -> {
            for (NewSend send : sends) {
                PARTS.acceptance().insert(transaction, send);
            }
            return null;
        });

        await().atMost(Duration.ofSeconds(20)).until(() -> count("roomy", "sent") == 30);

        assertThat(sends.subList(0, 220)).allMatch(send -> state(send.id()).equals("queued"));
        assertThat(count("crowded", "queued")).isEqualTo(220);
        assertCounters();
    }

    private static void assertCounters() {
        assertThat(ledger.texts("SELECT name || ' ' || queued FROM account ORDER BY name"))
                .isEqualTo(ledger.texts("SELECT name || ' ' || (SELECT count(*) FROM send"
                        + " WHERE send.account = account.name AND state = 'queued') FROM account ORDER BY name"));
    }

    /** As if the time of its next probe had come. */
    private static void probe(String account) {
        ledger.change("UPDATE account SET probe_at = 1 WHERE name = ?", account);
        gateway.resumed(account);
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
        return admit(draft(account, to));
    }

    private static Draft draft(String account, String to) {
        return Draft.draft()
                .account(account)
                .to(to)
                .content("{\"to\":\"" + to + "\",\"type\":\"text\",\"text\":\"hello\"}")
                .dueAt(1);
    }

    private static String admit(Draft draft) {
        NewSend send = draft.send();
        ledger.store().write(transaction -> PARTS.acceptance().insert(transaction, send));
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
