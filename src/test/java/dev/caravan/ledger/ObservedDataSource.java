package dev.caravan.ledger;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Counts commits, and can lose its connections as a database does that goes away. */
final class ObservedDataSource extends DelegatingDataSource {

    private final AtomicInteger commits = new AtomicInteger();
    private final AtomicInteger age = new AtomicInteger();
    private final AtomicInteger attempts = new AtomicInteger();
    private volatile boolean refuses;
    private volatile boolean rollbacksBreak;
    private volatile Loss loss;
    private volatile int lostAt;
    private volatile Random losing;
    private volatile Duration commitTime = Duration.ZERO;

    ObservedDataSource(DataSource dataSource) {
        super(dataSource);
    }

    int commits() {
        return commits.get();
    }

    /** Nothing can be done any more over the connections given out so far. */
    void loseConnections() {
        age.incrementAndGet();
    }

    /** How often a connection was asked for. */
    int attempts() {
        return attempts.get();
    }

    /** Whether it gives out no connections. */
    void refuseConnections(boolean refuse) {
        refuses = refuse;
    }

    /** What the database still does of the next commit, before it goes away. */
    enum Loss {
        COMMITTED,
        NOTHING
    }

    /**
     * A commit gets no answer, and no connection can be had from then on until {@link #refuseConnections}{@code (false)}.
     *
     * @param answered so many commits before it are answered
     */
    void loseTheAnswer(Loss what, int answered) {
        lostAt = commits.get() + answered + 1;
        loss = what;
    }

    /** Every now and then a connection is lost in the middle of a commit, which takes place or not; null ends that. */
    void loseSomeAnswers(Random random) {
        losing = random;
    }

    /** How long each commit takes, at least. */
    void slowDown(Duration commit) {
        commitTime = commit;
    }

    /** Whether a rollback ends as it does when the memory is full. */
    void breakRollbacks(boolean broken) {
        rollbacksBreak = broken;
    }

    @Override
    public Connection getConnection() throws SQLException {
        attempts.incrementAndGet();
        if (refuses) {
            throw new SQLException("nobody is there", "08001");
        }
        Connection connection = super.getConnection();
        int born = age.get();
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, values) -> {
                    if (age.get() != born && !method.getName().equals("close")) {
                        throw new SQLException("the connection is lost", "08006");
                    }
                    if (method.getName().equals("rollback") && rollbacksBreak) {
                        throw new OutOfMemoryError("as a test has it");
                    }
                    if (method.getName().equals("commit")) {
                        LockSupport.parkNanos(commitTime.toNanos());
                        Random random = losing;
                        if (random != null && random.nextInt(4) == 0) {
                            if (random.nextBoolean()) {
                                connection.commit();
                            }
                            loseConnections();
                            throw new SQLException("the connection was lost during the commit", "08006");
                        }
                        if (commits.incrementAndGet() == lostAt) {
                            if (loss == Loss.COMMITTED) {
                                connection.commit();
                            }
                            refuses = true;
                            loseConnections();
                            throw new SQLException("the connection was lost during the commit", "08006");
                        }
                    }
                    try {
                        return method.invoke(connection, values);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }
}
