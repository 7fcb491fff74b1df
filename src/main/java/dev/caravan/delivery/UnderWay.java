package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.ledger.Attempt;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The attempts that turns of this gateway have claimed and not yet settled. A turn that breaks off would otherwise leave
 * its send under way until the next start of the gateway.
 */
final class UnderWay {

    private final Map<Attempt, Turn> turns = new ConcurrentHashMap<>();

    /** Within the claim, so that there is no time at which the ledger knows of the attempt and this does not. */
    void claimed(Attempt attempt, Turn turn) {
        turns.put(attempt, turn);
    }

    /** The result is written. */
    void settled(List<Attempt> attempts) {
        attempts.forEach(turns::remove);
    }

    /**
     * An attempt whose turn is over without a result.
     *
     * @param account whose send it is
     * @param isCallPossible false when the turn never learnt of its claim, so that it cannot have made the call
     */
    record Broken(Attempt attempt, Account account, boolean isCallPossible) {}

    List<Broken> broken() {
        return turns.entrySet().stream()
                .filter(entry -> entry.getValue().isOver())
                .map(entry -> new Broken(entry.getKey(), entry.getValue().account(), isCallPossible(entry)))
                .toList();
    }

    private static boolean isCallPossible(Entry<Attempt, Turn> entry) {
        return entry.getValue().attempt() != null;
    }
}
