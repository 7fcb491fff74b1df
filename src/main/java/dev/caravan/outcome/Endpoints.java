package dev.caravan.outcome;

import java.util.List;

/**
 * The configured endpoints of each feed, by the names under which their places in it are kept.
 *
 * @param outcomes of {@code caravan.outcomes}
 * @param events of {@code caravan.events}
 * @param inbound of {@code caravan.inbound}
 */
public record Endpoints(List<String> outcomes, List<String> events, List<String> inbound) {
    public Endpoints {
        outcomes = List.copyOf(outcomes);
        events = List.copyOf(events);
        inbound = List.copyOf(inbound);
    }
}
