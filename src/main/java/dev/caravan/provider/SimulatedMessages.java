package dev.caravan.provider;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The messages that a simulator has taken, for whoever asks after them; the oldest are forgotten. Safe for concurrent use. */
public final class SimulatedMessages {

    private static final int REMEMBERED = 10_000;

    private final Map<String, Taken> byId = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Taken> eldest) {
            return size() > REMEMBERED;
        }
    });

    /**
     * A message that was taken.
     *
     * @param id the simulator's
     * @param number to whom, in digits
     * @param text what it says, or null
     * @param echo what the sender calls it, or null
     * @param fate what becomes of it
     * @param at when
     */
    public record Taken(String id, String number, String text, String echo, Fate fate, Instant at) {

        /** How far it has come at an instant: one step of its fate's reports each second. */
        public Delivery delivery(Instant now) {
            List<Delivery> reports = fate.deliveries();
            if (reports.isEmpty()) {
                return Delivery.SENT;
            }
            long seconds = Math.max(0, now.getEpochSecond() - at.getEpochSecond());
            Delivery reached = reports.get(0);
            for (int step = 1; step < reports.size() && step <= seconds; step++) {
                reached = reports.get(step).compareTo(reached) > 0 ? reports.get(step) : reached;
            }
            return reached;
        }
    }

    public void add(Taken message) {
        byId.put(message.id(), message);
    }

    public Optional<Taken> find(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** Those to a number, the oldest first. */
    public List<Taken> to(String number) {
        synchronized (byId) {
            return byId.values().stream()
                    .filter(message -> message.number().equals(number))
                    .toList();
        }
    }
}
