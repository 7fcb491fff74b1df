package dev.caravan.ledger;

import com.github.f4b6a3.ulid.Ulid;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Whether the ledger adds up: of every batch and every day, as many sends were accepted as there are in all states together
 * and have been deleted since; and the figures kept beside the sends are those of the sends. Every comparison is one query,
 * and so of one moment.
 */
public final class Reconciliation {

    /** What is accepted just before midnight is committed soon after. */
    private static final long GRACE = Duration.ofMinutes(10).toMillis();

    private static final long DAY = Duration.ofDays(1).toMillis();

    /** A row in a state that there is not is counted nowhere, and so is missed. */
    private static final String IN_A_STATE = Arrays.stream(State.values())
            .map(state -> "'" + state.word() + "'")
            .collect(Collectors.joining(", ", "state IN (", ")"));

    private static final String ACCEPTED = "accepted";
    private static final String UNFINISHED = "unfinished";

    private final Store store;
    private final String gateway;

    /** @param gateway the id of this gateway, which looks at its own batches, and those of whoever is gone */
    public Reconciliation(Store store, String gateway) {
        this.store = store;
        this.gateway = gateway;
    }

    /**
     * Figures that should be the same.
     *
     * @param subject {@code batch}, {@code day} or {@code account}
     * @param name the id of the batch, the day in UTC as ISO-8601 has it, or the name of the account
     * @param figure {@code accepted}, {@code unfinished} or {@code queued}
     * @param expected what was counted when it happened
     * @param found rows of the ledger
     */
    public record Discrepancy(String subject, String name, String figure, long expected, long found) {

        boolean isOfBatch() {
            return "batch".equals(subject);
        }
    }

    /**
     * What has been compared.
     *
     * @param name as in {@link Discrepancy}
     * @param discrepancies none when it adds up
     */
    public record Compared(String subject, String name, List<Discrepancy> discrepancies) {

        private static Compared of(String subject, String name, Discrepancy... figures) {
            return new Compared(
                    subject,
                    name,
                    Arrays.stream(figures)
                            .filter(figure -> figure.expected() != figure.found())
                            .toList());
        }
    }

    /** The day of a send, since 1970-01-01 in UTC. */
    static long day(String send) {
        return Ulid.getTime(send) / DAY;
    }

    /**
     * The batches that are under way, or have changed since they were last found to add up: this gateway's, and those of
     * gateways that are gone.
     */
    public List<Compared> batches() {
        List<String> changed = store.read(transaction -> {
            List<String> ids = new ArrayList<>();
            List<String> gateways = new ArrayList<>(List.of(gateway));
            gateways.addAll(Presence.gone(transaction, gateway));
            for (String of : gateways) {
                ids.addAll(transaction.all(
                        "SELECT id FROM batch WHERE state IN ('reading', 'read') AND gateway = ? ORDER BY id",
                        row -> row.getString(1),
                        of));
                ids.addAll(transaction.all(
                        "SELECT id FROM batch WHERE state = 'finished' AND gateway = ? AND changes > checked ORDER BY id",
                        row -> row.getString(1),
                        of));
            }
            return ids;
        });
        List<Compared> compared = new ArrayList<>();
        for (String id : changed) {
            batch(id).ifPresent(compared::add);
        }
        return compared;
    }

    private Optional<Compared> batch(String id) {
        Optional<Figures> read = store.read(transaction -> transaction.one(
                """
                SELECT accepted, deleted, unfinished, changes,
                  (SELECT count(*) FROM send WHERE send.batch = batch.id AND %s),
                  (SELECT count(*) FROM send WHERE send.batch = batch.id AND state IN ('queued', 'sending'))
                FROM batch WHERE id = ?"""
                        .formatted(IN_A_STATE),
                row -> new Figures(
                        row.getLong(1) - row.getLong(2),
                        row.getLong(5),
                        row.getLong(3),
                        row.getLong(6),
                        row.getLong(4)),
                id));
        return read.map(figures -> {
            Compared compared = Compared.of(
                    "batch",
                    id,
                    new Discrepancy("batch", id, ACCEPTED, figures.accepted(), figures.rows()),
                    new Discrepancy("batch", id, UNFINISHED, figures.unfinished(), figures.open()));
            if (compared.discrepancies().isEmpty()) {
                store.write(transaction -> transaction.update(
                        "UPDATE batch SET checked = ? WHERE id = ? AND state = 'finished'", figures.changes(), id));
            }
            return compared;
        });
    }

    private record Figures(long accepted, long rows, long unfinished, long open, long changes) {}

    /** The queues of the accounts. */
    public List<Compared> queues() {
        return store.read(transaction -> transaction.all(
                "SELECT account.name, account.queued, coalesce(there.sends, 0) FROM account"
                        + " LEFT JOIN (SELECT account, count(*) AS sends FROM send WHERE " + PartialIndexes.QUEUED
                        + " GROUP BY account) AS there ON there.account = account.name ORDER BY account.name",
                row -> Compared.of(
                        "account",
                        row.getString(1),
                        new Discrepancy("account", row.getString(1), "queued", row.getLong(2), row.getLong(3)))));
    }

    /** The day of a time, in UTC. */
    public static LocalDate day(long now) {
        return LocalDate.ofEpochDay(now / DAY);
    }

    /** The latest day that is over, on which sends were accepted, of those before another. */
    public Optional<LocalDate> dayBefore(LocalDate day, long now) {
        long over = Math.min(day.toEpochDay(), (now - GRACE) / DAY);
        return store.read(transaction -> transaction.one(
                "SELECT day FROM accepted_day WHERE day < ? ORDER BY day DESC LIMIT 1",
                row -> LocalDate.ofEpochDay(row.getLong(1)),
                over));
    }

    /** A day, whether it is over or not. */
    public Compared compare(LocalDate day) {
        long begins = day.toEpochDay() * DAY;
        String from = Ulid.min(begins).toString();
        String to = Ulid.min(begins + DAY).toString();
        return store.read(transaction -> transaction.one(
                        "SELECT coalesce(sum(accepted - deleted), 0), (SELECT count(*) FROM send WHERE id >= ? AND id < ? AND "
                                + IN_A_STATE + ") FROM accepted_day WHERE day = ?",
                        row -> Compared.of(
                                "day",
                                day.toString(),
                                new Discrepancy("day", day.toString(), ACCEPTED, row.getLong(1), row.getLong(2))),
                        from,
                        to,
                        day.toEpochDay()))
                .orElseThrow();
    }

    /** Raises an event. */
    public void tell(Discrepancy discrepancy, long now) {
        Events events = new Events();
        store.write(transaction -> {
            events.discrepancy(transaction, discrepancy, now);
            return null;
        });
    }
}
