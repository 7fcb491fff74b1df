package dev.caravan.intake;

import dev.caravan.ledger.Batch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A batch while it is being read: where it has got to, and what tells equal rows apart. Used by one thread. */
public final class BatchReading {

    /** As many rejected rows are kept to be told at once; all of them are in the ledger. */
    static final int MOST_REJECTIONS = 1_000;

    private final Batch batch;
    private final String idempotencyKey;
    private final String traceparent;
    private final RowKeys rowKeys;
    private final Map<Queue, Long> fairRanks = new HashMap<>();
    private final List<Rejection> rejections = new ArrayList<>();
    private Runnable begun;
    private long rowsCommitted;
    private long accepted;
    private long duplicates;
    private long rejected;

    /** The reading of a batch that came in a file. */
    BatchReading(Batch batch, Origin origin, Fingerprints fingerprints, Rows rows) {
        this(batch, origin, null, null, fingerprints, rows);
    }

    /**
     * @param idempotencyKey rows without a reference are {@code <key>#<row>} then; null when they are known by their cells
     * @param traceparent of the request, or null
     * @param rows of the batch
     */
    BatchReading(
            Batch batch,
            Origin origin,
            String idempotencyKey,
            String traceparent,
            Fingerprints fingerprints,
            Rows rows) {
        this.batch = batch;
        this.idempotencyKey = idempotencyKey;
        this.traceparent = traceparent;
        this.rowKeys = new RowKeys(origin, fingerprints, rows);
        this.rowsCommitted = batch.rowsRead();
        this.accepted = batch.accepted();
        this.duplicates = batch.duplicates();
        this.rejected = batch.rejected();
    }

    /** The batch's id. */
    public String batch() {
        return batch.id();
    }

    String name() {
        return batch.name();
    }

    Origin origin() {
        return rowKeys.origin();
    }

    String idempotencyKey() {
        return idempotencyKey;
    }

    String traceparent() {
        return traceparent;
    }

    RowKeys rowKeys() {
        return rowKeys;
    }

    public long rowsCommitted() {
        return rowsCommitted;
    }

    public long accepted() {
        return accepted;
    }

    public long duplicates() {
        return duplicates;
    }

    public long rejected() {
        return rejected;
    }

    /** The first rows that were rejected in this reading, at most 1,000. */
    public List<Rejection> rejections() {
        return List.copyOf(rejections);
    }

    /** The place in the account's queue of the latest send that this reading admitted; null when it admitted none. */
    Long fairRank(Queue queue) {
        return fairRanks.get(queue);
    }

    /** @param commit waits for rows to be written, and counts them */
    void begin(Runnable commit) {
        begun = commit;
    }

    /**
     * Waits until every row that was admitted is in the ledger, and counted.
     *
     * @throws dev.caravan.ledger.LedgerException when the last ones could not be stored; this reading is of no more use
     */
    public void settle() {
        if (begun != null) {
            Runnable commit = begun;
            begun = null;
            commit.run();
        }
    }

    void committed(
            long rowsRead, Map<Queue, Long> ranks, long nowAccepted, long nowDuplicates, List<Rejection> nowRejected) {
        rowsCommitted += rowsRead;
        fairRanks.putAll(ranks);
        accepted += nowAccepted;
        duplicates += nowDuplicates;
        rejected += nowRejected.size();
        nowRejected.stream().limit(MOST_REJECTIONS - rejections.size()).forEach(rejections::add);
    }
}
