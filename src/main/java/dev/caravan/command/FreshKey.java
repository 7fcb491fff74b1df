package dev.caravan.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A key nobody has yet.
 *
 * @param text {@code cvn_}, by which a leaked key is told from other text, and 256 random bits
 * @param sha256 of the whole text, as 64 lower-case hex digits
 */
record FreshKey(String text, String sha256) {

    private static final int BYTES = 32;

    static FreshKey make() {
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        String text = "cvn_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
            return new FreshKey(text, HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every JDK has SHA-256", absent);
        }
    }

    @Override
    public String toString() {
        return "FreshKey[sha256=" + sha256 + "]";
    }
}
