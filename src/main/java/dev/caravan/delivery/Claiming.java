package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.ledger.Attempt;
import dev.caravan.ledger.Claim;
import dev.caravan.ledger.Presence;
import dev.caravan.ledger.SendQueue;
import dev.caravan.ledger.SendQueue.Candidate;
import dev.caravan.ledger.SendQueue.QueuedContent;
import dev.caravan.ledger.Slots;
import dev.caravan.ledger.Store;
import dev.caravan.ledger.Transaction;
import dev.caravan.message.Recipient;
import dev.caravan.message.Send;
import dev.caravan.provider.Bulk;
import dev.caravan.provider.Providers;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.apache.camel.Exchange;

/** The two ways into the queue: looking at the best due send, and claiming it. */
final class Claiming {

    private static final long UNTIL_SURE = 1_000;

    private final Store store;
    private final SendQueue queue;
    private final Slots slots;
    private final StoredSends storedSends;
    private final Providers providers;
    private final UnderWay underWay;
    private final LongSupplier stay;
    private final Set<String> candidates = ConcurrentHashMap.newKeySet();

    /** @param stay as {@link Presence#stay} */
    Claiming(
            Store store,
            SendQueue queue,
            Slots slots,
            StoredSends storedSends,
            Providers providers,
            UnderWay underWay,
            LongSupplier stay) {
        this.stay = stay;
        this.underWay = underWay;
        this.providers = providers;
        this.store = store;
        this.queue = queue;
        this.slots = slots;
        this.storedSends = storedSends;
    }

    /** Step {@code candidate}: the best due send that no other turn is looking at, left in the queue. */
    void consider(Exchange exchange) {
        Turn turn = Turn.of(exchange);
        String account = turn.account().name();
        Optional<Long> heldUntil =
                store.read(transaction -> slots.heldUntil(transaction, account, System.currentTimeMillis()));
        if (heldUntil.isPresent()) {
            turn.held(heldUntil.get());
            return;
        }
        Optional<Attempt> candidate;
        do {
            candidate = inOrder(account);
        } while (candidate.isPresent() && !candidates.add(candidate.get().id()));
        if (candidate.isPresent()) {
            turn.consider(candidate.get());
            exchange.setVariable(Turn.SEND, storedSends.read(candidate.get().content()));
            exchange.getExchangeExtension()
                    .addOnCompletion(new Forgetting(candidates, candidate.get().id()));
        } else {
            turn.foundNothing();
        }
    }

    private Optional<Attempt> inOrder(String account) {
        Optional<Candidate> best = store.read(transaction -> queue.candidate(transaction, account, candidates));
        while (best.isPresent() && best.get().waits()) {
            String id = best.get().attempt().id();
            store.write(transaction -> {
                queue.standBehind(transaction, id);
                return null;
            });
            best = store.read(transaction -> queue.candidate(transaction, account, candidates));
        }
        return best.map(Candidate::attempt);
    }

    /** Step {@code claim}: from here on the attempt is recorded as started. */
    void claim(Exchange exchange) {
        Turn turn = Turn.of(exchange);
        String only = turn.candidate() == null ? null : turn.candidate().id();
        long claimedIn = stay.getAsLong();
        if (claimedIn == 0) {
            turn.held(System.currentTimeMillis() + UNTIL_SURE);
            return;
        }
        Taken taken = store.write(transaction -> {
            Taken done = take(transaction, turn, only);
            done.attempts().forEach(attempt -> underWay.claimed(attempt, turn));
            return done;
        });
        Claim claim = taken.claim();
        if (claim instanceof Claim.Claimed claimed) {
            Send send = storedSends.read(claimed.attempt().content());
            exchange.setVariable(Turn.SEND, send);
            exchange.setVariable(Turn.CLAIMED, true);
            exchange.setVariable(Turn.TOGETHER, !taken.companions().isEmpty());
            exchange.getMessage().setBody(send);
            if (!taken.companions().isEmpty()) {
                turn.accompanied(
                        taken.companions(),
                        taken.attempts().stream()
                                .map(attempt -> storedSends
                                        .carried(turn.account(), attempt.content())
                                        .orElseThrow())
                                .toList());
            }
            turn.claimed(claimed.attempt());
            if (stay.getAsLong() != claimedIn) {
                turn.withdrawn();
                throw new IllegalStateException(
                        "this gateway was silent for too long to begin a call that it had claimed");
            }
        } else if (claim instanceof Claim.Held held) {
            turn.held(held.until());
        } else if (only == null) {
            turn.foundNothing();
        }
    }

    /** What a turn has claimed, with those that share its call. */
    private record Taken(Claim claim, List<Attempt> companions) {

        private List<Attempt> attempts() {
            return claim instanceof Claim.Claimed claimed
                    ? Stream.concat(Stream.of(claimed.attempt()), companions.stream())
                            .toList()
                    : List.of();
        }
    }

    private Taken take(Transaction transaction, Turn turn, String only) throws SQLException {
        Claim claim = claim(transaction, turn, only);
        Account account = turn.account();
        Optional<Bulk> bulk = providers.get(account.provider()).bulk();
        // The first of an account in trouble is a trial, and goes alone.
        return bulk.isPresent()
                        && claim instanceof Claim.Claimed claimed
                        && !claimed.attempt().trial()
                ? new Taken(claim, companions(transaction, account, bulk.get(), claimed.attempt()))
                : new Taken(claim, List.of());
    }

    /** The next sends of the batch, as long as they say the same. */
    private List<Attempt> companions(Transaction transaction, Account account, Bulk bulk, Attempt first)
            throws SQLException {
        int most = bulk.most(account) - 1;
        List<Attempt> companions = new ArrayList<>();
        if (most < 1) {
            return companions;
        }
        Optional<Send> send = storedSends.carried(account, first.content());
        if (send.isEmpty()) {
            return companions;
        }
        // A server that takes the same recipient only once would count otherwise, and leave all of them unknown.
        Set<Recipient> recipients = new HashSet<>(Set.of(send.get().to()));
        for (QueuedContent next : queue.companions(transaction, account.name(), first, most)) {
            Optional<Send> other = storedSends.carried(account, next.content());
            if (other.isEmpty()
                    || !bulk.together(send.get(), other.get())
                    || !recipients.add(other.get().to())) {
                break;
            }
            queue.claimAlso(transaction, account.name(), next.id(), System.currentTimeMillis())
                    .ifPresent(companions::add);
        }
        return companions;
    }

    /** The clock is read when the write has its turn: while it waited, a send may have expired or the start gone by. */
    private Claim claim(Transaction transaction, Turn turn, String only) throws SQLException {
        Account account = turn.account();
        Instant now = Instant.now();
        return account.pace().isUnlimited()
                ? slots.claim(transaction, account.name(), only, now.toEpochMilli())
                : slots.claim(
                        transaction,
                        account.name(),
                        only,
                        turn.start(),
                        account.pace(),
                        ThreadLocalRandom.current(),
                        ChronoUnit.MICROS.between(Instant.EPOCH, now));
    }
}
