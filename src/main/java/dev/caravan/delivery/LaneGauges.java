package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.ledger.Lanes;
import dev.caravan.ledger.LedgerException;
import dev.caravan.ledger.Recent;
import dev.caravan.ledger.Store;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * Gauges by account: {@code caravan.lane.queued} (sends), {@code caravan.lane.paused} (0 or 1),
 * {@code caravan.lane.oldest.due} (seconds the next due send has been waiting) and {@code caravan.lane.unknown} (sends
 * that are held because nobody can say whether they were sent). All of one scrape come from one read of
 * the ledger.
 */
final class LaneGauges implements MeterBinder {

    private final Store store;
    private final Lanes lanes;
    private final Accounts accounts;
    private final Recent<Map<String, Reading>> readings = new Recent<>(this::read);

    LaneGauges(Store store, Lanes lanes, Accounts accounts) {
        this.store = store;
        this.lanes = lanes;
        this.accounts = accounts;
    }

    /** What one account shows; not a number when the ledger could not be read. */
    private record Reading(double queued, double paused, double oldestDueSeconds, double unknown) {
        private static final Reading NONE = new Reading(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (Account account : accounts.all()) {
            gauge(registry, account, "caravan.lane.queued", "sends waiting", Reading::queued);
            gauge(registry, account, "caravan.lane.paused", "1 while the lane is paused", Reading::paused);
            gauge(
                    registry,
                    account,
                    "caravan.lane.oldest.due",
                    "seconds the next due send has been waiting",
                    Reading::oldestDueSeconds);
            gauge(registry, account, "caravan.lane.unknown", "sends held as unknown", Reading::unknown);
        }
    }

    private void gauge(
            MeterRegistry registry, Account account, String name, String description, ToDoubleFunction<Reading> value) {
        Gauge.builder(name, () -> value.applyAsDouble(reading(account.name())))
                .description(description)
                .tag("account", account.name())
                .register(registry);
    }

    private Reading reading(String account) {
        return readings.get().getOrDefault(account, Reading.NONE);
    }

    private Map<String, Reading> read() {
        long now = System.currentTimeMillis();
        try {
            return store.read(transaction -> {
                Map<String, Reading> read = new HashMap<>();
                Map<String, Long> unknown = lanes.unknown(transaction);
                for (Lanes.Standing standing : lanes.standings(transaction, now)) {
                    Optional<Long> due =
                            standing.queued() == 0 ? Optional.empty() : lanes.nextDue(transaction, standing.account());
                    double oldest = due.map(since -> (now - since) / 1e3).orElse(0.0);
                    read.put(
                            standing.account(),
                            new Reading(
                                    standing.queued(),
                                    standing.paused() == null ? 0 : 1,
                                    Math.max(0, oldest),
                                    unknown.getOrDefault(standing.account(), 0L)));
                }
                return read;
            });
        } catch (LedgerException away) {
            return Map.of();
        }
    }
}
