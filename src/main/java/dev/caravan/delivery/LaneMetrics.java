package dev.caravan.delivery;

import dev.caravan.ledger.State;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** What delivery counts and times, by account. */
final class LaneMetrics {

    /** Few, because each account has all of them. */
    private static final Duration[] BUCKETS = Stream.of(50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Map<String, Timer> latencies = new ConcurrentHashMap<>();
    private final Map<Settled, Counter> settled = new ConcurrentHashMap<>();

    LaneMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** A send of the account became this. */
    void settled(String account, State state) {
        settled.computeIfAbsent(
                        new Settled(account, state),
                        key -> registry.counter("caravan.sends", "account", account, "status", state.word()))
                .increment();
    }

    private record Settled(String account, State state) {}

    /** The account's provider was asked what became of sends. */
    void asked(String account) {
        registry.counter("caravan.tracking.asked", "account", account).increment();
    }

    /** It has told. */
    void told(String account) {
        registry.counter("caravan.tracking.answered", "account", account).increment();
    }

    /** The provider answered, or failed to, a call that began then, in milliseconds. */
    void answered(String account, long startedAt) {
        latencies
                .computeIfAbsent(account, name -> Timer.builder("caravan.provider.latency")
                        .description("from the claim of a send to the provider's answer")
                        .tag("account", name)
                        .serviceLevelObjectives(BUCKETS)
                        .register(registry))
                .record(Duration.ofMillis(Math.max(0, System.currentTimeMillis() - startedAt)));
    }
}
