package dev.caravan.ledger;

import java.sql.SQLException;
import java.util.Optional;

/** Sends on their way into the ledger: each key is there once, whatever becomes of its send. */
public final class Acceptance {

    /** What {@code ready} says of a queued send. */
    private static final int WAITING = 0;

    private static final int READY = 1;
    private static final int ASIDE = 2;

    /**
     * Accepts a send.
     *
     * @return empty when it was stored (or had been, by an earlier try of the same id), else the send that already
     *     holds its key
     */
    public Optional<ExistingSend> insert(Transaction transaction, NewSend send) throws SQLException {
        int ready = send.aside() ? ASIDE : send.dueAt() <= send.acceptedAt() ? READY : WAITING;
        int inserted = transaction.update(
                """
                INSERT INTO send (id, idempotency_key, namespace, reference, batch, row_number, line, account, provider, barred,
                  recipient, type, category, priority, fair_rank, content, digests, state, ready, due_at, expires_at,
                  accepted_at, changed_at, traceparent)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO NOTHING""",
                send.id(),
                send.key(),
                send.namespace(),
                send.reference(),
                send.batch(),
                send.row(),
                send.line(),
                send.account(),
                send.provider(),
                send.barred(),
                send.recipient(),
                send.type().word(),
                send.category() == null ? null : send.category().word(),
                send.priority().ordinal(),
                send.fairRank(),
                send.content(),
                send.digests(),
                ready,
                send.dueAt(),
                send.expiresAt(),
                send.acceptedAt(),
                send.acceptedAt(),
                send.traceparent());
        if (inserted == 1) {
            transaction.countAccepted(send.id());
            transaction.countQueued(send.account(), 1);
            if (ready == READY) {
                transaction.ready(send.account());
            }
            return Optional.empty();
        }
        return holder(transaction, send.key()).filter(existing -> !existing.id().equals(send.id()));
    }

    /** The send that has a key, as {@link NewSend#key()}. */
    public static Optional<ExistingSend> holder(Transaction transaction, String key) throws SQLException {
        return transaction.one(
                "SELECT id, digests, accepted_at, state FROM send WHERE idempotency_key = ?",
                row -> new ExistingSend(row.getString(1), row.getString(2), row.getLong(3), State.of(row.getString(4))),
                key);
    }

    /** Frees the key of a send, so that a later one may have it. */
    public void releaseKey(Transaction transaction, String id) throws SQLException {
        transaction.update("UPDATE send SET idempotency_key = NULL WHERE id = ?", id);
    }
}
