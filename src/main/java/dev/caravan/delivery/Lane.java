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

    /**
     * So long a send that has been claimed may wait for its call, and as long as its claim took: what makes up for those
     * that take longer. A more urgent one that comes meanwhile is behind it.
     */
    private static final long AHEAD_OF_CALL = TimeUnit.MILLISECONDS.toNanos(10);

    /** A send that has been claimed for so long, while an earlier result could not be written, goes back to its queue. */
    private static final long OLDEST_CLAIM = TimeUnit.SECONDS.toNanos(1);

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
    private final Clocks clocks;
    private final InstantSource clock;
    private final int reservedAtOnce;

    private final boolean paced;
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

    /** As {@link #heldUntil}, in the time of {@link Clocks#nanoTime}, which nobody can set. */
    private long nextCall;

    /** By how much turns begin later than they would if no call had ever had to wait, in nanoseconds. */
    private long shift;

    /** How much of it is in the starts that are reserved. */
    private long reservedShift;

    private long heldUntil;

    /**
     * @param route runs one turn through the lane's route
     */
    Lane(
            Account account,
            Consumer<Turn> route,
            Store store,
            Slots slots,
            Executor executor,
            ScheduledExecutorService timer,
            Clocks clocks) {
        this.account = account;
        this.route = route;
        this.store = store;
        this.slots = slots;
        this.executor = executor;
        this.timer = timer;
        this.clocks = clocks;
        this.clock = clocks.wall();
        this.nextCall = clocks.nanoTime();
        this.heldUntil = clocks.nanoTime();
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
        heldUntil = clocks.nanoTime();
        signal();
    }

    private synchronized void startTurns() {
        while (open && work && running < account.concurrency() && !isHeld() && mayStart()) {
            running++;
            unclaimed++;
            long start = taken;
            int sets = clockSets;
            Claims claims = new Claims();
            try {
                executor.execute(() -> takeTurns(start, sets, claims));
            } catch (RuntimeException | Error noThread) {
                running--;
                unclaimed--;
                LOG.error("Lane {} could not start a turn; it is tried again: {}", account.name(), noThread.toString());
                hold(clock.millis() + AFTER_FAILURE);
            }
        }
    }

    private boolean isHeld() {
        return heldUntil - clocks.nanoTime() > 0;
    }

    private boolean mayStart() {
        return paced ? takeSlot() : unclaimed < ramp;
    }

    private boolean takeSlot() {
        if (reserving) {
            return false;
        }
        Moment now = Moment.of(clocks);
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
        long begin = start + lateBy();
        if (begin > now.micros()) {
            if (wakeAt != begin) {
                wakeAt = begin;
                timer.schedule(() -> wake(begin), begin - now.micros(), TimeUnit.MICROSECONDS);
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

    /** The clock may have been set back meanwhile; then a new timer is needed for the same time. */
    private synchronized void wake(long begin) {
        if (wakeAt == begin) {
            wakeAt = 0;
        }
        startTurns();
    }

    private void reserve(Optional<Reservation> unused) {
        reserving = true;
        int waiting = unclaimed;
        boolean asks = !asking;
        long seen = signals;
        long later = lateBy();
        long shifted = shift;
        Runnable reservation = () -> {
            try {
                store.write(transaction -> {
                            Moment now = Moment.of(clocks);
                            Reservation reserved = slots.reserve(
                                    transaction,
                                    account.name(),
                                    account.pace(),
                                    ThreadLocalRandom.current(),
                                    reservedAtOnce,
                                    waiting,
                                    asks,
                                    unused,
                                    later,
                                    now.micros());
                            return new Reserved(reserved, now, shifted);
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

    private record Reserved(Reservation reservation, Moment at, long shift) {
        void to(Lane lane, long seen) {
            lane.reserved(reservation, at, shift, seen);
        }
    }

    private synchronized void reserved(Reservation reserved, Moment at, long shifted, long seen) {
        reserving = false;
        reservedShift = shifted;
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
        heldUntil = clocks.nanoTime() + wait;
        if (open) {
            timer.schedule(this::startTurns, wait, TimeUnit.NANOSECONDS);
        }
    }

    /**
     * A lane without a pace goes on in the same thread as long as it finds something. The result of each turn is on its way
     * to the disk while the next one claims: writes are made in their order, so one wait does for both.
     *
     * @param start reserved for a turn of a lane with a pace, in microseconds
     * @param sets how often the lane has seen its clock set
     */
    private void takeTurns(long start, int sets, Claims claims) {
        boolean again = true;
        try {
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
                    turn.claimDone();
                    claims.previous = turn;
                    // However it went, or its place would be taken for ever.
                    again = isFollowed(turn, seen, failed);
                }
            }
        } finally {
            claims.endPrevious();
            leave();
        }
    }

    /** The place of a turn is taken until its result is on disk: no more sends are under way than the concurrency says. */
    private synchronized void leave() {
        running--;
        startTurns();
    }

    private synchronized boolean isOpen() {
        return open;
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

    /** What the lane is told of the claims of one turn, or of those that follow it in its thread; it ends each of them. */
    private final class Claims implements Turn.ClaimListener {

        private final long begun = clocks.nanoTime();
        private final long shiftThen = shift;

        /** The turn before, or null when there was none or it is over. */
        private Turn previous;

        @Override
        public void claimed(boolean found) {
            long since = clocks.nanoTime();
            try {
                Lane.this.claimed(found);
            } finally {
                endPrevious();
            }
            boolean isOld = clocks.nanoTime() - since > OLDEST_CLAIM;
            if (found && (isOld || Thread.currentThread().isInterrupted())) {
                throw new IllegalStateException(
                        "the result of the turn before could not be written in time for the call of the next");
            }
        }

        @Override
        public void awaitCall() {
            clocks.sleepUntil(nextCall(begun, shiftThen));
        }

        @Override
        public boolean mayBeAwaitedLater() {
            return !paced && isOpen();
        }

        private void endPrevious() {
            Turn ending = previous;
            previous = null;
            if (ending != null) {
                try {
                    ending.over();
                } catch (RuntimeException | Error broken) {
                    LOG.warn("The result of a turn of lane {} is not on disk: {}", account.name(), broken.getMessage());
                }
            }
        }
    }

    /**
     * A ledger that was slow lets several claims go at once, although their starts were not at once; then their calls are
     * set apart here. Turns that have not begun do so that much later: a send is claimed when it can go out, so that a more
     * urgent one is not behind it.
     *
     * @param begun when the turn began, by {@link Clocks#nanoTime}
     * @param shiftThen what {@link #shift} was then
     */
    private synchronized long nextCall(long begun, long shiftThen) {
        long now = clocks.nanoTime();
        long wait = paced ? Math.max(0, nextCall - now) : 0;
        long tooEarly = wait - Math.max(AHEAD_OF_CALL, now - begun);
        if (tooEarly > 0) {
            shift = Math.max(shift, shiftThen + tooEarly);
        }
        nextCall = now + wait + account.pace().shortest().toNanos();
        return now + wait;
    }

    /** How much later the turns of reserved starts begin, in microseconds. */
    private long lateBy() {
        return (shift - reservedShift) / 1_000;
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
        boolean follows = open && work && !paced && !isHeld() && unclaimed < ramp;
        if (follows) {
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

        static Moment of(Clocks clocks) {
            return new Moment(
                    ChronoUnit.MICROS.between(Instant.EPOCH, clocks.wall().instant()), clocks.nanoTime());
        }

        /** By how much the clock has been set since then, in microseconds; below zero when it was set back. */
        long setSince(Moment then) {
            long passed = TimeUnit.NANOSECONDS.toMicros(nanos - then.nanos);
            long set = micros - then.micros - passed;
            return Math.abs(set) > SET_MICROS + passed / MOST_DRIFT ? set : 0;
        }
    }
}
