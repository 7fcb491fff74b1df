package dev.caravan.ledger;

import dev.caravan.account.Accounts;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The account rows, which every gateway makes for its own accounts, and how their lanes stand. */
public final class Lanes {

    private final Accounts accounts;

    Lanes(Accounts accounts) {
        this.accounts = accounts;
    }

    /**
     * How a lane stands.
     *
     * @param account the account's name
     * @param queued sends waiting
     * @param notBefore it waits until then, because its provider asked for that or its budget is spent, in milliseconds;
     *     0 when it need not
     * @param paused {@code hand}, {@code account}, or null when it runs
     * @param reason why it is paused, or null
     * @param since when it was paused, in milliseconds, or null
     */
    public record Standing(String account, long queued, long notBefore, String paused, String reason, Long since) {}

    /** Makes rows for accounts that have none yet. */
    public void register(Transaction transaction, Collection<String> accounts) throws SQLException {
        for (String account : accounts) {
            transaction.update("INSERT INTO account (name) VALUES (?) ON CONFLICT DO NOTHING", account);
        }
    }

    /**
     * At the start of a gateway: what waits in an account's queue goes through the provider that the account has now. Costs
     * something only when that is another than before.
     */
    public void serve(Transaction transaction, String account, String provider) throws SQLException {
        boolean isNew = transaction.update(
                        "UPDATE account SET provider = ? WHERE name = ? AND coalesce(provider, '') <> ?",
                        provider,
                        account,
                        provider)
                == 1;
        if (isNew) {
            transaction.update(
                    "UPDATE send SET provider = ? WHERE account = ? AND provider <> ? AND " + PartialIndexes.QUEUED,
                    provider,
                    account,
                    provider);
        }
    }

    /** Sends waiting in an account's queue. */
    public long queued(Transaction transaction, String account) throws SQLException {
        return transaction
                .one("SELECT queued FROM account WHERE name = ?", row -> row.getLong(1), account)
                .orElse(0L);
    }

    /** How every lane stands. */
    public List<Standing> standings(Transaction transaction, long now) throws SQLException {
        return transaction.all(
                "SELECT " + Gate.COLUMNS + ", name, queued, paused_reason, paused_at FROM account ORDER BY name",
                row -> new Standing(
                        row.getString(10),
                        row.getLong(11),
                        Gate.read(row, accounts.rules(row.getString(10)), now).notBefore(),
                        row.getString(1),
                        row.getString(12),
                        SendRecord.number(row, 13)));
    }

    /** How many sends of each account are of unknown fate; of accounts that are not here, none. */
    public Map<String, Long> unknown(Transaction transaction) throws SQLException {
        Map<String, Long> counts = new HashMap<>();
        transaction.all(
                "SELECT account, count(*) FROM send WHERE state = 'unknown' GROUP BY account",
                row -> counts.put(row.getString(1), row.getLong(2)));
        return counts;
    }

    /** When the send that is next in an account's queue became due, in milliseconds; empty when none waits. */
    public Optional<Long> nextDue(Transaction transaction, String account) throws SQLException {
        return transaction.one(
                "SELECT due_at FROM send WHERE account = ? AND state = 'queued' AND ready = 1"
                        + " ORDER BY priority, fair_rank, id LIMIT 1",
                row -> row.getLong(1),
                account);
    }
}
