package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.ledger.Attempt;
import dev.caravan.ledger.Lanes;
import dev.caravan.ledger.LedgerException;
import dev.caravan.ledger.Scope;
import dev.caravan.ledger.Sends;
import dev.caravan.ledger.Settlement;
import dev.caravan.ledger.Store;
import dev.caravan.ledger.Transaction;
import dev.caravan.provider.Verdict;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Step {@code settle}: writes what became of the turn's send, and of its account, in one commit. */
final class Settling {

    private static final Logger LOG = LoggerFactory.getLogger(Settling.class);
    private static final long BETWEEN_TRIES = TimeUnit.MILLISECONDS.toNanos(500);

    private final Store store;
    private final Sends sends;
    private final Lanes lanes;
    private final RetrySchedule schedule;
    private final Lookups lookups;
    private final TrackedSends trackedSends;
    private final LaneMetrics metrics;
    private final UnderWay underWay;

    Settling(
            Store store,
            Sends sends,
            Lanes lanes,
            RetrySchedule schedule,
            Lookups lookups,
            TrackedSends trackedSends,
            LaneMetrics metrics,
            UnderWay underWay) {
        this.store = store;
        this.sends = sends;
        this.lanes = lanes;
        this.schedule = schedule;
        this.lookups = lookups;
        this.trackedSends = trackedSends;
        this.metrics = metrics;
        this.underWay = underWay;
    }

    /** The result of a call that was made: tried again until it is on disk, for nobody else knows it. */
    void settle(Exchange exchange) {
        Turn turn = Turn.of(exchange);
        if (turn.verdict() == null) {
            throw new IllegalStateException(
                    "the route of provider " + turn.account().provider() + " left no verdict");
        }
        lookups.forgetIfWrong(exchange);
        boolean warned = false;
        while (true) {
            try {
                write(turn);
                return;
            } catch (LedgerException away) {
                if (Thread.currentThread().isInterrupted()) {
                    throw away;
                }
                if (!warned) {
                    LOG.warn("The result of send {} is kept until it can be written: {}", id(turn), away.getMessage());
                    warned = true;
                }
                LockSupport.parkNanos(BETWEEN_TRIES);
            }
        }
    }

    private void write(Turn turn) {
        Attempt first = turn.attempt() == null ? turn.candidate() : turn.attempt();
        List<Attempt> attempts =
                Stream.concat(Stream.of(first), turn.companions().stream()).toList();
        List<Optional<Settlement>> settlements = store.write(transaction -> {
            List<Optional<Settlement>> written = new ArrayList<>();
            for (Attempt attempt : attempts) {
                written.add(write(transaction, turn, attempt));
            }
            return written;
        });
        underWay.settled(attempts);
        for (int index = 0; index < attempts.size(); index++) {
            Optional<Settlement> settlement = settlements.get(index);
            if (settlement.isEmpty()) {
                LOG.warn(
                        "The result of send {} came after its attempt had been given up; it is not applied",
                        attempts.get(index).id());
            } else {
                metrics.settled(turn.account().name(), settlement.get().state());
            }
        }
    }

    private Optional<Settlement> write(Transaction transaction, Turn turn, Attempt attempt) throws SQLException {
        Instant now = Instant.now();
        Account account = turn.account();
        int throttles = turn.verdict() instanceof Verdict.Throttled ? lanes.throttles(transaction, account.name()) : 0;
        Reaction reaction = schedule.react(
                turn.verdict(),
                Math.max(1, attempt.number()),
                attempt.refreshed(),
                account.retryUnknown(),
                throttles,
                turn.httpStatus(),
                now);
        boolean applied = turn.attempt() == null
                ? sends.settleUnclaimed(transaction, attempt.id(), reaction.settlement(), now.toEpochMilli())
                : sends.settle(transaction, attempt, reaction.settlement(), now.toEpochMilli());
        if (applied) {
            trackedSends.settled(transaction, account, attempt.id(), reaction.settlement(), now.toEpochMilli());
        }
        if (!turn.companions().contains(attempt)) {
            affect(transaction, account.name(), attempt, reaction.effect(), now.toEpochMilli());
        }
        if (applied && reaction.effect() instanceof Reaction.Effect.OptOut) {
            sends.blockRecipient(
                    transaction, attempt.id(), Scope.MARKETING, "provider " + account.name(), now.toEpochMilli());
        }
        return applied ? Optional.of(reaction.settlement()) : Optional.empty();
    }

    private void affect(Transaction transaction, String account, Attempt attempt, Reaction.Effect effect, long now)
            throws SQLException {
        if (effect instanceof Reaction.Effect.Hold hold) {
            lanes.hold(transaction, account, hold.until());
            LOG.warn("Account {} is throttled by its provider until {}", account, Instant.ofEpochMilli(hold.until()));
        } else if (effect instanceof Reaction.Effect.Pause pause) {
            if (lanes.pause(transaction, account, pause.reason(), now)) {
                LOG.error(
                        "Account {} is paused and keeps its sends ({}); it is tried again with one send in a minute",
                        account,
                        pause.reason());
            }
        } else if (effect instanceof Reaction.Effect.Works && attempt.trial()) {
            if (lanes.recover(transaction, account, now)) {
                LOG.info("Account {} works again and is resumed", account);
            }
        }
    }

    private static String id(Turn turn) {
        return turn.attempt() == null ? turn.candidate().id() : turn.attempt().id();
    }
}
