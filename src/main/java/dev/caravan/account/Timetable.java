package dev.caravan.account;

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
        Opening opening = new Opening(first, 0, usedToday);
        long count = 0;
        for (int openings = 0; openings < MOST_OPENINGS && opening != null && opening.from <= deadline; openings++) {
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
