package dev.caravan.account;

import dev.caravan.message.InvalidSendException;
import dev.caravan.message.Recipient;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** All configured accounts, and the choice of one for a send. Immutable. */
public final class Accounts {

    private final Map<String, Account> byName;
    private final List<RoutingRule> routing;
    private final Account defaultAccount;

    /**
     * @param accounts of different names, in the order in which they are to be listed; may be empty
     * @param routing the first rule that matches decides
     * @param defaultAccount serves what no rule matches; null for none
     */
    public Accounts(Collection<Account> accounts, List<RoutingRule> routing, Account defaultAccount) {
        Map<String, Account> named = new LinkedHashMap<>();
        accounts.forEach(account -> {
            if (named.put(account.name(), account) != null) {
                throw new IllegalArgumentException("accounts: two are named " + account.name());
            }
        });
        this.byName = Collections.unmodifiableMap(named);
        this.routing = List.copyOf(routing);
        this.defaultAccount = defaultAccount;
    }

    public boolean isEmpty() {
        return byName.isEmpty();
    }

    /** Every account, in the order of the configuration. */
    public Collection<Account> all() {
        return byName.values();
    }

    public Optional<Account> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * The account of a name that is known to be configured.
     *
     * @throws NoSuchElementException when it is not
     */
    public Account get(String name) {
        return find(name).orElseThrow(() -> new NoSuchElementException("no account is named " + name));
    }

    /** What holds for the sends of an account; nothing for one that is not configured. */
    public SendingRules rules(String name) {
        Account account = byName.get(name);
        return account == null ? SendingRules.NONE : account.rules();
    }

    /**
     * The account that serves a send: the given one, else the first of the first routing rule that matches, else the
     * default account. A provider's own group or chat id matches no rule.
     *
     * @param given the name in the send, or null when it has none
     * @throws InvalidSendException {@code unknown-account} when none has the given name, {@code no-route} when
     *     nothing decides; both name the configured accounts
     */
    public Account choose(String given, Recipient to) {
        if (isEmpty()) {
            throw noAccount("no account is configured; add one below caravan.accounts");
        }
        if (given != null) {
            return find(given).orElseThrow(this::unknownAccount);
        }
        return rule(to).map(rule -> rule.accounts().get(0))
                .or(() -> Optional.ofNullable(defaultAccount))
                .orElseThrow(() -> noAccount("no account is given, no routing rule matches and there is no default"
                        + " account; name one of " + names()));
    }

    /** The rule for the sends to a recipient that name no account. */
    public Optional<RoutingRule> rule(Recipient to) {
        return routing.stream().filter(rule -> rule.matches(to)).findFirst();
    }

    /** The accounts in rules that fail over in this way. */
    public Set<Account> inRules(RoutingRule.Failover failover) {
        return routing.stream()
                .filter(rule -> rule.failover() == failover)
                .flatMap(rule -> rule.accounts().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    private String names() {
        return String.join(", ", byName.keySet());
    }

    private static InvalidSendException noAccount(String reason) {
        return new InvalidSendException("account", "no-route", reason);
    }

    // The given name is not repeated: in a CSV whose columns have shifted it can be the text of the message.
    private InvalidSendException unknownAccount() {
        return new InvalidSendException(
                "account", "unknown-account", "no account has this name; name one of " + names());
    }
}
