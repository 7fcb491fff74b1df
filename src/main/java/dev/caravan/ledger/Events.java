package dev.caravan.ledger;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.f4b6a3.ulid.UlidCreator;
import dev.caravan.message.Masking;
import java.sql.SQLException;
import java.util.List;

/** What became of lanes and batches, written in the commit that brought it about, in the order of commits. */
public final class Events {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final String CAUSE = "cause";

    /**
     * Something that happened.
     *
     * @param id rises with every one
     * @param eventId the same each time it is told
     * @param type in kebab-case
     * @param at in milliseconds
     * @param account or null
     * @param batch or null
     * @param detail what else there is to say, as a JSON object; {@code oldest} and {@code earliest} in
     *     it are times in milliseconds
     */
    public record Event(long id, String eventId, String type, long at, String account, String batch, String detail) {}

    private static final String BY = "by";

    /** @param by the name of the key that paused it */
    void lanePausedByHand(Transaction transaction, String account, String reason, String by, long now)
            throws SQLException {
        ObjectNode detail = JSON.objectNode().put(CAUSE, "hand").put(BY, by);
        if (reason != null) {
            detail.put("reason", reason);
        }
        raise(transaction, "lane-paused", account, null, detail, now);
    }

    /** @param by the name of the key that resumed it */
    void laneResumedByHand(Transaction transaction, String account, String by, long now) throws SQLException {
        raise(
                transaction,
                "lane-resumed",
                account,
                null,
                JSON.objectNode().put(CAUSE, "hand").put(BY, by),
                now);
    }

    /**
     * Somebody stops a batch or lets it go on.
     *
     * @param type {@code batch-paused}, {@code batch-resumed} or {@code batch-cancelled}
     * @param by the name of the key
     */
    public void batchByHand(Transaction transaction, Batch batch, String type, String by, long now)
            throws SQLException {
        ObjectNode detail = JSON.objectNode().put(CAUSE, "hand").put(BY, by).put("name", batch.name());
        raise(transaction, type, null, batch.id(), detail, now);
    }

    /** @param cause {@code account}: the provider refuses it, or its line cannot send */
    void lanePaused(Transaction transaction, String account, String cause, String reason, long now)
            throws SQLException {
        ObjectNode detail = JSON.objectNode().put(CAUSE, cause);
        if (reason != null) {
            detail.put("reason", reason);
        }
        raise(transaction, "lane-paused", account, null, detail, now);
    }

    /**
     * A lane is paused after refusals that nobody can explain.
     *
     * @param run their id: {@code POST /api/v1/sends/retry} sends those again that failed
     */
    void laneRefused(Transaction transaction, String account, String reason, String run, long now) throws SQLException {
        ObjectNode detail =
                JSON.objectNode().put(CAUSE, "refusals").put("reason", reason).put("run", run);
        raise(transaction, "lane-paused", account, null, detail, now);
    }

    /** @param cause {@code recovered}: its provider accepted a send again */
    void laneResumed(Transaction transaction, String account, String cause, long now) throws SQLException {
        raise(transaction, "lane-resumed", account, null, JSON.objectNode().put(CAUSE, cause), now);
    }

    /** @param cause {@code held}, because it is large, {@code failures}, or {@code restored}, because it was half read */
    void batchPaused(Transaction transaction, String batch, String cause, long now) throws SQLException {
        ObjectNode detail = transaction
                .one(
                        "SELECT name, accepted, failed FROM batch WHERE id = ?",
                        row -> JSON.objectNode()
                                .put(CAUSE, cause)
                                .put("name", row.getString(1))
                                .put("accepted", row.getLong(2))
                                .put("failed", row.getLong(3)),
                        batch)
                .orElseThrow();
        raise(transaction, "batch-paused", null, batch, detail, now);
    }

    /** Every row has its end, and the report is written. */
    void batchFinished(Transaction transaction, Batch batch, long now) throws SQLException {
        ObjectNode detail = JSON.objectNode()
                .put("name", batch.name())
                .put("accepted", batch.accepted())
                .put("duplicates", batch.duplicates())
                .put("rejected", batch.rejected())
                .put("failed", batch.failed());
        if (batch.hasFile() && batch.here()) {
            detail.put("report", batch.report() + ".report.csv");
        }
        raise(transaction, "batch-finished", null, batch.id(), detail, now);
    }

    /** @param oldest when the first of them was sent, in milliseconds */
    void unconfirmed(Transaction transaction, String account, long count, long oldest, long now) throws SQLException {
        ObjectNode detail = JSON.objectNode().put("count", count).put("oldest", oldest);
        raise(transaction, "unconfirmed", account, null, detail, now);
    }

    /**
     * @param count how many sends will expire before their turn, if nothing changes
     * @param earliest when the first of those that expire soon does, in milliseconds
     */
    void expiring(Transaction transaction, String account, long count, long earliest, long now) throws SQLException {
        ObjectNode detail = JSON.objectNode().put("count", count).put("earliest", earliest);
        raise(transaction, "sends-expiring", account, null, detail, now);
    }

    /**
     * Somebody asked for all that is known of a recipient, or erased it.
     *
     * @param deed {@code searched}, {@code exported} or {@code erased}
     * @param recipient normalised; only enough of it to tell it from others is noted
     */
    void recipient(Transaction transaction, String deed, String recipient, ByHand by, long now) throws SQLException {
        ObjectNode detail =
                JSON.objectNode().put("recipient", Masking.mask(recipient)).put("actor", by.actor());
        if (by.reason() != null) {
            detail.put("reason", by.reason());
        }
        raise(transaction, "recipient-" + deed, null, null, detail, now);
    }

    /**
     * A gateway has said nothing for long, and others have settled what it was sending.
     *
     * @param interrupted how many sends that were
     * @param files how many files it was reading: they wait in its home
     */
    void gatewayGone(Transaction transaction, String gateway, long interrupted, long files, long now)
            throws SQLException {
        ObjectNode detail = JSON.objectNode()
                .put("gateway", gateway)
                .put("interrupted", interrupted)
                .put("files", files);
        raise(transaction, "gateway-gone", null, null, detail, now);
    }

    /** A gateway that was gone for the others is there again. */
    void gatewayBack(Transaction transaction, String gateway, long now) throws SQLException {
        raise(transaction, "gateway-back", null, null, JSON.objectNode().put("gateway", gateway), now);
    }

    /** Figures of the ledger that should be the same are not. */
    void discrepancy(Transaction transaction, Reconciliation.Discrepancy discrepancy, long now) throws SQLException {
        ObjectNode detail = JSON.objectNode()
                .put("figure", discrepancy.figure())
                .put("name", discrepancy.name())
                .put("expected", discrepancy.expected())
                .put("found", discrepancy.found());
        String batch = discrepancy.isOfBatch() ? discrepancy.name() : null;
        raise(transaction, "ledger-discrepancy", null, batch, detail, now);
    }

    private static void raise(
            Transaction transaction, String type, String account, String batch, ObjectNode detail, long now)
            throws SQLException {
        transaction.update(
                "INSERT INTO event (event_id, type, at, account, batch, detail) VALUES (?, ?, ?, ?, ?, ?)",
                UlidCreator.getMonotonicUlid().toString(),
                type,
                now,
                account,
                batch,
                detail.toString());
    }

    /** The events after {@code cursor}, the oldest first. */
    public List<Event> after(Transaction transaction, long cursor, int limit) throws SQLException {
        return transaction.all(
                "SELECT id, event_id, type, at, account, batch, detail FROM event WHERE id > ? ORDER BY id LIMIT ?",
                row -> new Event(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getLong(4),
                        row.getString(5),
                        row.getString(6),
                        row.getString(7)),
                cursor,
                limit);
    }
}
