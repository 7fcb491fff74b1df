package dev.caravan.intake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.ledger.Batch;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.Batches.RowContent;
import dev.caravan.ledger.Store;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** The rows of a batch whose file is not here, as the ledger keeps them: of what was not accepted, not everything. */
public final class StoredRows implements Rows {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int CHUNK = 1_000;

    private final Store store;
    private final Batches batches;
    private final Batch batch;
    private Iterator<RowContent> chunk = List.<RowContent>of().iterator();
    private long asked;

    /** @param batch as it stands; rows it gets later are not among these */
    public StoredRows(Store store, Batches batches, Batch batch) {
        this.store = store;
        this.batches = batches;
        this.batch = batch;
    }

    @Override
    public List<String> columns() {
        return Columns.DOCUMENTED;
    }

    @Override
    public List<String> cells(Row row) {
        return Columns.DOCUMENTED.stream()
                .map(column -> Columns.text(row.send(), column))
                .toList();
    }

    @Override
    public List<String> own(Row row) {
        return List.of(row.send().toString());
    }

    @Override
    public boolean hasNext() {
        while (!chunk.hasNext() && asked < batch.rowsRead()) {
            long from = asked + 1;
            asked += CHUNK;
            chunk = store.read(transaction -> batches.contents(transaction, batch.id(), from, asked))
                    .iterator();
        }
        return chunk.hasNext();
    }

    @Override
    public Row next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        RowContent content = chunk.next();
        return new Row(content.row(), content.line(), null, send(content.json()), null, null);
    }

    private static ObjectNode send(String json) {
        try {
            JsonNode node = JSON.readTree(json);
            // Once its time is over, the content is gone.
            return node instanceof ObjectNode send ? send : JsonNodeFactory.instance.objectNode();
        } catch (JsonProcessingException damaged) {
            throw new IllegalStateException("the ledger holds a send that is not JSON", damaged);
        }
    }

    @Override
    public void close() {
        // Nothing is held open.
    }
}
