package dev.caravan.ledger;

import java.sql.SQLException;

/** What endpoints are told, in the order of commits; each keeps its own place in each feed. */
public enum Feed {
    /** What became of sends: rows of the history. */
    OUTCOMES("outcomes", "history", "at", "status NOT IN " + SendEvent.NO_OUTCOME),
    /** What became of lanes and batches. */
    EVENTS("events", "event", "at", "true"),
    /** What providers passed on from those who wrote to us. */
    INBOUND("inbound", "inbound", "received_at", "true");

    private static final int MOST_COUNTED = 1_000;

    private final String word;
    private final String table;
    private final String at;
    private final String told;

    Feed(String word, String table, String at, String told) {
        this.word = word;
        this.table = table;
        this.at = at;
        this.told = told;
    }

    /**
     * What an endpoint has yet to get.
     *
     * @param rows up to a thousand as they are, above that at most so many
     * @param oldest when the first of them came about, in milliseconds; null when there is none
     */
    public record Lag(long rows, Long oldest) {}

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

    /** The endpoint has received everything up to {@code cursor}, or further. */
    public void delivered(Transaction transaction, String endpoint, long cursor) throws SQLException {
        transaction.update(
                "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
                        + " WHERE CAST(setting.value AS BIGINT) < CAST(excluded.value AS BIGINT)",
                name(endpoint),
                Long.toString(cursor));
    }

    /** How far an endpoint is behind. */
    public Lag lag(Transaction transaction, String endpoint) throws SQLException {
        long cursor = cursor(transaction, endpoint);
        String behind = table + " WHERE id > ? AND " + told;
        Long oldest = transaction
                .one("SELECT " + at + " FROM " + behind + " ORDER BY id LIMIT 1", row -> row.getLong(1), cursor)
                .orElse(null);
        if (oldest == null) {
            return new Lag(0, null);
        }
        long counted = transaction
                .one(
                        "SELECT count(*) FROM (SELECT 1 FROM " + behind + " LIMIT " + MOST_COUNTED + ") AS some",
                        row -> row.getLong(1),
                        cursor)
                .orElse(0L);
        long rows = counted < MOST_COUNTED
                ? counted
                : transaction
                        .one("SELECT max(id) - ? FROM " + table, row -> row.getLong(1), cursor)
                        .orElse(counted);
        return new Lag(rows, oldest);
    }

    /** Under which an endpoint's place is kept, and the lease of whoever delivers to it. */
    public String name(String endpoint) {
        return word + '/' + endpoint;
    }
}
