package dev.caravan.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;

/** The tokens by which providers prove that a report is theirs. */
final class WebhookTokens {

    private final Map<String, byte[]> digests = new HashMap<>();

    /** Is compared where there is no token, so that the time does not tell; nobody knows what it is the digest of. */
    private final byte[] none = ApiKeys.digest(ApiKeys.generate().getBytes(UTF_8));

    /** @param tokens by account */
    WebhookTokens(Map<String, String> tokens) {
        tokens.forEach((account, token) -> digests.put(account, ApiKeys.digest(token.getBytes(UTF_8))));
    }

    /** Whether an account has this token. */
    boolean has(String account, String token) {
        return MessageDigest.isEqual(digests.getOrDefault(account, none), ApiKeys.digest(token.getBytes(UTF_8)));
    }
}
