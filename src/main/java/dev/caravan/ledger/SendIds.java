package dev.caravan.ledger;

import com.github.f4b6a3.ulid.Ulid;
import com.github.f4b6a3.ulid.UlidFactory;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the ids of sends: ULIDs that rise in the order in which they are made, because sends to one recipient go out in the
 * order of their ids. A clock that is set back changes nothing about that, nor does a start after it: ids go on from the
 * latest until the clock has come that far. Only ids of a clock that was more than a day ahead are not gone on with, which
 * might be for years.
 */
public final class SendIds {

    private static final Logger LOG = LoggerFactory.getLogger(SendIds.class);
    private static final long MOST_AHEAD = Duration.ofDays(1).toMillis();

    private final InstantSource clock;
    private final UlidFactory factory = UlidFactory.newMonotonicInstance(new SecureRandom(), this::time);

    /** In milliseconds: no id is from before. */
    private long latest;

    /** Goes on from what is in the ledger. */
    public SendIds(Store store, InstantSource clock) {
        this.clock = clock;
        long now = clock.millis();
        this.latest = store.read(transaction -> afterLatest(transaction, now));
    }

    /** Greater than all that were made here, and that the ledger had. */
    public synchronized String next() {
        return factory.create().toString();
    }

    private long time() {
        long now = clock.millis();
        if (latest - now > MOST_AHEAD) {
            warn(latest);
            latest = now;
        }
        latest = Math.max(latest, now);
        return latest;
    }

    private static long afterLatest(Transaction transaction, long now) throws SQLException {
        String tooFarAhead = Ulid.min(now + MOST_AHEAD).toString();
        transaction
                .one("SELECT id FROM send WHERE id >= ? ORDER BY id DESC LIMIT 1", row -> row.getString(1), tooFarAhead)
                .ifPresent(wrong -> warn(Ulid.getTime(wrong)));
        return transaction
                .one("SELECT id FROM send WHERE id < ? ORDER BY id DESC LIMIT 1", row -> row.getString(1), tooFarAhead)
                .map(id -> Ulid.getTime(id) + 1)
                .orElse(0L);
    }

    private static void warn(long ahead) {
        LOG.warn(
                "Sends were accepted when the clock said {}, more than a day ahead of what it says now. Those that still"
                        + " wait go out after later ones to the same recipient",
                Instant.ofEpochMilli(ahead));
    }
}
