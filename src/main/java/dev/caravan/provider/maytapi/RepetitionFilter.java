package dev.caravan.provider.maytapi;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Maytapi's filter against repetitions, by the public documentation: within one conversation the last 3 different
 * messages cannot be sent more than 3 times each; other conversations are not affected. Safe for concurrent use.
 */
final class RepetitionFilter {

    private static final int DIFFERENT = 3;
    private static final int TIMES = 3;
    private static final int CONVERSATIONS = 10_000;

    private final Map<String, Deque<Counted>> byConversation = new LinkedHashMap<>();

    /** Counts a message, and whether it gets past the filter. */
    synchronized boolean passes(String conversation, String message) {
        if (byConversation.size() >= CONVERSATIONS && !byConversation.containsKey(conversation)) {
            byConversation.remove(byConversation.keySet().iterator().next());
        }
        Deque<Counted> last = byConversation.computeIfAbsent(conversation, first -> new ArrayDeque<>());
        UUID print = UUID.nameUUIDFromBytes(message.getBytes(StandardCharsets.UTF_8));
        for (Counted counted : last) {
            if (counted.print.equals(print)) {
                return ++counted.times <= TIMES;
            }
        }
        if (last.size() == DIFFERENT) {
            last.removeFirst();
        }
        last.addLast(new Counted(print));
        return true;
    }

    /** A message by its fingerprint, as one may hold a whole file. */
    private static final class Counted {
        private final UUID print;
        private int times = 1;

        private Counted(UUID print) {
            this.print = print;
        }
    }
}
