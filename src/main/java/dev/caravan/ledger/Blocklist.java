package dev.caravan.ledger;

import dev.caravan.message.Category;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Recipients never to be sent to. Kept as keyed digests (HMAC-SHA-256), so the list can answer whether somebody is on it,
 * but not who is. Safe for concurrent use.
 */
public final class Blocklist {

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    /** @param key the ledger's digest key */
    public Blocklist(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    /**
     * An entry.
     *
     * @param digest of the recipient
     * @param source who said so
     * @param at in milliseconds
     */
    public record Entry(String digest, Scope scope, String source, long at) {}

    /** Adds a recipient; one that is listed with this scope already keeps its entry. Returns whether it is new. */
    public boolean add(Transaction transaction, String recipient, Scope scope, String source, long now)
            throws SQLException {
        return transaction.update(
                        "INSERT INTO block (recipient, scope, source, created_at) VALUES (?, ?, ?, ?)"
                                + " ON CONFLICT DO NOTHING",
                        digest(recipient),
                        scope.word(),
                        source,
                        now)
                == 1;
    }

    /** Adds the recipient of a send. */
    public void addRecipientOf(Transaction transaction, String send, Scope scope, String source, long now)
            throws SQLException {
        String recipient = transaction
                .one("SELECT recipient FROM send WHERE id = ?", row -> row.getString(1), send)
                .orElseThrow();
        add(transaction, recipient, scope, source, now);
    }

    /**
     * Removes a recipient.
     *
     * @param scope or null for both
     * @return how many entries went
     */
    public int remove(Transaction transaction, String recipient, Scope scope) throws SQLException {
        return scope == null
                ? transaction.update("DELETE FROM block WHERE recipient = ?", digest(recipient))
                : transaction.update(
                        "DELETE FROM block WHERE recipient = ? AND scope = ?", digest(recipient), scope.word());
    }

    /** What is listed of a recipient. */
    public List<Entry> of(Transaction transaction, String recipient) throws SQLException {
        return transaction.all(
                "SELECT recipient, scope, source, created_at FROM block WHERE recipient = ? ORDER BY scope",
                Blocklist::read,
                digest(recipient));
    }

    /**
     * The entries, the newest first.
     *
     * @param after the last entry of the page before, or null for the first page
     */
    public List<Entry> list(Transaction transaction, Entry after, int limit) throws SQLException {
        if (after == null) {
            return transaction.all(
                    "SELECT recipient, scope, source, created_at FROM block"
                            + " ORDER BY created_at DESC, recipient DESC, scope DESC LIMIT ?",
                    Blocklist::read,
                    limit);
        }
        return transaction.all(
                "SELECT recipient, scope, source, created_at FROM block"
                        + " WHERE (created_at, recipient, scope) < (?, ?, ?)"
                        + " ORDER BY created_at DESC, recipient DESC, scope DESC LIMIT ?",
                Blocklist::read,
                after.at(),
                after.digest(),
                after.scope().word(),
                limit);
    }

    /** Whether nobody is listed. */
    public boolean isEmpty(Transaction transaction) throws SQLException {
        return transaction.one("SELECT 1 FROM block LIMIT 1", row -> true).isEmpty();
    }

    /**
     * Whether a send may not go to its recipient.
     *
     * @param category of the send, or null
     * @return the scope that forbids it
     */
    public Optional<Scope> covers(Transaction transaction, String recipient, Category category) throws SQLException {
        return transaction
                .all(
                        "SELECT scope FROM block WHERE recipient = ?",
                        row -> Scope.of(row.getString(1)).orElseThrow(),
                        digest(recipient))
                .stream()
                .filter(scope -> scope == Scope.ALL || category == Category.MARKETING)
                .findFirst();
    }

    private String digest(String recipient) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(("block " + recipient).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException absent) {
            throw new IllegalStateException("every JDK has HmacSHA256", absent);
        }
    }

    private static Entry read(java.sql.ResultSet row) throws SQLException {
        return new Entry(row.getString(1), Scope.of(row.getString(2)).orElseThrow(), row.getString(3), row.getLong(4));
    }
}
