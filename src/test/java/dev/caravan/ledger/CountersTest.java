package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Accounts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever happens in whatever order, the counters kept beside the sends agree with the sends. */
class CountersTest extends OnLedger {

    private static final int STEPS = 400;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void countersAreRightAfterAnySequenceOfOperations(long seed) {
        Random random = new Random(seed);
        openBatch("b1");
        openBatch("b2");
        List<Attempt> underWay = new ArrayList<>();
        List<Attempt> over = new ArrayList<>();
        long[] rows = {0, 0};
        long now = NOW;
        for (int step = 0; step < STEPS; step++) {
            now += random.nextInt(20);
            switch (random.nextInt(10)) {
                case 0, 1 -> admitSome(random, rows, now);
                case 2, 3 -> claimOne(random, underWay, now);
                case 4 -> settleOne(random, underWay, over, now);
                case 5 -> settleCandidate(random, now);
                case 6 -> pass(now);
                case 7 -> changeByHand(random, now);
                case 8 -> stopOrGoOn(random, now);
                default -> disturb(random, over, underWay, now);
            }
        }
        assertCounters();
        assertThat(ledger.texts("SELECT id || ' ' || failed FROM batch ORDER BY id"))
                .as("batch.failed")
                .isEqualTo(ledger.texts("SELECT id || ' ' || (SELECT count(*) FROM send"
                        + " WHERE send.batch = batch.id AND state = 'failed') FROM batch ORDER BY id"));
    }

    /** As intake does: sends and their batch in one transaction; some of them repeat a reference. */
    private void admitSome(Random random, long[] rows, long now) {
        int which = random.nextInt(2);
        String batch = "b" + (which + 1);
        int records = 1 + random.nextInt(4);
        long before = rows[which];
        write(transaction -> {
            int accepted = 0;
            for (int record = 1; record <= records; record++) {
                Draft one = draft().of(batch, before + record)
                        .account(random.nextBoolean() ? "main" : "other")
                        .rank(before + record)
                        .dueAt(random.nextInt(4) == 0 ? now + random.nextInt(200) : NOW)
                        .expiresAt(now + random.nextInt(400));
                if (random.nextInt(3) == 0) {
                    one.reference("order-" + random.nextInt(40));
                }
                accepted += parts.acceptance().insert(transaction, one.send()).isEmpty() ? 1 : 0;
            }
            batches.advance(transaction, batch, before, records, accepted, records - accepted, 0);
            return null;
        });
        rows[which] += records;
    }

    private void claimOne(Random random, List<Attempt> underWay, long now) {
        String account = random.nextBoolean() ? "main" : "other";
        write(transaction -> parts.queue().claim(transaction, account, null, false, now))
                .ifPresent(underWay::add);
    }

    private void settleOne(Random random, List<Attempt> underWay, List<Attempt> over, long now) {
        if (!underWay.isEmpty()) {
            Attempt attempt = underWay.remove(random.nextInt(underWay.size()));
            Settlement verdict = verdict(random, now);
            write(transaction -> parts.settlements().settle(transaction, attempt, verdict, now));
            over.add(attempt);
        }
    }

    private void settleCandidate(Random random, long now) {
        List<String> queued = ledger.texts("SELECT id FROM send WHERE state = 'queued' AND ready = 1 ORDER BY id");
        if (!queued.isEmpty()) {
            String id = queued.get(random.nextInt(queued.size()));
            String account = ledger.text("SELECT account FROM send WHERE id = ?", id);
            Settlement verdict = verdict(random, now);
            write(transaction -> parts.settlements().settleUnclaimed(transaction, account, id, verdict, now));
        }
    }

    /** Somebody cancels, retries or settles a send, whatever its state. */
    private void changeByHand(Random random, long now) {
        List<String> ids = ledger.texts("SELECT id FROM send ORDER BY id");
        if (!ids.isEmpty()) {
            String id = ids.get(random.nextInt(ids.size()));
            SendControl control = parts.sendControl(
                    ledger.store(), new Accounts(List.of(account("main"), account("other")), List.of(), null));
            ByHand by = new ByHand("anne", null);
            switch (random.nextInt(5)) {
                case 0 -> control.cancel(id, by, now);
                case 1, 2 -> control.retry(id, random.nextBoolean(), by, now);
                case 3 -> control.resolve(id, random.nextBoolean() ? State.SENT : State.FAILED, null, by, now);
                default -> control.retryAll(SendFilter.ALL, Reach.ALL, random.nextBoolean(), by, now);
            }
        }
    }

    private void stopOrGoOn(Random random, long now) {
        BatchControl control = new BatchControl(parts.settlements(), BatchControl.STEP);
        String batch = random.nextBoolean() ? "b1" : "b2";
        write(transaction -> {
            switch (random.nextInt(4)) {
                case 0 -> control.pause(transaction, batch);
                case 1 -> control.setAside(transaction, batch, control.queued(transaction, batch, 0));
                case 2 ->
                    control.cancelSome(
                            transaction,
                            control.queued(transaction, batch, 0).stream()
                                    .limit(2)
                                    .toList(),
                            now);
                default -> {
                    control.resume(transaction, batch);
                    control.release(transaction, batch, new HashMap<>(), now);
                }
            }
            return null;
        });
    }

    private void pass(long now) {
        makeReady(now);
        expire(now);
    }

    /** Late results, restarts, and transactions that fail half-way. */
    private void disturb(Random random, List<Attempt> over, List<Attempt> underWay, long now) {
        if (!over.isEmpty()) {
            settle(over.get(random.nextInt(over.size())), sent("late"));
        }
        if (random.nextInt(4) == 0) {
            recover(now);
            over.addAll(underWay);
            underWay.clear();
        }
        try {
            write(transaction -> {
                parts.acceptance().insert(transaction, draft().of("b1", 0).send());
                parts.queue().claim(transaction, "main", null, false, now);
                parts.settlements().expire(transaction, now + 1_000_000);
                throw new IllegalStateException("half-way");
            });
        } catch (LedgerException expected) {
            // Nothing of it may be stored.
        }
    }

    private static Settlement verdict(Random random, long now) {
        return switch (random.nextInt(6)) {
            case 0 -> sent("wamid");
            case 1 -> failed();
            case 2 -> unknown();
            case 3 -> queuedUntil(now);
            case 4 -> queuedUntil(now + random.nextInt(100));
            default ->
                new Settlement(
                        State.QUEUED,
                        now,
                        true,
                        null,
                        List.of(),
                        new Settlement.Cause("transient", "stale", "look it up again"),
                        Settlement.Call.NONE);
        };
    }
}
