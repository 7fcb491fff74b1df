package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.account.Pace;
import dev.caravan.account.Rate;
import dev.caravan.ledger.Claim;
import dev.caravan.ledger.Draft;
import dev.caravan.ledger.LedgerParts;
import dev.caravan.ledger.Settlement;
import dev.caravan.ledger.TemporaryLedger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A lane over a ledger whose every commit takes a fifth of a second. */
class SlowLedgerIT {

    private static final Pace PACE = Pace.of(new Rate(20, Duration.ofSeconds(1)));
    private static final int ROWS = 30;

    private final LedgerParts parts = LedgerParts.of("here");
    private final BlockingQueue<Long> calls = new LinkedBlockingQueue<>();

    @TempDir
    private Path directory;

    @Test
    void itsSendsComeNoCloserTogetherThanThePaceAndNoneIsLost() throws Exception {
        ThreadPoolExecutor turns = (ThreadPoolExecutor) Executors.newCachedThreadPool();
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
        try (TemporaryLedger ledger = TemporaryLedger.slow(directory, Duration.ofMillis(200))) {
            ledger.store().write(transaction -> {
                parts.lanes().register(transaction, List.of("main"));
                for (int row = 0; row < ROWS; row++) {
                    parts.acceptance().insert(transaction, Draft.draft().send());
                }
                return null;
            });
            Lane lane = new Lane(
                    account(),
                    turn -> deliver(ledger, turn),
                    ledger.store(),
                    parts.slots(),
                    turns,
                    timer,
                    Clocks.of(InstantSource.system()));
            lane.open();
            lane.signal();

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> ledger.number("SELECT count(*) FROM send WHERE state = 'sent'") == ROWS);
            lane.close();
            turns.shutdown();
            assertThat(turns.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
            assertThat(ledger.texts("SELECT DISTINCT state || ' ' || attempt FROM send"))
                    .containsExactly("sent 1");
        } finally {
            timer.shutdownNow();
        }
        List<Long> at = calls.stream().sorted().toList();
        assertThat(at).hasSize(ROWS);
        // Those that share a commit leave it together. How late a thread wakes up on a busy machine is left to it.
        assertThat(IntStream.range(3, ROWS).mapToLong(index -> at.get(index) - at.get(index - 3)))
                .allMatch(three -> three >= TimeUnit.MILLISECONDS.toNanos(3 * 50 - 60));
    }

    private void deliver(TemporaryLedger ledger, Turn turn) {
        Claim claim = ledger.store().write(transaction -> parts.slots()
                .claim(
                        transaction,
                        "main",
                        null,
                        turn.start(),
                        PACE,
                        new Random(1),
                        ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now())));
        if (claim instanceof Claim.Claimed claimed) {
            turn.claimed(claimed.attempt());
            calls.add(System.nanoTime());
            ledger.store().write(transaction -> parts.settlements()
                    .settle(transaction, claimed.attempt(), Settlement.sent("id"), System.currentTimeMillis()));
        } else {
            turn.foundNothing();
        }
    }

    private static Account account() {
        return AccountDraft.named("main").pace(PACE).concurrency(8).account();
    }
}
