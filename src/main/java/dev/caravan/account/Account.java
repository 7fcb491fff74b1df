package dev.caravan.account;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * A named credential at a provider, with its own rate.
 *
 * @param name {@code [a-z0-9_-]+}
 * @param provider the provider's name
 * @param baseUrl everything before the path in the provider's documentation, without a slash at its end
 * @param pace how fast it may send
 * @param concurrency provider calls at once, per gateway, 1 or more
 * @param timeout how long a provider may take to answer
 * @param expiresAfter how long after acceptance (or {@code sendAt}, whichever is later) a send is still worth sending
 * @param retryUnknown whether a send whose fate is unknown is sent again: twice rather than never
 * @param maxQueued how many sends may wait, before intake holds back the rest
 * @param settings the provider's own settings by name; may hold credentials, so it is in no text form of this record
 */
public record Account(
        String name,
        String provider,
        String baseUrl,
        Pace pace,
        int concurrency,
        Duration timeout,
        Duration expiresAfter,
        boolean retryUnknown,
        long maxQueued,
        Map<String, String> settings) {

    public Account {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(baseUrl, "baseUrl");
        Objects.requireNonNull(pace, "pace");
        settings = Map.copyOf(settings);
    }

    /**
     * The value of a provider's setting.
     *
     * @return the value, or null when it is not configured
     */
    public String setting(String key) {
        return settings.get(key);
    }

    /** The value of a provider's setting, or {@code otherwise} when it is not configured. */
    public String setting(String key, String otherwise) {
        return settings.getOrDefault(key, otherwise);
    }

    @Override
    public String toString() {
        return name + " (" + provider + ")";
    }
}
