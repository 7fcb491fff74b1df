package dev.caravan.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.ledger.Lanes.Slots;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What the ledger promises on SQLite it promises on PostgreSQL too. */
class PostgresLedgerIT {

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private static EmbeddedPostgres postgres;

    @BeforeAll
    static void startPostgres() throws IOException {
        // Below target, because the default place is shared with every other user of the machine.
        postgres = EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(
                        Path.of("target", "postgres").toAbsolutePath().toFile())
                .start();
    }

    @AfterAll
    static void stopPostgres() throws IOException {
        postgres.close();
    }

    private static TemporaryLedger newDatabase() {
        String name = "ledger" + DATABASES.incrementAndGet();
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
        return TemporaryLedger.at(postgres.getJdbcUrl("postgres", name));
    }

    @Nested
    class OfSends extends SendsTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfLanes extends LanesTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfOutbox extends OutboxTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfBatches extends BatchesTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfCounters extends CountersTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfStore extends StoreTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfSlots extends SlotsTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }

        @Test
        void twoGatewaysReservingAtOnceKeepThePace() throws Exception {
            admitMany(1_000);
            ExecutorService gateways = Executors.newFixedThreadPool(4);
            try (Store elsewhere = new Store(ledger.dataSource())) {
                List<Callable<List<Long>>> work = Stream.of(ledger.store(), elsewhere, ledger.store(), elsewhere)
                        .<Callable<List<Long>>>map(store -> () -> reserveOften(store, 50))
                        .toList();
                List<Long> starts = new ArrayList<>();
                for (Future<List<Long>> reserved : gateways.invokeAll(work)) {
                    starts.addAll(reserved.get());
                }
                starts.sort(null);

                assertThat(starts).hasSize(4 * 50 * 5);
                assertThat(gaps(starts)).allMatch(gap -> gap >= GAP);
            } finally {
                gateways.shutdownNow();
            }
        }

        private List<Long> reserveOften(Store store, int times) {
            Random even = new Random(1);
            List<Long> starts = new ArrayList<>();
            for (int time = 0; time < times; time++) {
                Slots slots = store.write(
                        transaction -> lanes.reserve(transaction, "main", FIFTY, even, 5, 0, Optional.empty(), START));
                starts.addAll(slots.starts());
            }
            return starts;
        }
    }
}
