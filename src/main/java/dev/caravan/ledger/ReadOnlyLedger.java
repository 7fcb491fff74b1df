package dev.caravan.ledger;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** A ledger opened to be read, beside the gateway that writes it or while none runs. */
public final class ReadOnlyLedger implements AutoCloseable {

    private static final int PATIENCE_MILLIS = (int) TimeUnit.SECONDS.toMillis(5);

    private final DataSource dataSource;
    private final Store store;

    private ReadOnlyLedger(DataSource dataSource) {
        this.dataSource = dataSource;
        this.store = new Store(dataSource, "reader");
    }

    /**
     * @throws LedgerException when there is no ledger, or it cannot be reached
     */
    public static ReadOnlyLedger open(DataSourceProperties properties) {
        String url = properties.determineUrl();
        return new ReadOnlyLedger(url.startsWith(LedgerConfiguration.SQLITE) ? sqlite(url) : server(properties));
    }

    public Store store() {
        return store;
    }

    DataSource dataSource() {
        return dataSource;
    }

    private static DataSource sqlite(String url) {
        Path file = LedgerConfiguration.file(url);
        if (!Files.exists(file)) {
            throw new LedgerException("there is no ledger yet", null);
        }
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(PATIENCE_MILLIS);
        SQLiteDataSource dataSource = new SQLiteDataSource(config);
        // A reader needs the shared memory of the log, and would make one that is not there and leave it behind: in
        // this
        // user's name, which the gateway may not be able to open. Without a log there is no writer either.
        boolean isOpen = Files.exists(file.resolveSibling(file.getFileName() + "-wal"));
        String address = "file:" + file.toUri().getRawPath();
        dataSource.setUrl(LedgerConfiguration.SQLITE + address + (isOpen ? "?mode=ro" : "?immutable=1"));
        return dataSource;
    }

    private static DataSource server(DataSourceProperties properties) {
        HikariDataSource dataSource = properties
                .initializeDataSourceBuilder()
                .type(HikariDataSource.class)
                .build();
        dataSource.setReadOnly(true);
        dataSource.setMaximumPoolSize(1);
        dataSource.setConnectionTimeout(PATIENCE_MILLIS);
        return dataSource;
    }

    @Override
    public void close() {
        store.close();
        if (dataSource instanceof HikariDataSource pool) {
            pool.close();
        }
    }
}
