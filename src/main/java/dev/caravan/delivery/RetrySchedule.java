package dev.caravan.delivery;

import dev.caravan.delivery.Reaction.Effect;
import dev.caravan.ledger.Settlement;
import dev.caravan.ledger.Settlement.Call;
import dev.caravan.ledger.Settlement.Cause;
import dev.caravan.ledger.State;
import dev.caravan.message.Masking;
import dev.caravan.provider.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Verdict to reaction: what is retried, and when. Pure, given its source of chance. */
final class RetrySchedule {

    /** The longest first wait; a wait drawn from all of it is a second on average. */
    private static final Duration FIRST = Duration.ofSeconds(2);

    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final Duration SHORTEST_HOLD = Duration.ofMillis(500);
    private static final Duration LONGEST_HOLD = Duration.ofDays(2);
    private static final int MESSAGE_LENGTH = 500;
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private final ZoneId zone;
    private final RandomGenerator random;

    /** @param zone whose midnight ends a provider's daily quota */
    RetrySchedule(ZoneId zone, RandomGenerator random) {
        this.zone = zone;
        this.random = random;
    }

    /**
     * @param attempt which attempt this was, from 1
     * @param refreshed whether its look-up has been repeated already
     * @param retryUnknown whether the account would rather send twice than never
     * @param throttles throttled answers the account has had in a row before this one
     */
    Reaction react(Verdict verdict, int attempt, boolean refreshed, boolean retryUnknown, int throttles, Instant now) {
        if (verdict instanceof Verdict.Sent sent) {
            List<String> otherIds = sent.otherIds().stream()
                    .filter(id -> !id.equals(sent.providerMessageId()))
                    .map(RetrySchedule::clean)
                    .toList();
            Settlement accepted = new Settlement(
                    State.SENT, 0, refreshed, clean(sent.providerMessageId()), otherIds, Cause.NONE, Call.NONE);
            return new Reaction(accepted, new Effect.Works());
        }
        if (verdict instanceof Verdict.Permanent) {
            return new Reaction(settle(verdict, State.FAILED, now, refreshed), new Effect.None());
        }
        if (verdict instanceof Verdict.OptedOut) {
            return new Reaction(settle(verdict, State.FAILED, now, refreshed), new Effect.OptOut());
        }
        if (verdict instanceof Verdict.Throttled throttled) {
            Instant until = end(throttled.pause(), throttles, now);
            return new Reaction(settle(verdict, State.QUEUED, now, refreshed), new Effect.Hold(until.toEpochMilli()));
        }
        if (verdict instanceof Verdict.AccountFault) {
            return new Reaction(settle(verdict, State.QUEUED, now, refreshed), new Effect.Pause(reason(verdict)));
        }
        if (verdict instanceof Verdict.Misdelivered) {
            return new Reaction(settle(verdict, State.UNKNOWN, now, refreshed), new Effect.Pause(reason(verdict)));
        }
        if (verdict instanceof Verdict.Stale stale) {
            return refreshed
                    ? react(stale.otherwise(), attempt, true, retryUnknown, throttles, now)
                    : new Reaction(settle(verdict, State.QUEUED, now, true), new Effect.None());
        }
        if (verdict instanceof Verdict.Unknown && !retryUnknown) {
            return new Reaction(settle(verdict, State.UNKNOWN, now, refreshed), new Effect.None());
        }
        Instant retry = now.plus(backoff(attempt));
        return new Reaction(settle(verdict, State.QUEUED, retry, refreshed), new Effect.None());
    }

    /**
     * When a throttled account may go on, in two days at most.
     *
     * @param throttles throttled answers the account has had in a row before this one
     */
    Instant end(Verdict.Wait pause, int throttles, Instant now) {
        Instant wanted = wanted(pause, throttles, now);
        Instant latest = now.plus(LONGEST_HOLD);
        return wanted.isAfter(latest) ? latest : wanted;
    }

    /** Never at once, whatever the provider says: an account without a pace would do nothing but ask. */
    private Instant wanted(Verdict.Wait pause, int throttles, Instant now) {
        Duration drawn = backoff(throttles + 1);
        Instant usual = now.plus(drawn.compareTo(SHORTEST_HOLD) < 0 ? SHORTEST_HOLD : drawn);
        if (pause instanceof Verdict.Wait.For length) {
            return length.duration().isZero() ? usual : now.plus(length.duration());
        }
        if (pause instanceof Verdict.Wait.Until until) {
            return until.instant().isAfter(now) ? until.instant() : usual;
        }
        if (pause instanceof Verdict.Wait.NextDay) {
            return now.atZone(zone).toLocalDate().plusDays(1).atStartOfDay(zone).toInstant();
        }
        return usual;
    }

    /**
     * Full jitter: anything from nothing to a longest wait that doubles from two seconds to a quarter of an hour. So the
     * first retry comes after a second on average, and sends that failed together do not come back together.
     */
    Duration backoff(int attempt) {
        long doubled = FIRST.toMillis() << Math.min(attempt - 1, 20);
        return Duration.ofMillis(random.nextLong(Math.min(doubled, LONGEST.toMillis()) + 1));
    }

    private static Settlement settle(Verdict verdict, State state, Instant dueAt, boolean refreshed) {
        Cause cause = new Cause(
                verdict instanceof Verdict.Stale ? "transient" : verdict.word(),
                clean(verdict.code()),
                clean(verdict.message()));
        return new Settlement(state, dueAt.toEpochMilli(), refreshed, null, List.of(), cause, Call.NONE);
    }

    /** Code and words of a verdict, for people. */
    static String reason(Verdict verdict) {
        return clean(verdict.code() + ": " + Masking.blot(verdict.message()));
    }

    /** A provider's words as every database and every line of a log can hold them. */
    static String clean(String text) {
        if (text == null) {
            return null;
        }
        return printable(text.length() <= MESSAGE_LENGTH ? text : text.substring(0, MESSAGE_LENGTH));
    }

    static String printable(String text) {
        return text.chars().anyMatch(Character::isISOControl)
                ? CONTROL.matcher(text).replaceAll(" ")
                : text;
    }
}
