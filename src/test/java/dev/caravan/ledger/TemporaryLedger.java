package dev.caravan.ledger;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;

/** A migrated ledger of a test's own, opened as the gateway opens its. */
public final class TemporaryLedger implements AutoCloseable {

    private final HikariDataSource dataSource;
    private final Store store;

    private TemporaryLedger(HikariDataSource dataSource, DataSource written) {
        this.dataSource = dataSource;
        this.store = new Store(written, "gateway");
    }

    /** A file below the directory; opened a second time, what is in it is kept. */
    public static TemporaryLedger sqlite(Path directory) {
        return at("jdbc:sqlite:" + directory.resolve("ledger.db"));
    }

    /** A database that exists; it is migrated, if that has not been done. */
    public static TemporaryLedger at(String url) {
        HikariDataSource dataSource = connect(url);
        migrate(dataSource);
        return new TemporaryLedger(dataSource, dataSource);
    }

    /** One that takes so long for each commit. */
    public static TemporaryLedger slow(Path directory, Duration commit) {
        HikariDataSource dataSource = connect("jdbc:sqlite:" + directory.resolve("ledger.db"));
        migrate(dataSource);
        ObservedDataSource observed = new ObservedDataSource(dataSource);
        observed.slowDown(commit);
        return new TemporaryLedger(dataSource, observed);
    }

    static HikariDataSource connect(String url) {
        DataSourceProperties properties = new DataSourceProperties();
        properties.setUrl(url);
        try {
            return new LedgerConfiguration().dataSource(properties, null);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    static void migrate(HikariDataSource dataSource) {
        FluentConfiguration flyway = Flyway.configure().dataSource(dataSource);
        new LedgerConfiguration().identityColumns().customize(flyway);
        flyway.load().migrate();
    }

    public Store store() {
        return store;
    }

    HikariDataSource dataSource() {
        return dataSource;
    }

    /** The first column of a query of the test's own. */
    public List<String> texts(String sql, Object... values) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int index = 0; index < values.length; index++) {
                statement.setObject(index + 1, values[index]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                List<String> texts = new ArrayList<>();
                while (rows.next()) {
                    texts.add(rows.getString(1));
                }
                return texts;
            }
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** The one value of a query of the test's own. */
    public String text(String sql, Object... values) {
        return texts(sql, values).get(0);
    }

    /** The one number of a query of the test's own. */
    public long number(String sql, Object... values) {
        return Long.parseLong(text(sql, values));
    }

    /** Changes rows in a way that the product has no method for. */
    public void change(String sql, Object... values) {
        store.write(transaction -> transaction.update(sql, values));
    }

    @Override
    public void close() {
        store.close();
        dataSource.close();
    }
}
