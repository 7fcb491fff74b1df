package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.ledger.SendQueue.Candidate;
import dev.caravan.message.Priority;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SendsTest extends OnLedger {

    @Test
    void storesASendUnderItsKeyOnce() {
        NewSend first = draft().reference("order-1").of("b", 7).send();
        NewSend second = draft().reference("order-1").send();

        assertThat(insert(first)).isEmpty();
        assertThat(insert(second))
                .contains(new ExistingSend(first.id(), first.digests(), first.acceptedAt(), State.QUEUED));
        assertThat(insert(first)).as("the same id, tried again").isEmpty();
        assertThat(ledger.number("SELECT count(*) FROM send")).isEqualTo(1);
        assertThat(ledger.number("SELECT queued FROM account WHERE name = 'main'"))
                .isEqualTo(1);
    }

    @Test
    void storesAnyNumberOfSendsWithoutAKey() {
        admit(draft(), draft(), draft());

        assertThat(ledger.number("SELECT count(*) FROM send")).isEqualTo(3);
    }

    @Test
    void givesAReleasedKeyToTheNextOne() {
        NewSend first = draft().key("f x 1").send();
        NewSend second = draft().key("f x 1").send();
        insert(first);

        write(transaction -> {
            parts.acceptance().releaseKey(transaction, first.id());
            return null;
        });

        assertThat(insert(second)).isEmpty();
        assertThat(ledger.texts("SELECT id FROM send WHERE idempotency_key = 'f x 1'"))
                .containsExactly(second.id());
    }

    @Test
    void claimsByPriorityThenFairlyBetweenBatchesThenInOrder() {
        List<String> ids = admit(
                draft().of("big", 1).rank(1),
                draft().of("big", 2).rank(2),
                draft().of("big", 3).rank(3),
                draft().of("late", 1).rank(2),
                draft().of("late", 2).rank(3),
                draft().rank(9).priority(Priority.HIGH),
                draft().rank(1).priority(Priority.LOW),
                draft().account("other").rank(0).priority(Priority.HIGH));

        assertThat(claimAll())
                .containsExactly(ids.get(5), ids.get(0), ids.get(1), ids.get(3), ids.get(2), ids.get(4), ids.get(6));
    }

    @Test
    void remembersThePlaceInTheQueueThatWasReached() {
        admit(draft().rank(41), draft().rank(40), draft().rank(90));

        claim();
        claim();

        assertThat(ledger.number("SELECT fair_clock_normal FROM account WHERE name = 'main'"))
                .isEqualTo(41);
    }

    @Test
    void whatGoesFirstDoesNotMoveThePlaceOfTheOthers() {
        admit(draft().rank(500).priority(Priority.HIGH), draft().rank(3));

        claim();
        claim();

        assertThat(ledger.texts("SELECT fair_clock_high || ' ' || fair_clock_normal || ' ' || fair_clock_low"
                        + " FROM account WHERE name = 'main'"))
                .containsExactly("500 3 0");
    }

    @Test
    void tellsWhatWasClaimed() {
        NewSend send = draft().expiresAt(NOW + 5).send();
        insert(send);

        Attempt attempt = write(transaction -> parts.queue().claim(transaction, "main", null, true, NOW))
                .orElseThrow();

        assertThat(attempt).isEqualTo(new Attempt(send.id(), 1, send.content(), NOW + 5, false, true, NOW));
        assertThat(ledger.text("SELECT state || ' ' || attempt || ' ' || gateway FROM send"))
                .isEqualTo("sending 1 here");
    }

    @Test
    void claimsTheWantedOneOrNothing() {
        List<String> ids = admit(draft(), draft());

        assertThat(claimOnly(ids.get(1))).map(Attempt::id).contains(ids.get(1));
        assertThat(claimOnly(ids.get(1))).as("it is under way already").isEmpty();
        assertThat(claim().id()).isEqualTo(ids.get(0));
    }

    @Test
    void givesExpiredSendsTheirEndOnTheWayToTheNextOne() {
        openBatch("b");
        List<String> ids =
                admit(draft().of("b", 1).expiresAt(NOW), draft().of("b", 2).expiresAt(NOW - 1), draft().of("b", 3));
        countAccepted("b", 3);

        assertThat(claim().id()).isEqualTo(ids.get(2));
        assertThat(ledger.texts("SELECT state || ' ' || attempt FROM send ORDER BY id"))
                .containsExactly("expired 0", "expired 0", "sending 1");
        assertThat(ledger.texts("SELECT send || ' ' || status || ' ' || error_code FROM history ORDER BY id"))
                .containsExactly(ids.get(0) + " expired expired", ids.get(1) + " expired expired");
        assertCounters();
    }

    @Test
    void looksAtTheBestSendThatNobodyElseLooksAt() {
        List<String> ids = admit(draft().rank(1), draft().rank(2), draft().rank(3));

        assertThat(candidate(Set.of())).isEqualTo(ids.get(0));
        assertThat(candidate(Set.of(ids.get(0), ids.get(1)))).isEqualTo(ids.get(2));
        assertThat(candidate(Set.copyOf(ids))).isNull();
        assertThat(state(ids.get(0))).isEqualTo("queued");
    }

    @Test
    void writesTheResultOfAnAttempt() {
        openBatch("b");
        String id = admit(draft().of("b", 1)).get(0);
        countAccepted("b", 1);
        Attempt attempt = claim();

        write(transaction -> parts.settlements().settle(transaction, attempt, sent("wamid-1"), NOW + 30));

        assertThat(ledger.text("SELECT state || ' ' || provider_message_id || ' ' || sent_at || ' ' || sequence"
                        + " || ' ' || coalesce(gateway, '-') FROM send"))
                .isEqualTo("sent wamid-1 " + (NOW + 30) + " 1 -");
        assertThat(ledger.text(
                        "SELECT send || ' ' || sequence || ' ' || batch || ' ' || row_number || ' ' || line || ' ' || at"
                                + " || ' ' || status || ' ' || attempt || ' ' || started_at || ' ' || http_status"
                                + " || ' ' || provider_message_id FROM history"))
                .isEqualTo(id + " 1 b 1 2 " + (NOW + 30) + " sent 1 " + NOW + " 200 wamid-1");
        assertCounters();
    }

    @Test
    void appliesAResultToItsOwnAttemptOnly() {
        admit(draft());
        Attempt first = claim();
        settle(first, queuedUntil(NOW));
        Attempt second = claim();

        assertThat(settle(first, sent("late"))).as("an earlier attempt").isFalse();
        LedgerParts elsewhere = LedgerParts.of("elsewhere");
        boolean settledElsewhere =
                write(transaction -> elsewhere.settlements().settle(transaction, second, sent("other"), NOW));
        assertThat(settledElsewhere).as("another gateway").isFalse();
        assertThat(ledger.text("SELECT state || ' ' || sequence FROM send")).isEqualTo("sending 1");
        assertThat(ledger.number("SELECT count(*) FROM history")).isEqualTo(1);

        assertThat(settle(second, sent("good"))).isTrue();
        assertThat(settle(second, failed())).as("settled already").isFalse();
        assertThat(ledger.text("SELECT state || ' ' || sequence FROM send")).isEqualTo("sent 2");
        assertCounters();
    }

    @Test
    void putsASendBackUntilItIsDue() {
        admit(draft());

        settle(claim(), queuedUntil(NOW + 1_000));

        assertThat(claim()).isNull();
        assertThat(becameDue(NOW + 999)).isFalse();
        assertThat(becameDue(NOW + 1_000)).isTrue();
        assertThat(makeReady(NOW + 1_000)).containsExactly("main");
        assertThat(claim().number()).isEqualTo(2);
    }

    @Test
    void letsALaterSendWaitForItsTime() {
        admit(draft().dueAt(NOW + 1), draft().account("other").dueAt(NOW + 1));

        assertThat(claim()).isNull();
        assertThat(makeReady(NOW)).isEmpty();
        assertThat(makeReady(NOW + 1)).containsExactlyInAnyOrder("main", "other");
        assertThat(claim()).isNotNull();
    }

    @Test
    void settlesASendThatWasOnlyLookedAt() {
        openBatch("b");
        List<String> ids = admit(draft().of("b", 1), draft().of("b", 2));
        countAccepted("b", 2);

        assertThat(settleUnclaimed(ids.get(0), failed())).isTrue();
        assertThat(settleUnclaimed(ids.get(1), queuedUntil(NOW + 9))).isTrue();
        assertThat(settleUnclaimed(ids.get(0), sent("x"))).as("it has its end").isFalse();
        assertThat(ledger.texts("SELECT state || ' ' || ready || ' ' || attempt FROM send ORDER BY id"))
                .containsExactly("failed 1 0", "queued 4 0");
        assertCounters();
    }

    @Test
    void expiresWhatWaits() {
        openBatch("b");
        admit(
                draft().of("b", 1).expiresAt(NOW),
                draft().of("b", 2).expiresAt(NOW).dueAt(NOW + 5),
                draft().of("b", 3).expiresAt(NOW + 1));
        countAccepted("b", 3);

        assertThat(anyExpired(NOW - 1)).isFalse();
        assertThat(anyExpired(NOW)).isTrue();
        assertThat(expire(NOW)).isEqualTo(2);
        assertThat(expire(NOW)).isZero();
        assertThat(ledger.texts("SELECT state FROM send ORDER BY id")).containsExactly("expired", "expired", "queued");
        assertCounters();
    }

    @Test
    void countsTheAttemptsOfAnExpiredSend() {
        admit(draft().expiresAt(NOW + 10));
        settle(claim(), queuedUntil(NOW));
        settle(claim(), queuedUntil(NOW + 5));

        expire(NOW + 10);

        assertThat(ledger.texts("SELECT status || ' ' || attempt FROM history ORDER BY id"))
                .containsExactly("queued 1", "queued 2", "expired 2");
        assertThat(ledger.text("SELECT attempt FROM send")).isEqualTo("2");
    }

    @Test
    void holdsWhatThisGatewayWasSendingWhenItDied() {
        openBatch("b");
        List<String> ids = admit(draft().of("b", 1), draft().of("b", 2), draft().of("b", 3));
        countAccepted("b", 3);
        Attempt mine = claim();
        LedgerParts elsewhere = LedgerParts.of("elsewhere");
        write(transaction -> elsewhere.queue().claim(transaction, "main", null, false, NOW));

        assertThat(recover(NOW + 60)).isEqualTo(1);

        assertThat(ledger.texts("SELECT state FROM send ORDER BY id")).containsExactly("unknown", "sending", "queued");
        assertThat(ledger.text("SELECT send || ' ' || status || ' ' || error_code || ' ' || started_at FROM history"))
                .isEqualTo(ids.get(0) + " unknown interrupted " + NOW);
        assertThat(recover(NOW + 61)).isZero();
        assertCounters();
    }

    @Test
    void whatWasHeldAsInterruptedGetsTheResultThatComesLate() {
        openBatch("b");
        List<String> ids = admit(draft().of("b", 1), draft().of("b", 2), draft().of("b", 3));
        countAccepted("b", 3);
        List<Attempt> attempts = List.of(claim(), claim(), claim());
        recover(NOW + 60);
        assertCounters();
        long changes = ledger.number("SELECT changes FROM batch");

        assertThat(settle(attempts.get(0), Settlement.sent("wamid", "further"))).isTrue();
        assertThat(settle(attempts.get(1), failed())).isTrue();
        assertThat(settle(attempts.get(2), queuedUntil(NOW))).isFalse();
        assertThat(settle(attempts.get(2), unknown())).isFalse();
        assertThat(settle(attempts.get(0), sent("again"))).isFalse();

        assertThat(ledger.texts("SELECT state FROM send ORDER BY id")).containsExactly("sent", "failed", "unknown");
        assertThat(ledger.text(
                        "SELECT provider_message_id || ' ' || coalesce(error_code, '-') || ' ' || sent_at || ' ' || changed_at"
                                + " FROM send WHERE id = ?",
                        ids.get(0)))
                .isEqualTo("wamid - " + (NOW + 60) + " " + NOW);
        assertThat(ledger.texts("SELECT message_id FROM further_id")).containsExactly("further");
        assertThat(ledger.texts("SELECT sequence || ' ' || status || ' ' || attempt || ' ' || started_at || ' '"
                        + " || coalesce(http_status, 0) FROM history ORDER BY send, sequence"))
                .containsExactly(
                        "1 unknown 1 " + NOW + " 0",
                        "2 sent 1 " + NOW + " 0",
                        "1 unknown 1 " + NOW + " 0",
                        "2 failed 1 " + NOW + " 400",
                        "1 unknown 1 " + NOW + " 0");
        assertThat(ledger.text("SELECT failed || ' ' || (changes - " + changes + ") FROM batch"))
                .isEqualTo("1 2");
        assertCounters();
    }

    @Test
    void theResultOfAnotherAttemptThanTheOneThatWasInterruptedIsNotApplied() {
        admit(draft());
        Attempt first = claim();
        recover(NOW + 60);
        Attempt sameNumber = new Attempt(
                first.id(), first.number(), first.content(), first.expiresAt(), false, false, first.startedAt() - 1);
        assertThat(settle(sameNumber, sent("of a claim that was never stored"))).isFalse();

        ledger.change("UPDATE send SET state = 'queued', ready = 1");
        claim();
        recover(NOW + 61);
        assertThat(settle(first, sent("of the attempt before"))).isFalse();

        assertThat(ledger.text("SELECT state || ' ' || attempt FROM send")).isEqualTo("unknown 2");
    }

    @Test
    void aResultThatComesLateWritesNothingToWhatHasBeenErased() {
        admit(draft());
        Attempt attempt = claim();
        recover(NOW + 60);
        ledger.change("UPDATE send SET content = '', recipient = 'erased'");

        assertThat(settle(attempt, Settlement.sent("wamid", "further"))).isFalse();

        assertThat(ledger.text("SELECT state || ' ' || coalesce(provider_message_id, '-') FROM send"))
                .isEqualTo("unknown -");
        assertThat(ledger.number("SELECT count(*) FROM further_id")).isZero();
    }

    @Test
    void aResultThatComesLateChangesNothingThatIsUnknownForAnotherReason() {
        admit(draft());
        Attempt attempt = claim();
        settle(attempt, unknown());

        assertThat(settle(attempt, sent("wamid"))).isFalse();

        assertThat(ledger.text("SELECT state || ' ' || error_code FROM send")).isEqualTo("unknown no-answer");
    }

    @Test
    void whatWasQueuedAgainAsInterruptedGetsTheResultThatComesLate() {
        openBatch("b");
        List<String> ids = admit(
                draft().account("other").of("b", 1),
                draft().account("other").of("b", 2),
                draft().account("other").of("b", 3));
        countAccepted("b", 3);
        List<Attempt> attempts = List.of(claimOther(NOW), claimOther(NOW), claimOther(NOW));
        recover(NOW + 60);
        assertCounters();
        long changes = ledger.number("SELECT changes FROM batch");

        assertThat(settle(attempts.get(0), Settlement.sent("wamid", "further"))).isTrue();
        assertThat(settle(attempts.get(1), failed())).isTrue();
        assertThat(settle(attempts.get(2), queuedUntil(NOW + 1))).isFalse();
        assertThat(settle(attempts.get(2), unknown())).isFalse();
        assertThat(settle(attempts.get(0), sent("again"))).isFalse();

        assertThat(ledger.texts(
                        "SELECT state || ' ' || attempt || ' ' || coalesce(error_code, '-') FROM send ORDER BY id"))
                .containsExactly("sent 1 -", "failed 1 bad", "queued 1 interrupted");
        assertThat(ledger.text(
                        "SELECT provider_message_id || ' ' || sent_at || ' ' || changed_at FROM send WHERE id = ?",
                        ids.get(0)))
                .isEqualTo("wamid " + (NOW + 60) + " " + NOW);
        assertThat(ledger.texts("SELECT message_id FROM further_id")).containsExactly("further");
        assertThat(ledger.texts("SELECT sequence || ' ' || status || ' ' || attempt || ' ' || started_at || ' '"
                        + " || coalesce(http_status, 0) FROM history ORDER BY send, sequence"))
                .containsExactly(
                        "1 queued 1 " + NOW + " 0",
                        "2 sent 1 " + NOW + " 0",
                        "1 queued 1 " + NOW + " 0",
                        "2 failed 1 " + NOW + " 400",
                        "1 queued 1 " + NOW + " 0");
        assertThat(this.<List<Outbox.Entry>>read(transaction -> outbox.after(transaction, 0, 10)))
                .extracting(entry -> entry.send() + ' ' + entry.status())
                .endsWith(ids.get(0) + " sent", ids.get(1) + " failed");
        assertThat(ledger.text("SELECT failed || ' ' || unfinished || ' ' || (changes - " + changes + ") FROM batch"))
                .isEqualTo("1 1 2");
        assertThat(ledger.number("SELECT queued FROM account WHERE name = 'other'"))
                .isEqualTo(1);
        assertAddsUp();
        assertThat(claimOther(NOW + 60).id()).isEqualTo(ids.get(2));
        assertThat(claimOther(NOW + 60)).as("the others have their end").isNull();
    }

    @Test
    void aResultThatComesLateSettlesWhatStillWaitsToBeSentAgainOrIsSetAside() {
        openBatch("b");
        admit(draft().account("other").of("b", 1), draft().account("other").of("b", 2));
        countAccepted("b", 2);
        claimOther(NOW);
        claimOther(NOW);
        recover(NOW);
        List<Attempt> second = List.of(claimOther(NOW + 1), claimOther(NOW + 1));
        recover(NOW + 2);
        assertThat(ledger.texts("SELECT ready FROM send")).containsExactly("4", "4");
        ledger.change("UPDATE send SET ready = 2 WHERE id = ?", second.get(1).id());

        assertThat(settle(second.get(0), sent("one"))).isTrue();
        assertThat(settle(second.get(1), sent("two"))).isTrue();

        assertThat(ledger.texts("SELECT state || ' ' || attempt FROM send")).containsExactly("sent 2", "sent 2");
        assertThat(becameDue(Long.MAX_VALUE)).isFalse();
        assertThat(makeReady(Long.MAX_VALUE)).isEmpty();
        assertThat(anyExpired(Long.MAX_VALUE)).isFalse();
        assertThat(accountsWithWork()).isEmpty();
        assertThat(this.<Optional<String>>read(new BatchControl(parts.settlements(), BatchControl.STEP)::toRelease))
                .isEmpty();
        assertAddsUp();
    }

    @Test
    void aResultThatComesLateLeavesAloneWhatHasBeenClaimedAgain() {
        admit(draft().account("other"));
        Attempt first = claimOther(NOW);
        recover(NOW + 60);
        Attempt second = claimOther(NOW + 60);

        assertThat(settle(first, sent("late"))).isFalse();

        assertThat(ledger.text("SELECT state || ' ' || attempt || ' ' || coalesce(provider_message_id, '-') FROM send"))
                .isEqualTo("sending 2 -");
        assertAddsUp();
        assertThat(settle(second, queuedUntil(NOW))).isTrue();
        assertThat(settle(first, sent("late"))).as("attempted since").isFalse();
        assertThat(ledger.text("SELECT state || ' ' || attempt FROM send")).isEqualTo("queued 2");
        assertThat(settle(claimOther(NOW + 61), sent("good"))).isTrue();
        assertAddsUp();
    }

    @Test
    void aResultThatComesLateSettlesWhatWasClaimedAgainAndGivenBackBeforeItsCall() {
        admit(draft().account("other"));
        Attempt first = claimOther(NOW);
        recover(NOW + 60);
        Attempt second = claimOther(NOW + 60);
        write(transaction -> parts.queue().giveBack(transaction, second));

        assertThat(settle(first, sent("late"))).isTrue();

        assertThat(ledger.text("SELECT state || ' ' || attempt || ' ' || provider_message_id FROM send"))
                .isEqualTo("sent 1 late");
        assertAddsUp();
    }

    @Test
    void aResultThatComesLateLeavesAloneWhatIsQueuedForAnotherReasonOrAttempt() {
        admit(draft().account("other"), draft());
        Attempt interrupted = claimOther(NOW);
        recover(NOW + 60);
        Attempt neverStored = new Attempt(interrupted.id(), 1, "{}", interrupted.expiresAt(), false, false, NOW - 1);
        Attempt busy = claim();
        settle(busy, queuedUntil(NOW));

        assertThat(settle(neverStored, sent("of a claim that was never stored")))
                .isFalse();
        assertThat(settle(busy, sent("of an attempt that was settled"))).isFalse();

        assertThat(ledger.texts("SELECT state || ' ' || sequence FROM send")).containsExactly("queued 1", "queued 1");
        assertAddsUp();
    }

    @Test
    void aResultThatComesLateFindsItsSendWithTheAccountThatMadeTheCall() {
        String id = admit(draft().account("other")).get(0);
        Attempt attempt = claimOther(NOW);
        recover(NOW + 60);
        boolean moved = write(transaction ->
                parts.standIns().move(transaction, id, "other", account("main"), "it is down", NOW + 61));
        assertThat(moved).as("it may have been sent").isFalse();

        assertThat(settle(attempt, sent("late"))).isTrue();

        assertThat(ledger.text("SELECT state || ' ' || account || ' ' || provider_message_id FROM send"))
                .isEqualTo("sent other late");
        assertAddsUp();
    }

    @Test
    void aResultThatComesLateWritesNothingToWhatIsQueuedAndHasBeenErased() {
        String id = admit(draft().account("other"), draft().account("other")).get(0);
        List<Attempt> attempts = List.of(claimOther(NOW), claimOther(NOW));
        recover(NOW + 60);
        ledger.change("UPDATE send SET content = '', recipient = 'erased' WHERE id = ?", id);
        write(transaction ->
                parts.settlements().cancel(transaction, attempts.get(1).id(), new ByHand("anne", null), NOW + 61));

        assertThat(settle(attempts.get(0), Settlement.sent("wamid", "further"))).isFalse();
        assertThat(settle(attempts.get(1), Settlement.sent("wamid", "further"))).isFalse();

        assertThat(ledger.texts("SELECT state || ' ' || coalesce(provider_message_id, '-') FROM send ORDER BY id"))
                .containsExactly("queued -", "cancelled -");
        assertThat(ledger.number("SELECT count(*) FROM further_id")).isZero();
        assertAddsUp();
    }

    @Test
    void whatBringsDownItsGatewayAgainAndAgainIsNotSentAtEachStart() {
        admit(draft().account("other"));
        long now = NOW;
        List<Long> waits = new ArrayList<>();
        for (int start = 0; start < 13; start++) {
            long then = now;
            makeReady(now);
            write(transaction -> parts.queue().claim(transaction, "other", null, false, then));
            assertThat(recover(now)).isEqualTo(1);
            waits.add(ledger.number("SELECT due_at FROM send") - now);
            now = ledger.number("SELECT due_at FROM send");
        }

        assertThat(waits.subList(0, 4)).containsExactly(0L, 2_000L, 4_000L, 8_000L);
        assertThat(waits.get(12)).isEqualTo(900_000);
        assertCounters();
    }

    @Test
    void whatWasInterruptedIsSentAgainWhereTwiceIsBetterThanNever() {
        String id = admit(draft().account("other")).get(0);
        write(transaction -> parts.queue().claim(transaction, "other", null, false, NOW));

        assertThat(recover(NOW + 60)).isEqualTo(1);

        assertThat(ledger.text("SELECT status || ' ' || error_class || ' ' || error_code FROM history"))
                .isEqualTo("queued unknown interrupted");
        Attempt again = write(transaction -> parts.queue().claim(transaction, "other", null, false, NOW + 60))
                .orElseThrow();
        assertThat(again.id()).isEqualTo(id);
        assertThat(again.number()).isEqualTo(2);
        assertCounters();
    }

    @Test
    void knowsWhichAccountsHaveDueSends() {
        assertThat(accountsWithWork()).isEmpty();

        admit(
                draft().account("main"),
                draft().account("main"),
                draft().account("aaa"),
                draft().account("zzz").dueAt(NOW + 1),
                draft().account("other"));

        assertThat(accountsWithWork()).containsExactly("aaa", "main", "other");
        claim();
        claim();
        assertThat(accountsWithWork()).containsExactly("aaa", "other");
    }

    private Attempt claimOther(long now) {
        return write(transaction -> parts.queue().claim(transaction, "other", null, false, now))
                .orElse(null);
    }

    /** As the gateway finds when it compares its figures. */
    private void assertAddsUp() {
        assertCounters();
        Reconciliation reconciliation = new Reconciliation(ledger.store(), "gateway");
        assertThat(Stream.concat(reconciliation.batches().stream(), reconciliation.queues().stream()))
                .flatExtracting(Reconciliation.Compared::discrepancies)
                .isEmpty();
    }

    private boolean becameDue(long now) {
        return read(transaction -> parts.queue().anyBecameDue(transaction, now));
    }

    private boolean anyExpired(long now) {
        return read(transaction -> parts.settlements().anyExpired(transaction, now));
    }

    private List<String> accountsWithWork() {
        return read(parts.queue()::accountsWithWork);
    }

    private Optional<Attempt> claimOnly(String id) {
        return write(transaction -> parts.queue().claim(transaction, "main", id, false, NOW));
    }

    private List<String> claimAll() {
        List<String> claimed = new ArrayList<>();
        for (Attempt attempt = claim(); attempt != null; attempt = claim()) {
            claimed.add(attempt.id());
        }
        return claimed;
    }

    @Test
    void aSendWhoseLookUpFailedCountsItsTries() {
        String id = admit(draft()).get(0);
        for (int tries = 1; tries <= 3; tries++) {
            Attempt candidate = this.<Optional<Candidate>>read(
                            transaction -> parts.queue().candidate(transaction, "main", Set.of()))
                    .orElseThrow()
                    .attempt();
            assertThat(candidate.number()).isEqualTo(tries);
            settleUnclaimed(
                    id, Settlement.queued(NOW, new Settlement.Cause("transient", "lookup-failed", "no answer")));
        }
    }

    /** A ledger that was away rolls a claim back that its turn has noted already; the next claim has its number. */
    @Test
    void anAttemptWhoseClaimWasRolledBackIsNotTakenForTheNextOne() {
        admit(draft(), draft());
        Attempt current = claim(NOW + 5);
        Attempt rolledBack = new Attempt(current.id(), current.number(), "{}", 0, false, false, NOW);

        assertThat(this.<Boolean>write(transaction -> parts.queue().giveBack(transaction, rolledBack)))
                .isFalse();
        assertThat(this.<Boolean>write(
                        transaction -> parts.settlements().interrupt(transaction, rolledBack, null, NOW + 6)))
                .isFalse();

        assertThat(state(current.id())).isEqualTo("sending");
        assertThat(this.<Boolean>write(transaction -> parts.queue().giveBack(transaction, current)))
                .isTrue();
        Attempt again = claim(NOW + 7);
        assertThat(this.<Boolean>write(transaction -> parts.settlements().interrupt(transaction, again, null, NOW + 8)))
                .isTrue();
        assertThat(state(current.id())).isEqualTo("unknown");
        assertCounters();
    }

    private String candidate(Set<String> taken) {
        return read(transaction -> parts.queue().candidate(transaction, "main", taken))
                .map(candidate -> candidate.attempt().id())
                .orElse(null);
    }
}
