package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.account.AccountDraft;
import dev.caravan.account.Accounts;
import dev.caravan.ledger.Attempt;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.Checks;
import dev.caravan.ledger.Claim;
import dev.caravan.ledger.Draft;
import dev.caravan.ledger.LedgerParts;
import dev.caravan.ledger.Scope;
import dev.caravan.ledger.TemporaryLedger;
import dev.caravan.message.SendJson;
import dev.caravan.provider.Providers;
import dev.caravan.provider.Verdict;
import dev.caravan.provider.Verdict.OptedOut;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a turn's result changes beyond its send. */
class SettlingTest {

    private static final String ALI = "+905301234567";

    private final Blocklist blocklist = new Blocklist(new byte[32]);
    private final LedgerParts parts = LedgerParts.of("here", blocklist, 101);

    @TempDir
    private Path directory;

    private TemporaryLedger ledger;
    private Settling settling;
    private int recipients;

    @BeforeEach
    void open() {
        ledger = TemporaryLedger.sqlite(directory);
        ledger.store().write(transaction -> {
            parts.lanes().register(transaction, List.of("main"));
            return null;
        });
        settling = settling(new AskablePigeon());
    }

    private Settling settling(AskablePigeon pigeon) {
        Providers providers = new Providers(List.of(pigeon));
        return new Settling(
                ledger.store(),
                parts.settlements(),
                parts.laneControl(),
                blocklist,
                new RetrySchedule(ZoneOffset.UTC, new Random(1)),
                providers,
                new Lookups(providers),
                new TrackedSends(providers, new Checks()),
                new Failover(
                        new Accounts(List.of(), List.of(), null),
                        providers,
                        new StoredSends(new SendJson(ZoneOffset.UTC)),
                        parts.standIns()),
                new LaneMetrics(new SimpleMeterRegistry()),
                new UnderWay());
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    @Test
    void whoHasOptedOutAtAProviderIsBlockedForMarketing() {
        settle(claim(), new OptedOut("906", "closed for marketing"));

        assertThat(ledger.text("SELECT state || ' ' || error_class || ' ' || error_code FROM send"))
                .isEqualTo("failed permanent 906");
        List<Blocklist.Entry> entries = ledger.store().read(transaction -> blocklist.of(transaction, ALI));
        assertThat(entries).hasSize(1);
        assertThat(entries.get(0).scope()).isEqualTo(Scope.MARKETING);
        assertThat(entries.get(0).source()).isEqualTo("provider main");
    }

    @Test
    void aResultThatCameTooLateBlocksNobody() {
        Attempt given = claim();
        interrupt(given);
        ledger.change("UPDATE send SET state = 'sent', error_class = NULL, error_code = NULL");

        settle(given, new OptedOut("906", "closed for marketing"));

        assertThat(ledger.number("SELECT count(*) FROM block")).isZero();
    }

    @Test
    void theResultOfACallWhoseSendOthersHaveCalledUnknownIsApplied() {
        Attempt sent = claim();
        Attempt refused = claim("+905301234568");
        interrupt(sent, refused);

        settle(sent, new Verdict.Sent("m1"));
        settle(refused, new OptedOut("906", "closed for marketing"));

        assertThat(ledger.texts(
                        "SELECT state || ' ' || coalesce(provider_message_id, error_code) FROM send ORDER BY id"))
                .containsExactly("sent m1", "failed 906");
        assertThat(ledger.texts(
                        "SELECT status || ' ' || attempt || ' ' || (started_at = " + sent.startedAt()
                                + ") FROM history WHERE send = ? ORDER BY id",
                        sent.id()))
                .containsExactly("unknown 1 1", "sent 1 1");
        assertThat(ledger.number("SELECT count(*) FROM send WHERE check_at > changed_at"))
                .as("asked about like any other")
                .isEqualTo(1);
        assertThat(ledger.number("SELECT count(*) FROM block")).isEqualTo(1);
    }

    @Test
    void whatWouldBeSentAgainStaysUnknownAndItsAccountWaitsAllTheSame() {
        Attempt given = claim();
        interrupt(given);

        settle(given, new Verdict.Throttled("429", "slowly", new Verdict.Wait.For(Duration.ofHours(1))));

        assertThat(ledger.text("SELECT state || ' ' || error_code FROM send")).isEqualTo("unknown interrupted");
        assertThat(ledger.number("SELECT not_before FROM account WHERE name = 'main'"))
                .isGreaterThan(System.currentTimeMillis());
    }

    @Test
    @Timeout(30)
    void aTurnWhoseLaneWaitsForItsResultLaterIsNotOverBeforeItIsOnDisk() throws InterruptedException {
        CompletableFuture<Void> free = new CompletableFuture<>();
        Attempt attempt = claim();
        Turn turn = turn(new Turn.ClaimListener() {
            @Override
            public void claimed(boolean found) {
                assertThat(found).isTrue();
            }

            @Override
            public boolean mayBeAwaitedLater() {
                return true;
            }
        });
        turn.claimed(attempt);
        turn.verdict(new Verdict.Sent("m1"));
        ledger.store().submit(transaction -> free.join());

        settle(turn);
        Thread ending = new Thread(turn::over);
        ending.start();
        await().until(() -> ending.getState() == Thread.State.TIMED_WAITING);

        assertThat(turn.isOver()).isFalse();
        assertThat(state()).isEqualTo("sending");
        free.complete(null);
        ending.join();
        assertThat(turn.isOver()).isTrue();
        assertThat(state()).isEqualTo("sent");
    }

    /** Its lane's next turn asks first, for as long as an answer takes, and so would the result wait for a second try. */
    @Test
    void theResultOfALaneThatLooksUpIsAwaitedAtOnce() {
        settling = settling(new AskablePigeon("pigeon", true));
        Turn turn = turn(new Turn.ClaimListener() {
            @Override
            public void claimed(boolean found) {
                assertThat(found).isTrue();
            }

            @Override
            public boolean mayBeAwaitedLater() {
                throw new AssertionError("it must not be");
            }
        });
        turn.claimed(claim());
        turn.verdict(new Verdict.Sent("m1"));

        settle(turn);

        assertThat(state()).isEqualTo("sent");
    }

    @Test
    void noOtherRefusalBlocksAnybody() {
        settle(claim(), new Verdict.Permanent("512", "no such number"));

        assertThat(ledger.number("SELECT count(*) FROM block")).isZero();
    }

    @Test
    void whatItsProviderCanKnowIsAskedAbout() {
        settle(claim(), new Verdict.Sent("m1"));
        settle(claim(), new Verdict.Unknown("no-answer", "no answer came"));

        assertThat(ledger.number("SELECT count(*) FROM send WHERE check_at > changed_at"))
                .isEqualTo(2);
    }

    @Test
    void nobodyIsAskedAboutWhatHasNoIdOrWasRefused() {
        settle(claim(), new Verdict.Sent(null));
        settle(claim(), new Verdict.Permanent("512", "no such number"));
        settle(claim(), new Verdict.Transient("http-503", "busy"));

        assertThat(ledger.number("SELECT count(*) FROM send WHERE check_at IS NOT NULL"))
                .isZero();
    }

    @Test
    void aLookUpThatFailsUsesUpAProbe() {
        ledger.store().write(transaction -> {
            parts.acceptance().insert(transaction, Draft.draft().to(ALI).send());
            return parts.laneControl().pause(transaction, "main", "refused", 1);
        });
        Attempt candidate = ledger.store()
                .read(transaction -> parts.queue().candidate(transaction, "main", Set.of()))
                .orElseThrow()
                .attempt();
        long before = System.currentTimeMillis();

        settle(turn -> turn.consider(candidate), new Verdict.Transient("not-connected", "no connection"));

        assertThat(ledger.number("SELECT probe_at FROM account WHERE name = 'main'"))
                .isGreaterThanOrEqualTo(before + Duration.ofMinutes(2).toMillis());
        assertThat(ledger.text("SELECT paused || ' ' || probes FROM account WHERE name = 'main'"))
                .isEqualTo("account 1");
    }

    @Test
    void aLateSuccessOfACallThatBeganBeforeThePauseResumesNothing() {
        hold();
        Attempt slow = claim();
        settle(claim(), new Verdict.AccountFault("http-401", "no such key"));

        settle(slow, new Verdict.Sent("m1"));

        assertThat(ledger.text("SELECT state FROM send WHERE id = ?", slow.id()))
                .isEqualTo("sent");
        assertThat(ledger.text("SELECT paused FROM account WHERE name = 'main'"))
                .isEqualTo("account");
    }

    @Test
    void aSuccessLiftsNoPauseByHand() {
        hold();
        Attempt slow = claim();
        ledger.store().write(transaction -> {
            parts.laneControl().pauseByHand(transaction, "main", null, "anne", 1);
            return null;
        });

        settle(slow, new Verdict.Sent("m1"));

        assertThat(ledger.text("SELECT paused FROM account WHERE name = 'main'"))
                .isEqualTo("hand");
    }

    @Test
    void oneAnswerToSeveralSendsIsOneRefusal() {
        List<Attempt> together = claim(5);

        refuse(together);

        assertThat(ledger.text("SELECT refusals || coalesce(paused, ' runs') FROM account WHERE name = 'main'"))
                .isEqualTo("1 runs");
        assertThat(ledger.number("SELECT count(*) FROM send WHERE state = 'failed'"))
                .isEqualTo(5);
        assertThat(ledger.texts("SELECT DISTINCT coalesce(run, 'none') FROM send"))
                .as("all of them are sent again with the run")
                .containsExactly(ledger.text("SELECT run FROM account WHERE name = 'main'"));
    }

    @Test
    void theAnswerThatPausesTheAccountKeepsAllItsSends() {
        List<List<Attempt>> calls = Stream.generate(() -> claim(3)).limit(20).toList();

        calls.subList(0, 19).forEach(this::refuse);
        assertThat(ledger.number("SELECT refusals FROM account WHERE name = 'main'"))
                .isEqualTo(19);
        refuse(calls.get(19));

        assertThat(ledger.text("SELECT paused FROM account WHERE name = 'main'"))
                .isEqualTo("account");
        assertThat(ledger.number("SELECT count(*) FROM send WHERE state = 'failed'"))
                .isEqualTo(57);
        assertThat(ledger.texts("SELECT id FROM send WHERE state = 'queued' ORDER BY id"))
                .containsExactlyElementsOf(
                        calls.get(19).stream().map(Attempt::id).toList());
    }

    /** Others have settled them, as of a gateway that is gone. */
    private void interrupt(Attempt... attempts) {
        assertThat(ledger.store().<Integer>write(transaction -> parts.recover(transaction, System.currentTimeMillis())))
                .isEqualTo(attempts.length);
    }

    private List<Attempt> claim(int sends) {
        return IntStream.range(0, sends)
                .mapToObj(send -> claim("+90530%07d".formatted(recipients++)))
                .toList();
    }

    private void refuse(List<Attempt> together) {
        settle(
                turn -> {
                    turn.claimed(together.get(0));
                    turn.accompanied(together.subList(1, together.size()), List.of());
                },
                turn -> turn.verdict(new Verdict.Permanent("x", "no"), false));
    }

    /** The account was throttled, so that every success of it counts. */
    private void hold() {
        ledger.store().write(transaction -> {
            parts.laneControl().hold(transaction, "main", 1);
            return null;
        });
    }

    private Attempt claim() {
        return claim(ALI);
    }

    private Attempt claim(String to) {
        return ledger.store().write(transaction -> {
            parts.acceptance().insert(transaction, Draft.draft().to(to).send());
            return ((Claim.Claimed) parts.slots().claim(transaction, "main", null, System.currentTimeMillis()))
                    .attempt();
        });
    }

    private void settle(Attempt attempt, Verdict verdict) {
        settle(turn -> turn.claimed(attempt), verdict);
    }

    private void settle(Consumer<Turn> begin, Verdict verdict) {
        settle(begin, turn -> turn.verdict(verdict));
    }

    private void settle(Consumer<Turn> begin, Consumer<Turn> judge) {
        Turn turn = turn(found -> {});
        begin.accept(turn);
        judge.accept(turn);
        settle(turn);
    }

    private static Turn turn(Turn.ClaimListener listener) {
        return new Turn(AccountDraft.named("main").account(), 0, listener);
    }

    private void settle(Turn turn) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setVariable(Turn.VARIABLE, turn);
        settling.settle(exchange);
    }

    private String state() {
        return ledger.text("SELECT state FROM send");
    }
}
