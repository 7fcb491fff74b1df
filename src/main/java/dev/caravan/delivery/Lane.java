package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.account.Pace;
import dev.caravan.ledger.LedgerException;
import dev.caravan.ledger.Slots;
import dev.caravan.ledger.Slots.Reservation;
import dev.caravan.ledger.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When an account's turns start: as many at once as its concurrency allows, each at a start reserved in the ledger, and
 * none while there is nothing to send and nothing to ask. No thread waits: a lane without work costs nothing, one that
 * waits for its next start costs a timer.
 */
final class Lane {

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

    /** Fast lanes reserve the starts of this time in one commit. */
    private static final Duration RESERVED_AHEAD = Duration.ofMillis(100);

    private static final long AFTER_FAILURE = TimeUnit.SECONDS.toMillis(1);

    /**
     * A clock that says so much more or less than the time that has passed has been set, unless that was long ago: time
     * servers slow clocks down and speed them up by less than a thousandth.
     */
    private static final long SET_MICROS = TimeUnit.SECONDS.toMicros(1);

    private static final long MOST_DRIFT = 1_000;

    private final Account account;
    private final Consumer<Turn> route;
    private final Store store;
    private final Slots slots;
    private final Executor executor;
    private final ScheduledExecutorService timer;
    private final InstantSource clock;
    private final int reservedAtOnce;

    private final boolean paced;
    private final Turn.ClaimListener claims = new Turn.ClaimListener() {
        @Override
        public void claimed(boolean found) {
            Lane.this.claimed(found);
        }

        @Override
        public void awaitCall() {
            long call = nextCall();
            for (long wait = call - System.nanoTime();
                    wait > 0 && !Thread.currentThread().isInterrupted();
                    wait = call - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
        }
    };

    private boolean open;
    private boolean work;
    private long signals;
    private int running;
    private int unclaimed;

    /** Without a pace: how many turns may look for a send at once. One more with each that is found. */
    private int ramp = 1;

    private boolean asking;
    private boolean reserving;
    private Reservation reservation;
    private Moment reservedAt;
    private int usedSlots;
    private int clockSets;
    private long taken;
    private long wakeAt;
    private long nextCall = System.nanoTime();

    /** By {@link System#nanoTime}, which nobody can set. */
    private long heldUntil = System.nanoTime();

    /**
     * @param route runs one turn through the lane's route
     * @param clock tells the time that reserved starts are in; it may be set while the lane runs
     */
    Lane(
            Account account,
            Consumer<Turn> route,
            Store store,
            Slots slots,
            Executor executor,
            ScheduledExecutorService timer,
            InstantSource clock) {
        this.account = account;
        this.route = route;
        this.store = store;
        this.slots = slots;
        this.executor = executor;
        this.timer = timer;
        this.clock = clock;
        Pace pace = account.pace();
        this.paced = !pace.isUnlimited();
        this.reservedAtOnce = paced
                ? (int) Math.max(1, RESERVED_AHEAD.toNanos() / pace.longest().toNanos())
                : 0;
    }

    String account() {
        return account.name();
    }

    synchronized void open() {
        open = true;
        startTurns();
    }

    /** No turn starts any more; those under way go on to their end. */
    synchronized void close() {
        open = false;
    }

    /** There may be a due send. */
    synchronized void signal() {
        signals++;
        work = true;
        startTurns();
    }

    /** Whatever held it back does so no longer. */
    synchronized void resumed() {
        heldUntil = System.nanoTime();
        signal();
    }

    private synchronized void startTurns() {
        while (open && work && running < account.concurrency() && !isHeld() && mayStart()) {
            running++;
            unclaimed++;
            long start = taken;
            int sets = clockSets;
            try {
                executor.execute(() -> takeTurns(start, sets));
            } catch (RuntimeException | Error noThread) {
                running--;
                unclaimed--;
                LOG.error("Lane {} could not start a turn; it is tried again: {}", account.name(), noThread.toString());
                hold(clock.millis() + AFTER_FAILURE);
            }
        }
    }

    private boolean isHeld() {
        return heldUntil - System.nanoTime() > 0;
    }

    private boolean mayStart() {
        return paced ? takeSlot() : unclaimed < ramp;
    }

    private boolean takeSlot() {
        if (reserving) {
            return false;
        }
        Moment now = Moment.of(clock);
        long set = reservation == null ? 0 : now.setSince(reservedAt);
        if (set != 0) {
            LOG.warn("The clock was set by {} s; lane {} keeps its pace", set / 1_000_000, account.name());
            clockSets++;
            reserve(Optional.of(unused(set)));
            return false;
        }
        if (reservation == null || usedSlots == reservation.starts().size()) {
            reserve(Optional.empty());
            return false;
        }
        long start = reservation.starts().get(usedSlots);
        if (start > now.micros()) {
            if (wakeAt != start) {
                wakeAt = start;
                timer.schedule(() -> wake(start), start - now.micros(), TimeUnit.MICROSECONDS);
            }
            return false;
        }
        if (start < now.micros() - Slots.LATEST_MICROS) {
            reserve(Optional.of(unused(0)));
            return false;
        }
        usedSlots++;
        taken = start;
        return true;
    }

    /** The starts that no turn has used, or the next after them, by a clock that has been set meanwhile. */
    private Reservation unused(long set) {
        List<Long> left =
                reservation.starts().subList(usedSlots, reservation.starts().size());
        List<Long> starts = left.isEmpty() ? List.of(reservation.next()) : left;
        return new Reservation(starts.stream().map(start -> start + set).toList(), reservation.next(), 0);
    }

    /** The clock may have been set back meanwhile; then a new timer is needed for the same start. */
    private synchronized void wake(long start) {
        if (wakeAt == start) {
            wakeAt = 0;
        }
        startTurns();
    }

    private void reserve(Optional<Reservation> unused) {
        reserving = true;
        int waiting = unclaimed;
        boolean asks = !asking;
        long seen = signals;
        long earliest = nextStart();
        Runnable reservation = () -> {
            try {
                store.write(transaction -> {
                            Moment now = Moment.of(clock);
                            Reservation reserved = slots.reserve(
                                    transaction,
                                    account.name(),
                                    account.pace(),
                                    ThreadLocalRandom.current(),
                                    reservedAtOnce,
                                    waiting,
                                    asks,
                                    unused,
                                    now.micros() + Math.max(0, (earliest - now.nanos()) / 1_000));
                            return new Reserved(reserved, now);
                        })
                        .to(this, seen);
            } catch (LedgerException away) {
                LOG.debug("Lane {} could not reserve a start: {}", account.name(), away.getMessage());
                failed();
            } catch (RuntimeException | Error unexpected) {
                LOG.error("Lane {} could not reserve a start; it is tried again", account.name(), unexpected);
                failed();
            }
        };
        try {
            executor.execute(reservation);
        } catch (RuntimeException | Error noThread) {
            LOG.error("Lane {} could not reserve a start; it is tried again: {}", account.name(), noThread.toString());
            failed();
        }
    }

    private record Reserved(Reservation reservation, Moment at) {
        void to(Lane lane, long seen) {
            lane.reserved(reservation, at, seen);
        }
    }

    private synchronized void reserved(Reservation reserved, Moment at, long seen) {
        reserving = false;
        reservation = reserved;
        reservedAt = at;
        usedSlots = 0;
        if (reserved.starts().isEmpty()) {
            if (reserved.heldUntil() > 0) {
                hold(reserved.heldUntil());
            } else if (signals == seen) {
                work = false;
            }
        }
        startTurns();
    }

    private synchronized void failed() {
        reserving = false;
        reservation = null;
        hold(clock.millis() + AFTER_FAILURE);
    }

    private void hold(long until) {
        long wait = TimeUnit.MILLISECONDS.toNanos(Math.max(1, until - clock.millis() + 1));
        heldUntil = System.nanoTime() + wait;
        if (open) {
            timer.schedule(this::startTurns, wait, TimeUnit.NANOSECONDS);
        }
    }

    /**
     * A lane without a pace goes on in the same thread as long as it finds something.
     *
     * @param start reserved for a turn of a lane with a pace, in microseconds
     * @param sets how often the lane has seen its clock set
     */
    private void takeTurns(long start, int sets) {
        boolean again = true;
        while (again) {
            long seen = signals();
            Turn turn = new Turn(account, start, sets, claims, this::mayAsk);
            boolean failed = true;
            try {
                route.accept(turn);
                failed = false;
            } catch (RuntimeException | Error broken) {
                LOG.warn("A turn of lane {} broke off: {}", account.name(), broken.getMessage());
            } finally {
                turn.over();
                // However it went, or its place would be taken for ever.
                again = isFollowed(turn, seen, failed);
            }
        }
    }

    private synchronized long signals() {
        return signals;
    }

    private synchronized void claimed(boolean found) {
        unclaimed--;
        if (paced) {
            // A reservation under way took this turn's send off the due ones, and may have found none for that.
            work = true;
            signals++;
        }
        if (found) {
            work = true;
            ramp = Math.min(account.concurrency(), ramp + 1);
            startTurns();
        }
    }

    /**
     * A ledger that was slow lets several claims go at once, although their starts were not at once; then their calls are
     * set apart here.
     */
    private synchronized long nextCall() {
        long now = System.nanoTime();
        long call = paced && nextCall - now > 0 ? nextCall : now;
        nextCall = call + account.pace().shortest().toNanos();
        return call;
    }

    /**
     * When calls have fallen behind their starts by more than half a gap, what is reserved next begins that much later: a
     * send is claimed when it can go out, so that a more urgent one is not behind it.
     *
     * @return in the time of {@link System#nanoTime}, not before now
     */
    private long nextStart() {
        long now = System.nanoTime();
        long gap = account.pace().shortest().toNanos();
        return nextCall - now > gap / 2 ? nextCall + unclaimed * gap : now;
    }

    /** One turn at a time asks, so that the others are there for what comes to be sent. */
    private synchronized boolean mayAsk() {
        boolean free = !asking;
        asking = true;
        return free;
    }

    private synchronized boolean isFollowed(Turn turn, long seen, boolean failed) {
        asking = asking && !turn.isAsking();
        if (failed) {
            hold(clock.millis() + AFTER_FAILURE);
        } else if (turn.heldUntil() > 0) {
            hold(turn.heldUntil());
        } else if (turn.isAsking()) {
            // There may be more to ask.
            work = true;
        } else if (turn.isNothing() && !paced) {
            ramp = 1;
            work = work && signals != seen;
        }
        running--;
        boolean follows = open && work && !paced && !isHeld() && unclaimed < ramp;
        if (follows) {
            running++;
            unclaimed++;
        }
        startTurns();
        return follows;
    }

    /**
     * One moment by two clocks.
     *
     * @param micros since 1970-01-01T00:00Z, by a clock that people and time servers set
     * @param nanos by one that only runs
     */
    private record Moment(long micros, long nanos) {

        static Moment of(InstantSource clock) {
            return new Moment(ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant()), System.nanoTime());
        }

        /** By how much the clock has been set since then, in microseconds; below zero when it was set back. */
        long setSince(Moment then) {
            long passed = TimeUnit.NANOSECONDS.toMicros(nanos - then.nanos);
            long set = micros - then.micros - passed;
            return Math.abs(set) > SET_MICROS + passed / MOST_DRIFT ? set : 0;
        }
    }
}
