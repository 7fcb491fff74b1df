package dev.caravan.account;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How fast an account may send: the gap between the starts of two sends, drawn anew each time between two bounds that
 * are equal for a plain rate.
 *
 * @param rate the most sends in any period, or null when only a spacing is configured
 * @param shortest the least gap; zero when unlimited
 * @param longest the greatest gap, not less than {@code shortest}
 */
public record Pace(Rate rate, Duration shortest, Duration longest) {

    public static final Pace UNLIMITED = new Pace(null, Duration.ZERO, Duration.ZERO);

    public Pace {
        if (shortest.isNegative() || longest.compareTo(shortest) < 0) {
            throw new IllegalArgumentException("spacing: " + shortest + " to " + longest + " is no range");
        }
    }

    public static Pace of(Rate rate) {
        return new Pace(rate, rate.interval(), rate.interval());
    }

    public static Pace of(Spacing spacing) {
        return new Pace(null, spacing.shortest(), spacing.longest());
    }

    /** Both at once: the slower of the two wins at every gap. */
    public static Pace of(Rate rate, Spacing spacing) {
        return new Pace(rate, longer(rate.interval(), spacing.shortest()), longer(rate.interval(), spacing.longest()));
    }

    public boolean isUnlimited() {
        return longest.isZero();
    }

    /** The gap to the next send, in nanoseconds. */
    public long nextGapNanos(RandomGenerator random) {
        long least = shortest.toNanos();
        long greatest = longest.toNanos();
        return least == greatest ? least : random.nextLong(least, greatest + 1);
    }

    /** The gap between two sends in the long run; zero when unlimited. */
    public Duration meanGap() {
        return shortest.plus(longest).dividedBy(2);
    }

    /** As it is configured: {@code 20/1m}, {@code 2s..6s}, {@code 20/1m, 2s..6s} or {@code unlimited}. */
    public String written() {
        if (isUnlimited()) {
            return "unlimited";
        }
        if (rate == null) {
            return Durations.written(shortest) + ".." + Durations.written(longest);
        }
        String plain = rate.count() + "/" + Durations.written(rate.period());
        return shortest.equals(longest) && longest.equals(rate.interval())
                ? plain
                : plain + ", " + Durations.written(shortest) + ".." + Durations.written(longest);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }
}
