package dev.caravan.ledger;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.caravan.account.Accounts;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

/**
 * What stops a lane and lets it go on, kept over a restart: waits that its provider asked for, the provider's refusals
 * and the probes that end them, and people.
 */
public final class LaneControl {

    /** So many refusals in a row that nobody can explain are about the account, whatever they say. */
    private static final int MOST_REFUSALS = 20;

    /** A send that was refused as a probe lets another one go first at the next. */
    private static final long BEHIND_THE_PROBE = TimeUnit.SECONDS.toMillis(1);

    private final Accounts accounts;
    private final Events events = new Events();

    LaneControl(Accounts accounts) {
        this.accounts = accounts;
    }

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
            gate.postponeProbe(transaction, account, now);
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
                        now + Gate.untilProbe(0).toMillis(),
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
        return new Refused(run, now + Gate.untilProbe(0).toMillis() + BEHIND_THE_PROBE, pauses);
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
            gate.postponeProbe(transaction, account, now);
        }
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

    private Gate gate(Transaction transaction, String account, long now) throws SQLException {
        return Gate.of(transaction, account, accounts.rules(account), now);
    }
}
