package dev.caravan.ledger;

import java.sql.SQLException;

/** What endpoints are told, in the order of commits; each keeps its own place in each feed. */
public enum Feed {
    /** What became of sends: rows of the history. */
    OUTCOMES("outcomes", "history"),
    /** What became of lanes and batches. */
    EVENTS("events", "event"),
    /** What providers passed on from those who wrote to us. */
    INBOUND("inbound", "inbound");

    private final String word;
    private final String table;

    Feed(String word, String table) {
        this.word = word;
        this.table = table;
    }

    /** As the configuration and the routes call it. */
    public String word() {
        return word;
    }

    /** An endpoint that is new begins with what happens from now on. */
    public void register(Transaction transaction, String endpoint) throws SQLException {
        transaction.update(
                "INSERT INTO setting (name, value) SELECT ?, CAST(coalesce(max(id), 0) AS TEXT) FROM " + table
                        + " WHERE true ON CONFLICT DO NOTHING",
                name(endpoint));
    }

    /** How far an endpoint has got; 0 when it never received anything. */
    public long cursor(Transaction transaction, String endpoint) throws SQLException {
        return transaction
                .one("SELECT value FROM setting WHERE name = ?", row -> row.getLong(1), name(endpoint))
                .orElse(0L);
    }

    /** The endpoint has received everything up to {@code cursor}. */
    public void delivered(Transaction transaction, String endpoint, long cursor) throws SQLException {
        transaction.update(
                "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                name(endpoint),
                Long.toString(cursor));
    }

    private String name(String endpoint) {
        return word + '/' + endpoint;
    }
}
