package dev.caravan.command;

import dev.caravan.ledger.DigestKey;
import dev.caravan.ledger.Foresight;
import dev.caravan.ledger.LedgerException;
import dev.caravan.ledger.ReadOnlyLedger;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;

/**
 * The ledger, where there is one that can be read.
 *
 * @param ledger null when there is none
 * @param foresight null when there is none
 * @param digestKey the ledger's, or one for this once
 * @param problem why there is none; null when there is one
 */
record LedgerAtHand(ReadOnlyLedger ledger, Foresight foresight, byte[] digestKey, String problem)
        implements AutoCloseable {

    static LedgerAtHand open(DataSourceProperties properties) {
        ReadOnlyLedger ledger = null;
        try {
            ledger = ReadOnlyLedger.open(properties);
            Foresight foresight = new Foresight(ledger.store());
            byte[] key = foresight.digestKey().orElseGet(DigestKey::ephemeral);
            return new LedgerAtHand(ledger, foresight, key, null);
        } catch (LedgerException away) {
            if (ledger != null) {
                ledger.close();
            }
            return new LedgerAtHand(null, null, DigestKey.ephemeral(), away.getMessage());
        }
    }

    @Override
    public void close() {
        if (ledger != null) {
            ledger.close();
        }
    }
}
