package dev.caravan.intake;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.caravan.ledger.Batch;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.LedgerException;
import dev.caravan.ledger.Store;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The batches that come in a request: read from its body as it arrives, without a file. */
public final class RequestBatches {

    private final Store store;
    private final Batches batches;
    private final byte[] digestKey;
    private final long holdAbove;

    /** Those that are being read. */
    private final Set<String> open = ConcurrentHashMap.newKeySet();

    /** @param holdAbove a batch of more rows than this waits for somebody to release it */
    RequestBatches(Store store, Batches batches, byte[] digestKey, long holdAbove) {
        this.store = store;
        this.batches = batches;
        this.digestKey = digestKey.clone();
        this.holdAbove = holdAbove;
    }

    /**
     * Finishes the batches that nobody reads: a request that a crash cut off is not read on, and what was committed of it
     * stands; so it does when the ledger was away at the end of a request, and when the gateway that read it is gone.
     */
    void finishInterrupted() {
        for (Batch batch : store.read(batches::running)) {
            if (batch.isReading() && !batch.isFromFile() && !open.contains(batch.id())) {
                finish(batch.id());
            }
        }
        for (Batch batch : store.read(batches::abandoned)) {
            finish(batch.id());
        }
    }

    /**
     * Opens a batch.
     *
     * @param key the name of the key that posts it
     * @param idempotencyKey the reference of each row that has none is {@code <key>#<row>} then; null when such rows are
     *     recognised by their cells
     * @param traceparent the W3C trace context of the request, or null
     */
    public BatchReading open(Origin origin, String key, String idempotencyKey, String traceparent, Rows rows) {
        String id = UlidCreator.getMonotonicUlid().toString();
        open.add(id);
        try {
            Batch batch = store.write(transaction -> batches.openRequest(
                    transaction, id, key, origin.namespace(), holdAbove < Long.MAX_VALUE, System.currentTimeMillis()));
            return new BatchReading(batch, origin, idempotencyKey, traceparent, new Fingerprints(digestKey), rows);
        } catch (LedgerException away) {
            open.remove(id);
            throw away;
        }
    }

    /**
     * The body has been read to its end, or cannot be read any further: no more rows will come.
     *
     * @throws LedgerException when that cannot be noted now; {@link #finishInterrupted} does it later
     */
    public void finish(String batch) {
        open.remove(batch);
        store.write(transaction -> {
            batches.finishReading(transaction, batch, holdAbove, System.currentTimeMillis());
            return null;
        });
    }
}
