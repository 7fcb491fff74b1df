package dev.caravan.ledger;

import java.sql.SQLException;
import java.util.List;

/**
 * Sends that their provider accepted and that nobody has reported delivered for longer than their account allows. Each is
 * told of once: what has been looked at is a time up to which it has, not a mark on each send.
 */
public final class Unconfirmed {

    private static final String LOOKED_AT = "unconfirmed";

    private final Store store;
    private final Events events = new Events();

    Unconfirmed(Store store) {
        this.store = store;
    }

    /** Raises an event for each account that has such sends since the last time. */
    public void tell(long now) {
        long before = store.read(Unconfirmed::lookedAt);
        List<Late> late = store.read(transaction -> transaction.all(
                """
                SELECT account, count(*), min(coalesce(sent_at, changed_at)) FROM send
                WHERE state = 'sent' AND confirm_at > ? AND confirm_at <= ? GROUP BY account ORDER BY account""",
                row -> new Late(row.getString(1), row.getLong(2), row.getLong(3)),
                before,
                now));
        if (!late.isEmpty()) {
            store.write(transaction -> tell(transaction, late, before, now));
        }
    }

    /** Whoever comes second, of two gateways, has counted the same sends. */
    private Void tell(Transaction transaction, List<Late> late, long before, long now) throws SQLException {
        if (lookedAt(transaction) == before) {
            for (Late some : late) {
                events.unconfirmed(transaction, some.account(), some.count(), some.oldest(), now);
            }
            transaction.update(
                    "INSERT INTO setting (name, value) VALUES (?, ?)"
                            + " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    LOOKED_AT,
                    Long.toString(now));
        }
        return null;
    }

    private static long lookedAt(Transaction transaction) throws SQLException {
        return transaction
                .one("SELECT value FROM setting WHERE name = ?", row -> row.getLong(1), LOOKED_AT)
                .orElse(0L);
    }

    private record Late(String account, long count, long oldest) {}
}
