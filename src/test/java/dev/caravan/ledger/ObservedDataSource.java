package dev.caravan.ledger;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Counts commits, and can lose its connections as a database does that goes away. */
final class ObservedDataSource extends DelegatingDataSource {

    private final AtomicInteger commits = new AtomicInteger();
    private final AtomicInteger age = new AtomicInteger();

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

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        int born = age.get();
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, values) -> {
                    if (age.get() != born && !method.getName().equals("close")) {
                        throw new SQLException("the connection is lost", "08006");
                    }
                    if (method.getName().equals("commit")) {
                        commits.incrementAndGet();
                    }
                    try {
                        return method.invoke(connection, values);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                });
    }
}
