package dev.caravan.api;

import dev.caravan.ledger.Reach;
import java.util.Set;

/**
 * Who makes a request. It travels with the request as the attribute {@link #ATTRIBUTE}, because a step may run on
 * another thread than the filters.
 *
 * @param name of its key in the configuration; {@code jwt:} and the subject for a token, which no key can be named
 * @param scopes what it may do; may be empty
 * @param accounts the accounts it may use; empty for all
 * @param namespace of its references; one of its own limits it to the sends in it
 */
record Caller(String name, Set<Scope> scopes, Set<String> accounts, String namespace) {

    static final String ATTRIBUTE = Caller.class.getName();

    Caller {
        scopes = Set.copyOf(scopes);
        accounts = Set.copyOf(accounts);
    }

    /** Whether an account is one it may use, and so one whose sends it may see. */
    boolean mayUse(String account) {
        return accounts.isEmpty() || accounts.contains(account);
    }

    /** Whether it may see what is in a namespace: a caller with one of its own sees nothing of others. */
    boolean mayUseNamespace(String other) {
        return namespace.equals(Identity.NAMESPACE) || namespace.equals(other);
    }

    /** The sends it may see and change. */
    Reach reach() {
        return new Reach(namespace.equals(Identity.NAMESPACE) ? null : namespace, accounts);
    }
}
