package dev.caravan.account;

import java.time.Duration;

/**
 * When an account's next sends would start, one after the other, if nothing came between: by its gap, its quiet times in
 * its own zone, and its budget. An estimate: recipients in other zones have other quiet times.
 */
public final class Timetable {

    /** Nobody wants to know what comes after so many openings. */
    private static final int MOST_OPENINGS = 2_000;

    private final SendingRules rules;
    private final long gapNanos;
    private final long first;
    private final long usedToday;

    /**
     * @param gapNanos between two starts; 0 for an account without a pace
     * @param first before then nothing starts, in milliseconds
     * @param usedToday what the budget has lost already on the day of {@code first}
     */
    public Timetable(SendingRules rules, long gapNanos, long first, long usedToday) {
        this.rules = rules;
        this.gapNanos = gapNanos;
        this.first = first;
        this.usedToday = usedToday;
    }

    /**
     * By an account's row.
     *
     * @param gap between two starts; zero for an account without a pace
     * @param first before then nothing starts, in milliseconds
     * @param day on which it last spent some of its budget, or null
     * @param used what it spent of that
     */
    public static Timetable of(SendingRules rules, Duration gap, long first, String day, long used) {
        return new Timetable(rules, gap.toNanos(), first, rules.day(first).equals(day) ? used : 0);
    }

    /**
     * Sends that are due later.
     *
     * @param first when the first of them is due, in milliseconds
     * @param last when the last of them is
     */
    public record Later(long count, long first, long last) {

        public static final Later NONE = new Later(0, Long.MAX_VALUE, Long.MIN_VALUE);

        /** One send. */
        public static Later at(long due) {
            return new Later(1, due, due);
        }

        public Later and(Later other) {
            return new Later(count + other.count, Math.min(first, other.first), Math.max(last, other.last));
        }
    }

    /**
     * When the last of some starts comes at the earliest, in milliseconds; {@link Long#MAX_VALUE} when that is years ahead.
     *
     * @param starts how many, none counting as one
     * @param later the sends among them that are not due yet
     */
    public long last(long starts, Later later) {
        long last = start(Math.max(0, starts - 1));
        if (later.count() > 0) {
            last = Math.max(last, after(later.first()).start(later.count() - 1));
            last = Math.max(last, after(later.last()).start(0));
        }
        return last;
    }

    /** The same for starts that do not come before a time, in milliseconds. */
    public Timetable after(long time) {
        return time <= first
                ? this
                : new Timetable(rules, gapNanos, time, rules.day(time).equals(rules.day(first)) ? usedToday : 0);
    }

    /**
     * When a start comes, in milliseconds; {@link Long#MAX_VALUE} when that is years ahead.
     *
     * @param number from 0
     */
    public long start(long number) {
        Opening opening = new Opening(first, 0, usedToday);
        long before = 0;
        for (int openings = 0; openings < MOST_OPENINGS && opening != null; openings++) {
            long starts = opening.starts(Long.MAX_VALUE);
            if (number - before < starts) {
                return opening.start(number - before);
            }
            before += starts;
            opening = opening.next(starts);
        }
        return Long.MAX_VALUE;
    }

    /** How many starts come by a time, in milliseconds; {@link Long#MAX_VALUE} for any number. */
    public long startsUntil(long deadline) {
        return startsUntil(deadline, Long.MAX_VALUE);
    }

    /**
     * Whether a start comes by a time, in milliseconds.
     *
     * @param number from 0
     */
    public boolean isBy(long number, long deadline) {
        return startsUntil(deadline, number + 1) > number;
    }

    /** @param enough so many need not be exceeded */
    private long startsUntil(long deadline, long enough) {
        Opening opening = new Opening(first, 0, usedToday);
        long count = 0;
        for (int openings = 0;
                openings < MOST_OPENINGS && count < enough && opening != null && opening.from <= deadline;
                openings++) {
            long starts = opening.starts(deadline);
            if (starts == Long.MAX_VALUE) {
                return starts;
            }
            count += starts;
            opening = opening.next(starts);
        }
        return count;
    }

    /** A time in which starts follow each other, gap by gap: until it becomes quiet, or the day of a budget ends. */
    private final class Opening {

        private final long from;
        private final long remainderNanos;
        private final long until;
        private final long budget;

        /**
         * @param at not before then, in milliseconds
         * @param waitNanos nor before the gap to the last start is over, so many nanoseconds after it
         */
        private Opening(long at, long waitNanos, long used) {
            long earliest = at + waitNanos / 1_000_000;
            from = rules.quiet().opens(rules.zone(), earliest);
            remainderNanos = from > earliest ? 0 : waitNanos % 1_000_000;
            long quiet = rules.quiet().isNone() ? Long.MAX_VALUE : rules.quiet().closes(rules.zone(), from);
            boolean sameDay = rules.budget() != null && rules.day(from).equals(rules.day(at));
            budget = rules.budget() == null ? Long.MAX_VALUE : Math.max(0, rules.budget() - (sameDay ? used : 0));
            until = rules.budget() == null ? quiet : Math.min(quiet, rules.nextDay(from));
        }

        private long starts(long deadline) {
            long last = deadline < until ? deadline + 1 : until;
            long fitting = gapNanos == 0 || last == Long.MAX_VALUE
                    ? Long.MAX_VALUE
                    : (long) Math.ceil(Math.max(0, (last - from) * 1e6 - remainderNanos) / gapNanos);
            return Math.min(fitting, budget);
        }

        private long start(long number) {
            return from + (long) ((remainderNanos + number * (double) gapNanos) / 1e6);
        }

        private Opening next(long starts) {
            if (until == Long.MAX_VALUE) {
                return null;
            }
            long gone = gapNanos == 0 || starts == 0 ? 0 : (long) (remainderNanos + starts * (double) gapNanos);
            boolean spent = starts == budget;
            // Of a day's budget that is spent nothing is left until the next day; else the quiet comes first.
            long at = spent ? rules.nextDay(from) : until;
            long wait = Math.max(0, gone - (at - from) * 1_000_000);
            long used = rules.budget() == null ? 0 : rules.budget() - budget + starts;
            return new Opening(at, wait, spent || !rules.day(at).equals(rules.day(from)) ? 0 : used);
        }
    }
}
