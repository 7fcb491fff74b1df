package dev.caravan.care;

import dev.caravan.intake.BatchFiles;
import dev.caravan.ledger.Batch;
import dev.caravan.ledger.Keep;
import dev.caravan.outcome.Endpoints;
import dev.caravan.outcome.Reports;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Set;
import org.apache.camel.Exchange;

/**
 * Deletes what has been kept long enough, a little at a time: {@code caravan.keep.deleted} counts it, by {@code what}
 * (content, record, reference, batch, file, event, inbound). Used by one timer's thread.
 */
final class Keeping {

    /** Whether something was found, so that there may be more. */
    static final String MORE = "more";

    private static final int BATCHES = 10;

    private final Keep keep;
    private final Endpoints endpoints;
    private final BatchFiles files;
    private final Reports reports;
    private final Duration content;
    private final InstantSource clock;
    private final MeterRegistry metrics;
    private final Set<String> stuck = new HashSet<>();

    /** @param content how long files are kept after the last change of a batch, and refused ones after that */
    Keeping(
            Keep keep,
            Endpoints endpoints,
            BatchFiles files,
            Reports reports,
            Duration content,
            InstantSource clock,
            MeterRegistry metrics) {
        this.keep = keep;
        this.endpoints = endpoints;
        this.files = files;
        this.reports = reports;
        this.content = content;
        this.clock = clock;
        this.metrics = metrics;
    }

    /** Step {@code keep-sends}: the next sends that are old enough. */
    void sends(Exchange exchange) {
        exchange.setVariable(MORE, sends());
    }

    boolean sends() {
        return keep.sweep(clock.millis())
                .map(swept -> {
                    count("content", swept.contents());
                    count("record", swept.records());
                    count("reference", swept.deleted());
                    return true;
                })
                .orElse(false);
    }

    /** Step {@code keep-rest}: batches with their files, events, and what recipients wrote. */
    void rest(Exchange exchange) throws IOException {
        rest();
    }

    /** @throws IOException when a file could not be deleted; everything else was */
    void rest() throws IOException {
        long now = clock.millis();
        IOException failure = null;
        // Those that could not be deleted the time before do not take the place of others.
        for (Batch batch : keep.over(BATCHES + stuck.size(), now)) {
            try {
                // The file first: what is in the ledger says that it is still there.
                count("file", files.delete(batch) + (batch.hasFile() ? reports.delete(batch) : 0));
                keep.erase(batch.id());
                stuck.remove(batch.id());
            } catch (IOException undeletable) {
                stuck.add(batch.id());
                failure = undeletable;
            }
        }
        keep.eraseElsewhere(BATCHES, now);
        count("batch", keep.deleteBatches(BATCHES, now));
        count("event", keep.deleteEvents(endpoints.events(), now));
        count("inbound", keep.deleteInbound(endpoints.inbound(), now));
        count("file", files.deleteRefused(Instant.ofEpochMilli(now).minus(content)));
        if (failure != null) {
            throw failure;
        }
    }

    private void count(String what, long deleted) {
        metrics.counter("caravan.keep.deleted", "what", what).increment(deleted);
    }
}
