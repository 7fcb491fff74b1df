package dev.caravan.provider;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Lets a simulator refuse a message the first times it comes and accept it after that. Safe for concurrent use. */
public final class FateCounter {

    private static final int REMEMBERED = 10_000;

    private final Map<String, Integer> calls = new ConcurrentHashMap<>();

    /**
     * Whether this call still meets the fate of its number; for {@link Fate#THROTTLED} the first call of a message
     * does, for {@link Fate#TRANSIENT} the first two, and every call for the others.
     */
    public boolean strikes(Fate fate, String number, String message) {
        int last =
                switch (fate) {
                    case ACCEPTED, CUT, SILENT, UNDELIVERED, DISORDERED, UNREPORTED -> 0;
                    case THROTTLED -> 1;
                    case TRANSIENT -> 2;
                    default -> Integer.MAX_VALUE;
                };
        if (last == 0 || last == Integer.MAX_VALUE) {
            return last != 0;
        }
        if (calls.size() > REMEMBERED) {
            calls.clear();
        }
        return calls.merge(number + '\n' + message, 1, Integer::sum) <= last;
    }
}
