package dev.caravan.delivery;

import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/** Lets other turns look at a send again once this one is over. */
final class Forgetting extends SynchronizationAdapter {

    private final Set<String> candidates;
    private final String id;

    Forgetting(Set<String> candidates, String id) {
        this.candidates = candidates;
        this.id = id;
    }

    @Override
    public void onDone(Exchange exchange) {
        candidates.remove(id);
    }
}
