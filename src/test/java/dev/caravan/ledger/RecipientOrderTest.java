package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.AccountDraft;
import dev.caravan.account.QuietTimes;
import dev.caravan.account.SendingRules;
import dev.caravan.message.Priority;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecipientOrderTest extends OnLedger {

    private static final String ALI = "+905301234501";
    private static final String AYSE = "+905301234502";
    private static final ByHand BY_HAND = new ByHand("somebody", "because");

    private final LedgerParts ordered = LedgerParts.with(AccountDraft.named("main")
            .rules(new SendingRules(true, QuietTimes.NONE, null, null, ZoneId.of("Z")))
            .account());
    private final BatchControl control = new BatchControl(ordered.settlements(), BatchControl.STEP);

    private Attempt claimOrdered(long now) {
        return write(transaction -> ordered.queue().claim(transaction, "main", null, false, now))
                .orElse(null);
    }

    private String claimed() {
        Attempt attempt = claimOrdered(NOW);
        return attempt == null ? null : attempt.id();
    }

    private boolean end(Attempt attempt, Settlement settlement) {
        return write(transaction -> ordered.settlements().settle(transaction, attempt, settlement, NOW));
    }

    @ParameterizedTest
    @EnumSource(
            value = State.class,
            names = {"SENT", "FAILED", "UNKNOWN"})
    void aSendWaitsForTheEndOfTheOneBeforeToItsRecipient(State end) {
        List<String> ids = admit(draft().to(ALI), draft().to(ALI), draft().to(AYSE), draft().to(ALI));
        Attempt first = claimOrdered(NOW);
        assertThat(first.id()).isEqualTo(ids.get(0));
        assertThat(claimed()).as("somebody else need not wait").isEqualTo(ids.get(2));
        assertThat(claimed()).isNull();

        end(first, Settlement.of(end, Settlement.Cause.NONE));

        Attempt second = claimOrdered(NOW);
        assertThat(second.id()).isEqualTo(ids.get(1));
        assertThat(claimed()).isNull();
        end(second, sent("2"));
        assertThat(claimed()).isEqualTo(ids.get(3));
        assertCounters();
    }

    @Test
    void theLaneOfTheOneThatIsNextIsToldAtOnce() {
        List<Set<String>> told = new ArrayList<>();
        admit(draft().to(ALI), draft().to(ALI));
        Attempt first = claimOrdered(NOW);
        assertThat(claimed()).isNull();
        ledger.store().listen(told::add);

        end(first, sent("1"));
        assertThat(told).containsExactly(Set.of("main"));
        end(claimOrdered(NOW), sent("2"));
        assertThat(told).as("nobody is next").hasSize(1);
    }

    /** The earlier one may have its end between the look that found it and this. */
    @Test
    void whoIsBehindNobodyAnyMoreStaysInTheWayOfClaims() {
        String id = admit(draft().to(ALI)).get(0);

        write(transaction -> {
            ordered.queue().standBehind(transaction, id);
            return null;
        });

        assertThat(claimed()).isEqualTo(id);
    }

    @Test
    void aClaimThatHasMetManyWhoWaitIsFollowedByTheNextAtOnce() {
        List<Draft> drafts = new ArrayList<>();
        for (int send = 0; send < 30; send++) {
            drafts.add(draft().to("+9053012345" + (10 + send % 15)));
        }
        drafts.add(draft().to(ALI));
        List<String> ids = admit(drafts.toArray(Draft[]::new));
        for (int first = 0; first < 15; first++) {
            assertThat(claimed()).isEqualTo(ids.get(first));
        }
        List<Set<String>> told = new ArrayList<>();
        ledger.store().listen(told::add);

        assertThat(claimed()).as("the first ten who wait are out of the way").isNull();
        assertThat(told).containsExactly(Set.of("main"));
        assertThat(claimed()).isEqualTo(ids.get(30));
        assertThat(claimed()).isNull();
        assertThat(told).as("there is nothing to look for").hasSize(1);
    }

    @Test
    void aRetryHoldsUpItsRecipientOnly() {
        List<String> ids = admit(draft().to(ALI), draft().to(ALI), draft().to(AYSE));
        end(claimOrdered(NOW), queuedUntil(NOW + 1000));

        assertThat(claimed()).isEqualTo(ids.get(2));
        assertThat(claimed()).isNull();
        makeReady(NOW + 1000);
        Attempt again = claimOrdered(NOW + 1000);
        assertThat(again.id()).isEqualTo(ids.get(0));
        end(again, sent("1"));
        assertThat(claimed()).isEqualTo(ids.get(1));
    }

    @Test
    void anotherPriorityAndAnotherAccountDoNotWait() {
        List<String> ids = admit(
                draft().to(ALI),
                draft().to(ALI).priority(Priority.HIGH),
                draft().to(ALI).priority(Priority.LOW));
        write(transaction -> ordered.acceptance()
                .insert(transaction, draft().to(ALI).account("other").send()));

        assertThat(List.of(claimed(), claimed(), claimed())).containsExactlyInAnyOrderElementsOf(ids);
        Optional<Attempt> elsewhere =
                write(transaction -> ordered.queue().claim(transaction, "other", null, false, NOW));
        assertThat(elsewhere).isPresent();
    }

    @Test
    void aSendThatHasNeverBeenDueIsNotWaitedFor() {
        List<String> ids = admit(draft().to(ALI).dueAt(NOW + 5000), draft().to(ALI));

        assertThat(claimed()).isEqualTo(ids.get(1));
    }

    @Test
    void whoFindsNoReasonToWaitAnyLongerGoesOn() {
        List<String> ids = admit(draft().to(ALI), draft().to(ALI), draft().to(ALI), draft().to(ALI));
        Attempt first = claimOrdered(NOW);
        assertThat(claimed()).isNull();
        write(transaction -> ordered.settlements().cancel(transaction, ids.get(1), BY_HAND, NOW));
        assertThat(claimed()).as("the first is still under way").isNull();

        end(first, sent("1"));

        assertThat(claimed()).isEqualTo(ids.get(2));
    }

    @Test
    void anExpiryReleasesTheNext() {
        List<String> ids = admit(draft().to(ALI).expiresAt(NOW + 10), draft().to(ALI));
        end(claimOrdered(NOW), queuedUntil(NOW + 1000));
        assertThat(claimed()).isNull();

        write(transaction -> ordered.settlements().expire(transaction, NOW + 10));

        assertThat(claimed()).isEqualTo(ids.get(1));
    }

    @Test
    void theResultThatComesLateOfOneThatIsToBeSentAgainReleasesTheNext() {
        List<String> ids = admit(draft().to(ALI), draft().to(ALI), draft().to(ALI));
        claimOrdered(NOW);
        write(transaction -> ordered.recovery().recover(transaction, Set.of("main"), NOW));
        Attempt second = claimOrdered(NOW);
        write(transaction -> ordered.recovery().recover(transaction, Set.of("main"), NOW));
        assertThat(claimed())
                .as("they wait for the first, which is to be sent again")
                .isNull();

        assertThat(end(second, sent("1"))).isTrue();

        assertThat(claimed()).isEqualTo(ids.get(1));
        assertThat(claimed()).isNull();
        assertCounters();
    }

    @Test
    void aRetryOfABatchThatWasPausedUnderWayIsNotWaitedFor() {
        openBatch("b1");
        List<String> ids = admit(draft().to(ALI).of("b1", 1), draft().to(ALI));
        countAccepted("b1", 1);
        Attempt first = claimOrdered(NOW);
        assertThat(claimed()).isNull();
        write(transaction -> control.pause(transaction, "b1"));

        end(first, queuedUntil(NOW + 60_000));

        assertThat(claimed()).isEqualTo(ids.get(1));
        assertCounters();
    }

    @Test
    void aPausedBatchIsNotWaitedFor() {
        openBatch("b1");
        List<String> ids = admit(
                draft().to(ALI).of("b1", 1), draft().to(ALI), draft().to(ALI).of("b1", 2));
        countAccepted("b1", 2);
        end(claimOrdered(NOW), queuedUntil(NOW + 1000));
        assertThat(claimed()).isNull();

        write(transaction -> control.pause(transaction, "b1"));
        setAside("b1");

        assertThat(claimed()).isEqualTo(ids.get(1));
        assertThat(claimed()).isNull();
    }

    @Test
    void aBatchThatGoesOnIsWaitedForAgain() {
        openBatch("b1");
        List<String> ids = admit(draft().to(ALI).of("b1", 1), draft().to(ALI).of("b1", 2), draft().to(ALI));
        countAccepted("b1", 2);
        write(transaction -> control.pause(transaction, "b1"));
        Attempt last = claimOrdered(NOW);
        assertThat(last.id()).isEqualTo(ids.get(2));
        end(last, queuedUntil(NOW + 1000));
        setAside("b1");

        write(transaction -> control.resume(transaction, "b1"));
        write(transaction -> control.release(transaction, "b1", new HashMap<>(), NOW));

        Attempt first = claimOrdered(NOW);
        assertThat(first.id()).isEqualTo(ids.get(0));
        assertThat(claimed()).isNull();
        end(first, sent("1"));
        assertThat(claimed()).isEqualTo(ids.get(1));
    }

    @Test
    void aSendIsNotLookedUpBeforeItsTurn() {
        List<String> ids = admit(draft().to(ALI), draft().to(ALI), draft().to(AYSE));
        Attempt first = claimOrdered(NOW);

        SendQueue.Candidate behind = this.<Optional<SendQueue.Candidate>>read(
                        transaction -> ordered.queue().candidate(transaction, "main", Set.of()))
                .orElseThrow();
        assertThat(behind.waits()).isTrue();
        write(transaction -> {
            ordered.queue().standBehind(transaction, behind.attempt().id());
            return null;
        });
        SendQueue.Candidate next = this.<Optional<SendQueue.Candidate>>read(
                        transaction -> ordered.queue().candidate(transaction, "main", Set.of()))
                .orElseThrow();
        assertThat(next.attempt().id()).isEqualTo(ids.get(2));
        assertThat(next.waits()).isFalse();

        end(first, sent("1"));
        assertThat(claimed()).isEqualTo(ids.get(1));
    }

    @Test
    void thousandsToOneRecipientGoOutInOrderAndHoldUpNobody() {
        List<NewSend> drafts = new ArrayList<>();
        for (int count = 0; count < 3000; count++) {
            drafts.add(draft().to(ALI).rank(count).send());
        }
        NewSend other = draft().to(AYSE).rank(5000).send();
        write(transaction -> {
            for (NewSend send : drafts) {
                ordered.acceptance().insert(transaction, send);
            }
            return ordered.acceptance().insert(transaction, other);
        });
        Attempt first = claimOrdered(NOW);
        assertThat(claimed()).isEqualTo(other.id());
        end(first, sent("0"));

        List<String> order = new ArrayList<>(List.of(first.id()));
        for (Attempt next = claimOrdered(NOW); next != null; next = claimOrdered(NOW)) {
            order.add(next.id());
            assertThat(claimed()).isNull();
            end(next, sent(next.id()));
        }

        assertThat(order).isEqualTo(drafts.stream().map(NewSend::id).toList());
    }

    /** Whatever happens to whichever send: none overtakes an earlier one, and none waits for ever. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void whateverHappensTheOrderHoldsAndNobodyWaitsForEver(long seed) {
        Random random = new Random(seed);
        long now = NOW;
        openBatch("b1");
        openBatch("b2");
        countAccepted("b1", 1000);
        countAccepted("b2", 1000);
        List<Attempt> underWay = new ArrayList<>();
        for (int step = 0; step < 300; step++) {
            now += random.nextInt(200);
            long at = now;
            switch (random.nextInt(10)) {
                case 0, 1 -> admitSome(random, at);
                case 2, 3, 4 -> {
                    Attempt claimed = claimOrdered(at);
                    if (claimed != null) {
                        assertInOrder(claimed.id());
                        underWay.add(claimed);
                    }
                }
                case 5, 6 -> {
                    if (!underWay.isEmpty()) {
                        Attempt attempt = underWay.remove(random.nextInt(underWay.size()));
                        Settlement settlement =
                                switch (random.nextInt(5)) {
                                    case 0 -> queuedUntil(at + random.nextInt(500));
                                    case 1 -> failed();
                                    case 2 -> unknown();
                                    default -> sent("x");
                                };
                        write(transaction -> ordered.settlements().settle(transaction, attempt, settlement, at));
                    }
                }
                case 7 -> {
                    write(transaction -> ordered.queue().makeReady(transaction, at));
                    write(transaction -> ordered.settlements().expire(transaction, at));
                }
                case 8 -> {
                    List<String> queued = ledger.texts("SELECT id FROM send WHERE state = 'queued' ORDER BY id");
                    if (!queued.isEmpty()) {
                        String id = queued.get(random.nextInt(queued.size()));
                        write(transaction -> ordered.settlements().cancel(transaction, id, BY_HAND, at));
                    }
                }
                default -> pauseOrResume(random, random.nextBoolean() ? "b1" : "b2", at);
            }
        }

        long last = now + 10_000;
        for (String batch : List.of("b1", "b2")) {
            write(transaction -> control.resume(transaction, batch));
            write(transaction -> control.release(transaction, batch, new HashMap<>(), last));
        }
        write(transaction -> ordered.queue().makeReady(transaction, last));
        underWay.forEach(
                attempt -> write(transaction -> ordered.settlements().settle(transaction, attempt, sent("x"), last)));
        for (Attempt next = claimOrdered(last); next != null; next = claimOrdered(last)) {
            assertInOrder(next.id());
            Attempt attempt = next;
            write(transaction -> ordered.settlements().settle(transaction, attempt, sent("x"), last));
        }
        assertThat(ledger.texts("SELECT id || ' ' || ready FROM send WHERE state IN ('queued', 'sending')"))
                .isEmpty();
        assertThat(ledger.number("SELECT count(*) FROM send")).isPositive();
    }

    private void admitSome(Random random, long now) {
        for (int count = 0; count < 4; count++) {
            Draft draft = draft().to(random.nextBoolean() ? ALI : AYSE)
                    .rank(random.nextInt(5))
                    .priority(random.nextInt(4) == 0 ? Priority.HIGH : Priority.NORMAL)
                    .dueAt(random.nextInt(4) == 0 ? now + 300 : NOW)
                    .expiresAt(random.nextInt(8) == 0 ? now + 400 : now + 100_000_000);
            if (random.nextBoolean()) {
                String batch = random.nextBoolean() ? "b1" : "b2";
                draft = draft.of(batch, ledger.number("SELECT count(*) FROM send") + 1);
            }
            admit(draft);
        }
    }

    private void pauseOrResume(Random random, String batch, long now) {
        if (random.nextBoolean()) {
            write(transaction -> control.pause(transaction, batch));
            if (random.nextBoolean()) {
                setAside(batch);
            }
        } else {
            write(transaction -> control.resume(transaction, batch));
            write(transaction -> control.release(transaction, batch, new HashMap<>(), now));
        }
    }

    private void setAside(String batch) {
        write(transaction -> {
            control.setAside(transaction, batch, control.queued(transaction, batch, 0));
            return null;
        });
    }

    /** None before it, of its queue, is under way or waits for a retry, but in a paused batch. */
    private void assertInOrder(String id) {
        assertThat(ledger.texts(
                        """
                        SELECT earlier.id || ' ' || earlier.state FROM send AS claimed, send AS earlier
                        LEFT JOIN batch ON batch.id = earlier.batch
                        WHERE claimed.id = ? AND earlier.id < claimed.id AND earlier.recipient = claimed.recipient
                          AND earlier.priority = claimed.priority AND earlier.account = claimed.account
                          AND (earlier.state = 'sending' OR earlier.state = 'queued' AND earlier.attempt > 0)
                          AND batch.paused IS NULL AND earlier.ready <> 2""",
                        id))
                .isEmpty();
    }
}
