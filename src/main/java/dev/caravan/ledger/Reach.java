package dev.caravan.ledger;

import java.util.Set;

/**
 * The sends that somebody may see and change; all others do not exist for them.
 *
 * @param namespace of their references, or null for any
 * @param accounts they go through; empty for any
 */
public record Reach(String namespace, Set<String> accounts) {

    /** Every send. */
    public static final Reach ALL = new Reach(null, Set.of());

    public Reach {
        accounts = Set.copyOf(accounts);
    }

    /** Whether an account is within it. */
    public boolean covers(String account) {
        return accounts.isEmpty() || accounts.contains(account);
    }
}
