package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.ledger.Reconciliation.Compared;
import dev.caravan.ledger.Reconciliation.Discrepancy;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReconciliationTest extends OnLedger {

    private static final long DAY = Duration.ofDays(1).toMillis();

    private final LocalDate today = Reconciliation.day(System.currentTimeMillis());

    private Reconciliation reconciliation;

    @BeforeEach
    void make() {
        reconciliation = new Reconciliation(ledger.store(), "gateway");
    }

    private List<Discrepancy> batches() {
        return reconciliation.batches().stream()
                .flatMap(compared -> compared.discrepancies().stream())
                .toList();
    }

    private List<Discrepancy> queues() {
        return reconciliation.queues().stream()
                .flatMap(compared -> compared.discrepancies().stream())
                .toList();
    }

    private List<String> someOfABatch() {
        openBatch("b");
        List<String> ids = admit(
                draft().of("b", 1),
                draft().of("b", 2).reference("x"),
                draft().of("b", 3).reference("y"),
                draft());
        countAccepted("b", 3);
        settle(claim(), sent("a"));
        settle(claim(), failed());
        return ids;
    }

    @Test
    void whatIsDoneToSendsAddsUp() {
        someOfABatch();

        assertThat(batches()).isEmpty();
        assertThat(queues()).isEmpty();
        assertThat(reconciliation.compare(today)).isEqualTo(new Compared("day", today.toString(), List.of()));
        assertThat(ledger.number("SELECT sum(accepted) FROM accepted_day")).isEqualTo(4);
    }

    @Test
    void whatIsDeletedBecauseItIsOldAddsUpToo() {
        someOfABatch();
        settle(claim(), sent("b"));
        settle(claim(), sent("c"));
        Keep keep = new Keep(
                ledger.store(),
                "gateway",
                new Keep.Ages(Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(9), Duration.ofDays(1)),
                List.of());
        for (long day = 1; day < 8; day++) {
            while (keep.sweep(NOW + day * DAY).isPresent()) {
                // Until nothing is due.
            }
        }

        assertThat(ledger.number("SELECT count(*) FROM send")).isEqualTo(2);
        assertThat(ledger.text("SELECT accepted || ' ' || deleted FROM batch")).isEqualTo("3 1");
        assertThat(batches()).isEmpty();
        assertThat(reconciliation.compare(today).discrepancies()).isEmpty();
    }

    @Test
    void aRowThatIsLostIsMissed() {
        List<String> ids = someOfABatch();

        ledger.change("DELETE FROM send WHERE id = ?", ids.get(0));

        assertThat(batches()).containsExactly(new Discrepancy("batch", "b", "accepted", 3, 2));
        assertThat(reconciliation.compare(today).discrepancies())
                .containsExactly(new Discrepancy("day", today.toString(), "accepted", 4, 3));
    }

    @Test
    void aRowInAStateThatThereIsNotIsMissed() {
        List<String> ids = someOfABatch();

        ledger.change("UPDATE send SET state = 'snet' WHERE id = ?", ids.get(0));

        assertThat(batches()).containsExactly(new Discrepancy("batch", "b", "accepted", 3, 2));
        assertThat(reconciliation.compare(today).discrepancies()).hasSize(1);
    }

    @Test
    void countersThatAreNotTheirRowsAreFound() {
        List<String> ids = someOfABatch();

        ledger.change("UPDATE send SET state = 'sent' WHERE id = ?", ids.get(2));

        assertThat(batches()).containsExactly(new Discrepancy("batch", "b", "unfinished", 1, 0));
        assertThat(queues()).containsExactly(new Discrepancy("account", "main", "queued", 2, 1));
    }

    @Test
    void aFinishedBatchIsLookedAtWhenItHasChangedAndUntilItAddsUp() {
        List<String> ids = someOfABatch();
        ledger.change("UPDATE batch SET state = 'finished'");
        ledger.change("UPDATE send SET state = 'snet' WHERE id = ?", ids.get(0));
        assertThat(batches()).hasSize(1);
        assertThat(batches()).hasSize(1);
        ledger.change("UPDATE send SET state = 'sent' WHERE id = ?", ids.get(0));

        assertThat(reconciliation.batches()).hasSize(1);
        assertThat(reconciliation.batches()).isEmpty();
        ledger.change("UPDATE batch SET changes = changes + 1");
        assertThat(reconciliation.batches()).hasSize(1);
        assertThat(new Reconciliation(ledger.store(), "other").batches()).isEmpty();
        ledger.change("UPDATE batch SET changes = changes + 1");
        goAway("gateway");
        assertThat(new Reconciliation(ledger.store(), "other").batches()).hasSize(1);
    }

    @Test
    void daysAreLookedAtOneBeforeTheOtherOnceTheyAreOver() {
        for (long day : new long[] {10, 12, 13}) {
            ledger.change("INSERT INTO accepted_day (day, accepted, deleted) VALUES (?, 1, 0)", day);
        }
        LocalDate twelfth = LocalDate.ofEpochDay(12);

        assertThat(reconciliation.dayBefore(LocalDate.MAX, 13 * DAY + 1)).contains(LocalDate.ofEpochDay(10));
        assertThat(reconciliation.dayBefore(LocalDate.MAX, 13 * DAY + DAY / 2)).contains(twelfth);
        assertThat(reconciliation.dayBefore(twelfth, 20 * DAY)).contains(LocalDate.ofEpochDay(10));
        assertThat(reconciliation.dayBefore(LocalDate.ofEpochDay(10), 20 * DAY)).isEmpty();
    }

    @Test
    void anEventTellsOfIt() {
        reconciliation.tell(new Discrepancy("batch", "b", "accepted", 3, 2), NOW);

        assertThat(ledger.text("SELECT type || ' ' || batch || ' ' || detail FROM event"))
                .isEqualTo("ledger-discrepancy b"
                        + " {\"figure\":\"accepted\",\"name\":\"b\",\"expected\":3,\"found\":2}");
    }
}
