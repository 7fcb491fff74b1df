package dev.caravan.ledger;

import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.HexFormat;

/** The key of the digests kept of every send: made once, and shared by all gateways of a ledger. */
public final class DigestKey {

    private static final int BYTES = 32;

    private DigestKey() {}

    /** The ledger's key, 32 bytes; made when it has none yet. */
    public static byte[] of(Transaction transaction) throws SQLException {
        byte[] fresh = new byte[BYTES];
        new SecureRandom().nextBytes(fresh);
        transaction.update(
                "INSERT INTO setting (name, value) VALUES ('digest-key', ?) ON CONFLICT DO NOTHING",
                HexFormat.of().formatHex(fresh));
        return transaction
                .one("SELECT value FROM setting WHERE name = 'digest-key'", row -> HexFormat.of()
                        .parseHex(row.getString(1)))
                .orElseThrow();
    }
}
