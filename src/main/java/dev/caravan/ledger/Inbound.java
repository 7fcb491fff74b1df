package dev.caravan.ledger;

import com.github.f4b6a3.ulid.UlidCreator;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/** What providers passed on from those who wrote to us, kept until every endpoint has it. */
public final class Inbound {

    /**
     * What a provider posted.
     *
     * @param id rises with every one
     * @param eventId the same each time it is told
     * @param account whose line got it
     * @param receivedAt in milliseconds
     */
    public record Arrival(long id, String eventId, String account, String provider, String body, long receivedAt) {}

    /**
     * A body as it was posted, perhaps of several megabytes.
     *
     * @param id of this post and no other
     */
    public record Body(String id, String text) {

        public static Body of(String text) {
            return new Body(UlidCreator.getMonotonicUlid().toString(), text);
        }

        /** Nothing of what is written in it. */
        @Override
        public String toString() {
            return id + " of " + text.length() + " characters";
        }
    }

    /** Keeps a body; one with several messages to an account, which comes once for each of them, is kept once. */
    public void keep(Transaction transaction, String account, String provider, Body body, long now)
            throws SQLException {
        String eventId = body.id() + '-' + account;
        boolean kept = transaction
                .one("SELECT 1 FROM inbound WHERE received_at = ? AND event_id = ?", row -> true, now, eventId)
                .isPresent();
        if (!kept) {
            transaction.update(
                    "INSERT INTO inbound (event_id, account, provider, body, received_at) VALUES (?, ?, ?, ?, ?)",
                    eventId,
                    account,
                    provider,
                    body.text(),
                    now);
        }
    }

    /** What arrived after {@code cursor}, the oldest first. */
    public List<Arrival> after(Transaction transaction, long cursor, int limit) throws SQLException {
        return transaction.all(
                "SELECT id, event_id, account, provider, body, received_at FROM inbound WHERE id > ? ORDER BY id LIMIT ?",
                row -> new Arrival(
                        row.getLong(1),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        row.getLong(6)),
                cursor,
                limit);
    }

    /** Deletes what all of these endpoints have. */
    public void forget(Transaction transaction, Collection<String> endpoints) throws SQLException {
        long all = Long.MAX_VALUE;
        for (String endpoint : endpoints) {
            all = Math.min(all, Feed.INBOUND.cursor(transaction, endpoint));
        }
        transaction.update("DELETE FROM inbound WHERE id <= ?", all);
    }
}
