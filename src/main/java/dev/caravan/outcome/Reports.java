package dev.caravan.outcome;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.caravan.intake.BatchFiles;
import dev.caravan.intake.Row;
import dev.caravan.intake.Rows;
import dev.caravan.intake.SpreadsheetCells;
import dev.caravan.intake.StoredRows;
import dev.caravan.ledger.Batch;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.Batches.RowResult;
import dev.caravan.ledger.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reports of a batch: its file read again row by row, beside what the ledger knows of each. Written to a temporary
 * file and moved into place, so nobody ever sees half of one.
 */
public final class Reports {

    private static final Logger LOG = LoggerFactory.getLogger(Reports.class);
    private static final int CHUNK = 1_000;
    private static final String REPORT = ".report.csv";
    private static final String REJECTED = ".rejected.csv";
    private static final Duration BETWEEN_REWRITES = Duration.ofMinutes(1);
    private static final List<String> REPORT_COLUMNS =
            List.of("line", "send_id", "status", "provider_message_id", "attempts", "error_code", "error", "sent_at");
    private static final List<String> REJECTED_COLUMNS = List.of("line", "reason");

    private final Path directory;
    private final Store store;
    private final Batches batches;
    private final BatchFiles files;
    private final Clock clock;
    private final LateReports late = new LateReports();

    /** @param clock tells when a report was written; its zone is that of the times in reports */
    Reports(Path directory, Clock clock, Store store, Batches batches, BatchFiles files) {
        this.directory = directory;
        this.clock = clock;
        this.store = store;
        this.batches = batches;
        this.files = files;
    }

    /** Step {@code write-rejected}: the rows that were rejected, ready to be corrected and dropped again. */
    void writeRejected(Exchange exchange) throws IOException {
        String id = exchange.getVariable("batch", String.class);
        writeRejected(store.read(transaction -> batches.find(transaction, id)).orElseThrow());
    }

    /** The same of a batch whose file has changed. */
    public synchronized void writeRejected(Batch batch) throws IOException {
        if (batch.rejected() > 0) {
            write(
                    batch,
                    batch.report() + REJECTED,
                    REJECTED_COLUMNS,
                    result -> "rejected".equals(result.status()),
                    (row, result) ->
                            List.of(Long.toString(row.line()), SpreadsheetCells.protect(text(result.errorMessage()))));
        }
    }

    /**
     * Step {@code batches-to-report}: the body becomes the batches whose report is missing or out of date, but for those
     * that could not be written just now.
     */
    void due(Exchange exchange) {
        long now = clock.millis();
        List<Batch> outdated =
                store.read(transaction -> batches.toReport(transaction, now - BETWEEN_REWRITES.toMillis()));
        exchange.getMessage().setBody(late.due(outdated, now));
    }

    /** Step {@code postpone-report}: it could not be written, and is tried again later. */
    void postpone(Exchange exchange) {
        late.failed(
                exchange.getMessage().getBody(Batch.class),
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class),
                clock.millis());
    }

    /** Step {@code write-report}: every row of a batch with what became of it. */
    void write(Exchange exchange) throws IOException {
        Batch batch = exchange.getMessage().getBody(Batch.class);
        if (files.isThere(batch)) {
            write(batch, batch.report() + REPORT, REPORT_COLUMNS, result -> true, this::reportCells);
            LOG.info(
                    "Batch {} ({}) is finished: {} sends, {} duplicates, {} rejected; reports/{}.report.csv",
                    batch.name(),
                    batch.id(),
                    batch.accepted(),
                    batch.duplicates(),
                    batch.rejected(),
                    batch.report());
        } else if (!batch.hasFile() && !batch.isFromFile()) {
            LOG.info(
                    "Batch {} of key {} is finished: {} sends, {} duplicates, {} rejected",
                    batch.id(),
                    batch.name(),
                    batch.accepted(),
                    batch.duplicates(),
                    batch.rejected());
        } else if (!batch.here() && batch.hasFile()) {
            LOG.info(
                    "Batch {} ({}) of a gateway that is gone is finished. Its report is written when that is back; until"
                            + " then GET /api/v1/batches/{}/report makes one",
                    batch.name(),
                    batch.id(),
                    batch.id());
        } else if (batch.hasFile()) {
            LOG.error(
                    "Batch {} ({}) is finished, but {} is gone: there is no report without the original columns",
                    batch.name(),
                    batch.id(),
                    batch.path());
        }
        long changes = batch.here() || !batch.hasFile() ? batch.changes() : Batches.NO_REPORT;
        store.write(transaction -> {
            batches.reported(transaction, batch.id(), changes, clock.millis());
            return null;
        });
    }

    /**
     * Deletes the reports of a batch, which hold what its file held.
     *
     * @return how many there were
     */
    public int delete(Batch batch) throws IOException {
        int deleted = 0;
        for (String name : List.of(batch.report() + REPORT, batch.report() + REJECTED)) {
            deleted += Files.deleteIfExists(directory.resolve(name)) ? 1 : 0;
            // A crash or a full disk may have left one half written.
            Files.deleteIfExists(unfinished(name));
        }
        return deleted;
    }

    /** The reports of a batch that are on disk, below home. */
    public List<String> files(Batch batch) {
        return Stream.of(batch.report() + REPORT, batch.report() + REJECTED)
                .filter(name -> Files.exists(directory.resolve(name)))
                .map(name -> directory.getFileName() + "/" + name)
                .toList();
    }

    /**
     * The report of a batch as it stands, made while it is read: UTF-8, as the file has it. Without the file the columns
     * are the documented ones.
     */
    public InputStream live(Batch batch) {
        Rows rows = rows(batch);
        byte[] header = text(List.of(header(rows, REPORT_COLUMNS)));
        Iterator<byte[]> chunks = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public byte[] next() {
                return text(records(batch, rows, rows.next(CHUNK), result -> true, Reports.this::reportCells));
            }
        };
        return new ReportStream(header, chunks, rows::close);
    }

    private Rows rows(Batch batch) {
        if (files.isThere(batch)) {
            try {
                return files.open(batch);
            } catch (IOException unreadable) {
                LOG.debug("{} is reported without its file: {}", batch.id(), unreadable.getMessage());
            }
        }
        return new StoredRows(store, batches, batch);
    }

    private static byte[] text(List<List<String>> records) {
        StringWriter text = new StringWriter();
        CsvWriter csv = CsvWriter.builder().bufferSize(0).build(text);
        records.forEach(csv::writeRecord);
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private List<String> reportCells(Row row, RowResult result) {
        return List.of(
                Long.toString(row.line()),
                text(result.send()),
                result.status(),
                SpreadsheetCells.protect(text(result.providerMessageId())),
                Integer.toString(result.attempts()),
                SpreadsheetCells.protect(text(result.errorCode())),
                SpreadsheetCells.protect(text(result.errorMessage())),
                result.sentAt() == null ? "" : IsoTime.of(result.sentAt(), clock.getZone()));
    }

    private void write(
            Batch batch,
            String name,
            List<String> added,
            Predicate<RowResult> wanted,
            BiFunction<Row, RowResult, List<String>> cells)
            throws IOException {
        Files.createDirectories(directory);
        Path unfinished = unfinished(name);
        try (Rows rows = files.open(batch);
                CsvWriter csv = CsvWriter.builder().build(unfinished, StandardCharsets.UTF_8)) {
            csv.writeRecord(header(rows, added));
            while (rows.hasNext()) {
                records(batch, rows, rows.next(CHUNK), wanted, cells).forEach(csv::writeRecord);
            }
        }
        BatchFiles.publish(unfinished, directory.resolve(name));
    }

    private Path unfinished(String name) {
        return directory.resolve('.' + name + ".part");
    }

    private List<List<String>> records(
            Batch batch,
            Rows source,
            List<Row> rows,
            Predicate<RowResult> wanted,
            BiFunction<Row, RowResult, List<String>> cells) {
        Map<Long, RowResult> results = new HashMap<>();
        store.read(transaction -> batches.results(
                        transaction,
                        batch.id(),
                        rows.get(0).number(),
                        rows.get(rows.size() - 1).number()))
                .forEach(result -> results.put(result.row(), result));
        List<List<String>> records = new ArrayList<>(rows.size());
        for (Row row : rows) {
            RowResult result = results.get(row.number());
            if (result != null && wanted.test(result)) {
                records.add(joined(original(source, row), cells.apply(row, result)));
            }
        }
        return records;
    }

    private static List<String> header(Rows source, List<String> added) {
        return joined(source.columns().stream().map(SpreadsheetCells::protect).toList(), added);
    }

    /** As many cells as columns, whatever the row had. */
    private static List<String> original(Rows source, Row row) {
        List<String> read = source.cells(row);
        return IntStream.range(0, source.columns().size())
                .mapToObj(index -> index < read.size() ? SpreadsheetCells.protect(read.get(index)) : "")
                .toList();
    }

    private static List<String> joined(List<String> own, List<String> added) {
        List<String> all = new ArrayList<>(own.size() + added.size());
        all.addAll(own);
        all.addAll(added);
        return all;
    }

    private static String text(String value) {
        return value == null ? "" : value;
    }
}
