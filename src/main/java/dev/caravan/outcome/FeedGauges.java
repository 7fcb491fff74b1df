package dev.caravan.outcome;

import dev.caravan.ledger.Feed.Lag;
import dev.caravan.ledger.LedgerException;
import dev.caravan.ledger.Recent;
import dev.caravan.ledger.Store;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Gauges by feed and endpoint: {@code caravan.outcomes.lag} (rows it has yet to get) and {@code caravan.outcomes.oldest}
 * (seconds since the first of them came about). All of one scrape come from one read of the ledger.
 */
final class FeedGauges implements MeterBinder {

    private final Store store;
    private final List<FeedEndpoint> endpoints;
    private final Recent<Map<FeedEndpoint, Reading>> readings = new Recent<>(this::read);

    FeedGauges(Store store, List<FeedEndpoint> endpoints) {
        this.store = store;
        this.endpoints = List.copyOf(endpoints);
    }

    /** What one endpoint shows; not a number when the ledger could not be read. */
    private record Reading(double rows, double oldestSeconds) {
        private static final Reading NONE = new Reading(Double.NaN, Double.NaN);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (FeedEndpoint endpoint : endpoints) {
            gauge(registry, endpoint, "caravan.outcomes.lag", "rows the endpoint has yet to get", Reading::rows);
            gauge(
                    registry,
                    endpoint,
                    "caravan.outcomes.oldest",
                    "seconds since the first row came about that the endpoint has yet to get",
                    Reading::oldestSeconds);
        }
    }

    private void gauge(
            MeterRegistry registry,
            FeedEndpoint endpoint,
            String name,
            String description,
            ToDoubleFunction<Reading> value) {
        Gauge.builder(name, () -> value.applyAsDouble(reading(endpoint)))
                .description(description)
                .tag("feed", endpoint.feed().word())
                .tag("endpoint", endpoint.name())
                .tag("scheme", endpoint.scheme())
                .register(registry);
    }

    private Reading reading(FeedEndpoint endpoint) {
        return readings.get().getOrDefault(endpoint, Reading.NONE);
    }

    private Map<FeedEndpoint, Reading> read() {
        long now = System.currentTimeMillis();
        try {
            return store.read(transaction -> {
                Map<FeedEndpoint, Reading> read = new HashMap<>();
                for (FeedEndpoint endpoint : endpoints) {
                    Lag lag = endpoint.feed().lag(transaction, endpoint.cursor());
                    double oldest = lag.oldest() == null ? 0 : (now - lag.oldest()) / 1e3;
                    read.put(endpoint, new Reading(lag.rows(), Math.max(0, oldest)));
                }
                return read;
            });
        } catch (LedgerException away) {
            return Map.of();
        }
    }
}
