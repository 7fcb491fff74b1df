package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.ledger.Attempt;
import dev.caravan.ledger.Claim;
import dev.caravan.ledger.Lanes;
import dev.caravan.ledger.Sends;
import dev.caravan.ledger.Store;
import dev.caravan.ledger.Transaction;
import dev.caravan.message.Send;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.camel.Exchange;

/** The two ways into the queue: looking at the best due send, and claiming it. */
final class Claiming {

    private final Store store;
    private final Sends sends;
    private final Lanes lanes;
    private final StoredSends storedSends;
    private final Set<String> candidates = ConcurrentHashMap.newKeySet();

    Claiming(Store store, Sends sends, Lanes lanes, StoredSends storedSends) {
        this.store = store;
        this.sends = sends;
        this.lanes = lanes;
        this.storedSends = storedSends;
    }

    /** Step {@code candidate}: the best due send that no other turn is looking at, left in the queue. */
    void consider(Exchange exchange) {
        Turn turn = Turn.of(exchange);
        String account = turn.account().name();
        Optional<Long> heldUntil =
                store.read(transaction -> lanes.heldUntil(transaction, account, System.currentTimeMillis()));
        if (heldUntil.isPresent()) {
            turn.held(heldUntil.get());
            return;
        }
        Optional<Attempt> candidate;
        do {
            candidate = store.read(transaction -> sends.candidate(transaction, account, candidates));
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

    /** Step {@code claim}: from here on the attempt is recorded as started. */
    void claim(Exchange exchange) {
        Turn turn = Turn.of(exchange);
        String only = turn.candidate() == null ? null : turn.candidate().id();
        Claim claim = store.write(transaction -> claim(transaction, turn, only));
        if (claim instanceof Claim.Claimed claimed) {
            Send send = storedSends.read(claimed.attempt().content());
            exchange.setVariable(Turn.SEND, send);
            exchange.setVariable(Turn.CLAIMED, true);
            exchange.getMessage().setBody(send);
            turn.claimed(claimed.attempt());
        } else if (claim instanceof Claim.Held held) {
            turn.held(held.until());
        } else if (only == null) {
            turn.foundNothing();
        }
    }

    /** The clock is read when the write has its turn: while it waited, a send may have expired or the start gone by. */
    private Claim claim(Transaction transaction, Turn turn, String only) throws SQLException {
        Account account = turn.account();
        Instant now = Instant.now();
        return account.pace().isUnlimited()
                ? lanes.claim(transaction, account.name(), only, now.toEpochMilli())
                : lanes.claim(
                        transaction,
                        account.name(),
                        only,
                        turn.start(),
                        account.pace(),
                        ThreadLocalRandom.current(),
                        ChronoUnit.MICROS.between(Instant.EPOCH, now));
    }
}
