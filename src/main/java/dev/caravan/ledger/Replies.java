package dev.caravan.ledger;

import java.sql.SQLException;

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
     */
    public void register(Transaction transaction, String send, String destination, String correlation, long now)
            throws SQLException {
        transaction.update(
                "INSERT INTO reply (send, gateway, destination, correlation, created_at) VALUES (?, ?, ?, ?, ?)",
                send,
                gateway,
                destination,
                correlation,
                now);
        transaction.update("UPDATE send SET replies = 1 WHERE id = ?", send);
    }
}
