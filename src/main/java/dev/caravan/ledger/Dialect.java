package dev.caravan.ledger;

import java.sql.Connection;
import java.sql.SQLException;
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
