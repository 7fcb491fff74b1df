package dev.caravan.outcome;

import dev.caravan.intake.UnreadableInputException;
import dev.caravan.ledger.Batch;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batches whose report could not be written: each is told of once, and tried again after 5, 10, 20 … 60 seconds for
 * as long as it takes. Used by one timer's thread.
 */
final class LateReports {

    private static final Logger LOG = LoggerFactory.getLogger(LateReports.class);
    private static final long FIRST_WAIT = Duration.ofSeconds(5).toMillis();
    private static final long LONGEST_WAIT = Duration.ofMinutes(1).toMillis();

    private final Map<String, Late> late = new HashMap<>();

    /**
     * One that waits.
     *
     * @param triedAt in milliseconds
     * @param pause in milliseconds, from then
     */
    private record Late(long triedAt, long pause) {
        boolean waits(long now) {
            // A clock that is set back makes nobody wait longer.
            return Math.abs(now - triedAt) < pause;
        }
    }

    /**
     * Those of the batches to be reported that have waited long enough.
     *
     * @param batches all that have no report, or one that is out of date
     */
    List<Batch> due(List<Batch> batches, long now) {
        Set<String> ids = batches.stream().map(Batch::id).collect(Collectors.toCollection(HashSet::new));
        late.keySet().retainAll(ids);
        return batches.stream()
                .filter(batch ->
                        !late.containsKey(batch.id()) || !late.get(batch.id()).waits(now))
                .toList();
    }

    void failed(Batch batch, Exception failure, long now) {
        Late before = late.get(batch.id());
        if (before == null) {
            LOG.warn(
                    "Batch {} ({}) waits for its report, which cannot be made from {}: {}. If it is the file, make it"
                            + " readable in its place, or take it away for an end without a report; if it is the disk,"
                            + " make room. It is tried again and needs no restart; GET /api/v1/batches/{}/report tells"
                            + " meanwhile what became of its rows",
                    batch.name(),
                    batch.id(),
                    batch.path(),
                    reason(failure),
                    batch.id());
        } else {
            LOG.debug("The report of batch {} is still late: {}", batch.id(), reason(failure));
        }
        late.put(batch.id(), new Late(now, before == null ? FIRST_WAIT : Math.min(LONGEST_WAIT, 2 * before.pause())));
    }

    private static String reason(Exception failure) {
        return failure instanceof UnreadableInputException ? failure.getMessage() : failure.toString();
    }
}
