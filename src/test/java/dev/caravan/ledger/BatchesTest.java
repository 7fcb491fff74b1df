package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.caravan.ledger.Batches.RowResult;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchesTest extends OnLedger {

    @Test
    void opensABatchOnce() {
        Batch opened = openBatch("b1", "sends");

        assertThat(opened)
                .isEqualTo(new Batch(
                        "b1",
                        "file",
                        "sends.csv",
                        null,
                        "default",
                        "work/sends",
                        "sends",
                        "reading",
                        null,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        NOW,
                        true));
        advance("b1", 0, 5, 3, 1, 1);
        assertThat(openBatch("b1", "other"))
                .isEqualTo(new Batch(
                        "b1",
                        "file",
                        "sends.csv",
                        null,
                        "default",
                        "work/sends",
                        "sends",
                        "reading",
                        null,
                        5,
                        3,
                        1,
                        1,
                        3,
                        0,
                        0,
                        NOW,
                        true));
    }

    @Test
    void noTwoBatchesShareTheNameOfTheirReports() {
        assertThat(openBatch("b1", "sends").report()).isEqualTo("sends");
        assertThat(openBatch("b2", "sends").report()).isEqualTo("sends-b2");
        assertThat(openBatch("b3", "sends-b2").report()).isEqualTo("sends-b2-b3");
        assertThat(write(transaction -> batches.open(
                                transaction,
                                "b4",
                                "new.csv",
                                "erp",
                                "shop",
                                "work/erp/new.csv",
                                "new",
                                name -> name.equals("new"),
                                false,
                                NOW))
                        .report())
                .as("on disk already")
                .isEqualTo("new-b4");
    }

    @Test
    void aBatchReadTwiceStopsTheSecondReader() {
        openBatch("b");
        advance("b", 0, 5, 5, 0, 0);

        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(() -> advance("b", 0, 5, 5, 0, 0))
                .withMessageContaining("read twice");
        assertThat(find("b").rowsRead()).isEqualTo(5);
    }

    @Test
    void aBatchGoesFromReadingOverReadToFinished() {
        boolean before = read(batches::any);
        assertThat(before).isFalse();
        openBatch("b");
        boolean after = read(batches::any);
        assertThat(after).isTrue();
        assertThat(find("b").isReading()).isTrue();
        assertThat(running()).containsExactly("b");

        finishReading("b");
        assertThat(find("b").state()).isEqualTo("read");
        assertThat(running()).containsExactly("b");

        reported("b", 0, NOW);
        assertThat(find("b").state()).isEqualTo("finished");
        assertThat(running()).isEmpty();
    }

    @Test
    void onlyABatchThatIsBeingReadIsRefused() {
        openBatch("b1");
        openBatch("b2");
        finishReading("b2");

        write(transaction -> {
            batches.refuse(transaction, "b1");
            batches.refuse(transaction, "b2");
            return null;
        });
        finishReading("b1");

        assertThat(find("b1").state()).isEqualTo("refused");
        assertThat(find("b2").state()).isEqualTo("read");
        write(transaction -> {
            batches.reopen(transaction, "b1");
            batches.reopen(transaction, "b2");
            return null;
        });
        assertThat(find("b1").state()).isEqualTo("reading");
        assertThat(find("b2").state()).isEqualTo("read");
    }

    @Test
    void knowsWhereTheFileIs() {
        openBatch("b");

        write(transaction -> {
            batches.moved(transaction, "b", "done/2027-01-15/b.csv");
            return null;
        });

        assertThat(find("b").path()).isEqualTo("done/2027-01-15/b.csv");
    }

    @Test
    void aFileThatIsFoundInAnotherHomeIsOfThatGateway() {
        openBatch("b");
        Batches elsewhere = new Batches("elsewhere");

        write(transaction -> {
            elsewhere.moved(transaction, "b", "work/b-b.csv");
            return null;
        });

        assertThat(read(elsewhere::running)).extracting(Batch::id).containsExactly("b");
        assertThat(running()).isEmpty();
    }

    @Test
    void aReportIsDueWhenEveryRowHasItsEnd() {
        openBatch("b");
        admit(draft().of("b", 1), draft().of("b", 2));
        advance("b", 0, 2, 2, 0, 0);
        assertThat(toReport(Long.MAX_VALUE)).as("still reading").isEmpty();
        finishReading("b");

        settle(claim(), failed());
        assertThat(toReport(Long.MAX_VALUE)).as("one is queued").isEmpty();
        Attempt last = claim();
        assertThat(toReport(Long.MAX_VALUE)).as("one is under way").isEmpty();
        settle(last, unknown());
        assertThat(toReport(0)).containsExactly("b");
    }

    @Test
    void aReportIsDueAgainWhenASendChangesAfterItWasBegun() {
        openBatch("b");
        String id = admit(draft().of("b", 1)).get(0);
        advance("b", 0, 1, 1, 0, 0);
        finishReading("b");
        settle(claim(), unknown());
        long before = find("b").changes();
        reported("b", before, NOW);
        assertThat(toReport(Long.MAX_VALUE)).as("nothing changed").isEmpty();

        leaveAndReachItsEnd("b");
        assertThat(toReport(NOW)).as("written less than a while ago").isEmpty();
        assertThat(toReport(NOW + 1)).containsExactly("b");

        long begun = find("b").changes();
        leaveAndReachItsEnd("b");
        reported("b", begun, NOW);
        assertThat(toReport(NOW + 1)).as("changed while it was written").containsExactly("b");
        reported("b", find("b").changes(), NOW);
        assertThat(toReport(Long.MAX_VALUE)).isEmpty();
        assertThat(state(id)).isEqualTo("unknown");
    }

    @Test
    void tellsWhatBecameOfEachRow() {
        openBatch("b");
        List<String> ids = admit(draft().of("b", 1), draft().of("b", 2), draft().of("b", 5), draft().of("c", 3));
        write(transaction -> {
            outbox.notAccepted(transaction, "b", 3, 4, "rejected", "invalid-number", "to: too short", null, "{}", NOW);
            outbox.notAccepted(transaction, "b", 4, 5, "duplicate", "duplicate", "repeats", "earlier", "{}", NOW);
            return null;
        });
        settle(claim(), sent("wamid"));
        settle(claim(), failed());

        assertThat(fates("b", 1, 5))
                .containsExactly(
                        new RowResult(1, ids.get(0), "sent", "wamid", 1, null, null, NOW),
                        new RowResult(2, ids.get(1), "failed", null, 1, "bad", "bad number", null),
                        new RowResult(3, null, "rejected", null, 0, "invalid-number", "to: too short", null),
                        new RowResult(4, "earlier", "duplicate", null, 0, "duplicate", "repeats", null),
                        new RowResult(5, ids.get(2), "queued", null, 0, null, null, null));
        assertThat(fates("b", 3, 4)).extracting(RowResult::row).containsExactly(3L, 4L);
    }

    @Test
    void aBatchOfAGatewayThatIsGoneIsFinishedByOthersAndItsReportWaits() {
        Batches elsewhere = new Batches("elsewhere");
        openBatch("b1", "sends");
        advance("b1", 0, 1, 0, 0, 1);
        finishReading("b1");
        write(transaction -> batches.openRequest(transaction, "b2", "hub", "default", false, NOW));
        assertThat(read(elsewhere::abandoned)).isEmpty();
        assertThat(ids(read(transaction -> elsewhere.toReport(transaction, NOW))))
                .isEmpty();

        goAway("gateway");
        assertThat(ids(read(elsewhere::abandoned))).containsExactly("b2");
        assertThat(read(batches::abandoned)).as("it finishes its own itself").isEmpty();
        List<Batch> due = read(transaction -> elsewhere.toReport(transaction, NOW));
        assertThat(ids(due)).containsExactly("b1");
        assertThat(due.get(0).here()).isFalse();
        assertThat(toReport(NOW)).containsExactly("b1");
        write(transaction -> {
            elsewhere.reported(transaction, "b1", Batches.NO_REPORT, NOW);
            return null;
        });
        assertThat(find("b1").isFinished()).isTrue();
        assertThat(ids(read(transaction -> elsewhere.toReport(transaction, NOW + 1))))
                .isEmpty();
        assertThat(ledger.text("SELECT detail FROM event")).doesNotContain("report");

        assertThat(toReport(NOW + 1)).as("it is back, and has the file").containsExactly("b1");
        reported("b1", 0, NOW);
        assertThat(toReport(NOW + 1)).isEmpty();
    }

    @Test
    void aRequestOfAGatewayThatIsGoneIsToldOfAgainWhenItChanges() {
        Batches elsewhere = new Batches("elsewhere");
        write(transaction -> batches.openRequest(transaction, "b", "hub", "default", false, NOW));
        finishReading("b");
        reported("b", 0, NOW);
        leaveAndReachItsEnd("b");
        goAway("gateway");

        assertThat(ids(read(transaction -> elsewhere.toReport(transaction, NOW + 1))))
                .containsExactly("b");
    }

    private Batch find(String id) {
        return read(transaction -> batches.find(transaction, id)).orElseThrow();
    }

    private List<String> running() {
        return ids(read(batches::running));
    }

    private List<String> toReport(long reportedBy) {
        return ids(read(transaction -> batches.toReport(transaction, reportedBy)));
    }

    private List<RowResult> fates(String id, long from, long to) {
        return read(transaction -> batches.results(transaction, id, from, to));
    }

    private static List<String> ids(List<Batch> found) {
        return found.stream().map(Batch::id).toList();
    }

    private void advance(String id, long before, long records, long accepted, long duplicates, long rejected) {
        write(transaction -> {
            batches.advance(transaction, id, before, records, accepted, duplicates, rejected);
            return null;
        });
    }

    private void finishReading(String id) {
        write(transaction -> {
            batches.finishReading(transaction, id, Long.MAX_VALUE, NOW);
            return null;
        });
    }

    private void reported(String id, long changes, long now) {
        write(transaction -> {
            batches.reported(transaction, id, changes, now);
            return null;
        });
    }

    private void leaveAndReachItsEnd(String id) {
        write(transaction -> {
            transaction.countUnfinished(id, 1);
            transaction.countUnfinished(id, -1);
            return null;
        });
    }
}
