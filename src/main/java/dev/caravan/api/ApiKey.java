package dev.caravan.api;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/** A key that opens the REST door: its digest, never the key itself, and whom it makes of a request. */
public final class ApiKey {

    private final byte[] digest;
    private final Caller caller;
    private final Instant expires;

    /**
     * @param sha256 the hex digest of the key
     * @param expires when it stops working, or null
     */
    ApiKey(String sha256, Caller caller, Instant expires) {
        this.digest = HexFormat.of().parseHex(sha256);
        this.caller = caller;
        this.expires = expires;
    }

    /** One that may do everything with every account, in the default namespace, and never expires. */
    public static ApiKey unrestricted(String name, String sha256) {
        return new ApiKey(sha256, new Caller(name, EnumSet.allOf(Scope.class), Set.of(), Identity.NAMESPACE), null);
    }

    /** Compares in a time that does not depend on where the digests differ. */
    boolean has(byte[] presented) {
        return MessageDigest.isEqual(digest, presented);
    }

    boolean isExpired(Instant now) {
        return expires != null && !now.isBefore(expires);
    }

    Caller caller() {
        return caller;
    }
}
