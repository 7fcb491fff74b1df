package dev.caravan.api;

import java.time.InstantSource;
import java.util.List;

/** The keys of the configuration. */
final class KeyRing {

    private static final Identity EXPIRED = new Identity.Unproven(
            Problem.of(401, "expired-key", "This key has expired. Ask whoever runs this gateway for a new one."));
    private static final Identity INVALID = Identity.invalid();

    private final List<ApiKey> keys;
    private final InstantSource clock;

    KeyRing(List<ApiKey> keys, InstantSource clock) {
        this.keys = List.copyOf(keys);
        this.clock = clock;
    }

    /**
     * Whose key has this digest. Compares with every key, found or not, so that the time tells nothing of which one fits.
     */
    Identity identify(byte[] digest) {
        ApiKey found = null;
        for (ApiKey key : keys) {
            if (key.has(digest)) {
                found = key;
            }
        }
        if (found == null) {
            return INVALID;
        }
        return found.isExpired(clock.instant()) ? EXPIRED : new Identity.Proven(found.caller());
    }
}
