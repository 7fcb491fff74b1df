package dev.caravan.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SQLite when its disk is full: it ends the transaction by itself, behind the driver's back. */
class FullLedgerTest {

    private static final String LARGE = "x".repeat(100_000);

    @TempDir
    private Path directory;

    private TemporaryLedger ledger;

    @BeforeEach
    void open() {
        ledger = TemporaryLedger.sqlite(directory);
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    @Test
    void writeThatFindsNoRoomSaysSo() {
        mostPages(1);

        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(() -> note("large", LARGE))
                .withMessageContaining("full");
        assertThat(noted()).isZero();
    }

    @Test
    void writesAreTransactionsAgainAfterwards() {
        mostPages(1);
        assertThatExceptionOfType(LedgerException.class).isThrownBy(() -> note("large", LARGE));

        note("small", "x");
        assertThatExceptionOfType(LedgerException.class)
                .isThrownBy(() -> ledger.store().write(transaction -> {
                    transaction.update("INSERT INTO setting (name, value) VALUES ('half', 'x')");
                    return transaction.update("INSERT INTO setting (name, value) VALUES ('refused', NULL)");
                }));
        assertThat(noted()).isEqualTo(1);
    }

    @Test
    void writesSucceedOnceThereIsRoom() {
        mostPages(1);
        assertThatExceptionOfType(LedgerException.class).isThrownBy(() -> note("large", LARGE));
        mostPages(1_000_000);

        note("large", LARGE);
        assertThat(noted()).isEqualTo(1);
    }

    /** Of the one connection that writes; never fewer than there are. */
    private void mostPages(int pages) {
        ledger.store().write(transaction -> transaction.one("PRAGMA max_page_count = " + pages, row -> row.getInt(1)));
    }

    private void note(String name, String value) {
        ledger.change("INSERT INTO setting (name, value) VALUES (?, ?)", name, value);
    }

    private long noted() {
        return ledger.number("SELECT count(*) FROM setting WHERE name IN ('large', 'small', 'half')");
    }
}
