package dev.caravan.ledger;

import com.zaxxer.hikari.HikariDataSource;
import dev.caravan.account.Accounts;
import dev.caravan.ledger.Settlement.Cause;
import dev.caravan.ledger.Transitions.Changed;
import dev.caravan.ledger.Transitions.Origin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;

/**
 * A ledger brought back from a copy, before a gateway runs on it: what the gateway may have sent after the copy was made, and
 * would send again, becomes unknown. No gateway may run on it meanwhile.
 */
public final class Restored implements AutoCloseable {

    private static final int STEP = 500;

    /** sqlite.org/rescode.html, of which the last eight bits count. */
    private static final int SQLITE_BUSY = 5;

    /** More changes than a send can have had since, so that no endpoint takes a new outcome for one that it has. */
    private static final int MISSED_CHANGES = 1_000;

    /** What is not due until after now, or had expired before the copy was made, was not sent meanwhile. */
    private static final String MAY_BE_SENT =
            "(state = 'sending' OR state = 'queued' AND (due_at IS NULL OR due_at <= ?) AND expires_at > ?)";

    private static final String STILL_READ = "state = 'reading' AND coalesce(paused, 'held') <> 'cancelled'";

    private final HikariDataSource dataSource;
    private final Store store;
    private final Transitions transitions;
    private final Events events = new Events();

    /** How often each gateway had said that it is there when somebody began to listen. */
    private Map<String, Long> beats;

    private Restored(HikariDataSource dataSource) {
        this.dataSource = dataSource;
        this.store = new Store(dataSource, "recovery");
        this.transitions = new Transitions(Integer.MAX_VALUE, new Accounts(List.of(), List.of(), null));
        this.beats = store.read(Presence::beats);
    }

    /**
     * Opens it to be changed, with its tables brought up to date.
     *
     * @throws LedgerException when there is none, or it cannot be reached
     */
    public static Restored open(DataSourceProperties properties) {
        String url = properties.determineUrl();
        if (url.startsWith(LedgerConfiguration.SQLITE) && !Files.exists(LedgerConfiguration.file(url))) {
            throw new LedgerException("there is no ledger at " + LedgerConfiguration.file(url), null);
        }
        try {
            LedgerConfiguration configuration = new LedgerConfiguration();
            HikariDataSource dataSource = configuration.dataSource(properties, null);
            FluentConfiguration flyway = Flyway.configure().dataSource(dataSource);
            configuration.identityColumns().customize(flyway);
            flyway.load().migrate();
            return new Restored(dataSource);
        } catch (IOException unusable) {
            throw new UncheckedIOException(unusable);
        }
    }

    /**
     * Whether another process has the file of an SQLite ledger open, as a gateway has all the time; false on PostgreSQL,
     * where {@link #heard} tells.
     */
    public static boolean isOpenElsewhere(DataSourceProperties properties) {
        String url = properties.determineUrl();
        if (!url.startsWith(LedgerConfiguration.SQLITE) || !Files.exists(LedgerConfiguration.file(url))) {
            return false;
        }
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 0");
            // Whoever has a file with a write-ahead log open shares it, and nobody else can have it alone.
            statement.execute("PRAGMA locking_mode = EXCLUSIVE");
            statement.executeQuery("SELECT count(*) FROM sqlite_master").close();
            return false;
        } catch (SQLException failed) {
            if ((failed.getErrorCode() & 0xff) == SQLITE_BUSY) {
                return true;
            }
            throw new LedgerException("the ledger could not be read: " + failed.getMessage(), failed);
        }
    }

    /**
     * Listens whether a gateway says that it is there.
     *
     * @param patience for so long at most
     * @return its id; empty at once when the ledger is one that only one gateway can have
     */
    public Optional<String> heard(Duration patience) {
        beats = store.read(Presence::beats);
        return Presence.heard(store, beats, patience);
    }

    /**
     * What would be done.
     *
     * @param held sends that become unknown
     * @param later queued sends that are not due until after now, or expired before the copy was made: they stay
     * @param batches ids of batches that are read in part, and are paused: what follows may be sends already
     */
    public record Plan(long held, long later, List<String> batches) {}

    /**
     * @param since when the copy was made, in milliseconds
     * @param now in milliseconds
     */
    public Plan plan(long since, long now) {
        return store.read(transaction -> {
            long held = transaction
                    .one("SELECT count(*) FROM send WHERE " + MAY_BE_SENT, row -> row.getLong(1), now, since)
                    .orElseThrow();
            long open = transaction
                    .one("SELECT count(*) FROM send WHERE state IN ('queued', 'sending')", row -> row.getLong(1))
                    .orElseThrow();
            List<String> batches = transaction.all(
                    "SELECT id FROM batch WHERE " + STILL_READ + " ORDER BY id", row -> row.getString(1));
            return new Plan(held, open - held, batches);
        });
    }

    /**
     * Makes them unknown, some in each commit: stopped half-way, it can be run again.
     *
     * @param progress told how many are done
     * @return what has been done
     * @throws GatewayHeardException when a gateway says meanwhile that it is there; what is done by then stays done
     */
    public Plan recover(long since, long now, LongConsumer progress) {
        Plan plan = plan(since, now);
        write(transaction -> {
            pause(transaction, plan.batches(), now);
            return null;
        });
        long held = 0;
        List<Open> some = open("", since, now);
        while (!some.isEmpty()) {
            List<Open> step = some;
            held += write(transaction -> hold(transaction, step, since, now));
            progress.accept(held);
            some = open(step.get(step.size() - 1).id(), since, now);
        }
        return new Plan(held, plan.later(), plan.batches());
    }

    /** A gateway says that it is there before it claims a send, and each commit sees those before it. */
    private <T> T write(Store.Work<T> work) {
        AtomicReference<String> heard = new AtomicReference<>();
        T done = store.write(transaction -> {
            heard.set(Presence.heardSince(transaction, beats).orElse(null));
            return heard.get() == null ? work.run(transaction) : null;
        });
        if (heard.get() != null) {
            throw new GatewayHeardException(heard.get());
        }
        return done;
    }

    private void pause(Transaction transaction, List<String> batches, long now) throws SQLException {
        for (String batch : batches) {
            // By hand, because one that is held for its size is let go when it turns out to be small.
            if (transaction.update(
                            "UPDATE batch SET paused = 'hand' WHERE id = ? AND coalesce(paused, '') <> 'hand'", batch)
                    == 1) {
                events.batchPaused(transaction, batch, "restored", now);
            }
        }
    }

    private record Open(String id, State state) {}

    private List<Open> open(String after, long since, long now) {
        return store.read(transaction -> transaction.all(
                "SELECT id, state FROM send WHERE id > ? AND " + MAY_BE_SENT + " ORDER BY id LIMIT " + STEP,
                row -> new Open(row.getString(1), State.of(row.getString(2))),
                after,
                now,
                since));
    }

    private long hold(Transaction transaction, List<Open> some, long since, long now) throws SQLException {
        Settlement unknown = Settlement.of(
                State.UNKNOWN,
                new Cause(
                        "unknown",
                        "restored",
                        "it may have been sent after the copy was made that this ledger was restored from"));
        long held = 0;
        for (Open one : new ArrayList<>(some)) {
            Changed changed = transaction
                    .one(
                            "UPDATE send SET state = 'unknown', ready = 0, gateway = NULL, sequence = sequence + "
                                    + MISSED_CHANGES
                                    + ", error_class = ?, error_code = ?, error_message = ?, changed_at = ?,"
                                    // Its provider is asked anew where it can be.
                                    + " check_at = NULL, checks = 0 WHERE id = ? AND state = ? RETURNING "
                                    + Changed.COLUMNS,
                            Changed::read,
                            unknown.cause().errorClass(),
                            unknown.cause().code(),
                            unknown.cause().message(),
                            now,
                            one.id(),
                            one.state().word())
                    .orElse(null);
            if (changed != null) {
                if (one.state() == State.QUEUED) {
                    transaction.countQueued(changed.account(), -1);
                }
                transitions.record(transaction, one.id(), changed, unknown, Origin.attempt(since), now);
                held++;
            }
        }
        return held;
    }

    @Override
    public void close() {
        store.close();
        dataSource.close();
    }
}
