package dev.caravan.outcome;

import dev.caravan.ledger.Batch;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.Store;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;

/** Step {@code progress}: a line for each batch under way. Used by one timer's thread. */
final class Progress {

    private final Store store;
    private final Batches batches;
    private Map<String, Seen> before = new HashMap<>();

    Progress(Store store, Batches batches) {
        this.store = store;
        this.batches = batches;
    }

    private record Seen(long done, long nanos) {}

    /** The body becomes the lines, none for a batch that was not yet there the time before. */
    void report(Exchange exchange) {
        long now = System.nanoTime();
        List<Batch> running = store.read(batches::running).stream()
                .filter(batch -> batch.isReading() || batch.unfinished() > 0)
                .toList();
        Map<String, Seen> seen = new HashMap<>();
        List<String> lines = running.stream()
                .peek(batch -> seen.put(batch.id(), new Seen(done(batch), now)))
                .filter(batch -> before.containsKey(batch.id()))
                .map(batch -> line(batch, before.get(batch.id()), now))
                .toList();
        before = seen;
        exchange.getMessage().setBody(lines);
    }

    private static long done(Batch batch) {
        return batch.accepted() - batch.unfinished();
    }

    private static String line(Batch batch, Seen last, long now) {
        double rate = (done(batch) - last.done()) / ((now - last.nanos()) / 1e9);
        return String.format(
                Locale.ROOT,
                "Batch %s (%s): %,d of %,d sends done%s, %.1f/s, %s",
                batch.name(),
                batch.id(),
                done(batch),
                batch.accepted(),
                batch.isReading() ? " (still reading)" : "",
                rate,
                batch.paused() != null
                        ? stopped(batch)
                        : rate <= 0 ? "no end in sight" : left(batch.unfinished() / rate));
    }

    private static String stopped(Batch batch) {
        return switch (batch.paused()) {
            case "cancelled" -> "cancelled";
            case "held" ->
                batch.isReading()
                        ? "held until it is read"
                        : "held for its size; nothing of it is sent until it is resumed";
            case "failures" -> "paused because too many of its first sends failed; resume or cancel it";
            default -> "paused by hand";
        };
    }

    private static String left(double seconds) {
        Duration left = Duration.ofSeconds(Math.round(seconds));
        return String.format(
                Locale.ROOT, "about %d:%02d:%02d left", left.toHours(), left.toMinutesPart(), left.toSecondsPart());
    }
}
