package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.ledger.BatchControl.QueuedRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BatchControlTest extends OnLedger {

    private final LedgerParts stopping = LedgerParts.stoppingAt(50);
    private BatchControl control;

    @BeforeEach
    void make() {
        control = new BatchControl(parts.settlements(), BatchControl.STEP);
    }

    @Test
    void aPausedBatchIsPassedOverAndItsSendsComeBackInTheirOrder() {
        openBatch("b");
        List<String> ids = admit(
                draft().of("b", 1).rank(1),
                draft().of("b", 2).rank(2).dueAt(NOW + 5),
                draft().of("b", 3).rank(3),
                draft().rank(9));
        countAccepted("b", 3);

        assertThat(pause("b")).isTrue();
        assertThat(pause("b")).as("already").isFalse();
        assertThat(claim().id()).isEqualTo(ids.get(3));
        assertThat(claim()).isNull();
        makeReady(NOW + 5);
        assertThat(claim(NOW + 5)).as("what became due meanwhile").isNull();
        assertThat(ledger.texts("SELECT DISTINCT state || ' ' || ready || ' ' || attempt FROM send WHERE batch = 'b'"))
                .containsExactly("queued 2 0");
        assertCounters();

        assertThat(toRelease()).isEmpty();
        assertThat(resume("b")).isTrue();
        assertThat(resume("b")).as("already").isFalse();
        assertThat(toRelease()).containsExactly("b");
        assertThat(release("b", NOW + 5)).isEqualTo(3);
        assertThat(release("b", NOW + 5)).isZero();
        assertThat(toRelease()).isEmpty();
        assertCounters();
        assertThat(List.of(claim().id(), claim().id(), claim().id())).isEqualTo(ids.subList(0, 3));
    }

    @Test
    void aSendUnderWayWhenItsBatchIsPausedGoesOnToItsEndOrBackToWait() {
        openBatch("b");
        admit(draft().of("b", 1), draft().of("b", 2));
        countAccepted("b", 2);
        Attempt first = claim();
        Attempt second = claim();
        pause("b");

        assertThat(settle(first, sent("wamid"))).isTrue();
        assertThat(settle(second, queuedUntil(NOW))).isTrue();
        assertThat(claim()).isNull();
        assertCounters();
        resume("b");
        release("b", NOW);
        assertThat(claim().number()).isEqualTo(2);
    }

    @Test
    void aClaimMovesALimitedNumberOfSendsOfAPausedBatch() {
        openBatch("b");
        admitRows("b", 6_000);
        String other = admit(draft().rank(10_000)).get(0);
        pause("b");

        int claims = 1;
        Attempt attempt = claim();
        while (attempt == null && claims < 10) {
            assertThat(aside()).isLessThanOrEqualTo(claims * 5_100L);
            attempt = claim();
            claims++;
        }
        assertThat(attempt.id()).isEqualTo(other);
        assertThat(claims).isEqualTo(2);
        assertCounters();
    }

    @Test
    void aPausedBatchIsSetAsideInStepsBeforeAnyClaimMeetsIt() {
        openBatch("b");
        admitRows("b", 1_200);
        pause("b");
        assertThat(paused()).containsExactly("b");

        List<QueuedRow> rows = queued("b", 0);
        assertThat(rows).hasSize(500);
        setAside("b", rows);
        assertThat(aside()).isEqualTo(500);
        setAside("b", queued("b", 500));
        assertThat(aside()).isEqualTo(1_000);

        resume("b");
        setAside("b", queued("b", 1_000));
        assertThat(aside()).as("nobody wants that any more").isEqualTo(1_000);
        assertThat(paused()).isEmpty();
        assertCounters();
    }

    @Test
    void stepsAreAsLargeAsIsSaid() {
        control = new BatchControl(parts.settlements(), 2);
        openBatch("b");
        admitRows("b", 3);
        pause("b");

        assertThat(queued("b", 0)).hasSize(2);
        setAside("b", queued("b", 0));
        setAside("b", queued("b", 2));
        resume("b");
        assertThat(release("b", NOW)).isEqualTo(2);
        assertThat(release("b", NOW)).isEqualTo(1);
    }

    @Test
    void whatWentOnMeanwhileDoesNotWaitForABatchThatIsReleased() {
        openBatch("b");
        admit(
                draft().of("b", 1).rank(1).aside(),
                draft().of("b", 2).rank(2).aside(),
                draft().of("b", 3).rank(3).aside().account("other"));
        countAccepted("b", 3);
        admit(draft().rank(50));
        claim();
        List<String> going = admit(draft().rank(51), draft().rank(52), draft().rank(53));

        release("b", NOW);

        assertThat(ledger.texts("SELECT fair_rank FROM send WHERE batch = 'b' ORDER BY row_number"))
                .containsExactly("51", "52", "3");
        List<String> order = new ArrayList<>();
        for (Attempt attempt = claim(); attempt != null; attempt = claim()) {
            order.add(attempt.id());
        }
        assertThat(order.get(2)).as("one of each in turn").isIn(going.get(1), order.get(2));
        assertThat(order.indexOf(going.get(2))).isEqualTo(4);
    }

    @Test
    void cancelsThousandsOfSendsInStepsAndOnlyQueuedOnes() {
        openBatch("b");
        admitRows("b", 2_000);
        Attempt sending = claim();
        settle(claim(), sent("wamid"));

        assertThat(cancel("b")).isTrue();
        assertThat(cancel("b")).as("already").isFalse();
        assertThat(pause("b")).isFalse();
        assertThat(resume("b")).isFalse();
        assertThat(claim()).as("not even before it is swept").isNull();
        long after = 0;
        for (List<QueuedRow> rows = queued("b", after); !rows.isEmpty(); rows = queued("b", after)) {
            assertThat(rows).hasSizeLessThanOrEqualTo(500);
            List<QueuedRow> some = rows;
            write(transaction -> {
                control.cancelSome(transaction, some, NOW);
                control.cancelSome(transaction, some, NOW);
                return null;
            });
            assertCounters();
            after = rows.get(rows.size() - 1).row();
        }

        assertThat(ledger.texts("SELECT state || ' ' || count(*) FROM send GROUP BY state ORDER BY state"))
                .containsExactly("cancelled 1998", "sending 1", "sent 1");
        assertThat(ledger.number("SELECT count(*) FROM history WHERE status = 'cancelled'"))
                .isEqualTo(1_998);
        assertThat(toCancel()).containsExactly("b");
        settle(sending, queuedUntil(NOW + 5));
        assertThat(queued("b", 0)).as("it came back").hasSize(1);
        write(transaction -> {
            control.cancelSome(transaction, queued("b", 0), NOW);
            return null;
        });
        assertThat(toCancel()).isEmpty();
        assertCounters();
    }

    @Test
    void nothingIsLeftToStopOfABatchThatIsOver() {
        openBatch("b");
        admitRows("b", 1);
        finishReading("b", 10);
        settle(claim(), sent("wamid"));

        assertThat(pause("b")).isFalse();
        assertThat(cancel("b")).isFalse();
        assertThat(pause("none")).isFalse();
        assertThat(resume("none")).isFalse();
    }

    @Test
    void aBatchThatIsHeldForItsSizeIsLetGoWhenItTurnsOutToBeSmall() {
        openHeld("small");
        openHeld("large");
        admit(draft().of("small", 1).aside(), draft().of("large", 1).aside());
        countAccepted("small", 1);
        countAccepted("large", 1);
        readRows("small", 10);
        readRows("large", 11);

        finishReading("small", 10);
        finishReading("large", 10);

        assertThat(toRelease()).containsExactly("small");
        assertThat(resume("large")).isTrue();
        assertThat(ledger.text("SELECT released FROM batch WHERE id = 'large'")).isEqualTo("1");
    }

    @Test
    void aHeldBatchThatSomebodyPausesStaysSoHoweverSmallItIs() {
        openHeld("small");
        admit(draft().of("small", 1).aside());
        countAccepted("small", 1);

        assertThat(pause("small")).isTrue();
        finishReading("small", 10);

        assertThat(ledger.text("SELECT paused FROM batch")).isEqualTo("hand");
        assertThat(toRelease()).isEmpty();
    }

    @Test
    void aBatchStopsWhenTooManyOfItsFirstSendsHaveFailed() {
        openBatch("b");
        admitRows("b", 100);
        for (int number = 1; number <= 19; number++) {
            end(stopping, failed());
        }
        assertThat(pausedBy("b")).as("nineteen say nothing yet").isEmpty();
        end(stopping, failed());
        assertThat(pausedBy("b")).containsExactly("failures");
        assertThat(claim()).isNull();
        assertCounters();

        resume("b");
        release("b", NOW);
        for (int number = 1; number <= 40; number++) {
            end(stopping, failed());
        }
        assertThat(pausedBy("b")).as("somebody said that it is all right").isEmpty();
    }

    @Test
    void aBatchStopsAtItsShareAndNotBelow() {
        openBatch("b");
        admitRows("b", 100);
        for (int number = 1; number <= 11; number++) {
            end(stopping, sent("wamid"));
        }
        for (int number = 1; number <= 10; number++) {
            end(stopping, failed());
        }
        assertThat(pausedBy("b")).as("ten of twenty-one").isEmpty();
        end(stopping, failed());
        assertThat(pausedBy("b")).as("eleven of twenty-two").containsExactly("failures");
    }

    @Test
    void failuresOfOneCommitCountTogether() {
        openBatch("b");
        admitRows("b", 30);
        write(transaction -> {
            for (int number = 1; number <= 20; number++) {
                Attempt attempt = stopping.queue()
                        .claim(transaction, "main", null, false, NOW)
                        .orElseThrow();
                stopping.settlements().settle(transaction, attempt, failed(), NOW);
            }
            return null;
        });

        assertThat(pausedBy("b")).containsExactly("failures");
        assertCounters();
    }

    @Test
    void aBatchOfWhichNothingIsLeftIsNotStopped() {
        openBatch("b");
        admitRows("b", 20);
        for (int number = 1; number <= 20; number++) {
            end(stopping, failed());
        }

        assertThat(pausedBy("b")).isEmpty();
    }

    @Test
    void withoutAShareNoFailureStopsABatch() {
        openBatch("b");
        admitRows("b", 25);
        for (int number = 1; number <= 25; number++) {
            end(parts, failed());
        }
        ledger.change("UPDATE batch SET failed = 100");
        admit(draft().of("b", 26));
        countAcceptedAfter("b", 25);
        end(parts, failed());

        assertThat(pausedBy("b")).isEmpty();
    }

    private void end(LedgerParts by, Settlement settlement) {
        Attempt attempt = write(transaction -> by.queue().claim(transaction, "main", null, false, NOW))
                .orElseThrow();
        write(transaction -> by.settlements().settle(transaction, attempt, settlement, NOW));
    }

    private void admitRows(String batch, int rows) {
        write(transaction -> {
            for (int row = 1; row <= rows; row++) {
                parts.acceptance()
                        .insert(transaction, draft().of(batch, row).rank(row).send());
            }
            batches.advance(transaction, batch, 0, rows, rows, 0, 0);
            return null;
        });
    }

    private void countAcceptedAfter(String batch, long before) {
        write(transaction -> {
            batches.advance(transaction, batch, before, 1, 1, 0, 0);
            return null;
        });
    }

    private void openHeld(String id) {
        write(transaction -> batches.openRequest(transaction, id, "hub", "default", true, NOW));
    }

    private void readRows(String batch, long rows) {
        ledger.change("UPDATE batch SET rows_read = ? WHERE id = ?", rows, batch);
    }

    private void finishReading(String batch, long holdAbove) {
        write(transaction -> {
            batches.finishReading(transaction, batch, holdAbove, NOW);
            return null;
        });
    }

    private boolean pause(String batch) {
        return write(transaction -> control.pause(transaction, batch));
    }

    private boolean resume(String batch) {
        return write(transaction -> control.resume(transaction, batch));
    }

    private boolean cancel(String batch) {
        return write(transaction -> control.cancel(transaction, batch));
    }

    private List<String> toRelease() {
        return read(control::toRelease).stream().toList();
    }

    private List<String> toCancel() {
        return read(control::toCancel);
    }

    private List<String> paused() {
        return read(control::paused);
    }

    private int release(String batch, long now) {
        Map<String, Long> ranks = new HashMap<>();
        return write(transaction -> control.release(transaction, batch, ranks, now));
    }

    private List<QueuedRow> queued(String batch, long after) {
        return read(transaction -> control.queued(transaction, batch, after));
    }

    private void setAside(String batch, List<QueuedRow> rows) {
        write(transaction -> {
            control.setAside(transaction, batch, rows);
            return null;
        });
    }

    private long aside() {
        return ledger.number("SELECT count(*) FROM send WHERE ready = 2");
    }

    private List<String> pausedBy(String batch) {
        return ledger.texts("SELECT paused FROM batch WHERE id = ? AND paused IS NOT NULL", batch);
    }
}
