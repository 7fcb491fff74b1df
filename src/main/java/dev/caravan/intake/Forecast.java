package dev.caravan.intake;

import dev.caravan.account.Account;
import dev.caravan.account.Timetable;
import dev.caravan.account.Timetable.Later;
import dev.caravan.ledger.Foresight.Ahead;
import dev.caravan.message.Priority;
import it.unimi.dsi.fastutil.longs.LongArrayList;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/**
 * When an account would come to the sends of a rehearsal, by its timetable and if nothing else arrived: those of higher
 * priority first, and after what waits already. Sends of other batches are served in turn with new ones, so the last
 * start is right and earlier ones may come sooner. Used by one thread.
 */
final class Forecast {

    private final Account account;
    private final Ahead ahead;
    private final Map<Priority, Deadlines> deadlines = new EnumMap<>(Priority.class);
    private Later later = Later.NONE;
    private long sends;

    Forecast(Account account, Ahead ahead) {
        this.account = account;
        this.ahead = ahead;
    }

    /**
     * The next send of the file that this account would get.
     *
     * @param sendAt when it is due, or null for at once
     */
    void add(Priority priority, Instant sendAt, Instant expiresAt) {
        deadlines.computeIfAbsent(priority, first -> new Deadlines()).add(expiresAt.toEpochMilli());
        sends++;
        if (sendAt != null) {
            later = later.and(Later.at(sendAt.toEpochMilli()));
        }
    }

    Rehearsed.Share share(Instant now) {
        long start = Math.max(now.toEpochMilli(), ahead.nextStart());
        Timetable timetable =
                Timetable.of(account.rules(), account.pace().meanGap(), start, ahead.budgetDay(), ahead.budgetUsed());
        long passed = 0;
        long waiting = 0;
        long starts = 0;
        long expiring = 0;
        for (Priority priority : Priority.values()) {
            passed += ahead.waiting(priority);
            starts += ahead.waiting(priority);
            Deadlines own = deadlines.get(priority);
            if (own != null) {
                waiting = passed;
                long inTime = own.inTime(timetable, starts);
                // One that has expired takes no start from those after it.
                starts += inTime;
                expiring += own.size() - inTime;
            }
        }
        starts -= passed - waiting;
        long lastStart = timetable.last(starts, later);
        boolean untold =
                account.pace().isUnlimited() && account.rules().budget() == null || lastStart == Long.MAX_VALUE;
        Long seconds = untold ? null : Long.valueOf((long) Math.ceil((lastStart - now.toEpochMilli()) / 1e3));
        return new Rehearsed.Share(account.name(), sends, waiting, seconds, expiring, ahead.paused());
    }

    /** When sends of one priority expire, in their order; equal ones in a row are kept as one. */
    private static final class Deadlines {
        private final LongArrayList times = new LongArrayList();
        private final LongArrayList counts = new LongArrayList();
        private long size;

        private void add(long time) {
            int last = times.size() - 1;
            if (last >= 0 && times.getLong(last) == time) {
                counts.set(last, counts.getLong(last) + 1);
            } else {
                times.add(time);
                counts.add(1);
            }
            size++;
        }

        private long size() {
            return size;
        }

        /**
         * How many have their start before they expire.
         *
         * @param before starts that go to others first
         */
        private long inTime(Timetable timetable, long before) {
            long inTime = 0;
            for (int run = 0; run < times.size(); run++) {
                long room = timetable.startsUntil(times.getLong(run)) - before - inTime;
                inTime += Math.max(0, Math.min(counts.getLong(run), room));
            }
            return inTime;
        }
    }
}
