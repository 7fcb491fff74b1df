package dev.caravan.ledger;

import dev.caravan.message.Priority;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the ledger knows of sends that are not in it yet: which of them it has already, and what waits before them. Only reads. */
public final class Foresight {

    private final Store store;

    public Foresight(Store store) {
        this.store = store;
    }

    /**
     * What new sends of an account find when they come.
     *
     * @param waiting the due sends, by priority; none is left out
     * @param nextStart before then it starts nothing, in milliseconds
     * @param budgetDay the day whose budget it spent last, or null
     * @param budgetUsed what it spent of that
     * @param paused {@code hand}, {@code account}, or null when it runs
     */
    public record Ahead(Map<Priority, Long> waiting, long nextStart, String budgetDay, long budgetUsed, String paused) {

        /** Nobody waits. */
        public static final Ahead NOTHING = new Ahead(Map.of(), 0, null, 0, null);

        public Ahead {
            waiting = Map.copyOf(waiting);
        }

        public long waiting(Priority priority) {
            return waiting.getOrDefault(priority, 0L);
        }
    }

    /** The ledger's key of digests, 32 bytes; empty when it has none yet. */
    public Optional<byte[]> digestKey() {
        return store.read(DigestKey::find);
    }

    /** The sends that hold some of these keys, by key. */
    public Map<String, ExistingSend> holders(Collection<String> keys) {
        return store.read(transaction -> {
            Map<String, ExistingSend> holders = new HashMap<>();
            for (String key : keys) {
                Acceptance.holder(transaction, key).ifPresent(holder -> holders.put(key, holder));
            }
            return holders;
        });
    }

    /** What waits in an account's queue; sends that are due later and those of paused batches are not counted. */
    public Ahead ahead(String account) {
        return store.read(transaction -> {
            Map<Priority, Long> waiting = new EnumMap<>(Priority.class);
            List<Priority> priorities = List.of(Priority.values());
            transaction.all(
                    "SELECT priority, count(*) FROM send WHERE account = ? AND state = 'queued' AND ready = 1"
                            + " GROUP BY priority",
                    row -> waiting.put(priorities.get(row.getInt(1)), row.getLong(2)),
                    account);
            return transaction
                    .one(
                            "SELECT next_slot, not_before, budget_day, budget_used, paused FROM account WHERE name = ?",
                            row -> new Ahead(
                                    waiting,
                                    Math.max(row.getLong(1) / 1_000, row.getLong(2)),
                                    row.getString(3),
                                    row.getLong(4),
                                    row.getString(5)),
                            account)
                    .orElse(Ahead.NOTHING);
        });
    }
}
