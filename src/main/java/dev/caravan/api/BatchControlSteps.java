package dev.caravan.api;

import dev.caravan.ledger.Batch;
import dev.caravan.ledger.BatchControl;
import dev.caravan.ledger.BatchStandings;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.Events;
import dev.caravan.ledger.Store;
import dev.caravan.ledger.Transaction;
import dev.caravan.outcome.Reports;
import java.sql.SQLException;
import org.apache.camel.Exchange;

/** The steps of the operations on a batch that is there. */
final class BatchControlSteps {

    private final Store store;
    private final Batches batches;
    private final BatchControl control;
    private final BatchStandings standings;
    private final Events events;
    private final Reports reports;
    private final Views views;

    BatchControlSteps(
            Store store,
            Batches batches,
            BatchControl control,
            BatchStandings standings,
            Events events,
            Reports reports,
            Views views) {
        this.store = store;
        this.batches = batches;
        this.control = control;
        this.standings = standings;
        this.events = events;
        this.reports = reports;
        this.views = views;
    }

    /** Step {@code show-batch}. */
    void show(Exchange exchange) {
        Batch batch = find(exchange);
        long now = System.currentTimeMillis();
        BatchStandings.Standing standing = store.read(transaction -> standings.of(transaction, batch, now));
        ApiAnswer.json(200, views.of(batch, standing)).to(exchange);
    }

    /** Step {@code report-batch}. */
    void report(Exchange exchange) {
        ApiAnswer.stream(ApiRequest.of(exchange), "text/csv;charset=UTF-8", reports.live(find(exchange)))
                .to(exchange);
    }

    /** Step {@code pause-batch}. */
    void pause(Exchange exchange) {
        change(
                exchange,
                control::pause,
                "batch-paused",
                "It is paused or cancelled already, or nothing of it is left to send.");
    }

    /** Step {@code resume-batch}. */
    void resume(Exchange exchange) {
        change(exchange, control::resume, "batch-resumed", "It is not paused, or cancelled.");
    }

    /** Step {@code cancel-batch}. */
    void cancel(Exchange exchange) {
        change(
                exchange,
                control::cancel,
                "batch-cancelled",
                "It is cancelled already, or nothing of it is left to send.");
    }

    private interface Change {
        boolean apply(Transaction transaction, String batch) throws SQLException;
    }

    private void change(Exchange exchange, Change change, String event, String otherwise) {
        Batch batch = find(exchange);
        String by = ApiRequest.of(exchange).caller().name();
        boolean changed = store.write(transaction -> {
            boolean done = change.apply(transaction, batch.id());
            if (done) {
                events.batchByHand(transaction, batch, event, by, System.currentTimeMillis());
            }
            return done;
        });
        if (!changed) {
            throw new ProblemException(409, "wrong-state", otherwise);
        }
    }

    /**
     * A key with a namespace of its own sees the batches in it. One that is limited to some accounts sees those that it
     * posted: others may have sends of any account.
     */
    private Batch find(Exchange exchange) {
        ApiRequest request = ApiRequest.of(exchange);
        Caller caller = request.caller();
        return store.read(
                        transaction -> batches.find(transaction, request.path().get("id")))
                .filter(batch -> caller.mayUseNamespace(batch.namespace())
                        && (caller.accounts().isEmpty()
                                || !batch.isFromFile() && batch.name().equals(caller.name())))
                .orElseThrow(() -> new ProblemException(404, "not-found", "There is no such batch."));
    }
}
