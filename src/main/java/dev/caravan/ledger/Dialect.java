package dev.caravan.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The few things in which the two databases differ. */
enum Dialect {
    /** One writer at a time, which is this gateway: nothing to lock. */
    SQLITE("INTEGER PRIMARY KEY AUTOINCREMENT", "", ""),
    /** Several gateways claim from one table: each passes over the rows that another is claiming. */
    POSTGRESQL("BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", " FOR UPDATE SKIP LOCKED", " FOR UPDATE");

    private final String identity;
    private final String skipLocked;
    private final String lock;

    Dialect(String identity, String skipLocked, String lock) {
        this.identity = identity;
        this.skipLocked = skipLocked;
        this.lock = lock;
    }

    /** A column that numbers the rows in order of insertion, never twice. */
    String identity() {
        return identity;
    }

    /** What a query for rows about to be updated ends with. */
    String skipLocked() {
        return skipLocked;
    }

    /** What a query for the one row about to be updated ends with. */
    String lock() {
        return lock;
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
