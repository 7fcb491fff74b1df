package dev.caravan.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.account.AccountDraft;
import dev.caravan.account.QuietTimes;
import dev.caravan.account.SendingRules;
import dev.caravan.ledger.Slots.Reservation;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void aGatewayThatDiesInTheMiddleOfAWriteHoldsUpTheOthersForAMinute() {
        try (TemporaryLedger ledger = newDatabase()) {
            assertThat(ledger.text("SHOW idle_in_transaction_session_timeout")).isEqualTo("1min");
        }
    }

    @Test
    void commitsAreOnDiskHoweverTheServerIsSetUp() {
        try (TemporaryLedger ledger = newDatabase()) {
            assertThat(ledger.text("SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit'"))
                    .isEqualTo("off");
            assertThat(ledger.text("SHOW synchronous_commit")).isEqualTo("on");
        }
    }

    @Test
    void whoeverIsThereBesideAGatewayThatStartsKeepsWhatIsIts(@TempDir Path home) {
        LedgerParts elsewhere = LedgerParts.of("elsewhere");
        try (TemporaryLedger ledger = newDatabase()) {
            Draft.admitTo(ledger, Draft.draft());
            ledger.store().write(transaction -> {
                elsewhere.lanes().register(transaction, List.of("main"));
                new Batches("elsewhere").openRequest(transaction, "b", "hub", "default", false, OnLedger.NOW);
                return elsewhere.queue().claim(transaction, "main", null, false, OnLedger.NOW);
            });
            Succession succession = new Succession(ledger.store(), "here", elsewhere.recovery(), home);

            int taken =
                    ledger.store().write(transaction -> succession.takeOver(transaction, Set.of(), OnLedger.NOW + 60));

            assertThat(taken).isZero();
            assertThat(ledger.text("SELECT state FROM send")).isEqualTo("sending");
            assertThat(ledger.text("SELECT gateway FROM batch")).isEqualTo("elsewhere");
        }
    }

    /** It would take longer with each send that the ledger has ever seen. */
    @Test
    void noClaimReadsTheWholeTableOfSends() {
        QuietTimes always = new QuietTimes(
                List.of(), Set.of(LocalDate.of(2027, 1, 15)), Set.of(), recipient -> List.of(ZoneOffset.UTC));
        LedgerParts parts = LedgerParts.with(AccountDraft.named("main")
                .rules(new SendingRules(true, always, null, null, ZoneOffset.UTC))
                .account());
        try (TemporaryLedger ledger = newDatabase()) {
            ledger.store().write(transaction -> {
                parts.lanes().register(transaction, List.of("main"));
                parts.acceptance()
                        .insert(transaction, Draft.draft().of("paused", 1).send());
                parts.acceptance()
                        .insert(transaction, Draft.draft().of("paused", 2).send());
                parts.acceptance()
                        .insert(transaction, Draft.draft().to("+905301234502").send());
                return parts.acceptance()
                        .insert(transaction, Draft.draft().to("+905301234503").send());
            });
            ledger.change("INSERT INTO batch (id, gateway, source, name, namespace, state, paused, created_at)"
                    + " VALUES ('paused', 'here', 'file', 'a.csv', 'default', 'read', 'hand', 0)");
            ledger.change(
                    "INSERT INTO send (id, namespace, account, provider, recipient, type, priority, fair_rank, content,"
                            + " digests, state, ready, expires_at, accepted_at, changed_at)"
                            + " SELECT '00' || number, 'default', 'main', 'pigeon', 'r' || number, 'text', 1, number, '', '',"
                            + " 'sent', 1, 0, 0, 0 FROM generate_series(1, 50000) AS number");
            ledger.change("ANALYZE send");
            String scans = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'send'";

            long[] whole = ledger.store().write(transaction -> {
                long before = transaction.one(scans, row -> row.getLong(1)).orElse(0L);
                boolean found = parts.queue()
                        .claim(transaction, "main", null, false, OnLedger.NOW)
                        .isPresent();
                long after = transaction.one(scans, row -> row.getLong(1)).orElse(0L);
                return new long[] {after - before, found ? 1 : 0};
            });

            assertThat(whole).containsExactly(0, 0);
            assertThat(ledger.texts("SELECT ready FROM send WHERE state = 'queued' ORDER BY id"))
                    .containsExactly("2", "2", "0", "0");
        }
    }

    /** A queue that was empty when the planner last looked seems so until it looks again: after a tenth of all rows. */
    @Test
    void noClaimReadsAQueueThatHasGrownSinceTheTableWasAnalyzed() {
        LedgerParts parts = LedgerParts.with(AccountDraft.named("main")
                .rules(new SendingRules(true, QuietTimes.NONE, null, null, ZoneOffset.UTC))
                .account());
        try (TemporaryLedger ledger = newDatabase()) {
            ledger.store().write(transaction -> {
                parts.lanes().register(transaction, List.of("main"));
                return null;
            });
            ledger.change("ALTER TABLE send SET (autovacuum_enabled = off)");
            String sends =
                    "INSERT INTO send (id, namespace, account, provider, recipient, type, priority, fair_rank, content,"
                            + " digests, state, ready, expires_at, accepted_at, changed_at)"
                            + " SELECT lpad(number::text, 10, '0'), 'default', 'main', 'pigeon', 'r' || number / 2, 'text', 1,"
                            + " number, '', '', '%s', 1, 1, 0, 0 FROM generate_series(%d, %d) AS number";
            ledger.change(sends.formatted("sent", 1, 100_000));
            ledger.change("ANALYZE send");
            ledger.change(sends.formatted("queued", 100_001, 120_000));
            ledger.change("UPDATE send SET expires_at = " + Long.MAX_VALUE + " WHERE state = 'queued'");
            String read = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'send'";

            Set<String> claimed = new TreeSet<>();
            long rows = ledger.store().write(transaction -> {
                long before = transaction.one(read, row -> row.getLong(1)).orElse(0L);
                for (int claim = 0; claim < 3; claim++) {
                    parts.queue()
                            .claim(transaction, "main", null, false, OnLedger.NOW)
                            .ifPresent(attempt -> claimed.add(attempt.id()));
                }
                return transaction.one(read, row -> row.getLong(1)).orElse(0L) - before;
            });

            assertThat(claimed)
                    .as("the third of them was behind the second")
                    .containsExactly("0000100001", "0000100002", "0000100004");
            assertThat(rows).as("rows that were read").isLessThan(100);
        }
    }

    @Nested
    class OfKeep extends KeepTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfReconciliation extends ReconciliationTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfRestored extends RestoredTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }

        @Test
        void aGatewayThatRunsOnTheLedgerIsHeardAndOneThatDoesNoMoreIsNot() {
            try (Restored restored = restored()) {
                assertThat(restored.heard(Duration.ofMinutes(1))).isEmpty();
                try (Presence presence =
                        new Presence(ledger.store(), parts.recovery(), "there", Set.of(), Presence.SILENCE)) {
                    await().until(() -> presence.stay() != 0);
                    assertThat(restored.heard(Duration.ofMinutes(1))).hasValue("there");
                }
                assertThat(restored.heard(Duration.ofSeconds(3))).isEmpty();
            }
        }
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
    class OfSendingRules extends SendingRulesTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfRecipientOrder extends RecipientOrderTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfSetClock extends SetClockTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfChecks extends ChecksTest {
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
    }

    @Nested
    class OfSendControl extends SendControlTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfDeliveries extends DeliveriesTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfSendQueries extends SendQueriesTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfRecipients extends RecipientsTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfBatchControl extends BatchControlTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfBatchStandings extends BatchStandingsTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfStandIns extends StandInsTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfEvents extends EventsTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfUnconfirmed extends UnconfirmedTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfLostCommits extends LostCommitTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfLeases extends LeasesTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfPresence extends PresenceTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfReplies extends RepliesTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    @Nested
    class OfInbound extends InboundTest {
        @Override
        TemporaryLedger open() {
            return newDatabase();
        }
    }

    /** Several gateways on one ledger, each with its own store. */
    @Nested
    class OfTwoGateways extends OnLedger {

        private static final int THREADS = 4;

        private final LedgerParts elsewhereParts = LedgerParts.of("elsewhere");
        private Store elsewhere;

        @Override
        TemporaryLedger open() {
            return newDatabase();
        }

        @BeforeEach
        void startTheOther() {
            elsewhere = new Store(ledger.dataSource(), "elsewhere");
        }

        @AfterEach
        void stopTheOther() {
            elsewhere.close();
        }

        @Test
        void reservationsAtOnceKeepThePace() throws Exception {
            admitMany(1_000);

            List<Long> starts = inBothAtOnce(50, (store, own) -> {
                Reservation reserved = store.write(transaction -> parts.slots()
                        .reserve(
                                transaction,
                                "main",
                                SlotsTest.FIFTY,
                                new Random(1),
                                5,
                                0,
                                false,
                                Optional.empty(),
                                0,
                                SlotsTest.START));
                return reserved.starts();
            });

            starts.sort(null);
            assertThat(starts).hasSize(2 * THREADS * 50 * 5);
            assertThat(SlotsTest.gaps(starts)).allMatch(gap -> gap >= SlotsTest.GAP);
        }

        @Test
        void everySendIsClaimedOnce() throws Exception {
            admitMany(1_000);

            List<String> claimed = inBothAtOnce(200, (store, own) -> {
                Optional<Attempt> attempt =
                        store.write(transaction -> own.queue().claim(transaction, "main", null, false, NOW));
                return attempt.map(Attempt::id).stream().toList();
            });

            assertThat(claimed).hasSize(1_000).doesNotHaveDuplicates();
            assertCounters();
        }

        @Test
        void anEndpointMissesNoOutcomeWhoeverWritesIt() throws Exception {
            admitMany(2 * THREADS * 100);
            List<Long> seen = Collections.synchronizedList(new ArrayList<>());
            AtomicBoolean writing = new AtomicBoolean(true);
            FutureTask<Long> endpoint = new FutureTask<>(() -> {
                long cursor = 0;
                boolean last;
                do {
                    last = !writing.get();
                    long from = cursor;
                    List<Outbox.Entry> entries = read(transaction -> outbox.after(transaction, from, 500));
                    entries.forEach(entry -> seen.add(entry.id()));
                    cursor = entries.isEmpty()
                            ? cursor
                            : entries.get(entries.size() - 1).id();
                } while (!last);
                return cursor;
            });
            new Thread(endpoint).start();

            inBothAtOnce(100, (store, own) -> {
                Attempt attempt = store.write(transaction -> own.queue().claim(transaction, "main", null, false, NOW))
                        .orElseThrow();
                store.write(transaction -> own.settlements().settle(transaction, attempt, sent("wamid"), NOW));
                return List.of();
            });
            writing.set(false);
            endpoint.get();

            assertThat(seen).hasSize(2 * THREADS * 100).doesNotHaveDuplicates();
        }

        @Test
        void noneWaitsForRowsOfTheOtherThatWaitsForItsOwn() throws Exception {
            List<String> accounts = List.of("main", "other");

            inBothAtOnce(100, (store, own) -> {
                List<String> order = new ArrayList<>(accounts);
                Collections.shuffle(order);
                for (String account : order) {
                    store.write(transaction -> parts.slots()
                            .reserve(
                                    transaction,
                                    account,
                                    SlotsTest.FIFTY,
                                    new Random(1),
                                    5,
                                    0,
                                    false,
                                    Optional.empty(),
                                    0,
                                    SlotsTest.START));
                }
                return List.of();
            });

            assertThat(ledger.number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
                    .isZero();
        }

        @Test
        void connectionsThatTheDatabaseCutsAreReplaced() {
            admitMany(1);
            elsewhere.write(transaction -> elsewhereParts.queue().makeReady(transaction, NOW));
            ledger.texts("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    + " WHERE datname = current_database() AND pid <> pg_backend_pid()");

            await().ignoreExceptionsInstanceOf(LedgerException.class).until(() -> recover(NOW) == 0);
            await().ignoreExceptionsInstanceOf(LedgerException.class).until(() -> elsewhere
                    .write(transaction -> elsewhereParts.queue().claim(transaction, "main", null, false, NOW))
                    .isPresent());
        }

        private void admitMany(int count) {
            write(transaction -> {
                for (int number = 0; number < count; number++) {
                    parts.acceptance().insert(transaction, Draft.draft().send());
                }
                return null;
            });
        }

        /** Does something that often in each thread of both gateways, and returns all that came of it. */
        private <T> List<T> inBothAtOnce(int times, BiFunction<Store, LedgerParts, List<T>> work) throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(2 * THREADS);
            try {
                List<Callable<List<T>>> all = new ArrayList<>();
                for (int thread = 0; thread < 2 * THREADS; thread++) {
                    Store store = thread % 2 == 0 ? ledger.store() : elsewhere;
                    LedgerParts own = thread % 2 == 0 ? parts : elsewhereParts;
                    all.add(() -> {
                        List<T> results = new ArrayList<>();
                        for (int time = 0; time < times; time++) {
                            results.addAll(work.apply(store, own));
                        }
                        return results;
                    });
                }
                List<T> results = new ArrayList<>();
                for (Future<List<T>> done : threads.invokeAll(all)) {
                    results.addAll(done.get());
                }
                return results;
            } finally {
                threads.shutdownNow();
            }
        }
    }
}
