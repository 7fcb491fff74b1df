package dev.caravan.ledger;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which of the gateways on a ledger does what only one of them is to do at a time. Whoever does it says so every second;
 * when nothing is heard for a while, another takes over. No clock is compared with another machine's: each gateway
 * measures by its own how long it has heard nothing. A ledger that only one gateway can have needs none of that.
 */
public final class Leases implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);
    private static final long EXPIRY = Duration.ofSeconds(6).toNanos();

    /** Whoever could not say so for as long stops by itself, before another begins. */
    private static final long SURE = Duration.ofSeconds(4).toNanos();

    private final Store store;
    private final String gateway;
    private final boolean shared;
    private final LongSupplier nanoTime;
    private final Set<String> names = ConcurrentHashMap.newKeySet();
    private final Map<String, Heard> heard = new HashMap<>();
    private final Map<String, Long> heldSince = new ConcurrentHashMap<>();
    private final Heart heart;

    /** @param gateway the id of this gateway */
    public Leases(Store store, String gateway) {
        this(store, gateway, store.isShared(), System::nanoTime);
        if (shared) {
            heart.start();
        }
    }

    /** Beats when it is told to. */
    Leases(Store store, String gateway, boolean shared, LongSupplier nanoTime) {
        this.shared = shared;
        this.store = store;
        this.gateway = gateway;
        this.nanoTime = nanoTime;
        this.heart = new Heart("leases", "Who delivers outcomes cannot be agreed on", this::beat);
    }

    /** Somebody else, or nobody, holds it: since when that has not changed, by our clock. */
    private record Heard(String gateway, long beats, long since) {}

    private record Row(String gateway, long beats) {}

    /** This gateway can do it, and will when it is its turn. */
    public void apply(String name) {
        if (shared) {
            names.add(name);
        }
    }

    /** Whether it is this gateway's turn to do it; asked again every now and then while it does. */
    public boolean isOurs(String name) {
        if (!shared) {
            return true;
        }
        Long since = heldSince.get(name);
        return since != null && nanoTime.getAsLong() - since < SURE;
    }

    /** Says what this gateway does, and takes over what nobody does any more. */
    void beat() {
        List<String> all = List.copyOf(names);
        if (all.isEmpty()) {
            return;
        }
        long now = nanoTime.getAsLong();
        Map<String, Row> rows = store.write(transaction -> {
            Map<String, Row> found = new HashMap<>();
            for (String name : all) {
                found.put(name, beat(transaction, name, now));
            }
            return found;
        });
        rows.forEach((name, row) -> {
            if (row.gateway().equals(gateway)) {
                heard.remove(name);
                if (heldSince.put(name, now) == null) {
                    LOG.info("This gateway delivers to {}", name);
                }
            } else {
                if (heldSince.remove(name) != null) {
                    LOG.info("Gateway {} delivers to {} now", row.gateway(), name);
                }
                Heard before = heard.get(name);
                if (before == null
                        || before.beats() != row.beats()
                        || !before.gateway().equals(row.gateway())) {
                    heard.put(name, new Heard(row.gateway(), row.beats(), now));
                }
            }
        });
    }

    private Row beat(Transaction transaction, String name, long now) throws SQLException {
        transaction.update(
                "INSERT INTO lease (name, gateway, beats) VALUES (?, ?, 0) ON CONFLICT DO NOTHING", name, gateway);
        Row row = transaction
                .one(
                        "SELECT gateway, beats FROM lease WHERE name = ?",
                        found -> new Row(found.getString(1), found.getLong(2)),
                        name)
                .orElseThrow();
        Heard before = heard.get(name);
        boolean silent = before != null
                && before.gateway().equals(row.gateway())
                && before.beats() == row.beats()
                && now - before.since() >= EXPIRY;
        if (row.gateway().equals(gateway) || silent) {
            transaction.update("UPDATE lease SET gateway = ?, beats = beats + 1 WHERE name = ?", gateway, name);
            return new Row(gateway, row.beats() + 1);
        }
        return row;
    }

    /** Others take over at once. */
    @Override
    public void close() {
        heart.close();
        boolean holds = !heldSince.isEmpty();
        heldSince.clear();
        if (holds) {
            try {
                store.write(
                        transaction -> transaction.update("DELETE FROM lease WHERE gateway = ?", gateway),
                        Heart.LAST_WORD);
            } catch (LedgerException lost) {
                LOG.debug("Others take over when they have heard nothing for a while: {}", lost.getMessage());
            }
        }
    }
}
