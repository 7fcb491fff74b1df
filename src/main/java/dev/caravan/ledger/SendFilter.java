package dev.caravan.ledger;

import java.util.Set;

/**
 * Which sends are meant; what is null or empty leaves all.
 *
 * @param namespace of the reference
 * @param reference the caller's own key
 * @param states they stand in
 * @param account they go through
 * @param batch they came in
 * @param error their error's code
 * @param recipient they go to, normalised
 * @param run the row of unrecognised refusals they failed in
 */
public record SendFilter(
        String namespace,
        String reference,
        Set<State> states,
        String account,
        String batch,
        String error,
        String recipient,
        String run) {

    /** Everything. */
    public static final SendFilter ALL = new SendFilter(null, null, Set.of(), null, null, null, null, null);

    public SendFilter {
        states = Set.copyOf(states);
    }

    /** Of no row of refusals in particular. */
    public SendFilter(
            String namespace,
            String reference,
            Set<State> states,
            String account,
            String batch,
            String error,
            String recipient) {
        this(namespace, reference, states, account, batch, error, recipient, null);
    }

    /** The sends to somebody. */
    public static SendFilter to(String recipient) {
        return new SendFilter(null, null, Set.of(), null, null, null, recipient);
    }
}
