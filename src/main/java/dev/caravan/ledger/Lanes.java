package dev.caravan.ledger;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.caravan.account.Pace;
import dev.caravan.account.SendingRules;
import dev.caravan.message.Priority;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** The account rows: what a lane must not forget over a restart, and what all gateways share of it. */
public final class Lanes {

    /** How long a paused lane may go without looking whether somebody resumed it. */
    private static final long LOOK_AGAIN = TimeUnit.SECONDS.toMillis(5);

    private static final Duration FIRST_PROBE = Duration.ofMinutes(1);
    private static final Duration LAST_PROBE = Duration.ofMinutes(15);

    /** So many refusals in a row that nobody can explain are about the account, whatever they say. */
    private static final int MOST_REFUSALS = 20;

    /** A send that was refused as a probe lets another one go first at the next. */
    private static final long BEHIND_THE_PROBE = TimeUnit.SECONDS.toMillis(1);

    /** A reserved start is missed after this long: two sends would come too close together. */
    public static final long LATEST_MICROS = TimeUnit.MILLISECONDS.toMicros(250);

    /**
     * A next start that was written so much later than now was written by a clock that has been set back since: more than
     * the clocks of gateways that share a ledger should differ.
     */
    private static final long SET_BACK_MICROS = TimeUnit.SECONDS.toMicros(30);

    private final Sends sends;
    private final Checks checks = new Checks();
    private final Events events = new Events();

    public Lanes(Sends sends) {
        this.sends = sends;
    }

    /**
     * How a lane stands.
     *
     * @param account the account's name
     * @param queued sends waiting
     * @param notBefore it waits until then, because its provider asked for that or its budget is spent, in milliseconds;
     *     0 when it need not
     * @param paused {@code hand}, {@code account}, or null when it runs
     * @param reason why it is paused, or null
     * @param since when it was paused, in milliseconds, or null
     */
    public record Standing(String account, long queued, long notBefore, String paused, String reason, Long since) {}

    /** Makes rows for accounts that have none yet. */
    public void register(Transaction transaction, Collection<String> accounts) throws SQLException {
        for (String account : accounts) {
            transaction.update("INSERT INTO account (name) VALUES (?) ON CONFLICT DO NOTHING", account);
        }
    }

    /**
     * At the start of a gateway: what waits in an account's queue goes through the provider that the account has now. Costs
     * something only when that is another than before.
     */
    public void serve(Transaction transaction, String account, String provider) throws SQLException {
        boolean isNew = transaction.update(
                        "UPDATE account SET provider = ? WHERE name = ? AND coalesce(provider, '') <> ?",
                        provider,
                        account,
                        provider)
                == 1;
        if (isNew) {
            transaction.update(
                    "UPDATE send SET provider = ? WHERE account = ? AND state = 'queued' AND provider <> ?",
                    provider,
                    account,
                    provider);
        }
    }

    /**
     * Claims the best due send of an account, unless the account is paused or was asked to wait. A paused account whose
     * probe is due gives out one send, and no other before the next probe.
     *
     * @param only claim this send and no other, or null
     */
    public Claim claim(Transaction transaction, String account, String only, long now) throws SQLException {
        Gate gate = gate(transaction, account, now);
        if (!gate.isOpen(now)) {
            return new Claim.Held(Math.min(gate.opensAt(now), now + LOOK_AGAIN));
        }
        Optional<Attempt> attempt = sends.claim(transaction, account, only, gate.isTrial(), now);
        if (attempt.isPresent() && gate.isProbe()) {
            postponeProbe(transaction, account, gate, now);
        }
        return attempt.<Claim>map(Claim.Claimed::new).orElseGet(Claim.Nothing::new);
    }

    /**
     * Whether an account may send.
     *
     * @return when to look again because it is paused or was asked to wait, in milliseconds; empty when it may send
     */
    public Optional<Long> heldUntil(Transaction transaction, String account, long now) throws SQLException {
        Gate gate = gate(transaction, account, now);
        return gate.isOpen(now) ? Optional.empty() : Optional.of(gate.lookAgainAt(now));
    }

    /**
     * Claims for a turn whose start was reserved. When the turn comes late (a slow look-up, a ledger that stalled), the
     * gap to the next start is counted from now; and when it is later than a whole gap while others have reserved starts
     * ahead, it claims nothing, so that no two sends come closer together than the pace allows.
     *
     * @param only claim this send and no other, or null
     * @param start reserved for the turn, in microseconds
     * @param nowMicros in microseconds
     */
    public Claim claim(
            Transaction transaction,
            String account,
            String only,
            long start,
            Pace pace,
            RandomGenerator random,
            long nowMicros)
            throws SQLException {
        long now = TimeUnit.MICROSECONDS.toMillis(nowMicros);
        long late = nowMicros - start;
        if (late <= LATEST_MICROS) {
            return claim(transaction, account, only, now);
        }
        long next = transaction
                .one(
                        "SELECT next_slot, reserved_at FROM account WHERE name = ?",
                        row -> next(row.getLong(1), row.getLong(2), nowMicros),
                        account)
                .orElseThrow();
        if (late > TimeUnit.NANOSECONDS.toMicros(pace.shortest().toNanos()) && next > nowMicros) {
            return new Claim.Nothing();
        }
        Claim claim = claim(transaction, account, only, now);
        if (claim instanceof Claim.Claimed) {
            long moved = Math.max(next, nowMicros + TimeUnit.NANOSECONDS.toMicros(pace.nextGapNanos(random)));
            moveNext(transaction, account, moved, nowMicros);
        }
        return claim;
    }

    /** The first start that nobody has reserved, by a clock that may have been set back since it was written. */
    private static long next(long written, long writtenAt, long now) {
        return writtenAt - now > SET_BACK_MICROS ? now + written - writtenAt : written;
    }

    private static void moveNext(Transaction transaction, String account, long next, long now) throws SQLException {
        transaction.update("UPDATE account SET next_slot = ?, reserved_at = ? WHERE name = ?", next, now, account);
    }

    private Gate gate(Transaction transaction, String account, long now) throws SQLException {
        return transaction
                .one(
                        "SELECT " + GATE + " FROM account WHERE name = ?",
                        row -> gate(row, sends.rules(account), now),
                        account)
                .orElseThrow();
    }

    private static Gate gate(ResultSet row, SendingRules rules, long now) throws SQLException {
        boolean spent =
                rules.budget() != null && rules.day(now).equals(row.getString(6)) && row.getLong(7) >= rules.budget();
        return new Gate(
                row.getString(1),
                spent ? Math.max(rules.nextDay(now), row.getLong(2)) : row.getLong(2),
                row.getLong(3),
                row.getInt(4),
                row.getInt(5),
                row.getInt(8),
                row.getString(9));
    }

    /** A probe comes after 1, 2, 4 … and at most 15 minutes. */
    private static Duration untilProbe(int probes) {
        Duration wait = FIRST_PROBE.multipliedBy(1L << Math.min(probes, 4));
        return wait.compareTo(LAST_PROBE) > 0 ? LAST_PROBE : wait;
    }

    private static final String GATE =
            "paused, not_before, probe_at, probes, throttles, budget_day, budget_used, refusals, run";

    /** @param notBefore the provider asked us to wait until then, or the budget is spent */
    private record Gate(
            String paused, long notBefore, long probeAt, int probes, int throttles, int refusals, String run) {
        boolean isTrial() {
            return isProbe() || throttles > 0 || refusals > 0;
        }

        boolean isProbe() {
            return "account".equals(paused);
        }

        boolean isOpen(long now) {
            return opensAt(now) <= now;
        }

        long lookAgainAt(long now) {
            return Math.min(opensAt(now), now + LOOK_AGAIN);
        }

        long opensAt(long now) {
            if (paused == null) {
                return notBefore;
            }
            if (!isProbe()) {
                return now + LOOK_AGAIN;
            }
            // No probe is further ahead, unless the clock has been set back since.
            return Math.max(probeAt - now > LAST_PROBE.toMillis() ? now : probeAt, notBefore);
        }
    }

    /**
     * The starts a lane may make.
     *
     * @param starts instants in microseconds, none before the one ahead of it; empty when there is nothing to send or
     *     the account is held
     * @param next the first start that nobody has reserved, in microseconds
     * @param heldUntil when to ask again although nothing changed, in milliseconds; 0 when there is nothing to send
     */
    public record Slots(List<Long> starts, long next, long heldUntil) {}

    /**
     * Reserves the next starts of an account, so that every gateway and every restart keeps its pace: each start is one
     * gap after the one before, none is in the past, and no more are taken than there are due sends; or one when no send
     * is due, but a question about one that was sent.
     *
     * @param wanted how many at most
     * @param unclaimed turns already started that have yet to claim their send
     * @param asks whether the lane has time for a question
     * @param unused reserved earlier by the same lane and not used: given back when nobody has reserved since; by the
     *     clock as it is now, but its {@code next} as it was reserved
     */
    public Slots reserve(
            Transaction transaction,
            String account,
            Pace pace,
            RandomGenerator random,
            int wanted,
            int unclaimed,
            boolean asks,
            Optional<Slots> unused,
            long nowMicros)
            throws SQLException {
        long now = TimeUnit.MICROSECONDS.toMillis(nowMicros);
        SlotRow row = transaction
                .one(
                        "SELECT " + GATE + ", next_slot, reserved_at FROM account WHERE name = ?",
                        result -> new SlotRow(
                                gate(result, sends.rules(account), now), result.getLong(10), result.getLong(11)),
                        account)
                .orElseThrow();
        long next = unused.filter(slots -> slots.next() == row.nextSlot())
                .map(slots -> slots.starts().get(0))
                .orElseGet(() -> next(row.nextSlot(), row.reservedAt(), nowMicros));
        long due = transaction
                .one(
                        "SELECT count(*) FROM (SELECT 1 FROM send"
                                + " WHERE account = ? AND state = 'queued' AND ready = 1 LIMIT ?) AS due",
                        result -> result.getLong(1),
                        account,
                        wanted + unclaimed)
                .orElseThrow();
        if (due == 0 && asks && checks.isDue(transaction, account, now)) {
            due = 1;
        }
        List<Long> starts = new ArrayList<>();
        boolean open = row.gate().isOpen(now);
        if (open) {
            next = Math.max(next, nowMicros);
            long most = Math.min(row.gate().isProbe() ? 1 : wanted, due - unclaimed);
            while (starts.size() < most) {
                starts.add(next);
                next += pace.nextGapNanos(random) / 1_000;
            }
        }
        if (next != row.nextSlot()) {
            moveNext(transaction, account, next, nowMicros);
        }
        long heldUntil = open || due == 0 ? 0 : row.gate().lookAgainAt(now);
        return new Slots(starts, next, heldUntil);
    }

    private record SlotRow(Gate gate, long nextSlot, long reservedAt) {}

    /** The provider asked the account to wait until then, in milliseconds. */
    public void hold(Transaction transaction, String account, long until) throws SQLException {
        transaction.update(
                "UPDATE account SET not_before = ?, throttles = throttles + 1 WHERE name = ? AND not_before < ?",
                until,
                account,
                until);
    }

    /** How many throttled answers in a row the account has had. */
    public int throttles(Transaction transaction, String account) throws SQLException {
        return transaction
                .one("SELECT throttles FROM account WHERE name = ?", row -> row.getInt(1), account)
                .orElse(0);
    }

    /**
     * Pauses an account that its provider refuses; it is tried again with one send after a while, and after a longer one
     * when that is refused too.
     *
     * @return whether it was running until now
     */
    public boolean pause(Transaction transaction, String account, String reason, long now) throws SQLException {
        Gate gate = gate(transaction, account, now);
        if (gate.isProbe() && gate.probeAt() <= now) {
            postponeProbe(transaction, account, gate, now);
        }
        boolean paused = pauseUntilProbe(transaction, account, reason, now);
        if (paused) {
            transaction.update("UPDATE account SET refusals = 0, run = NULL WHERE name = ?", account);
            events.lanePaused(transaction, account, "account", reason, now);
        }
        return paused;
    }

    private static boolean pauseUntilProbe(Transaction transaction, String account, String reason, long now)
            throws SQLException {
        return transaction.update(
                        """
                        UPDATE account SET paused = 'account', paused_reason = ?, paused_at = ?, probes = 0, probe_at = ?
                        WHERE name = ? AND paused IS NULL""",
                        reason,
                        now,
                        now + untilProbe(0).toMillis(),
                        account)
                == 1;
    }

    /**
     * What an unrecognised refusal means for the send that met it.
     *
     * @param run the id of the row of refusals that it is one of, or null when that is not counted any more
     * @param again when the send may be tried again, in milliseconds; null when it has failed
     * @param pauses whether it is the one that pauses the account
     */
    public record Refused(String run, Long again, boolean pauses) {}

    /**
     * Counts a refusal that no table explains. After twenty in a row, of different recipients, the account is paused as if
     * its provider refused it, and keeps the last one, as it does those of its probes; {@link #answered} ends the row.
     *
     * @param recipient who was to get the send
     * @param reason code and words of the refusal
     */
    public Refused refused(Transaction transaction, String account, String recipient, String reason, long now)
            throws SQLException {
        Gate gate = gate(transaction, account, now);
        if (gate.isProbe()) {
            return new Refused(gate.run(), Math.max(now, gate.probeAt()) + BEHIND_THE_PROBE, false);
        }
        String run = gate.run() == null ? UlidCreator.getMonotonicUlid().toString() : gate.run();
        boolean isAnother = transaction
                .one("SELECT 1 FROM send WHERE run = ? AND recipient = ? LIMIT 1", row -> true, run, recipient)
                .isEmpty();
        int refusals = gate.refusals() + (isAnother ? 1 : 0);
        transaction.update("UPDATE account SET refusals = ?, run = ? WHERE name = ?", refusals, run, account);
        if (refusals < MOST_REFUSALS) {
            return new Refused(run, null, false);
        }
        String words = refusals + " refusals in a row that are not recognised, the last with " + reason;
        boolean pauses = pauseUntilProbe(transaction, account, words, now);
        if (pauses) {
            events.laneRefused(transaction, account, words, run, now);
        }
        return new Refused(run, now + untilProbe(0).toMillis() + BEHIND_THE_PROBE, pauses);
    }

    /**
     * The provider gave an account in trouble an answer that is recognised, though it accepted nothing: refusals are in a
     * row no longer.
     *
     * @param aboutTheSend whether it refused this send only, so that an account paused for such a row goes on
     * @param startedAt when the attempt began, in milliseconds
     * @return whether it was paused until now
     */
    public boolean answered(Transaction transaction, String account, boolean aboutTheSend, long startedAt, long now)
            throws SQLException {
        Gate gate = gate(transaction, account, now);
        if (gate.run() == null) {
            return false;
        }
        if (gate.isProbe()) {
            return aboutTheSend && recover(transaction, account, startedAt, now);
        }
        transaction.update("UPDATE account SET refusals = 0, run = NULL WHERE name = ?", account);
        return false;
    }

    /** An account that its provider refused may work again: one send tries that at once. */
    public void probeNow(Transaction transaction, String account, long now) throws SQLException {
        transaction.update(
                "UPDATE account SET probe_at = ? WHERE name = ? AND paused = 'account' AND probe_at > ?",
                now,
                account,
                now);
    }

    /** What a probe must look up brought nothing, so that its send was not claimed: the next one comes later. */
    public void lookupFailed(Transaction transaction, String account, long now) throws SQLException {
        Gate gate = gate(transaction, account, now);
        if (gate.isProbe() && gate.isOpen(now)) {
            postponeProbe(transaction, account, gate, now);
        }
    }

    private static void postponeProbe(Transaction transaction, String account, Gate gate, long now)
            throws SQLException {
        transaction.update(
                "UPDATE account SET probes = probes + 1, probe_at = ? WHERE name = ?",
                now + untilProbe(gate.probes() + 1).toMillis(),
                account);
    }

    /**
     * The provider accepted a send of an account in trouble: it is throttled no longer, and runs again. An attempt that
     * began before the account was paused says nothing of how it is now, and changes nothing.
     *
     * @param startedAt when the attempt began, in milliseconds
     * @return whether it was paused until now
     */
    public boolean recover(Transaction transaction, String account, long startedAt, long now) throws SQLException {
        // A pause in the future was begun by a clock that has been set back since: it is older than any attempt of now.
        boolean tooOld = transaction
                .one(
                        "SELECT 1 FROM account WHERE name = ? AND paused = 'account' AND paused_at BETWEEN ? AND ?",
                        row -> true,
                        account,
                        startedAt,
                        now)
                .isPresent();
        if (tooOld) {
            return false;
        }
        transaction.update("UPDATE account SET throttles = 0, refusals = 0, run = NULL WHERE name = ?", account);
        boolean resumed = transaction.update(
                        """
                        UPDATE account SET paused = NULL, paused_reason = NULL, paused_at = NULL, probes = 0,
                          probe_at = NULL
                        WHERE name = ? AND paused = 'account'""",
                        account)
                == 1;
        if (resumed) {
            events.laneResumed(transaction, account, "recovered", now);
        }
        return resumed;
    }

    /**
     * Somebody pauses an account, whatever it was doing; nothing but {@link #resume} ends that.
     *
     * @param reason or null
     * @param by who does it
     */
    public void pauseByHand(Transaction transaction, String account, String reason, String by, long now)
            throws SQLException {
        if (!"hand".equals(gate(transaction, account, now).paused())) {
            events.lanePausedByHand(transaction, account, reason, by, now);
        }
        transaction.update(
                """
                UPDATE account SET paused = 'hand', paused_reason = ?, paused_at = ?, probes = 0, probe_at = NULL
                WHERE name = ?""",
                reason,
                now,
                account);
    }

    /**
     * Somebody lets an account send again: whatever paused it is over, and if nothing did, so is the wait that its provider
     * asked for.
     *
     * @param by who does it
     */
    public void resume(Transaction transaction, String account, String by, long now) throws SQLException {
        if (gate(transaction, account, now).paused() != null) {
            events.laneResumedByHand(transaction, account, by, now);
        }
        transaction.update(
                """
                UPDATE account SET not_before = CASE WHEN paused IS NULL THEN 0 ELSE not_before END, paused = NULL,
                  paused_reason = NULL, paused_at = NULL, probes = 0, probe_at = NULL, refusals = 0, run = NULL
                WHERE name = ?""",
                account);
    }

    /** The fair rank that an account's sends of a priority have got to: a new batch starts there. */
    public long fairClock(Transaction transaction, String account, Priority priority) throws SQLException {
        return FairClock.of(transaction, account, priority);
    }

    /** Sends waiting in an account's queue. */
    public long queued(Transaction transaction, String account) throws SQLException {
        return transaction
                .one("SELECT queued FROM account WHERE name = ?", row -> row.getLong(1), account)
                .orElse(0L);
    }

    /** How every lane stands. */
    public List<Standing> standings(Transaction transaction, long now) throws SQLException {
        return transaction.all(
                "SELECT " + GATE + ", name, queued, paused_reason, paused_at FROM account ORDER BY name",
                row -> new Standing(
                        row.getString(10),
                        row.getLong(11),
                        gate(row, sends.rules(row.getString(10)), now).notBefore(),
                        row.getString(1),
                        row.getString(12),
                        SendRecord.number(row, 13)));
    }

    /** How many sends of each account are of unknown fate; of accounts that are not here, none. */
    public Map<String, Long> unknown(Transaction transaction) throws SQLException {
        Map<String, Long> counts = new HashMap<>();
        transaction.all(
                "SELECT account, count(*) FROM send WHERE state = 'unknown' GROUP BY account",
                row -> counts.put(row.getString(1), row.getLong(2)));
        return counts;
    }

    /** When the send that is next in an account's queue became due, in milliseconds; empty when none waits. */
    public Optional<Long> nextDue(Transaction transaction, String account) throws SQLException {
        return transaction.one(
                "SELECT due_at FROM send WHERE account = ? AND state = 'queued' AND ready = 1"
                        + " ORDER BY priority, fair_rank, id LIMIT 1",
                row -> row.getLong(1),
                account);
    }
}
