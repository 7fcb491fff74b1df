package dev.caravan.ledger;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of what other gateways have left in a ledger that only one can have: they are gone, whoever they were. It was
 * this one under another id, or one that had another home. A ledger that several share has {@link Presence} for that.
 */
final class Succession {

    private static final Logger LOG = LoggerFactory.getLogger(Succession.class);

    private final boolean shared;
    private final String gateway;
    private final Recovery recovery;
    private final Path home;
    private final Events events = new Events();

    /**
     * @param gateway the id of this gateway
     * @param home where its batches' files are
     */
    Succession(Store store, String gateway, Recovery recovery, Path home) {
        this.shared = store.isShared();
        this.gateway = gateway;
        this.recovery = recovery;
        this.home = home;
    }

    /**
     * At the start of a gateway: settles what the others were sending, and makes their replies and their batches this
     * gateway's. Batches whose files are not in its home are left as those of a gateway that is gone, until it starts with
     * them there.
     *
     * @param retried the accounts whose sends are sent again then: twice rather than never
     * @return how many sends were under way
     */
    int takeOver(Transaction transaction, Set<String> retried, long now) throws SQLException {
        if (shared) {
            return 0;
        }
        transaction.update("DELETE FROM presence WHERE gateway = ?", gateway);
        int recovered = 0;
        for (String other : others(transaction)) {
            int interrupted = recovery.recover(transaction, other, recovery.underWay(transaction, other), retried, now);
            Replies.handOver(transaction, other, gateway);
            takeBatches(transaction, other);
            markIfGone(transaction, other, interrupted, now);
            recovered += interrupted;
        }
        return recovered;
    }

    private List<String> others(Transaction transaction) throws SQLException {
        return transaction.all(
                "SELECT gateway FROM send WHERE state = 'sending' AND gateway <> ?"
                        + " UNION SELECT gateway FROM batch WHERE gateway <> ?"
                        + " UNION SELECT gateway FROM reply WHERE gateway <> ? ORDER BY 1",
                row -> row.getString(1),
                gateway,
                gateway,
                gateway);
    }

    /** @param path of its file, or null when it has none */
    private record Left(String id, String path) {}

    private void takeBatches(Transaction transaction, String other) throws SQLException {
        // What has the name of a file of ours in our home is ours, and not theirs.
        List<Left> left = transaction.all(
                "SELECT id, path FROM batch WHERE gateway = ? AND NOT EXISTS (SELECT 1 FROM batch AS own"
                        + " WHERE own.gateway = ? AND own.path = batch.path)",
                row -> new Left(row.getString(1), row.getString(2)),
                other,
                gateway);
        for (Left batch : left) {
            if (batch.path() == null || Files.exists(home.resolve(batch.path()))) {
                transaction.update("UPDATE batch SET gateway = ? WHERE id = ?", gateway, batch.id());
            }
        }
    }

    private record Waiting(long batches, long reading) {}

    private void markIfGone(Transaction transaction, String other, int interrupted, long now) throws SQLException {
        Waiting waiting = transaction
                .one(
                        "SELECT count(*), coalesce(sum(CASE WHEN state = 'reading' THEN 1 ELSE 0 END), 0) FROM batch"
                                + " WHERE gateway = ?",
                        row -> new Waiting(row.getLong(1), row.getLong(2)),
                        other)
                .orElseThrow();
        if (waiting.batches() == 0) {
            return;
        }
        boolean isNew = transaction.update(
                        "INSERT INTO presence (gateway, beats, gone) VALUES (?, 0, 1) ON CONFLICT DO NOTHING", other)
                == 1;
        if (isNew && waiting.reading() > 0) {
            events.gatewayGone(transaction, other, interrupted, waiting.reading(), now);
        }
        LOG.warn(
                "Gateway {} had this ledger before. The files of {} of its batches are not in {}, {} of them read in part:"
                        + " they wait, and so do their reports, until this gateway starts with them in its home",
                other,
                waiting.batches(),
                home,
                waiting.reading());
    }
}
