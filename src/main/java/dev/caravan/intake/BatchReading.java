package dev.caravan.intake;

import dev.caravan.account.Account;
import dev.caravan.ledger.Batch;
import java.util.HashMap;
import java.util.Map;

/** A batch while it is being read: where it has got to, and what tells equal rows apart. Used by one thread. */
final class BatchReading {

    private final Batch batch;
    private final String account;
    private final Fingerprints fingerprints;
    private final Rows rows;
    private final Occurrences occurrences = new Occurrences();
    private final Map<String, Long> fairRanks = new HashMap<>();
    private long rowsCommitted;
    private long accepted;
    private long duplicates;
    private long rejected;

    /**
     * @param account for rows that name none, or null
     * @param rows of the batch's file
     */
    BatchReading(Batch batch, String account, Fingerprints fingerprints, Rows rows) {
        this.rows = rows;
        this.batch = batch;
        this.account = account;
        this.fingerprints = fingerprints;
        this.rowsCommitted = batch.rowsRead();
        this.accepted = batch.accepted();
        this.duplicates = batch.duplicates();
        this.rejected = batch.rejected();
    }

    String batch() {
        return batch.id();
    }

    String name() {
        return batch.name();
    }

    String namespace() {
        return batch.namespace();
    }

    String account() {
        return account;
    }

    Fingerprints fingerprints() {
        return fingerprints;
    }

    /** The key of a row without a reference, the same when its file is read again; equal rows are numbered. */
    String rowKey(Account account, Row row) {
        String fingerprint = fingerprints.ofRow(batch.folder(), account.name(), rows.own(row));
        return "f " + fingerprint + ' ' + occurrences.next(fingerprint);
    }

    long rowsCommitted() {
        return rowsCommitted;
    }

    long accepted() {
        return accepted;
    }

    long duplicates() {
        return duplicates;
    }

    long rejected() {
        return rejected;
    }

    /** The place in the account's queue of the latest send that this reading admitted; null when it admitted none. */
    Long fairRank(String account) {
        return fairRanks.get(account);
    }

    void committed(long rows, Map<String, Long> ranks, long nowAccepted, long nowDuplicates, long nowRejected) {
        rowsCommitted += rows;
        fairRanks.putAll(ranks);
        accepted += nowAccepted;
        duplicates += nowDuplicates;
        rejected += nowRejected;
    }
}
