package dev.caravan.intake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Keyed digests (HMAC-SHA-256) by which a send is recognised without keeping what it said. Not safe for concurrent use.
 */
final class Fingerprints {

    private static final int FIELD_BYTES = 9;
    private static final int ROW_BYTES = 12;

    /** What idempotency does not compare: when, how urgently and why it is sent, and what the recipient is called. */
    private static final List<String> NOT_COMPARED =
            List.of("reference", "name", "sendAt", "expiresAt", "priority", "category");

    private final Mac mac;

    Fingerprints(byte[] key) {
        try {
            mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
        } catch (GeneralSecurityException absent) {
            throw new IllegalStateException("every JDK has HmacSHA256", absent);
        }
    }

    /**
     * A digest per field of the canonical JSON that idempotency compares, as {@code field=digest} joined by spaces.
     */
    String ofContent(ObjectNode canonical) {
        StringBuilder digests = new StringBuilder();
        for (Map.Entry<String, JsonNode> field : canonical.properties()) {
            if (!NOT_COMPARED.contains(field.getKey())) {
                digests.append(digests.isEmpty() ? "" : " ")
                        .append(field.getKey())
                        .append('=')
                        .append(digest(field.getKey() + '=' + text(field.getValue()), FIELD_BYTES));
            }
        }
        return digests.toString();
    }

    /** No field has a text in one send and something else in another, so that no two values have the same text here. */
    private static String text(JsonNode value) {
        return value.isTextual() ? value.textValue() : value.toString();
    }

    /** The fields in which two sends differ, by what {@link #ofContent} made of them. */
    static List<String> differing(String one, String other) {
        List<String> mine = List.of(one.split(" "));
        List<String> theirs = List.of(other.split(" "));
        List<String> differing = new ArrayList<>();
        for (String field : mine) {
            if (!theirs.contains(field)) {
                differing.add(name(field));
            }
        }
        for (String field : theirs) {
            if (!mine.contains(field) && !differing.contains(name(field))) {
                differing.add(name(field));
            }
        }
        return differing;
    }

    /**
     * What a row is recognised by.
     *
     * @param folder where it was dropped, or null for the inbox itself
     * @param account that serves it
     * @param cells its own
     */
    String ofRow(String folder, String account, List<String> cells) {
        String whole = (folder == null ? "" : folder) + '\u001e' + account + '\u001e' + String.join("\u001f", cells);
        return digest(whole, ROW_BYTES);
    }

    /** Eight bytes of a text's digest: enough to tell the rows of one batch apart. */
    long ofText(String text) {
        return ByteBuffer.wrap(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }

    private String digest(String text, int bytes) {
        byte[] whole = mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        byte[] start = new byte[bytes];
        System.arraycopy(whole, 0, start, 0, bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(start);
    }

    private static String name(String field) {
        return field.substring(0, field.indexOf('='));
    }
}
