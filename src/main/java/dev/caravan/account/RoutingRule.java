package dev.caravan.account;

import dev.caravan.message.Recipient;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which accounts serve the phone numbers that begin with a prefix.
 *
 * @param to a plus sign and the leading digits ({@code +90}); the plus sign alone matches every phone number
 * @param accounts one or more, in the order in which they stand in for one another; the first serves
 * @param failover when the next account takes over
 */
public record RoutingRule(String to, List<Account> accounts, Failover failover) {

    private static final Pattern PREFIX = Pattern.compile("\\+[0-9]{0,15}");

    /** When a send goes to the next account of its rule; never while it may have been sent already. */
    public enum Failover {
        NEVER,
        /** When the provider has refused it for a reason of the account. */
        DEFINITE_REFUSAL,
        /**
         * While the account's lane is paused, or the send would expire before its turn: when it is accepted, and while the
         * lane was asked to wait or has spent its budget.
         */
        DOWN
    }

    public RoutingRule {
        if (!isPrefix(to)) {
            throw new IllegalArgumentException("to: a prefix is a plus sign and leading digits, as +90");
        }
        accounts = List.copyOf(accounts);
        if (accounts.isEmpty()) {
            throw new IllegalArgumentException("accounts: a rule needs at least one account");
        }
    }

    /** Whether a text can be the {@code to} of a rule. */
    public static boolean isPrefix(String text) {
        return PREFIX.matcher(text).matches();
    }

    /** Whether a recipient is a phone number that begins with the prefix. */
    public boolean matches(Recipient recipient) {
        return recipient.address().startsWith(to);
    }
}
