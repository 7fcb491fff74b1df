package dev.caravan.ledger;

import java.sql.SQLException;
import java.util.List;

/** Who waits for the end of a send: told by the gateway that took the request, over the connection it came by. */
public final class Replies {

    private final String gateway;

    /** @param gateway the id of this gateway */
    public Replies(String gateway) {
        this.gateway = gateway;
    }

    /**
     * Notes that somebody waits for the end of a send that has none yet.
     *
     * @param destination where the reply goes
     * @param correlation tells the caller which request it answers, or null
     * @param request the same when the same request comes again: it is noted once; null when nothing tells
     */
    public void register(
            Transaction transaction, String send, String destination, String correlation, String request, long now)
            throws SQLException {
        transaction.update(
                "INSERT INTO reply (send, gateway, destination, correlation, request, created_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                send,
                gateway,
                destination,
                correlation,
                request,
                now);
        transaction.update("UPDATE send SET replies = 1 WHERE id = ?", send);
    }

    /**
     * A reply whose send has reached its end.
     *
     * @param sequence of the end in the send's history
     * @param correlation or null
     */
    public record Due(long id, String send, int sequence, String destination, String correlation) {}

    /** The replies that this gateway owes, the oldest first. */
    public List<Due> due(Transaction transaction, int limit) throws SQLException {
        return transaction.all(
                "SELECT id, send, sequence, destination, correlation FROM reply"
                        + " WHERE gateway = ? AND sequence IS NOT NULL ORDER BY id LIMIT ?",
                row -> new Due(row.getLong(1), row.getString(2), row.getInt(3), row.getString(4), row.getString(5)),
                gateway,
                limit);
    }

    /** A reply has been given, or given up. */
    public void forget(Transaction transaction, long id) throws SQLException {
        transaction.update("DELETE FROM reply WHERE id = ?", id);
    }
}
