package dev.caravan.outcome;

import dev.caravan.ledger.Outbox;
import dev.caravan.ledger.Transaction;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Outcomes as endpoints get them: JSON, with its caller's trace context as a header too. */
final class OutcomeNews implements News {

    private final Outbox outbox;
    private final Outcomes outcomes;

    OutcomeNews(Outbox outbox, Outcomes outcomes) {
        this.outbox = outbox;
        this.outcomes = outcomes;
    }

    @Override
    public int chunk() {
        return 500;
    }

    @Override
    public List<Item> after(Transaction transaction, long cursor, int limit, boolean masked) throws SQLException {
        return outbox.after(transaction, cursor, limit).stream()
                .map(entry -> item(entry, masked))
                .toList();
    }

    private Item item(Outbox.Entry entry, boolean masked) {
        Outcome outcome = outcomes.outcome(entry);
        return new Item(
                entry.id(),
                Outcomes.json(masked ? outcome.masked() : outcome),
                outcome.traceparent() == null ? Map.of() : Map.of("traceparent", outcome.traceparent()));
    }
}
