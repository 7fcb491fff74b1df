package dev.caravan.command;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How far a batch has got.
 *
 * @param state {@code reading}, {@code read} or {@code finished}
 * @param paused why its sends wait, or null
 * @param accepted its sends
 * @param counts of its sends by state; states without any are not here
 * @param rate ends reached per second lately; 0 when unknown
 */
record BatchStanding(String state, String paused, long accepted, Map<String, Long> counts, double rate) {

    private static final Set<String> SUCCESSES = Set.of("sent", "delivered", "read");

    static BatchStanding of(JsonNode batch) {
        Map<String, Long> counts = new TreeMap<>();
        batch.path("counts")
                .properties()
                .forEach(count -> counts.put(
                        Printable.line(count.getKey()), count.getValue().asLong()));
        return new BatchStanding(
                batch.path("state").asText(""),
                batch.hasNonNull("paused") ? batch.path("paused").asText() : null,
                batch.path("accepted").asLong(),
                counts,
                batch.path("rate").asDouble());
    }

    /** Sends that have their end. */
    long done() {
        return accepted - count("queued") - count("sending");
    }

    boolean isOver() {
        return state.equals("finished") || state.equals("read") && done() >= accepted;
    }

    /** Sends that ended otherwise than they should. */
    long failures() {
        return done() - SUCCESSES.stream().mapToLong(this::count).sum();
    }

    private long count(String name) {
        return counts.getOrDefault(name, 0L);
    }
}
