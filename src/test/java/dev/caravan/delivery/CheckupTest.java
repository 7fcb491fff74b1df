package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.account.Account;
import dev.caravan.account.Pace;
import dev.caravan.delivery.ProviderStub.Request;
import dev.caravan.ledger.TemporaryLedger;
import dev.caravan.provider.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How accounts are checked when a gateway starts; one that hangs hangs until the last test is over. */
@Timeout(60)
class CheckupTest {

    @TempDir
    private static Path directory;

    private static final Queue<String> CALLS = new ConcurrentLinkedQueue<>();
    private static final CountDownLatch OVER = new CountDownLatch(1);
    private static TemporaryLedger ledger;
    private static ProviderStub stub;
    private static AskingGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        ledger = TemporaryLedger.sqlite(directory);
        stub = new ProviderStub((request, connection) -> {
            CALLS.add(request.method() + ' ' + request.path());
            Answer answer = answer(request);
            connection.getOutputStream().write(ProviderStub.http(answer.status(), answer.headers(), answer.body()));
        });
        List<Account> accounts = new ArrayList<>();
        Stream.of("good", "refused", "half", "hanging").forEach(name -> accounts.add(account(name)));
        // No process listens at this port, which needs rights that none here has use for.
        accounts.add(AskingGateway.PLAIN.account("unreachable", "http://127.0.0.1:1", Pace.UNLIMITED, 1));
        gateway = new AskingGateway(directory, ledger, accounts);
    }

    private static Account account(String name) {
        return AskingGateway.PLAIN.account(name, stub.baseUrl() + "/" + name, Pace.UNLIMITED, 1);
    }

    private static Answer answer(Request request) {
        if (request.path().startsWith("/hanging")) {
            awaitQuietly(OVER);
        }
        boolean refused =
                request.path().startsWith("/refused") || request.path().equals("/half/checkup/flock");
        return new Answer(refused ? 401 : 200, Map.of(), "");
    }

    @AfterAll
    static void stop() throws IOException {
        OVER.countDown();
        gateway.close();
        stub.close();
        ledger.close();
    }

    @Test
    void anAccountOfWhichEveryReadIsGoodIsGood() {
        await().until(() -> check("good").startsWith("good"));

        assertThat(check("good")).isEqualTo("good: the flock is there");
        assertThat((Instant) gateway.health("good").get("checked-at")).isBeforeOrEqualTo(Instant.now());
        assertThat(CALLS).containsSubsequence("GET /good/checkup/loft", "GET /good/checkup/flock");
    }

    @Test
    void theFirstReadThatIsBadIsTheLast() {
        await().until(() ->
                !check("refused").equals("not yet") && !check("half").equals("not yet"));

        assertThat(check("refused")).isEqualTo("bad: http-401: HTTP status 401");
        assertThat(check("half")).isEqualTo("bad: http-401: HTTP status 401");
        assertThat(CALLS)
                .contains("GET /refused/checkup/loft", "GET /half/checkup/loft", "GET /half/checkup/flock")
                .doesNotContain("GET /refused/checkup/flock");
    }

    @Test
    void whatIsBadPausesNobody() {
        await().until(() -> check("refused").startsWith("bad"));

        assertThat(ledger.texts("SELECT name FROM account WHERE paused IS NOT NULL"))
                .isEmpty();
    }

    @Test
    void anAccountWhoseProviderCannotBeReachedIsBad() {
        await().until(() -> check("unreachable").startsWith("bad: not-connected: "));
    }

    @Test
    void aProviderThatHangsDelaysNoStartAndNoOtherAccount() {
        await().until(() -> CALLS.contains("GET /hanging/checkup/loft"));
        await().until(() -> check("good").startsWith("good"));

        assertThat(check("hanging")).isEqualTo("not yet");
        assertThat(gateway.health("hanging")).doesNotContainKey("checked-at");
    }

    @Test
    void nothingIsSent() {
        await().until(() -> check("good").startsWith("good"));

        assertThat(CALLS).allMatch(call -> call.startsWith("GET "));
    }

    private static String check(String account) {
        return (String) gateway.health(account).get("check");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
