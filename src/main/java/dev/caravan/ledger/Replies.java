package dev.caravan.ledger;

import java.sql.SQLException;
import java.util.List;

/**
 * Who waits for the end of a send: told by the gateway that took the request, over the connection it came by; or, when that
 * is gone, by another that has a connection to the same broker.
 */
public final class Replies {

    private static final String LEFT = "gateway = ? AND broker = ? AND sequence IS NOT NULL";

    /** The same request may have come to both, when it was not acknowledged to the first. */
    private static final String HEIR_OWES_IT = "EXISTS (SELECT 1 FROM reply AS own"
            + " WHERE own.send = reply.send AND own.request = reply.request AND own.gateway = ?)";

    private final String gateway;
    private final String broker;

    /**
     * @param gateway the id of this gateway
     * @param broker tells whether another gateway has the same one; null for one that no other can have
     */
    public Replies(String gateway, String broker) {
        this.gateway = gateway;
        this.broker = broker;
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
                "INSERT INTO reply (send, gateway, broker, destination, correlation, request, created_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                send,
                gateway,
                broker,
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

    /** Whether a gateway that is gone owes replies which this one can give. */
    public boolean anyLeft(Transaction transaction) throws SQLException {
        for (String gone : gone(transaction)) {
            if (transaction
                    .one("SELECT 1 FROM reply WHERE " + LEFT + " LIMIT 1", row -> true, gone, broker)
                    .isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** From now on this gateway owes them. */
    public void takeOver(Transaction transaction) throws SQLException {
        for (String gone : gone(transaction)) {
            transaction.update("DELETE FROM reply WHERE " + HEIR_OWES_IT + " AND " + LEFT, gateway, gone, broker);
            transaction.update("UPDATE reply SET gateway = ? WHERE " + LEFT, gateway, gone, broker);
        }
    }

    /** From now on another gateway owes all that one did, whatever broker it came over, also what has no end yet. */
    static void handOver(Transaction transaction, String from, String to) throws SQLException {
        transaction.update("DELETE FROM reply WHERE " + HEIR_OWES_IT + " AND gateway = ?", to, from);
        transaction.update("UPDATE reply SET gateway = ? WHERE gateway = ?", to, from);
    }

    private List<String> gone(Transaction transaction) throws SQLException {
        return broker == null ? List.of() : Presence.gone(transaction, gateway);
    }

    /** A reply has been given, or given up. */
    public void forget(Transaction transaction, long id) throws SQLException {
        transaction.update("DELETE FROM reply WHERE id = ?", id);
    }
}
