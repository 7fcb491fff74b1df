package dev.caravan.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** The few things in which the two databases differ. */
enum Dialect {
    /** One writer at a time, which is this gateway. */
    SQLITE("INTEGER PRIMARY KEY AUTOINCREMENT", null),
    /**
     * One writer at a time here too, whichever gateway it is: outcomes are numbered in the order of their commits, so
     * that no endpoint passes over one that is committed late, and no two gateways wait for each other's rows.
     */
    POSTGRESQL("BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "SELECT pg_advisory_xact_lock(1667330657)");

    private static final int WRITER_CACHE_KIBIBYTES = 65_536;
    private static final int LOG_PAGES = 32_768;

    private final String identity;
    private final String writersTurn;

    Dialect(String identity, String writersTurn) {
        this.identity = identity;
        this.writersTurn = writersTurn;
    }

    /** A column that numbers the rows in order of insertion, never twice. */
    String identity() {
        return identity;
    }

    /** The query that a transaction begins with to be the only one that writes, or null when it is anyway. */
    String writersTurn() {
        return writersTurn;
    }

    /**
     * Readies the connection that all writes go through. Keys of rows without a reference lie all over their index: with
     * SQLite's cache of 2 MiB nearly every one would be a page read. And the log is copied into the database every
     * 128 MiB rather than every 4: pages that changed often are copied once. What is erased is overwritten in the pages that are
     * written anyway; by itself SQLite leaves it readable in the file until the place is needed (PRAGMA secure_delete).
     */
    void prepareWriter(Connection connection) throws SQLException {
        if (this == SQLITE) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA cache_size = -" + WRITER_CACHE_KIBIBYTES);
                statement.execute("PRAGMA wal_autocheckpoint = " + LOG_PAGES);
                statement.execute("PRAGMA secure_delete = FAST");
            }
        }
    }

    static Dialect of(DataSource dataSource) {
        try (Connection connection = dataSource.getConnection()) {
            String product = connection.getMetaData().getDatabaseProductName();
            return switch (product) {
                case "SQLite" -> SQLITE;
                case "PostgreSQL" -> POSTGRESQL;
                default ->
                    throw new IllegalStateException(
                            "spring.datasource.url: the ledger runs on SQLite or PostgreSQL," + " not on " + product);
            };
        } catch (SQLException failed) {
            throw new LedgerException("the ledger's database cannot be reached: " + failed.getMessage(), failed);
        }
    }
}
