package dev.caravan.provider;

import dev.caravan.account.Account;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.Send;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The provider packs by name. */
public final class Providers {

    private final Map<String, Provider> byName;

    public Providers(List<Provider> packs) {
        byName = packs.stream().collect(Collectors.toUnmodifiableMap(Provider::name, Function.identity()));
    }

    /**
     * @throws IllegalArgumentException when there is no such provider
     */
    public Provider get(String name) {
        Provider provider = byName.get(name);
        if (provider == null) {
            throw new IllegalArgumentException("no provider is named " + name);
        }
        return provider;
    }

    /**
     * Refuses, at intake, a send that the provider of its account cannot carry: its type, its size, an option it does not
     * know, or what {@link Provider#check(Send, Account)} finds.
     *
     * @throws InvalidSendException naming the field
     */
    public void check(Send written, Account account) {
        Provider provider = get(account.provider());
        Send send = account.carried(written);
        if (!provider.types().containsKey(send.content().type())) {
            throw new InvalidSendException(
                    "type",
                    "type-not-carried",
                    "provider " + provider.name() + " of account " + account.name() + " carries no "
                            + send.content().type().word());
        }
        provider.limits().forEach(limit -> limit.check(send.content(), provider.name()));
        for (String option : send.options().keySet()) {
            if (!provider.options().contains(option)) {
                throw new InvalidSendException(
                        "options." + option,
                        "unknown-option",
                        "provider " + provider.name() + " knows no option of this name; it knows "
                                + (provider.options().isEmpty()
                                        ? "none"
                                        : String.join(", ", new TreeSet<>(provider.options()))));
            }
        }
        provider.check(send, account);
    }
}
