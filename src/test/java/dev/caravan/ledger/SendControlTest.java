package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.caravan.account.Accounts;
import dev.caravan.message.Category;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SendControlTest extends OnLedger {

    private static final ByHand ANNE = new ByHand("anne", "the phone was off");
    private static final long LATER = NOW + Duration.ofDays(30).toMillis();

    private final List<Set<String>> woken = new ArrayList<>();
    private SendControl control;

    @BeforeEach
    void makeControl() {
        control = new SendControl(
                ledger.store(),
                parts.settlements(),
                parts.transitions(),
                new Accounts(List.of(account("main"), account("other")), List.of(), null),
                Map.of(Category.OTP, Duration.ofMinutes(5)));
        ledger.store().listen(woken::add);
    }

    @Test
    void cancelsAQueuedSendWhetherItIsDueOrNot() {
        openBatch("b");
        List<String> ids = admit(draft().of("b", 1), draft().of("b", 2).dueAt(NOW + 1));
        countAccepted("b", 2);

        assertThat(control.cancel(ids.get(0), ANNE, LATER)).isEmpty();
        assertCounters();
        assertThat(control.cancel(ids.get(1), new ByHand("anne", null), LATER)).isEmpty();
        assertCounters();

        assertThat(ledger.texts("SELECT state || ' ' || error_message FROM send ORDER BY id"))
                .containsExactly("cancelled the phone was off", "cancelled it was cancelled by hand");
        assertThat(ledger.texts(
                        "SELECT status || ' ' || actor || ' ' || coalesce(reason, '-') FROM history ORDER BY id"))
                .containsExactly("cancelled anne the phone was off", "cancelled anne -");
        assertThat(claim()).isNull();
    }

    @Test
    void queuesOneRowOfRefusalsAgainAndMarksItNoLonger() {
        List<String> ids = admit(draft(), draft(), draft());
        for (String run : List.of("one", "one", "two")) {
            Attempt attempt = claim();
            settle(attempt, failed());
            write(transaction -> {
                parts.settlements().mark(transaction, attempt.id(), run);
                return null;
            });
        }
        SendFilter one = new SendFilter(null, null, Set.of(), null, null, null, null, "one");

        assertThat(control.retryAll(one, Reach.ALL, false, ANNE, LATER)).isEqualTo(2);

        assertThat(ledger.texts("SELECT state || coalesce(run, ' -') FROM send ORDER BY id"))
                .containsExactly("queued -", "queued -", "failedtwo");
        assertThat(state(ids.get(2))).isEqualTo("failed");
        assertCounters();
    }

    @Test
    void cancelsNothingThatIsUnderWayOrOver() {
        String id = admit(draft()).get(0);
        Attempt attempt = claim();

        assertThat(control.cancel(id, ANNE, NOW)).contains(Refusal.WRONG_STATE);
        settle(attempt, sent("wamid"));
        assertThat(control.cancel(id, ANNE, NOW)).contains(Refusal.WRONG_STATE);
        assertThat(control.cancel("none", ANNE, NOW)).contains(Refusal.WRONG_STATE);
        assertThat(state(id)).isEqualTo("sent");
        assertCounters();
    }

    @Test
    void queuesAFailedSendAgainAndKeepsItsErrorInTheHistory() {
        openBatch("b");
        String id = admit(draft().of("b", 1)).get(0);
        countAccepted("b", 1);
        settle(claim(), failed());
        assertThat(ledger.number("SELECT failed FROM batch")).isEqualTo(1);

        woken.clear();
        assertThat(control.retry(id, false, ANNE, LATER)).isEmpty();

        assertCounters();
        assertThat(ledger.text("SELECT state || ' ' || ready || ' ' || due_at || ' ' || attempt || ' '"
                        + " || coalesce(error_class, '-') || coalesce(error_code, '-') || coalesce(error_message, '-')"
                        + " FROM send"))
                .isEqualTo("queued 1 " + LATER + " 1 ---");
        assertThat(ledger.texts("SELECT sequence || ' ' || status || ' ' || coalesce(error_code, '-') || ' '"
                        + " || coalesce(actor, '-') || ' ' || coalesce(reason, '-') FROM history ORDER BY id"))
                .containsExactly("1 failed bad - -", "2 queued - anne the phone was off");
        assertThat(ledger.number("SELECT failed FROM batch")).isZero();
        assertThat(woken).containsExactly(Set.of("main"));
        assertThat(claim(LATER).number()).as("attempts go on counting").isEqualTo(2);
        assertCounters();
    }

    @Test
    void aSendThatIsQueuedAgainIsWorthSendingAsIfItWereAcceptedNow() {
        String plain = admit(draft()).get(0);
        String code = admit(draft().category(Category.OTP)).get(0);
        String ahead = admit(draft().content(expiringAt(LATER + 77))).get(0);
        String passed = admit(draft().content(expiringAt(LATER - 77))).get(0);
        long week = Duration.ofDays(7).toMillis();

        for (String id : List.of(plain, code, ahead, passed)) {
            settle(claim(), failed());
            assertThat(control.retry(id, false, ANNE, LATER)).isEmpty();
            write(transaction -> parts.settlements().cancel(transaction, id, ANNE, LATER));
        }

        assertThat(ledger.texts("SELECT expires_at FROM send ORDER BY id"))
                .containsExactly(
                        "" + (LATER + week), "" + (LATER + 5 * 60_000), "" + (LATER + 77), "" + (LATER + week));
    }

    private static String expiringAt(long millis) {
        return "{\"to\":\"+905301234567\",\"type\":\"text\",\"text\":\"hello\",\"expiresAt\":\""
                + Instant.ofEpochMilli(millis) + "\"}";
    }

    @Test
    void queuesAnExpiredSendAgain() {
        String id = admit(draft().expiresAt(NOW + 1)).get(0);
        expire(NOW + 1);

        assertThat(control.retry(id, false, ANNE, LATER)).isEmpty();

        assertThat(claim(LATER).id()).isEqualTo(id);
        assertCounters();
    }

    @Test
    void anUnknownSendIsOnlySentAgainWhenThatIsSaid() {
        openBatch("b");
        String id = admit(draft().of("b", 1)).get(0);
        countAccepted("b", 1);
        settle(claim(), unknown());

        assertThat(control.retry(id, false, ANNE, NOW)).contains(Refusal.MAY_HAVE_BEEN_SENT);
        assertThat(state(id)).isEqualTo("unknown");
        assertThat(control.retry(id, true, ANNE, NOW)).isEmpty();
        assertThat(state(id)).isEqualTo("queued");
        assertCounters();
    }

    @Test
    void nothingElseIsSentAgain() {
        String queued = admit(draft()).get(0);
        assertThat(control.retry(queued, true, ANNE, NOW)).contains(Refusal.WRONG_STATE);
        Attempt attempt = claim();
        assertThat(control.retry(queued, true, ANNE, NOW)).as("under way").contains(Refusal.WRONG_STATE);
        settle(attempt, sent("wamid"));
        assertThat(control.retry(queued, true, ANNE, NOW)).as("sent").contains(Refusal.WRONG_STATE);
        String cancelled = admit(draft()).get(0);
        control.cancel(cancelled, ANNE, NOW);
        assertThat(control.retry(cancelled, true, ANNE, NOW)).as("cancelled").contains(Refusal.WRONG_STATE);
        assertThat(control.retry("none", true, ANNE, NOW)).contains(Refusal.WRONG_STATE);
        assertThat(ledger.number("SELECT count(*) FROM history WHERE status = 'queued'"))
                .isZero();
        assertThat(woken).as("for the two that were accepted").hasSize(2);
    }

    @Test
    void whatCannotBeSentAgainIsRefusedWithItsReason() {
        openBatch("b");
        List<String> ids = admit(draft(), draft().of("b", 1));
        settle(claim(), failed());
        settle(claim(), failed());
        ledger.change("UPDATE send SET content = '' WHERE id = ?", ids.get(0));
        ledger.change("UPDATE batch SET paused = 'cancelled'");
        String gone = failedAt("gone");

        assertThat(control.retry(ids.get(0), false, ANNE, NOW)).contains(Refusal.ERASED);
        assertThat(control.retry(ids.get(1), false, ANNE, NOW)).contains(Refusal.BATCH_CANCELLED);
        assertThat(control.retry(gone, false, ANNE, NOW)).contains(Refusal.NO_ACCOUNT);
    }

    private String failedAt(String account) {
        write(transaction -> {
            parts.lanes().register(transaction, List.of(account));
            return null;
        });
        String id = admit(draft().account(account)).get(0);
        Attempt attempt = write(transaction -> parts.queue().claim(transaction, account, null, false, NOW))
                .orElseThrow();
        settle(attempt, failed());
        return id;
    }

    @Test
    void aSendThatIsQueuedAgainStandsBehindItsBatchAndNoFurtherAheadThanANewBatch() {
        openBatch("b");
        List<String> ids = admit(
                draft().of("b", 1).rank(1),
                draft().of("b", 2).rank(2),
                draft().of("b", 3).rank(50));
        settle(claim(), failed());
        control.retry(ids.get(0), false, ANNE, NOW);
        assertThat(rank(ids.get(0))).isEqualTo(51);

        String alone = admit(draft().rank(70)).get(0);
        claim();
        claim();
        claim();
        settle(claim(), failed());
        control.retry(alone, false, ANNE, NOW);
        assertThat(rank(alone)).isEqualTo(71);
    }

    private long rank(String id) {
        return ledger.number("SELECT fair_rank FROM send WHERE id = ?", id);
    }

    @Test
    void aBatchThatWasFinishedIsNoLongerOnceASendOfItIsQueuedAgain() {
        openBatch("b");
        String id = admit(draft().of("b", 1)).get(0);
        countAccepted("b", 1);
        write(transaction -> {
            batches.finishReading(transaction, "b", Long.MAX_VALUE, NOW);
            return null;
        });
        settle(claim(), failed());
        write(transaction -> {
            batches.reported(transaction, "b", 1, NOW);
            return null;
        });

        control.retry(id, false, ANNE, NOW);

        assertThat(ledger.text("SELECT state FROM batch")).isEqualTo("read");
        List<Batch> early = read(transaction -> batches.toReport(transaction, Long.MAX_VALUE));
        assertThat(early).isEmpty();
        settle(claim(), sent("wamid"));
        List<Batch> due = read(transaction -> batches.toReport(transaction, NOW));
        assertThat(due).hasSize(1);
        assertCounters();
    }

    /** Not about its next attempt either, unless that has a result by which its provider can know it. */
    @Test
    void aSendThatIsQueuedAgainIsAskedAboutAndMissedNoMore() {
        String id = admit(draft()).get(0);
        settle(claim(), sent("wamid"));
        ledger.change("UPDATE send SET state = 'failed', check_at = ?, checks = 2, confirm_at = ?", NOW, NOW);

        control.retry(id, false, ANNE, NOW);
        settle(claim(), unknown());

        assertThat(ledger.number(
                        "SELECT count(*) FROM send WHERE check_at IS NULL AND checks = 0" + " AND confirm_at IS NULL"))
                .isEqualTo(1);
    }

    @Test
    void retriesByFilterInStepsAndCounts() {
        openBatch("b");
        write(transaction -> {
            for (int row = 1; row <= 1_203; row++) {
                parts.acceptance()
                        .insert(transaction, draft().of("b", row).rank(row).send());
            }
            return null;
        });
        countAccepted("b", 1_203);
        write(transaction -> {
            for (int row = 1; row <= 1_200; row++) {
                Attempt attempt = parts.queue()
                        .claim(transaction, "main", null, false, NOW)
                        .orElseThrow();
                parts.settlements().settle(transaction, attempt, row % 2 == 0 ? failed() : throttledOut(), NOW);
            }
            parts.settlements()
                    .settle(
                            transaction,
                            parts.queue()
                                    .claim(transaction, "main", null, false, NOW)
                                    .orElseThrow(),
                            unknown(),
                            NOW);
            return null;
        });

        assertThat(control.retryAll(error("bad"), Reach.ALL, false, ANNE, NOW)).isEqualTo(600);
        assertThat(ledger.number("SELECT count(DISTINCT fair_rank) FROM send WHERE state = 'queued'"))
                .as("those that are queued again, and two that were not claimed")
                .isEqualTo(602);
        assertCounters();
        assertThat(control.retryAll(SendFilter.ALL, Reach.ALL, false, ANNE, NOW))
                .isEqualTo(600);
        assertCounters();
        assertThat(control.retryAll(SendFilter.ALL, Reach.ALL, false, ANNE, NOW))
                .isZero();
        assertThat(ledger.number("SELECT count(*) FROM send WHERE state = 'unknown'"))
                .isEqualTo(1);
        assertThat(control.retryAll(SendFilter.ALL, Reach.ALL, true, ANNE, NOW)).isEqualTo(1);
        assertThat(ledger.number("SELECT count(*) FROM send WHERE state = 'queued'"))
                .isEqualTo(1_203);
        assertThat(ledger.number("SELECT failed FROM batch")).isZero();
        assertCounters();
    }

    @Test
    void whatFailedByAClockThatHasBeenSetBackSinceIsRetriedToo() {
        admit(draft());
        Attempt attempt = claim();
        write(transaction -> parts.settlements().settle(transaction, attempt, failed(), NOW + 3_600_000));

        assertThat(control.retryAll(SendFilter.ALL, Reach.ALL, false, ANNE, NOW))
                .isEqualTo(1);
    }

    @Test
    void whatComesToAnEndAgainMeanwhileIsNotRetriedASecondTime() {
        admit(draft(), draft());
        settle(claim(), failed());
        settle(claim(), unknown());
        ledger.store().listen(accounts -> {
            String before = ledger.text("SELECT status FROM history WHERE send = (SELECT id FROM send"
                    + " WHERE state = 'queued') ORDER BY id LIMIT 1");
            settle(claim(), "failed".equals(before) ? unknown() : failed());
        });

        assertThat(control.retryAll(SendFilter.ALL, Reach.ALL, true, ANNE, NOW)).isEqualTo(2);
        assertThat(ledger.texts("SELECT attempt FROM send")).containsExactly("2", "2");
    }

    private static Settlement throttledOut() {
        return Settlement.of(State.FAILED, new Settlement.Cause("permanent", "other", "refused"));
    }

    private static SendFilter error(String code) {
        return new SendFilter(null, null, Set.of(), null, null, code, null);
    }

    @Test
    void retriesNothingBeyondTheFilterOrTheReach() {
        openBatch("b");
        admit(draft().of("b", 1), draft().of("c", 2), draft().account("other"));
        settle(claim(), failed());
        settle(claim(), failed());
        settle(
                write(transaction -> parts.queue().claim(transaction, "other", null, false, NOW))
                        .orElseThrow(),
                failed());

        assertThat(control.retryAll(SendFilter.ALL, new Reach("elsewhere", Set.of()), true, ANNE, NOW))
                .isZero();
        assertThat(control.retryAll(filter(State.EXPIRED, null, null), Reach.ALL, true, ANNE, NOW))
                .isZero();
        assertThat(control.retryAll(filter(State.FAILED, null, "b"), Reach.ALL, true, ANNE, NOW))
                .isEqualTo(1);
        assertThat(control.retryAll(SendFilter.ALL, new Reach("default", Set.of("other")), true, ANNE, NOW))
                .isEqualTo(1);
        assertThat(control.retryAll(filter(State.FAILED, "other", null), Reach.ALL, true, ANNE, NOW))
                .isZero();
        assertThat(control.retryAll(filter(State.CANCELLED, "main", null), Reach.ALL, true, ANNE, NOW))
                .isZero();
        assertThat(ledger.texts("SELECT state FROM send ORDER BY id")).containsExactly("queued", "failed", "queued");
    }

    private static SendFilter filter(State state, String account, String batch) {
        return new SendFilter(null, null, Set.of(state), account, batch, null, null);
    }

    @Test
    void settlesAnUnknownSendAsSent() {
        openBatch("b");
        String id = admit(draft().of("b", 1)).get(0);
        countAccepted("b", 1);
        settle(claim(), unknown());
        long changes = ledger.number("SELECT changes FROM batch");

        assertThat(control.resolve(id, State.SENT, "wamid-7", ANNE, LATER)).isEmpty();

        assertThat(ledger.text("SELECT state || ' ' || provider_message_id || ' ' || sent_at || ' '"
                        + " || coalesce(error_code, '-') FROM send"))
                .isEqualTo("sent wamid-7 " + NOW + " -");
        assertThat(ledger.text("SELECT sequence || ' ' || status || ' ' || provider_message_id || ' ' || actor || ' '"
                        + " || reason FROM history ORDER BY id DESC LIMIT 1"))
                .isEqualTo("2 sent wamid-7 anne the phone was off");
        assertThat(ledger.number("SELECT changes FROM batch"))
                .as("its report changes")
                .isGreaterThan(changes);
        assertCounters();
    }

    @Test
    void settlesAnUnknownSendAsFailed() {
        openBatch("b");
        String id = admit(draft().of("b", 1)).get(0);
        countAccepted("b", 1);
        settle(claim(), unknown());

        assertThat(control.resolve(id, State.FAILED, null, ANNE, LATER)).isEmpty();

        assertThat(ledger.text("SELECT state || ' ' || error_class || ' ' || error_code || ' ' || error_message || ' '"
                        + " || coalesce(sent_at, 0) FROM send"))
                .isEqualTo("failed permanent resolved the phone was off 0");
        assertThat(ledger.number("SELECT failed FROM batch")).isEqualTo(1);
        assertCounters();
        assertThat(control.resolve(id, State.SENT, null, ANNE, LATER)).contains(Refusal.WRONG_STATE);
        assertThatIllegalArgumentException().isThrownBy(() -> control.resolve(id, State.QUEUED, null, ANNE, LATER));
    }

    @Test
    void everyChangeByHandIsAnOutcome() {
        String id = admit(draft()).get(0);
        settle(claim(), unknown());
        control.retry(id, true, ANNE, NOW);
        control.cancel(id, ANNE, NOW);

        List<Outbox.Entry> entries = read(transaction -> outbox.after(transaction, 0, 10));
        assertThat(entries).extracting(Outbox.Entry::status).containsExactly("unknown", "queued", "cancelled");
    }
}
