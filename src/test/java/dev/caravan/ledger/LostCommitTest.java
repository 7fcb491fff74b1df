package dev.caravan.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections that are lost in the middle of commits, which took place or not: nothing is done twice or left out. */
class LostCommitTest extends OnLedger {

    private static final int THREADS = 4;
    private static final int ROWS = 40;

    private ObservedDataSource observed;
    private Store store;

    @BeforeEach
    void observe() {
        observed = new ObservedDataSource(ledger.dataSource());
        store = new Store(observed, "observed");
        observed.loseSomeAnswers(new Random(7));
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void everySendIsAdmittedClaimedAndSettledOnce() throws Exception {
        AtomicInteger notApplied = new AtomicInteger();
        List<Callable<Void>> all = new ArrayList<>();
        for (int thread = 0; thread < THREADS; thread++) {
            String batch = "b" + thread;
            openBatch(batch);
            all.add(() -> {
                for (int row = 0; row < ROWS; row++) {
                    long before = row;
                    // As the doors do: a send without a reference, so that a second one would be another send.
                    write(() -> store.write(transaction -> {
                        parts.acceptance()
                                .insert(
                                        transaction,
                                        Draft.draft().of(batch, before + 1).send());
                        batches.advance(transaction, batch, before, 1, 1, 0, 0);
                        return null;
                    }));
                    Attempt attempt = write(() -> store.write(
                                    transaction -> parts.queue().claim(transaction, "main", null, false, NOW)))
                            .orElseThrow();
                    if (!write(() -> store.write(
                            transaction -> parts.settlements().settle(transaction, attempt, sent("wamid"), NOW)))) {
                        notApplied.incrementAndGet();
                    }
                }
                return null;
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (Future<Void> done : threads.invokeAll(all)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(ledger.texts("SELECT DISTINCT state || ' ' || attempt FROM send"))
                .containsExactly("sent 1");
        assertThat(ledger.number("SELECT count(*) FROM send")).isEqualTo(THREADS * ROWS);
        assertThat(ledger.number("SELECT count(*) FROM history")).isEqualTo(THREADS * ROWS);
        assertThat(ledger.texts("SELECT DISTINCT accepted FROM batch")).containsExactly(Integer.toString(ROWS));
        assertThat(notApplied).hasValue(0);
        assertCounters();
    }

    /** Again and again, as a door that is knocked at again or a result that is kept does. */
    private static <T> T write(Callable<T> work) throws Exception {
        while (true) {
            try {
                return work.call();
            } catch (LedgerException failed) {
                // It did not take place.
            }
        }
    }
}
