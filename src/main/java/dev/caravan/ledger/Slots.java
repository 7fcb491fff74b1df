package dev.caravan.ledger;

import dev.caravan.account.Accounts;
import dev.caravan.account.Pace;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * The starts of an account's sends: reserved at its pace, which all gateways share and no restart forgets, and used by
 * claims, as far as its {@link Gate} is open.
 */
public final class Slots {

    /** A reserved start is missed after this long: two sends would come too close together. */
    public static final long LATEST_MICROS = TimeUnit.MILLISECONDS.toMicros(250);

    /**
     * A next start that was written so much later than now was written by a clock that has been set back since: more than
     * the clocks of gateways that share a ledger should differ.
     */
    private static final long SET_BACK_MICROS = TimeUnit.SECONDS.toMicros(30);

    private final SendQueue queue;
    private final Accounts accounts;
    private final Checks checks = new Checks();

    Slots(SendQueue queue, Accounts accounts) {
        this.queue = queue;
        this.accounts = accounts;
    }

    /**
     * The starts a lane may make.
     *
     * @param starts instants in microseconds, none before the one ahead of it; empty when there is nothing to send or
     *     the account is held
     * @param next the first start that nobody has reserved, in microseconds
     * @param heldUntil when to ask again although nothing changed, in milliseconds; 0 when there is nothing to send
     */
    public record Reservation(List<Long> starts, long next, long heldUntil) {}

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
     * @param later by how much the first of them is to be later than the pace asks, in microseconds
     */
    public Reservation reserve(
            Transaction transaction,
            String account,
            Pace pace,
            RandomGenerator random,
            int wanted,
            int unclaimed,
            boolean asks,
            Optional<Reservation> unused,
            long later,
            long nowMicros)
            throws SQLException {
        long now = TimeUnit.MICROSECONDS.toMillis(nowMicros);
        SlotRow row = transaction
                .one(
                        "SELECT " + Gate.COLUMNS + ", next_slot, reserved_at FROM account WHERE name = ?",
                        result -> new SlotRow(
                                Gate.read(result, accounts.rules(account), now),
                                result.getLong(10),
                                result.getLong(11)),
                        account)
                .orElseThrow();
        long next = unused.filter(left -> left.next() == row.nextSlot())
                .map(left -> left.starts().get(0))
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
            next = Math.max(next + later, nowMicros);
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
        return new Reservation(starts, next, heldUntil);
    }

    private record SlotRow(Gate gate, long nextSlot, long reservedAt) {}

    /**
     * Whether an account may send.
     *
     * @return when to look again because it is paused or was asked to wait, in milliseconds; empty when it may send
     */
    public Optional<Long> heldUntil(Transaction transaction, String account, long now) throws SQLException {
        Gate gate = Gate.of(transaction, account, accounts.rules(account), now);
        return gate.isOpen(now) ? Optional.empty() : Optional.of(gate.lookAgainAt(now));
    }

    /**
     * Claims the best due send of an account, unless the account is paused or was asked to wait. A paused account whose
     * probe is due gives out one send, and no other before the next probe.
     *
     * @param only claim this send and no other, or null
     */
    public Claim claim(Transaction transaction, String account, String only, long now) throws SQLException {
        Gate gate = Gate.of(transaction, account, accounts.rules(account), now);
        if (!gate.isOpen(now)) {
            return new Claim.Held(gate.lookAgainAt(now));
        }
        Optional<Attempt> attempt = queue.claim(transaction, account, only, gate.isTrial(), now);
        if (attempt.isPresent() && gate.isProbe()) {
            gate.postponeProbe(transaction, account, now);
        }
        return attempt.<Claim>map(Claim.Claimed::new).orElseGet(Claim.Nothing::new);
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
}
