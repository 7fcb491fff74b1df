package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.ledger.Attempt;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.LaneControl;
import dev.caravan.ledger.LaneControl.Refused;
import dev.caravan.ledger.LedgerException;
import dev.caravan.ledger.Scope;
import dev.caravan.ledger.Settlement;
import dev.caravan.ledger.Settlement.Call;
import dev.caravan.ledger.Settlements;
import dev.caravan.ledger.State;
import dev.caravan.ledger.Store;
import dev.caravan.ledger.Store.Promise;
import dev.caravan.ledger.Transaction;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Credentials;
import dev.caravan.provider.Providers;
import dev.caravan.provider.Verdict;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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
    private final Settlements settlements;
    private final LaneControl laneControl;
    private final Blocklist blocklist;
    private final RetrySchedule schedule;
    private final Providers providers;
    private final Lookups lookups;
    private final TrackedSends trackedSends;
    private final Failover failover;
    private final LaneMetrics metrics;
    private final UnderWay underWay;
    private final Map<String, Credentials> credentials = new ConcurrentHashMap<>();

    Settling(
            Store store,
            Settlements settlements,
            LaneControl laneControl,
            Blocklist blocklist,
            RetrySchedule schedule,
            Providers providers,
            Lookups lookups,
            TrackedSends trackedSends,
            Failover failover,
            LaneMetrics metrics,
            UnderWay underWay) {
        this.store = store;
        this.settlements = settlements;
        this.laneControl = laneControl;
        this.blocklist = blocklist;
        this.schedule = schedule;
        this.providers = providers;
        this.lookups = lookups;
        this.trackedSends = trackedSends;
        this.failover = failover;
        this.metrics = metrics;
        this.underWay = underWay;
    }

    /** The result of a call that was made, as soon as it is on disk, unless the turn's lane waits for that itself. */
    void settle(Exchange exchange) {
        Turn turn = Turn.of(exchange);
        if (turn.verdict() == null) {
            throw new IllegalStateException(
                    "the route of provider " + turn.account().provider() + " left no verdict");
        }
        Call call = new Call(
                turn.answer() == null ? null : turn.answer().status(),
                turn.took(),
                shownAnswer(turn, exchange.getVariable(Turn.FOUND, String.class)));
        lookups.forgetIfWrong(exchange);
        List<Attempt> attempts = attempts(turn);
        Promise<List<Optional<Settlement>>> writing = begin(turn, attempts, call);
        Runnable awaited = () -> told(turn, attempts, await(writing, turn, attempts, call));
        if (providers.get(turn.account().provider()).lookup().isPresent()) {
            // Its lane's next turn may take long before it claims something and waits for that.
            awaited.run();
        } else {
            turn.settled(awaited);
        }
    }

    private Promise<List<Optional<Settlement>>> begin(Turn turn, List<Attempt> attempts, Call call) {
        try {
            return store.submit(transaction -> write(transaction, turn, attempts, call));
        } catch (LedgerException away) {
            return () -> {
                throw away;
            };
        }
    }

    /** Tried again until it is on disk, for nobody else knows it. */
    private List<Optional<Settlement>> await(
            Promise<List<Optional<Settlement>>> first, Turn turn, List<Attempt> attempts, Call call) {
        Promise<List<Optional<Settlement>>> writing = first;
        boolean warned = false;
        while (true) {
            try {
                return writing.await();
            } catch (LedgerException away) {
                if (Thread.currentThread().isInterrupted()) {
                    throw away;
                }
                if (warned) {
                    LockSupport.parkNanos(BETWEEN_TRIES);
                } else {
                    LOG.warn("The result of send {} is kept until it can be written: {}", id(turn), away.getMessage());
                    warned = true;
                }
                writing = begin(turn, attempts, call);
            }
        }
    }

    /** What a look-up found is about the recipient, and is not kept; why it was refused is. */
    private String shownAnswer(Turn turn, String found) {
        Answer answer = turn.answer();
        if (answer == null || turn.attempt() == null && answer.isSuccess()) {
            return null;
        }
        Account account = turn.account();
        return ShownAnswer.of(
                answer.body(),
                credentials.computeIfAbsent(
                        account.name(), name -> Credentials.of(providers.get(account.provider()), account)),
                attempts(turn).stream().map(Attempt::content).toList(),
                found);
    }

    private static List<Attempt> attempts(Turn turn) {
        Attempt first = turn.attempt() == null ? turn.candidate() : turn.attempt();
        return Stream.concat(Stream.of(first), turn.companions().stream()).toList();
    }

    private List<Optional<Settlement>> write(Transaction transaction, Turn turn, List<Attempt> attempts, Call call)
            throws SQLException {
        List<Optional<Settlement>> written = new ArrayList<>();
        Instant now = Instant.now();
        Optional<Refused> refused = Optional.empty();
        for (Attempt attempt : attempts) {
            Reaction reaction = react(transaction, turn, attempt, now);
            // One answer is one refusal, however many sends its call had, and all of them share its fate.
            if (written.isEmpty()) {
                refused = refused(transaction, turn, attempt, reaction, now.toEpochMilli());
            }
            written.add(write(transaction, turn, attempt, reaction, refused, call, now));
        }
        return written;
    }

    private void told(Turn turn, List<Attempt> attempts, List<Optional<Settlement>> results) {
        underWay.settled(attempts);
        for (int index = 0; index < attempts.size(); index++) {
            Optional<Settlement> settlement = results.get(index);
            if (settlement.isEmpty()) {
                LOG.warn(
                        "The result of send {} came after its attempt had been given up; it is not applied",
                        attempts.get(index).id());
            } else {
                metrics.settled(turn.account().name(), settlement.get().state());
            }
        }
    }

    private Reaction react(Transaction transaction, Turn turn, Attempt attempt, Instant now) throws SQLException {
        Account account = turn.account();
        int throttles =
                turn.verdict() instanceof Verdict.Throttled ? laneControl.throttles(transaction, account.name()) : 0;
        return schedule.react(
                turn.verdict(),
                Math.max(1, attempt.number()),
                attempt.refreshed(),
                account.retryUnknown(),
                throttles,
                now);
    }

    /** @param whole what the call's answer counts as a refusal that nobody knows; empty when it is none */
    private Optional<Settlement> write(
            Transaction transaction,
            Turn turn,
            Attempt attempt,
            Reaction reaction,
            Optional<Refused> whole,
            Call call,
            Instant now)
            throws SQLException {
        Account account = turn.account();
        Optional<Refused> refused = whole.filter(any -> reaction.settlement().state() == State.FAILED);
        Settlement settlement = refused.map(Refused::again)
                .map(again -> reaction.settlement().keptUntil(again))
                .orElse(reaction.settlement())
                .after(call);
        boolean applied = turn.attempt() == null
                ? settlements.settleUnclaimed(transaction, account.name(), attempt.id(), settlement, now.toEpochMilli())
                : settlements.settle(transaction, attempt, settlement, now.toEpochMilli());
        if (applied) {
            trackedSends.settled(transaction, account, attempt.id(), settlement, now.toEpochMilli());
        }
        if (applied && settlement.state() == State.FAILED && refused.isPresent()) {
            settlements.mark(transaction, attempt.id(), refused.get().run());
        }
        if (turn.attempt() == null
                && settlement.state() == State.QUEUED
                && reaction.effect() instanceof Reaction.Effect.None) {
            laneControl.lookupFailed(transaction, account.name(), now.toEpochMilli());
        }
        if (!turn.companions().contains(attempt)) {
            if (attempt.trial() && Boolean.TRUE.equals(turn.recognised())) {
                answered(transaction, account.name(), attempt, reaction, now.toEpochMilli());
            }
            affect(transaction, account.name(), attempt, reaction.effect(), now.toEpochMilli());
        }
        if (applied && reaction.effect() instanceof Reaction.Effect.Pause pause && settlement.state() == State.QUEUED) {
            failover.moveRefused(
                    transaction,
                    account.name(),
                    attempt.id(),
                    attempt.content(),
                    attempt.expiresAt(),
                    pause.reason(),
                    now.toEpochMilli());
        }
        if (applied && reaction.effect() instanceof Reaction.Effect.OptOut) {
            blocklist.addRecipientOf(
                    transaction, attempt.id(), Scope.MARKETING, "provider " + account.name(), now.toEpochMilli());
        }
        return applied ? Optional.of(settlement) : Optional.empty();
    }

    /** A refusal that nobody knows counts against the account; empty when it is none, or comes too late. */
    private Optional<Refused> refused(Transaction transaction, Turn turn, Attempt attempt, Reaction reaction, long now)
            throws SQLException {
        if (reaction.settlement().state() != State.FAILED || !Boolean.FALSE.equals(turn.recognised())) {
            return Optional.empty();
        }
        Optional<String> recipient = settlements.recipient(transaction, attempt);
        if (recipient.isEmpty()) {
            return Optional.empty();
        }
        String account = turn.account().name();
        Refused refused =
                laneControl.refused(transaction, account, recipient.get(), RetrySchedule.reason(turn.verdict()), now);
        if (refused.pauses()) {
            LOG.error(
                    "Account {} is paused after many refusals in a row that are not recognised, the last with {}. It keeps"
                            + " its sends, and is tried again with one in a minute; those that failed are sent again by"
                            + " POST /api/v1/sends/retry with {\"run\": \"{}\"}",
                    account,
                    RetrySchedule.reason(turn.verdict()),
                    refused.run());
        }
        return Optional.of(refused);
    }

    /** Any answer that is known ends a row of unknown ones; one about its send alone also ends the pause they led to. */
    private void answered(Transaction transaction, String account, Attempt attempt, Reaction reaction, long now)
            throws SQLException {
        boolean aboutTheSend = reaction.settlement().state() == State.FAILED;
        if (laneControl.answered(transaction, account, aboutTheSend, attempt.startedAt(), now)) {
            LOG.info("Account {} works again and is resumed", account);
        }
    }

    private void affect(Transaction transaction, String account, Attempt attempt, Reaction.Effect effect, long now)
            throws SQLException {
        if (effect instanceof Reaction.Effect.Hold hold) {
            laneControl.hold(transaction, account, hold.until());
            LOG.warn("Account {} is throttled by its provider until {}", account, Instant.ofEpochMilli(hold.until()));
        } else if (effect instanceof Reaction.Effect.Pause pause) {
            if (laneControl.pause(transaction, account, pause.reason(), now)) {
                LOG.error(
                        "Account {} is paused and keeps its sends ({}); it is tried again with one send in a minute",
                        account,
                        pause.reason());
            }
        } else if (effect instanceof Reaction.Effect.Works && attempt.trial()) {
            if (laneControl.recover(transaction, account, attempt.startedAt(), now)) {
                LOG.info("Account {} works again and is resumed", account);
            }
        }
    }

    private static String id(Turn turn) {
        return turn.attempt() == null ? turn.candidate().id() : turn.attempt().id();
    }
}
