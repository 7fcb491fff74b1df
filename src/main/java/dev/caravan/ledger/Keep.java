package dev.caravan.ledger;

import com.github.f4b6a3.ulid.Ulid;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Takes out of the ledger what has been kept long enough, counted from the end of each send: first what was sent and to
 * whom, later what became of it, last that its reference is taken. A send whose fate is unknown keeps its content, which
 * settling it may need, until its record is over too. Nothing goes before every endpoint has been told of it.
 *
 * <p>No index orders sends by their end, because each change of a send would pay for it: sends are visited in the order of
 * their ids, and so of their acceptance, in blocks, which are visited again when something in them is due. Every step is
 * one commit; several gateways may do it at once.
 */
public final class Keep {

    /** Sends or rows in one commit. */
    static final int BLOCK = 200;

    private static final String FRONTIER = "keep";
    private static final long HOUR = Duration.ofHours(1).toMillis();

    /** How much finer than the shortest age a block is looked at. */
    private static final int LOOKS = 24;

    private static final String ENDED = "state NOT IN ('queued', 'sending')";
    private static final String IN_BLOCK = "id > ? AND id <= ?";
    private static final String TOLD = "NOT EXISTS (SELECT 1 FROM history WHERE history.send = send.id"
            + " AND history.id > ? AND history.status NOT IN " + SendEvent.NO_OUTCOME + ")";

    private static final String CONTENT_OVER = "FROM send WHERE " + IN_BLOCK + " AND kept = 0 AND " + ENDED
            + " AND changed_at <= CASE WHEN state = 'unknown' THEN ? ELSE ? END AND " + TOLD;
    private static final String RECORD_OVER =
            "FROM send WHERE " + IN_BLOCK + " AND kept = 1 AND " + ENDED + " AND changed_at <= ? AND " + TOLD;

    private static final String ROWS_TOLD = " AND NOT EXISTS (SELECT 1 FROM history WHERE send IS NULL"
            + " AND history.batch = batch.id AND history.id > ?)";

    private final Store store;
    private final String gateway;
    private final Ages ages;
    private final Collection<String> outcomes;

    /**
     * @param gateway the id of this gateway: the files of its batches are in its home
     * @param outcomes the endpoints of outcomes, by the names under which their places are kept
     */
    public Keep(Store store, String gateway, Ages ages, Collection<String> outcomes) {
        this.store = store;
        this.gateway = gateway;
        this.ages = ages;
        this.outcomes = List.copyOf(outcomes);
    }

    /**
     * How long after the end of a send, each no longer than the next.
     *
     * @param content what was sent, and to whom
     * @param record what became of it
     * @param reference that its reference is taken
     * @param repeat how long after its acceptance a row without a reference is recognised
     */
    public record Ages(Duration content, Duration record, Duration reference, Duration repeat) {

        /** So much later than it could be something happens, so that sends are visited together. */
        private long patience() {
            return Math.min(HOUR, content.toMillis() / LOOKS);
        }
    }

    /** How many sends lost their content, lost their record, and were deleted. */
    public record Swept(long contents, long records, long deleted) {}

    private record Block(String from, String to) {}

    /** One step over the sends; empty when nothing is due. */
    public Optional<Swept> sweep(long now) {
        Optional<Block> due = store.read(transaction -> transaction.one(
                "SELECT from_id, to_id FROM keep WHERE due_at <= ? ORDER BY due_at LIMIT 1",
                row -> new Block(row.getString(1), row.getString(2)),
                now));
        if (due.isPresent()) {
            return Optional.of(store.write(transaction -> visit(transaction, due.get(), now)));
        }
        Optional<Block> fresh = store.read(transaction -> nextBlock(transaction, now));
        return fresh.map(block -> store.write(transaction -> {
            // Another gateway may have been faster.
            boolean mine = frontier(transaction).equals(block.from());
            if (mine) {
                transaction.update(
                        "INSERT INTO setting (name, value) VALUES (?, ?)"
                                + " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                        FRONTIER,
                        block.to());
                transaction.update(
                        "INSERT INTO keep (from_id, to_id, due_at) VALUES (?, ?, ?)", block.from(), block.to(), now);
            }
            return mine ? visit(transaction, block, now) : new Swept(0, 0, 0);
        }));
    }

    private static String frontier(Transaction transaction) throws SQLException {
        return transaction
                .one("SELECT value FROM setting WHERE name = ?", row -> row.getString(1), FRONTIER)
                .orElse("");
    }

    /** The first sends that no block has; a block that is not full waits a little for more. */
    private Optional<Block> nextBlock(Transaction transaction, long now) throws SQLException {
        long before = now - ages.content().toMillis() - ages.patience();
        if (before <= 0) {
            return Optional.empty();
        }
        String frontier = frontier(transaction);
        List<String> ids = transaction.all(
                "SELECT id FROM send WHERE id > ? AND id < ? ORDER BY id LIMIT " + BLOCK,
                row -> row.getString(1),
                frontier,
                Ulid.min(before).toString());
        boolean worthIt = ids.size() == BLOCK || !ids.isEmpty() && Ulid.getTime(ids.get(0)) <= before - ages.patience();
        return worthIt ? Optional.of(new Block(frontier, ids.get(ids.size() - 1))) : Optional.empty();
    }

    private Swept visit(Transaction transaction, Block block, long now) throws SQLException {
        long told = told(transaction, Feed.OUTCOMES, outcomes);
        long contents = reduce(transaction, block, told, now);
        long records = forgetRecords(transaction, block, told, now);
        long deleted = delete(transaction, block, now);
        plan(transaction, block, now);
        return new Swept(contents, records, deleted);
    }

    private long reduce(Transaction transaction, Block block, long told, long now) throws SQLException {
        Object[] which = {
            block.from(),
            block.to(),
            now - ages.record().toMillis(),
            now - ages.content().toMillis(),
            told
        };
        transaction.update(
                "UPDATE history SET " + Recipients.HISTORY_ERASED + " WHERE send IN (SELECT id " + CONTENT_OVER + ")",
                which);
        transaction.update("DELETE FROM further_id WHERE send IN (SELECT id " + CONTENT_OVER + ")", which);
        return transaction.update(
                "UPDATE send SET kept = 1, " + Recipients.SEND_ERASED + " WHERE id IN (SELECT id " + CONTENT_OVER + ")",
                which);
    }

    private long forgetRecords(Transaction transaction, Block block, long told, long now) throws SQLException {
        Object[] which = {block.from(), block.to(), now - ages.record().toMillis(), told};
        transaction.update("DELETE FROM reply WHERE send IN (SELECT id " + RECORD_OVER + ")", which);
        long records = transaction.update(
                "UPDATE send SET kept = 2, category = NULL, error_class = NULL, error_code = NULL, error_message = NULL,"
                        + " traceparent = NULL, replies = 0 WHERE id IN (SELECT id " + RECORD_OVER + ")",
                which);
        if (records > 0) {
            transaction.update(
                    "DELETE FROM history WHERE send IN (SELECT id FROM send WHERE " + IN_BLOCK + " AND kept = 2)",
                    block.from(),
                    block.to());
        }
        return records;
    }

    private long delete(Transaction transaction, Block block, long now) throws SQLException {
        List<Deleted> deleted = transaction.all(
                "DELETE FROM send WHERE " + IN_BLOCK + " AND kept = 2 AND (idempotency_key IS NULL"
                        + " OR reference IS NULL AND accepted_at <= ? OR changed_at <= ?) RETURNING id, batch",
                row -> new Deleted(row.getString(1), row.getString(2)),
                block.from(),
                block.to(),
                now - ages.repeat().toMillis(),
                now - ages.reference().toMillis());
        for (Deleted one : deleted) {
            // Somebody may have settled it after its record was deleted.
            transaction.update("DELETE FROM history WHERE send = ?", one.send());
            transaction.countDeleted(one.send(), one.batch());
        }
        return deleted.size();
    }

    /** @param batch or null */
    private record Deleted(String send, String batch) {}

    /** When the block is to be visited again. */
    private void plan(Transaction transaction, Block block, long now) throws SQLException {
        long record = ages.record().toMillis();
        long next = transaction
                .one(
                        "SELECT coalesce(min(CASE WHEN NOT " + ENDED
                                + " THEN ? WHEN kept = 0 AND state <> 'unknown' THEN changed_at + ?"
                                + " WHEN kept < 2 THEN changed_at + ?"
                                + " WHEN reference IS NULL AND accepted_at + ? < changed_at + ? THEN accepted_at + ?"
                                + " ELSE changed_at + ? END), -1) FROM send WHERE " + IN_BLOCK,
                        row -> row.getLong(1),
                        now + ages.content().toMillis(),
                        ages.content().toMillis(),
                        record,
                        ages.repeat().toMillis(),
                        ages.reference().toMillis(),
                        ages.repeat().toMillis(),
                        ages.reference().toMillis(),
                        block.from(),
                        block.to())
                .orElseThrow();
        if (next < 0) {
            transaction.update("DELETE FROM keep WHERE from_id = ?", block.from());
        } else {
            long soonest = now + Math.max(1, ages.patience());
            transaction.update("UPDATE keep SET due_at = ? WHERE from_id = ?", Math.max(next, soonest), block.from());
        }
    }

    /** Up to where every endpoint of a feed has been told. */
    private static long told(Transaction transaction, Feed feed, Collection<String> endpoints) throws SQLException {
        long told = Long.MAX_VALUE;
        for (String endpoint : endpoints) {
            told = Math.min(told, feed.cursor(transaction, endpoint));
        }
        return told;
    }

    /**
     * Batches that have changed no more for as long as content is kept: their files, if they have any, are to be deleted,
     * and then {@link #erase} is to be called. Those of this gateway; and of gateways that are gone those without files.
     */
    public List<Batch> over(int limit, long now) {
        return store.read(transaction -> {
            long told = told(transaction, Feed.OUTCOMES, outcomes);
            List<Batch> over = new ArrayList<>(over(transaction, gateway, "", told, limit, now));
            for (String gone : Presence.gone(transaction, gateway)) {
                over.addAll(over(transaction, gone, " AND path IS NULL", told, limit, now));
            }
            return over;
        });
    }

    private List<Batch> over(Transaction transaction, String of, String which, long told, int limit, long now)
            throws SQLException {
        return transaction.all(
                "SELECT " + Batches.COLUMNS + " FROM batch WHERE state = 'finished' AND erased IN (0, 2)"
                        + " AND reported_at <= ? AND changes = reported AND gateway = ?" + which + ROWS_TOLD
                        + " ORDER BY reported_at LIMIT ?",
                row -> Batches.read(row, gateway),
                now - ages.content().toMillis(),
                of,
                told,
                limit);
    }

    /**
     * Takes out what was read of the rows of files that became no send, where the gateway that has the files is gone: these
     * it deletes when it is back, and keeps the record of the batch until then.
     *
     * @return of how many batches, a limited number
     */
    public int eraseElsewhere(int limit, long now) {
        List<String> over = store.read(transaction -> {
            long told = told(transaction, Feed.OUTCOMES, outcomes);
            List<String> ids = new ArrayList<>();
            for (String gone : Presence.gone(transaction, gateway)) {
                ids.addAll(transaction.all(
                        "SELECT id FROM batch WHERE gateway = ? AND path IS NOT NULL AND erased = 0"
                                + " AND coalesce(reported_at, created_at) <= ?" + ROWS_TOLD + " ORDER BY id LIMIT ?",
                        row -> row.getString(1),
                        gone,
                        now - ages.content().toMillis(),
                        told,
                        limit));
            }
            return ids;
        });
        for (String batch : over) {
            eraseRows(batch);
            store.write(transaction ->
                    transaction.update("UPDATE batch SET erased = 2 WHERE id = ? AND erased = 0", batch));
        }
        return over.size();
    }

    private void eraseRows(String batch) {
        inSteps(
                "UPDATE history SET " + Recipients.HISTORY_ERASED + " WHERE id IN (SELECT id FROM history"
                        + " WHERE send IS NULL AND batch = ? AND detail IS NOT NULL LIMIT " + BLOCK + ")",
                batch);
    }

    /** Takes out what was read of a batch's rows that became no send; its files are deleted already. */
    public void erase(String batch) {
        eraseRows(batch);
        store.write(transaction ->
                transaction.update("UPDATE batch SET erased = 1, path = NULL, report = NULL WHERE id = ?", batch));
    }

    /**
     * Deletes a limited number of batches whose record is over, and of refused ones.
     *
     * @return how many
     */
    public int deleteBatches(int limit, long now) {
        long before = now - ages.record().toMillis();
        List<String> over = store.read(transaction -> {
            List<String> ids = new ArrayList<>(transaction.all(
                    "SELECT id FROM batch WHERE state = 'finished' AND erased = 1 AND reported_at <= ?"
                            + " AND changes = reported ORDER BY reported_at LIMIT ?",
                    row -> row.getString(1),
                    before,
                    limit));
            ids.addAll(transaction.all(
                    "SELECT id FROM batch WHERE state = 'refused' AND created_at <= ? LIMIT ?",
                    row -> row.getString(1),
                    before,
                    limit));
            return ids;
        });
        for (String batch : over) {
            inSteps(
                    "DELETE FROM history WHERE id IN (SELECT id FROM history WHERE send IS NULL AND batch = ? LIMIT "
                            + BLOCK + ")",
                    batch);
            store.write(transaction -> transaction.update("DELETE FROM batch WHERE id = ?", batch));
        }
        return over.size();
    }

    private void inSteps(String sql, String batch) {
        int changed;
        do {
            changed = store.write(transaction -> transaction.update(sql, batch));
        } while (changed == BLOCK);
    }

    /**
     * Deletes a limited number of events whose time is over.
     *
     * @param endpoints of events, by the names under which their places are kept
     * @return how many
     */
    public int deleteEvents(Collection<String> endpoints, long now) {
        return store.write(transaction -> transaction.update(
                "DELETE FROM event WHERE at <= ? AND id IN (SELECT id FROM event WHERE id <= ? ORDER BY id LIMIT "
                        + BLOCK + ")",
                now - ages.record().toMillis(),
                told(transaction, Feed.EVENTS, endpoints)));
    }

    /**
     * Deletes a limited number of messages from recipients whose time is over.
     *
     * @param endpoints that get them, by the names under which their places are kept
     * @return how many
     */
    public int deleteInbound(Collection<String> endpoints, long now) {
        return store.write(transaction -> transaction.update(
                "DELETE FROM inbound WHERE id IN (SELECT id FROM inbound WHERE received_at <= ? AND id <= ? LIMIT "
                        + BLOCK + ")",
                now - ages.content().toMillis(),
                told(transaction, Feed.INBOUND, endpoints)));
    }
}
