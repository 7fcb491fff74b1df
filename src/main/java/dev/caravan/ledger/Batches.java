package dev.caravan.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The batches: what has been read of each file, and how many of its sends still have no end. */
public final class Batches {

    /** What {@link #read} takes, in its order. */
    static final String COLUMNS =
            "id, source, name, folder, namespace, path, report, state, paused, rows_read, accepted, duplicates,"
                    + " rejected, unfinished, failed, changes, created_at, gateway";

    /** Changes in the report of a batch whose file is in the home of a gateway that is gone. */
    public static final long NO_REPORT = -1;

    private final String gateway;
    private final Events events = new Events();

    /** @param gateway the id of this gateway: the files of its batches, and so their reports, are in its home */
    public Batches(String gateway) {
        this.gateway = gateway;
    }

    /**
     * Opens the batch of a file; one that exists already is left as it is.
     *
     * @param held whether none of its sends is claimed until it is known to be small enough, or is released
     * @param stem what its reports would be called; the batch's id is added when another batch has the name
     * @param taken whether reports of that name are on disk already
     * @return the batch as it stands
     */
    public Batch open(
            Transaction transaction,
            String id,
            String name,
            String folder,
            String namespace,
            String path,
            String stem,
            Predicate<String> taken,
            boolean held,
            long now)
            throws SQLException {
        Optional<Batch> existing = find(transaction, id);
        if (existing.isPresent()) {
            return existing.get();
        }
        boolean used = taken.test(stem)
                || transaction
                        .one("SELECT 1 FROM batch WHERE report = ?", row -> true, stem)
                        .isPresent();
        transaction.update(
                """
                INSERT INTO batch (id, gateway, source, name, folder, namespace, path, report, state, paused, created_at)
                VALUES (?, ?, 'file', ?, ?, ?, ?, ?, 'reading', ?, ?)""",
                id,
                gateway,
                name,
                folder,
                namespace,
                path,
                used ? stem + '-' + id : stem,
                held ? "held" : null,
                now);
        return find(transaction, id).orElseThrow();
    }

    /**
     * Opens the batch of a request.
     *
     * @param key the name of the key that posted it
     * @param held whether none of its sends is claimed until it is known to be small enough, or is released
     */
    public Batch openRequest(Transaction transaction, String id, String key, String namespace, boolean held, long now)
            throws SQLException {
        transaction.update(
                """
                INSERT INTO batch (id, gateway, source, name, namespace, state, paused, created_at)
                VALUES (?, ?, 'rest', ?, ?, 'reading', ?, ?)""",
                id,
                gateway,
                key,
                namespace,
                held ? "held" : null,
                now);
        return find(transaction, id).orElseThrow();
    }

    public Optional<Batch> find(Transaction transaction, String id) throws SQLException {
        return transaction.one("SELECT " + COLUMNS + " FROM batch WHERE id = ?", this::read, id);
    }

    /**
     * Notes the records of one chunk, in the transaction that stored them.
     *
     * @param before records committed so far; the update fails when another reader has been faster
     */
    public void advance(
            Transaction transaction,
            String id,
            long before,
            long records,
            long accepted,
            long duplicates,
            long rejected)
            throws SQLException {
        int advanced = transaction.update(
                """
                UPDATE batch SET rows_read = rows_read + ?, accepted = accepted + ?, duplicates = duplicates + ?,
                  rejected = rejected + ?, unfinished = unfinished + ? WHERE id = ? AND rows_read = ?""",
                records,
                accepted,
                duplicates,
                rejected,
                accepted,
                id,
                before);
        if (advanced != 1) {
            throw new LedgerException("batch " + id + " is being read twice; this reading stops", null);
        }
    }

    /** Whether there has ever been a batch. */
    public boolean any(Transaction transaction) throws SQLException {
        return transaction.one("SELECT 1 FROM batch LIMIT 1", row -> true).isPresent();
    }

    /**
     * The last record is committed.
     *
     * @param holdAbove a batch that is held for its size is let go when it has no more records than this
     */
    public void finishReading(Transaction transaction, String id, long holdAbove, long now) throws SQLException {
        int read = transaction.update(
                """
                UPDATE batch SET state = 'read', read_at = ?,
                  paused = CASE WHEN paused = 'held' AND rows_read <= ? THEN NULL ELSE paused END
                WHERE id = ? AND state = 'reading'""",
                now,
                holdAbove,
                id);
        if (read == 1 && paused(transaction, id).filter("held"::equals).isPresent()) {
            events.batchPaused(transaction, id, "held", now);
        }
    }

    /** Why none of a batch's sends is claimed, as {@link Batch#paused()}; empty when they are. */
    public Optional<String> paused(Transaction transaction, String id) throws SQLException {
        return transaction.one(
                "SELECT paused FROM batch WHERE id = ? AND paused IS NOT NULL", row -> row.getString(1), id);
    }

    /** No record could be read. */
    public void refuse(Transaction transaction, String id) throws SQLException {
        transaction.update("UPDATE batch SET state = 'refused' WHERE id = ? AND state = 'reading'", id);
    }

    /** A file that was refused and never left can be read after all. */
    public void reopen(Transaction transaction, String id) throws SQLException {
        transaction.update("UPDATE batch SET state = 'reading' WHERE id = ? AND state = 'refused'", id);
    }

    /** Where the file of a batch is now, below the home of this gateway. */
    public void moved(Transaction transaction, String id, String path) throws SQLException {
        transaction.update("UPDATE batch SET path = ?, gateway = ? WHERE id = ?", path, gateway, id);
    }

    /** This gateway's batches that are being read or have sends without an end. */
    public List<Batch> running(Transaction transaction) throws SQLException {
        return transaction.all(
                "SELECT " + COLUMNS + " FROM batch WHERE gateway = ? AND state IN ('reading', 'read') ORDER BY id",
                this::read,
                gateway);
    }

    /** The batches of requests that gateways were reading which are gone: no more rows will come. */
    public List<Batch> abandoned(Transaction transaction) throws SQLException {
        List<Batch> abandoned = new ArrayList<>();
        for (String gone : Presence.gone(transaction, gateway)) {
            abandoned.addAll(transaction.all(
                    "SELECT " + COLUMNS
                            + " FROM batch WHERE gateway = ? AND state = 'reading' AND source <> 'file' ORDER BY id",
                    this::read,
                    gone));
        }
        return abandoned;
    }

    /**
     * The batches whose every row has its end, and whose report is missing, or was written before {@code reportedBy} and
     * has been overtaken: this gateway's, and those of gateways that are gone. Of these a file is not reported again.
     */
    public List<Batch> toReport(Transaction transaction, long reportedBy) throws SQLException {
        List<Batch> due = new ArrayList<>(toReport(transaction, gateway, reportedBy));
        for (String gone : Presence.gone(transaction, gateway)) {
            toReport(transaction, gone, reportedBy).stream()
                    .filter(batch -> !batch.hasFile() || !batch.isFinished())
                    .forEach(due::add);
        }
        return due;
    }

    private List<Batch> toReport(Transaction transaction, String of, long reportedBy) throws SQLException {
        return transaction.all(
                "SELECT " + COLUMNS + " FROM batch WHERE gateway = ? AND ((state = 'read' AND unfinished = 0)"
                        + " OR (state = 'finished' AND changes > reported AND reported_at < ?)) ORDER BY id",
                this::read,
                of,
                reportedBy);
    }

    /** This gateway's batches whose files are kept, after one, in the order of their ids. */
    public List<Batch> withFiles(Transaction transaction, String after, int limit) throws SQLException {
        return transaction.all(
                "SELECT " + COLUMNS
                        + " FROM batch WHERE id > ? AND path IS NOT NULL AND gateway = ? ORDER BY id LIMIT ?",
                this::read,
                after,
                gateway,
                limit);
    }

    /** What the report of a batch says is no longer so: a finished one gets another. */
    public void outdate(Transaction transaction, String id) throws SQLException {
        transaction.update("UPDATE batch SET changes = changes + 1 WHERE id = ?", id);
    }

    /** A report is on disk that was begun when the batch had so many changes; or {@link #NO_REPORT}. */
    public void reported(Transaction transaction, String id, long changes, long now) throws SQLException {
        Batch batch = find(transaction, id).orElseThrow();
        // A send that was queued again while the report was written has opened the batch again.
        boolean finishes = transaction.update(
                        "UPDATE batch SET state = 'finished' WHERE id = ? AND state <> 'finished' AND unfinished = 0",
                        id)
                == 1;
        if (finishes) {
            events.batchFinished(transaction, batch, now);
        }
        transaction.update("UPDATE batch SET reported = ?, reported_at = ? WHERE id = ?", changes, now, id);
    }

    /**
     * What became of a row.
     *
     * @param row its number in the batch
     * @param send the id of its send, or of the one it repeats; null when it was rejected
     * @param status a state, {@code duplicate} or {@code rejected}
     * @param sentAt in milliseconds, or null
     */
    public record RowResult(
            long row,
            String send,
            String status,
            String providerMessageId,
            int attempts,
            String errorCode,
            String errorMessage,
            Long sentAt) {}

    /** What became of the rows {@code from} to {@code to}, both included, in order. */
    public List<RowResult> results(Transaction transaction, String batch, long from, long to) throws SQLException {
        return transaction.all(
                """
                SELECT row_number, id, state, provider_message_id, attempt, error_code, error_message, sent_at
                FROM send WHERE batch = ? AND row_number BETWEEN ? AND ?
                UNION ALL
                SELECT row_number, repeats, status, NULL, 0, error_code, error_message, NULL
                FROM history WHERE send IS NULL AND batch = ? AND row_number BETWEEN ? AND ?
                ORDER BY 1""",
                row -> new RowResult(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getInt(5),
                        row.getString(6),
                        row.getString(7),
                        row.getObject(8) == null ? null : row.getLong(8)),
                batch,
                from,
                to,
                batch,
                from,
                to);
    }

    /**
     * What is kept of a row.
     *
     * @param line where it begins, from 1
     * @param json the canonical send, or of one that was not accepted as much as its outcome tells
     */
    public record RowContent(long row, long line, String json) {}

    /** What is kept of the rows {@code from} to {@code to}, both included, in order. */
    public List<RowContent> contents(Transaction transaction, String batch, long from, long to) throws SQLException {
        return transaction.all(
                """
                SELECT row_number, line, content FROM send WHERE batch = ? AND row_number BETWEEN ? AND ?
                UNION ALL
                SELECT row_number, line, coalesce(detail, '') FROM history
                WHERE send IS NULL AND batch = ? AND row_number BETWEEN ? AND ?
                ORDER BY 1""",
                row -> new RowContent(row.getLong(1), row.getLong(2), row.getString(3)),
                batch,
                from,
                to,
                batch,
                from,
                to);
    }

    private Batch read(ResultSet row) throws SQLException {
        return read(row, gateway);
    }

    /** @param gateway the id of this gateway */
    static Batch read(ResultSet row, String gateway) throws SQLException {
        return new Batch(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                row.getLong(10),
                row.getLong(11),
                row.getLong(12),
                row.getLong(13),
                row.getLong(14),
                row.getLong(15),
                row.getLong(16),
                row.getLong(17),
                row.getString(18).equals(gateway));
    }
}
