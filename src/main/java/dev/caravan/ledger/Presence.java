package dev.caravan.ledger;

import dev.caravan.ledger.Recovery.Interrupted;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which gateways of a ledger are there. Each says so every second. One that the others have heard nothing of for long is
 * gone: what it was sending may or may not have reached the provider, as at the start of a gateway that died. No clock is
 * compared with another machine's, and whoever could not listen itself begins anew, so that a ledger which was away for
 * everybody makes nobody gone.
 *
 * <p>A gateway that was only silent notices before the others take it for gone, and begins no call then, nor one for a
 * send that it had claimed before. A ledger that only one gateway can have needs none of that.
 */
public final class Presence implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Presence.class);

    /** So long that neither a pause of the process nor a database that is changed for another makes a gateway gone. */
    public static final Duration SILENCE = Duration.ofMinutes(1);

    /** Whoever could not read the ledger for as long does not know who was silent meanwhile. */
    private static final long LONGEST_GAP = TimeUnit.SECONDS.toNanos(5);

    private static final long ONLY_ONE = 1;
    private static final long BETWEEN_LOOKS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Store store;
    private final Recovery recovery;
    private final String gateway;
    private final Set<String> retried;
    private final boolean shared;
    private final LongSupplier nanoTime;
    private final InstantSource clock;
    private final Duration silence;
    private final Events events = new Events();
    private final List<Store.Work<?>> aftermath = new CopyOnWriteArrayList<>();
    private final Map<String, Heard> heard = new HashMap<>();
    private final Heart heart;
    private Long listened;
    private boolean isDoubled;
    private volatile Said said;

    /**
     * @param gateway the id of this gateway
     * @param retried the accounts whose sends are sent again when a gateway is gone: twice rather than never
     * @param silence after so much of it a gateway is gone: some seconds at least, and the same for all of a ledger
     */
    Presence(Store store, Recovery recovery, String gateway, Set<String> retried, Duration silence) {
        this(store, recovery, gateway, retried, silence, store.isShared(), System::nanoTime, InstantSource.system());
        if (shared) {
            heart.start();
        }
    }

    /** Beats when it is told to. */
    Presence(
            Store store,
            Recovery recovery,
            String gateway,
            Set<String> retried,
            Duration silence,
            boolean shared,
            LongSupplier nanoTime,
            InstantSource clock) {
        this.store = store;
        this.recovery = recovery;
        this.gateway = gateway;
        this.retried = Set.copyOf(retried);
        this.silence = silence;
        this.shared = shared;
        this.nanoTime = nanoTime;
        this.clock = clock;
        this.heart = new Heart("presence", "This gateway cannot say that it is there", this::beat);
    }

    /**
     * The last time this gateway said that it is there.
     *
     * @param stay which of its stays on the ledger it was: another each time that it was gone for the others
     * @param beats as many were in the ledger then
     * @param nanos before it was said
     * @param millis the same by a clock that goes on while a virtual machine stands still
     */
    private record Said(long stay, long beats, long nanos, long millis) {}

    /**
     * Another gateway.
     *
     * @param since when its beats were first seen to be as many, by our clock
     * @param left what it was sending when half of the silence was over: nothing that it may have begun just now; null
     *     before that
     */
    private record Heard(long beats, long since, List<Interrupted> left) {}

    /** @param stopped whether it stopped by itself, and left nothing under way that was found since */
    private record Row(long beats, boolean gone, boolean stopped) {

        private static Row read(ResultSet row, int first) throws SQLException {
            return new Row(row.getLong(first), row.getInt(first + 1) == 1, row.getInt(first + 2) == 1);
        }

        private boolean isToldOf() {
            return gone && !stopped;
        }
    }

    /** Something that is to be done in the commit that settles what a gateway has left. */
    public void afterwards(Store.Work<?> work) {
        aftermath.add(work);
    }

    /**
     * The stay of this gateway on the ledger, while it is sure that no other takes it for gone.
     *
     * @return 0 when it is not sure, and may start nothing
     */
    public long stay() {
        if (!shared) {
            return ONLY_ONE;
        }
        Said last = said;
        if (last == null) {
            return 0;
        }
        // The others wait for longer, so that a call which is let go now has its connection before they settle its
        // send.
        long sure = silence.multipliedBy(2).dividedBy(3).toNanos();
        boolean isSure = nanoTime.getAsLong() - last.nanos() < sure
                && clock.millis() - last.millis() < TimeUnit.NANOSECONDS.toMillis(sure);
        return isSure ? last.stay() : 0;
    }

    /** Says that this gateway is there, and listens to the others. */
    void beat() {
        long nanos = nanoTime.getAsLong();
        long millis = clock.millis();
        Row before = store.write(transaction -> say(transaction, millis));
        Said last = said;
        long stay = last == null ? ONLY_ONE : before.gone() ? last.stay() + 1 : last.stay();
        said = new Said(stay, before.beats() + 1, nanos, millis);
        if (last != null && before.gone()) {
            LOG.warn(
                    "This gateway was silent for so long that the others have settled what it was sending; it goes on");
        }
        if (last != null && before.beats() > last.beats() && !isDoubled) {
            isDoubled = true;
            LOG.error(
                    "Another gateway runs on this ledger as {} too, and each settles what the other is sending when it"
                            + " starts. Give each a caravan.gateway of its own, and a home that is no copy of another's",
                    gateway);
        }
        listen();
    }

    /** @return what there was before; nothing at all is as good as gone */
    private Row say(Transaction transaction, long now) throws SQLException {
        Optional<Row> before = transaction.one(
                "SELECT beats, gone, stopped FROM presence WHERE gateway = ?", row -> Row.read(row, 1), gateway);
        transaction.update(
                "INSERT INTO presence (gateway, beats) VALUES (?, 1)"
                        + " ON CONFLICT (gateway) DO UPDATE SET beats = presence.beats + 1, gone = 0, stopped = 0",
                gateway);
        if (before.isPresent() && before.get().isToldOf()) {
            events.gatewayBack(transaction, gateway, now);
        }
        return before.orElse(new Row(0, true, false));
    }

    private void listen() {
        Map<String, Row> others = rows(store);
        others.remove(gateway);
        long now = nanoTime.getAsLong();
        if (listened == null || now - listened > LONGEST_GAP) {
            heard.clear();
        }
        listened = now;
        heard.keySet().retainAll(others.keySet());
        others.forEach((other, row) -> heard.put(other, listen(other, row, heard.get(other), now)));
    }

    private Heard listen(String other, Row row, Heard before, long now) {
        if (before == null || before.beats() != row.beats()) {
            return new Heard(row.beats(), now, null);
        }
        long silent = now - before.since();
        if (before.left() == null && silent >= silence.dividedBy(2).toNanos()) {
            return new Heard(
                    row.beats(), before.since(), store.read(transaction -> recovery.underWay(transaction, other)));
        }
        if (before.left() != null && silent >= silence.toNanos()) {
            settle(other, row, before.left());
            // Once more after as long: it may have come back and died before it could say so.
            return new Heard(row.beats(), now, null);
        }
        return before;
    }

    /** What became of a gateway's sends; {@code news} when it had been there until now, and did not stop by itself. */
    private record Settled(boolean news, int sends, long files) {}

    private void settle(String other, Row row, List<Interrupted> left) {
        if (row.gone() && left.isEmpty()) {
            return;
        }
        Settled settled = store.write(transaction -> settle(transaction, other, row.beats(), left));
        if (settled.news() || settled.sends() > 0) {
            LOG.warn(
                    "Gateway {} has said nothing for {} s. Whether the provider got the {} sends that it had under way is"
                            + " unknown, so they are held, unless their account says on-unknown: retry. {} files that it"
                            + " was reading, and whatever else is in its home, wait until it is back",
                    other,
                    silence.toSeconds(),
                    settled.sends(),
                    settled.files());
        }
    }

    private Settled settle(Transaction transaction, String other, long beats, List<Interrupted> left)
            throws SQLException {
        Optional<Row> silent = transaction.one(
                "SELECT beats, gone, stopped FROM presence WHERE gateway = ? AND beats = ?",
                row -> Row.read(row, 1),
                other,
                beats);
        if (silent.isEmpty()) {
            return new Settled(false, 0, 0);
        }
        long now = clock.millis();
        int settled = recovery.recover(transaction, other, left, retried, now);
        if (settled > 0) {
            for (Store.Work<?> work : aftermath) {
                work.run(transaction);
            }
        }
        long files = transaction
                .one(
                        "SELECT count(*) FROM batch WHERE gateway = ? AND state = 'reading' AND source = 'file'",
                        row -> row.getLong(1),
                        other)
                .orElseThrow();
        boolean stopped = silent.get().stopped() && settled == 0 && files == 0;
        boolean news = !stopped && !silent.get().isToldOf();
        transaction.update("UPDATE presence SET gone = 1, stopped = ? WHERE gateway = ?", stopped ? 1 : 0, other);
        if (news) {
            events.gatewayGone(transaction, other, settled, files, now);
        }
        return new Settled(news, settled, files);
    }

    /**
     * The gateways that are gone, whose part others take as far as they can.
     *
     * @param by the id of this gateway, which does its own part anyway
     */
    static List<String> gone(Transaction transaction, String by) throws SQLException {
        return transaction.all(
                "SELECT gateway FROM presence WHERE gone = 1 AND gateway <> ? ORDER BY gateway",
                row -> row.getString(1),
                by);
    }

    /** How often each gateway has said that it is there. */
    static Map<String, Long> beats(Transaction transaction) throws SQLException {
        Map<String, Long> beats = new HashMap<>();
        transaction.all("SELECT gateway, beats FROM presence", row -> beats.put(row.getString(1), row.getLong(2)));
        return beats;
    }

    /** A gateway that has said since then that it is there. */
    static Optional<String> heardSince(Transaction transaction, Map<String, Long> then) throws SQLException {
        return beats(transaction).entrySet().stream()
                .filter(now -> !now.getValue().equals(then.get(now.getKey())))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /**
     * Listens for {@code patience} whether a gateway says that it is there; not at all on a ledger that only one can have, or
     * that none has had.
     */
    static Optional<String> heard(Store store, Map<String, Long> then, Duration patience) {
        if (!store.isShared() || then.isEmpty()) {
            return Optional.empty();
        }
        long deadline = System.nanoTime() + patience.toNanos();
        Optional<String> heard = Optional.empty();
        while (heard.isEmpty() && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(BETWEEN_LOOKS);
            heard = store.read(transaction -> heardSince(transaction, then));
        }
        return heard;
    }

    private static Map<String, Row> rows(Store store) {
        return store.read(transaction -> {
            Map<String, Row> rows = new HashMap<>();
            transaction.all(
                    "SELECT gateway, beats, gone, stopped FROM presence",
                    row -> rows.put(row.getString(1), Row.read(row, 2)));
            return rows;
        });
    }

    /**
     * The others hear nothing more, and tell nobody when they notice; unless they find something then that this gateway has
     * left under way, which they settle.
     */
    @Override
    public void close() {
        heart.close();
        if (shared) {
            try {
                store.write(
                        transaction -> transaction.update(
                                "UPDATE presence SET stopped = 1 WHERE gateway = ? AND gone = 0", gateway),
                        Heart.LAST_WORD);
            } catch (LedgerException lost) {
                LOG.debug("The others will tell that this gateway is gone: {}", lost.getMessage());
            }
        }
    }
}
