package dev.caravan.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the file of an SQLite ledger begins. */
class DialectTest {

    @TempDir
    private Path directory;

    @Test
    void aNewLedgerHasSmallPages() {
        assertThat(pageSize()).isEqualTo(2_048);
        assertThat(pageSize()).as("opened again").isEqualTo(2_048);
    }

    @Test
    void soHasOneWhoseFileWasMadeBeforehandOrByAStartThatGotNoFurther() throws IOException {
        Files.createFile(directory.resolve("ledger.db"));

        assertThat(pageSize()).isEqualTo(2_048);
    }

    @Test
    void oneThatHasOthersKeepsThem() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("ledger.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA page_size = 8192");
            statement.execute("CREATE TABLE somebody (name TEXT)");
            statement.execute("DROP TABLE somebody");
        }

        assertThat(pageSize()).isEqualTo(8_192);
    }

    private long pageSize() {
        try (TemporaryLedger ledger = TemporaryLedger.sqlite(directory)) {
            assertThat(ledger.text("PRAGMA journal_mode")).isEqualTo("wal");
            return ledger.number("PRAGMA page_size");
        }
    }
}
