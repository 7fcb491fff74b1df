package dev.caravan.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/** Makes keys of the REST door, and what the configuration holds of them. */
public final class ApiKeys {

    // Tells a leaked key from other random text.
    private static final String PREFIX = "cvn_";
    private static final int RANDOM_BYTES = 32;

    private ApiKeys() {}

    /** A new key: {@code cvn_} and 256 random bits, in letters, digits, {@code -} and {@code _}. */
    public static String generate() {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** What is configured as {@code caravan.api.keys.<name>.sha256}: 64 lower-case hex digits. */
    public static String sha256(String key) {
        return HexFormat.of().formatHex(digest(key.getBytes(UTF_8)));
    }

    /** The SHA-256 of a key's bytes. */
    static byte[] digest(byte[] key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
