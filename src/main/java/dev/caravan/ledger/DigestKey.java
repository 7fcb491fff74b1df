package dev.caravan.ledger;

import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Optional;

/** The key of the digests kept of every send: made once, and shared by all gateways of a ledger. */
public final class DigestKey {

    private static final int BYTES = 32;

    private DigestKey() {}

    /** The ledger's key, 32 bytes; made when it has none yet. */
    public static byte[] of(Transaction transaction) throws SQLException {
        transaction.update(
                "INSERT INTO setting (name, value) VALUES ('digest-key', ?) ON CONFLICT DO NOTHING",
                HexFormat.of().formatHex(ephemeral()));
        return find(transaction).orElseThrow();
    }

    /** The ledger's key, if it has one. */
    static Optional<byte[]> find(Transaction transaction) throws SQLException {
        return transaction.one("SELECT value FROM setting WHERE name = 'digest-key'", row -> HexFormat.of()
                .parseHex(row.getString(1)));
    }

    /** A key that is no ledger's: digests made with it tell each other apart, and nothing else. */
    public static byte[] ephemeral() {
        byte[] fresh = new byte[BYTES];
        new SecureRandom().nextBytes(fresh);
        return fresh;
    }
}
