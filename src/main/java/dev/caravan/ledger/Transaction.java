package dev.caravan.ledger;

import dev.caravan.message.Priority;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A database connection with its prepared statements kept, and the counters of batches and accounts summed up until the
 * commit, so that many sends of one batch touch its row once. Used by one thread.
 */
public final class Transaction implements AutoCloseable {

    private static final String READ = "SELECT";

    private final Connection connection;
    private final Dialect dialect;
    private final Map<String, PreparedStatement> statements = new HashMap<>();
    private final Map<String, long[]> unfinished = new HashMap<>();
    private final Map<String, long[]> accounts = new HashMap<>();
    private final Map<Long, long[]> days = new TreeMap<>();
    private final Map<String, long[]> deleted = new TreeMap<>();
    private final Set<String> ready = new HashSet<>();
    private boolean changed;
    private boolean committing;

    Transaction(Connection connection, Dialect dialect) {
        this.connection = connection;
        this.dialect = dialect;
    }

    /** Reads one row of a result. */
    @FunctionalInterface
    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Called before the first write, and again after each commit. */
    void begin() throws SQLException {
        changed = false;
        committing = false;
        if (dialect.writersTurn() != null) {
            one(dialect.writersTurn(), row -> true);
        }
    }

    /** Runs an insert, update or delete. */
    int update(String sql, Object... values) throws SQLException {
        int rows = prepare(sql, values).executeUpdate();
        changed |= rows > 0;
        return rows;
    }

    /** The first row of a query, or of a write with {@code RETURNING}. */
    <T> Optional<T> one(String sql, Reader<T> reader, Object... values) throws SQLException {
        try (ResultSet rows = prepare(sql, values).executeQuery()) {
            if (!rows.next()) {
                return Optional.empty();
            }
            changed |= !sql.startsWith(READ);
            return Optional.of(reader.read(rows));
        }
    }

    /** All rows of a query, or of a write with {@code RETURNING}. */
    <T> List<T> all(String sql, Reader<T> reader, Object... values) throws SQLException {
        try (ResultSet rows = prepare(sql, values).executeQuery()) {
            List<T> all = new ArrayList<>();
            while (rows.next()) {
                all.add(reader.read(rows));
            }
            changed |= !all.isEmpty() && !sql.startsWith(READ);
            return all;
        }
    }

    /** Counts sends that lost ({@code -1}) or regained ({@code +1}) the way to an end; {@code batch} may be null. */
    void countUnfinished(String batch, long change) {
        if (batch != null) {
            unfinished.computeIfAbsent(batch, name -> new long[1])[0] += change;
        }
    }

    /** What {@link #countUnfinished} has counted for a batch since the last commit. */
    long unfinished(String batch) {
        long[] change = unfinished.get(batch);
        return change == null ? 0 : change[0];
    }

    /** Counts sends that entered or left the state queued. */
    void countQueued(String account, long change) {
        counters(account)[0] += change;
    }

    /** What {@link #countQueued} has counted for an account since the last commit. */
    long queued(String account) {
        long[] change = accounts.get(account);
        return change == null ? 0 : change[0];
    }

    /** Counts a send that is stored, by the day in its id. */
    void countAccepted(String send) {
        day(send)[0]++;
    }

    /** Counts a send whose row is deleted; {@code batch} may be null. */
    void countDeleted(String send, String batch) {
        day(send)[1]++;
        if (batch != null) {
            deleted.computeIfAbsent(batch, name -> new long[1])[0]++;
        }
    }

    /** Notes that an account has a send more that may be claimed: {@link Arrivals} are told once that is committed. */
    void ready(String account) {
        ready.add(account);
    }

    /** The accounts that have been noted since the last time. */
    Set<String> takeReady() {
        if (ready.isEmpty()) {
            return Set.of();
        }
        Set<String> taken = Set.copyOf(ready);
        ready.clear();
        return taken;
    }

    private long[] day(String send) {
        return days.computeIfAbsent(Reconciliation.day(send), day -> new long[2]);
    }

    /** Notes the place in the queue that an account has got to: see {@link FairClock}. */
    void advance(String account, Priority priority, long fairRank) {
        long[] counters = counters(account);
        counters[1 + priority.ordinal()] = Math.max(counters[1 + priority.ordinal()], fairRank);
    }

    private long[] counters(String account) {
        return accounts.computeIfAbsent(account, name -> new long[1 + Priority.values().length]);
    }

    /**
     * Ends the transaction. When something was changed, the commit leaves its mark, by which {@link #isCommitted} knows it.
     *
     * @param writer whose commits follow each other
     * @param mark of no other commit
     */
    void commit(String writer, String mark) throws SQLException {
        for (Map.Entry<String, long[]> batch : unfinished.entrySet()) {
            update(
                    "UPDATE batch SET unfinished = unfinished + ?, changes = changes + 1 WHERE id = ?",
                    batch.getValue()[0],
                    batch.getKey());
        }
        for (Map.Entry<String, long[]> account : accounts.entrySet()) {
            update("UPDATE account SET queued = queued + ? WHERE name = ?", account.getValue()[0], account.getKey());
            for (Priority priority : Priority.values()) {
                long rank = account.getValue()[1 + priority.ordinal()];
                if (rank > 0) {
                    String clock = FairClock.column(priority);
                    update(
                            "UPDATE account SET " + clock + " = ? WHERE name = ? AND " + clock + " < ?",
                            rank,
                            account.getKey(),
                            rank);
                }
            }
        }
        for (Map.Entry<Long, long[]> day : days.entrySet()) {
            update(
                    "INSERT INTO accepted_day (day, accepted, deleted) VALUES (?, ?, ?) ON CONFLICT (day) DO UPDATE"
                            + " SET accepted = accepted_day.accepted + excluded.accepted,"
                            + " deleted = accepted_day.deleted + excluded.deleted",
                    day.getKey(),
                    day.getValue()[0],
                    day.getValue()[1]);
        }
        for (Map.Entry<String, long[]> batch : deleted.entrySet()) {
            update("UPDATE batch SET deleted = deleted + ? WHERE id = ?", batch.getValue()[0], batch.getKey());
        }
        forgetCounters();
        if (changed) {
            update(
                    "INSERT INTO writer (name, last_commit) VALUES (?, ?)"
                            + " ON CONFLICT (name) DO UPDATE SET last_commit = excluded.last_commit",
                    writer,
                    mark);
        }
        committing = true;
        connection.commit();
    }

    /** Whether the commit was on its way to the database, so that an error leaves open what became of it. */
    boolean isInDoubt() {
        return committing && changed;
    }

    /**
     * Whether the latest commit of a writer is the one with that mark. Waits for the writers' turn, so that a commit which
     * the database is still busy with is over.
     */
    boolean isCommitted(String writer, String mark) throws SQLException {
        begin();
        boolean committed = one("SELECT last_commit FROM writer WHERE name = ?", row -> row.getString(1), writer)
                .filter(mark::equals)
                .isPresent();
        rollback();
        return committed;
    }

    void rollback() throws SQLException {
        forgetCounters();
        // A statement that failed cannot always be run again.
        close();
        try {
            connection.rollback();
        } catch (SQLException ended) {
            rollbackAnew(ended);
        }
    }

    /**
     * SQLite ends a transaction by itself when its disk is full (sqlite.org/lang_transaction.html), and its driver does
     * not notice: nothing is left to roll back, and each later statement would be its own commit. The driver begins a
     * transaction when it has rolled one back, so it is given one.
     */
    private void rollbackAnew(SQLException ended) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN");
            connection.rollback();
        } catch (SQLException lost) {
            ended.addSuppressed(lost);
            throw ended;
        }
    }

    /** Lets go of the statements; the connection stays with whoever opened it. */
    @Override
    public void close() throws SQLException {
        for (PreparedStatement statement : statements.values()) {
            statement.close();
        }
        statements.clear();
    }

    void closeConnection() throws SQLException {
        connection.close();
    }

    private void forgetCounters() {
        unfinished.clear();
        accounts.clear();
        days.clear();
        deleted.clear();
        ready.clear();
    }

    private PreparedStatement prepare(String sql, Object... values) throws SQLException {
        PreparedStatement statement = statements.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            statements.put(sql, statement);
        }
        for (int index = 0; index < values.length; index++) {
            Object value = values[index];
            if (value instanceof Long number) {
                statement.setLong(index + 1, number);
            } else if (value instanceof Integer number) {
                statement.setInt(index + 1, number);
            } else if (value instanceof String text) {
                statement.setString(index + 1, text);
            } else {
                statement.setObject(index + 1, value);
            }
        }
        return statement;
    }
}
