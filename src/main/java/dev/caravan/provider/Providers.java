package dev.caravan.provider;

import java.util.List;
import java.util.Map;
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
}
