package dev.caravan.care;

import dev.caravan.ledger.Reconciliation;
import dev.caravan.ledger.Reconciliation.Compared;
import dev.caravan.ledger.Reconciliation.Discrepancy;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the ledger's figures, and says so loudly when they differ: an error in the log and an event, once for each pair of
 * figures; and the gauge {@code caravan.ledger.discrepancies}, how many stand. Today and what changes is compared each time,
 * and one earlier day, the latest first. Used by one timer's thread.
 */
final class Reconciling {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciling.class);

    private final Reconciliation reconciliation;
    private final InstantSource clock;
    private final Map<String, List<Discrepancy>> standing = new LinkedHashMap<>();
    private volatile int count;
    private LocalDate latest = LocalDate.MIN;
    private LocalDate earlier = LocalDate.MAX;

    Reconciling(Reconciliation reconciliation, InstantSource clock, MeterRegistry metrics) {
        this.reconciliation = reconciliation;
        this.clock = clock;
        Gauge.builder("caravan.ledger.discrepancies", () -> count)
                .description("figures of the ledger that differ where they should not")
                .register(metrics);
    }

    /** Step {@code reconcile}. */
    void compare() {
        long now = clock.millis();
        List<Compared> compared = new ArrayList<>(reconciliation.batches());
        compared.addAll(reconciliation.queues());
        compared.add(reconciliation.compare(Reconciliation.day(now)));
        earlierDay(now).ifPresent(day -> compared.add(reconciliation.compare(day)));
        for (Compared one : compared) {
            note(one, now);
        }
        // What stands of a batch is compared each time, until the batch itself is deleted.
        Set<String> names = compared.stream().map(Reconciling::key).collect(Collectors.toSet());
        standing.keySet().removeIf(key -> key.startsWith("batch ") && !names.contains(key));
        count = standing.values().stream().mapToInt(List::size).sum();
    }

    /** One after the other, and a day that has just become the latest one before all others. */
    private Optional<LocalDate> earlierDay(long now) {
        Optional<LocalDate> yesterday = reconciliation.dayBefore(LocalDate.MAX, now);
        if (yesterday.isPresent() && !yesterday.get().equals(latest)) {
            latest = yesterday.get();
            earlier = latest;
            return yesterday;
        }
        Optional<LocalDate> next = reconciliation.dayBefore(earlier, now).or(() -> yesterday);
        next.ifPresent(day -> earlier = day);
        return next;
    }

    private static String key(Compared compared) {
        return compared.subject() + ' ' + compared.name();
    }

    private void note(Compared compared, long now) {
        String key = key(compared);
        List<Discrepancy> known = standing.getOrDefault(key, List.of());
        if (compared.discrepancies().isEmpty()) {
            if (standing.remove(key) != null) {
                LOG.info("The ledger adds up again: {}", key);
            }
            return;
        }
        standing.put(key, compared.discrepancies());
        for (Discrepancy discrepancy : compared.discrepancies()) {
            if (!known.contains(discrepancy)) {
                LOG.error(
                        "The ledger does not add up: {} {} has {} {}, but {} rows say so. Nothing is held back because of"
                                + " it. If there are fewer rows, sends may be lost: copy the ledger as it is, compare it with the"
                                + " last backup and with what the callers have, and find what else has"
                                + " changed the database",
                        discrepancy.subject(),
                        discrepancy.name(),
                        discrepancy.expected(),
                        discrepancy.figure(),
                        discrepancy.found());
                reconciliation.tell(discrepancy, now);
            }
        }
    }
}
