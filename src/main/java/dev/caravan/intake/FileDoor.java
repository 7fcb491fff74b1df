package dev.caravan.intake;

import com.github.f4b6a3.ulid.UlidCreator;
import dev.caravan.ledger.Batch;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.Store;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.component.file.GenericFile;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of the drop folder: a file is taken from the inbox by a rename, read from {@code work}, and laid away in
 * {@code done} or {@code refused}. What is in {@code work} after a crash is read on from its last committed row.
 */
final class FileDoor {

    private static final Logger LOG = LoggerFactory.getLogger(FileDoor.class);

    /** Of the files that wait for room; those beyond are opened anew each time, for there may be thousands. */
    static final int MOST_KEPT_OPEN = 50;

    /** {@code <batch>-<name>}: a ULID and the name the file was dropped under. */
    private static final Pattern WORK_NAME = Pattern.compile("([0-9A-HJKMNP-TV-Z]{26})-(.+)");

    /** Why the file cannot be read at all; set for the route to see. */
    static final String REFUSAL = "refusal";

    /** The id of the batch, for the steps that write its reports. */
    static final String BATCH = "batch";

    /** Whether the file was read to its end; set for the route to see. */
    static final String COMPLETE = "complete";

    private final Home home;
    private final ZoneId zone;
    private final BatchFiles files;
    private final Store store;
    private final Batches batches;
    private final Admission admission;
    private final byte[] digestKey;
    private final long holdAbove;
    private final Map<String, FileReading> waiting = new HashMap<>();

    /** @param holdAbove a batch of more rows than this waits for somebody to release it */
    FileDoor(
            Home home,
            ZoneId zone,
            BatchFiles files,
            Store store,
            Batches batches,
            Admission admission,
            byte[] digestKey,
            long holdAbove) {
        this.home = home;
        this.zone = zone;
        this.files = files;
        this.store = store;
        this.batches = batches;
        this.admission = admission;
        this.digestKey = digestKey;
        this.holdAbove = holdAbove;
    }

    /** Makes the directories a user drops files into and finds results in. */
    void createDirectories() throws IOException {
        Files.createDirectories(home.inbox());
        Files.createDirectories(home.work());
        Files.createDirectories(home.refused());
        Files.createDirectories(home.reports());
        for (String folder : files.toCreate()) {
            Files.createDirectories(home.inbox().resolve(folder));
        }
    }

    /** A batch whose file lies in {@code done} already is read, though a crash or a ledger that was away left no note of it. */
    void finishLayingAway() {
        for (Batch batch : store.read(batches::running)) {
            if (batch.isReading() && batch.hasFile() && !home.isInWork(batch.path()) && files.isThere(batch)) {
                store.write(transaction -> {
                    batches.finishReading(transaction, batch.id(), holdAbove, System.currentTimeMillis());
                    return null;
                });
            }
        }
    }

    /** Step {@code take-file}: from the inbox to {@code work}, where nobody changes it any more. */
    void take(Exchange exchange) throws IOException {
        Path file = path(exchange);
        String name = Home.printable(file.getFileName().toString());
        String folder = Home.folder(home.inbox(), file);
        Path target = folder == null ? home.work() : home.work().resolve(folder);
        String batch = UlidCreator.getMonotonicUlid().toString();
        if (Home.isTooLong(name)) {
            refuse(
                    file,
                    name,
                    batch,
                    "its name is longer than " + Home.LONGEST_NAME
                            + " bytes, which leaves no room for the names of its reports; shorten it and drop it again");
            return;
        }
        try {
            Home.move(file, target.resolve(batch + '-' + name));
        } catch (NoSuchFileException vanished) {
            LOG.warn("File {} vanished before it could be taken; nothing of it was read", name);
        } catch (FileSystemException stuck) {
            refuse(file, name, batch, "it cannot be moved to work: " + stuck.getReason());
        }
    }

    /** Step {@code refuse-extension}: only what can be read is taken. */
    void refuseExtension(Exchange exchange) throws IOException {
        Path file = path(exchange);
        refuse(
                file,
                Home.printable(file.getFileName().toString()),
                UlidCreator.getMonotonicUlid().toString(),
                "its extension is none of .csv, .json and .jsonl; save or rename it as one of these and drop it again");
    }

    /** Step {@code open-batch}: the file's rows, from the first that is not committed yet; or why it is refused. */
    void open(Exchange exchange) throws IOException {
        Path file = named(path(exchange));
        Matcher name = workName(file);
        String folderName = Home.folder(home.work(), file);
        Batch batch = register(file, name, folderName);
        exchange.setVariable(BATCH, batch.id());
        try {
            FileReading reading = waiting.remove(batch.id());
            if (reading == null) {
                reading = read(file, folderName, batch);
            } else {
                reading.goOn();
            }
            exchange.getExchangeExtension().addOnCompletion(new Closing(reading));
            exchange.getMessage().setBody(reading);
        } catch (IOException unreadable) {
            if (batch.rowsRead() > 0) {
                // Rows of it are sends already, so it is too late to refuse it: the rest is read when it can be.
                throw unreadable;
            }
            exchange.setVariable(REFUSAL, reason(unreadable));
        }
    }

    private static String reason(IOException unreadable) {
        if (unreadable instanceof UnreadableInputException) {
            return unreadable.getMessage();
        }
        if (unreadable instanceof NoSuchFileException) {
            return "it is a link to a file that does not exist";
        }
        if (unreadable instanceof AccessDeniedException) {
            return "the user of this gateway may not read it";
        }
        return "it cannot be read: " + unreadable.getClass().getSimpleName();
    }

    private Batch register(Path file, Matcher name, String folder) {
        String namespace = files.namespace(folder);
        return store.write(transaction -> {
            Batch batch = batches.open(
                    transaction,
                    name.group(1),
                    name.group(2),
                    folder,
                    namespace,
                    home.relative(file),
                    Home.stem(name.group(2)),
                    stem -> Files.exists(home.reports().resolve(stem + ".report.csv"))
                            || Files.exists(home.reports().resolve(stem + ".rejected.csv")),
                    holdAbove < Long.MAX_VALUE,
                    System.currentTimeMillis());
            batches.moved(transaction, batch.id(), home.relative(file));
            return batch;
        });
    }

    private FileReading read(Path file, String folder, Batch batch) throws IOException, UnreadableInputException {
        Origin origin = files.folder(folder).origin();
        Rows rows = files.open(file, folder);
        FileReading reading = new FileReading(
                file,
                new BatchReading(batch, origin, new Fingerprints(digestKey), rows),
                rows,
                store.isShared() ? FileReading.CHUNK_ON_SERVER : FileReading.CHUNK);
        passOver(reading, batch.rowsRead());
        LOG.info(
                "File {} is batch {}{}",
                batch.name(),
                batch.id(),
                batch.rowsRead() == 0 ? "" : ", read on after row " + batch.rowsRead());
        if (batch.isRefused()) {
            store.write(transaction -> {
                batches.reopen(transaction, batch.id());
                return null;
            });
        }
        return reading;
    }

    private void passOver(FileReading reading, long committed) {
        for (long row = 0; row < committed && reading.hasNext(); row++) {
            admission.passOver(reading.batch(), reading.nextRow());
        }
    }

    /** Step {@code admit}: one chunk of rows into the ledger. */
    void admit(Exchange exchange) {
        FileReading.Chunk chunk = exchange.getMessage().getBody(FileReading.Chunk.class);
        if (!admission.admit(chunk.reading().batch(), chunk.rows())) {
            chunk.reading().stopFull(chunk.rows());
        }
    }

    /** Step {@code refuse-file}: nothing of it can be read. */
    void refuse(Exchange exchange) throws IOException {
        Path file = named(path(exchange));
        Matcher name = workName(file);
        store.write(transaction -> {
            batches.refuse(transaction, name.group(1));
            return null;
        });
        refuse(file, name.group(2), name.group(1), exchange.getVariable(REFUSAL, String.class));
    }

    /** Step {@code finish-reading}: was it read to its end, or does the rest wait for room in a queue? */
    void finishReading(Exchange exchange) {
        FileReading reading = exchange.getMessage().getBody(FileReading.class);
        BatchReading batch = reading.batch();
        batch.settle();
        if (reading.isFull()) {
            if (waiting.size() < MOST_KEPT_OPEN) {
                waiting.put(batch.batch(), reading);
            } else {
                reading.close();
            }
            LOG.debug("File {} waits after row {}: an account's queue is full", batch.name(), batch.rowsCommitted());
        } else {
            exchange.setVariable(COMPLETE, true);
        }
    }

    /** Step {@code lay-away}: everything in it is committed, so the file leaves {@code work}. */
    void layAway(Exchange exchange) throws IOException {
        FileReading reading = exchange.getMessage().getBody(FileReading.class);
        BatchReading batch = reading.batch();
        Path target = Home.free(home.done(LocalDate.now(zone)), batch.name(), batch.batch());
        // In this order: whoever finds the batch read finds its file, and a crash leaves traces of how far it got.
        store.write(transaction -> {
            batches.moved(transaction, batch.batch(), home.relative(target));
            return null;
        });
        Home.move(reading.file(), target);
        store.write(transaction -> {
            batches.finishReading(transaction, batch.batch(), holdAbove, System.currentTimeMillis());
            return null;
        });
        LOG.info(
                "File {} is read: {} accepted, {} duplicates, {} rejected",
                batch.name(),
                batch.accepted(),
                batch.duplicates(),
                batch.rejected());
        if (batch.rowsCommitted() > holdAbove) {
            LOG.warn(
                    "File {} has more than {} rows and is held: nothing of it is sent until batch {} is resumed",
                    batch.name(),
                    holdAbove,
                    batch.batch());
        }
        if (batch.accepted() == 0 && batch.duplicates() > 0) {
            LOG.warn(
                    "File {} sends nothing: its rows repeat sends accepted before; the report names them",
                    batch.name());
        }
    }

    private void refuse(Path file, String name, String batch, String reason) throws IOException {
        Path target = Home.free(home.refused(), Home.shortened(name), batch);
        // In this order: a crash leaves a reason without its file, which is refused anew, and no file without its
        // reason.
        Files.createDirectories(target.getParent());
        Files.writeString(
                target.resolveSibling(target.getFileName() + Home.REASON), reason + '\n', StandardCharsets.UTF_8);
        Home.move(file, target);
        LOG.error("File {} is refused, nothing of it is sent: {}", name, reason);
    }

    /** A file put into {@code work} by hand gets the name it would have got. */
    private static Path named(Path file) throws IOException {
        if (WORK_NAME.matcher(file.getFileName().toString()).matches()) {
            return file;
        }
        Path renamed = file.resolveSibling(UlidCreator.getMonotonicUlid() + "-"
                + Home.printable(file.getFileName().toString()));
        Home.move(file, renamed);
        return renamed;
    }

    private static Matcher workName(Path file) {
        Matcher name = WORK_NAME.matcher(file.getFileName().toString());
        if (!name.matches()) {
            throw new IllegalStateException("no batch in the name " + file.getFileName());
        }
        return name;
    }

    /** Lets go of a file when its exchange is over, unless the rest of it waits. */
    private static final class Closing extends SynchronizationAdapter {
        private final FileReading reading;

        private Closing(FileReading reading) {
            this.reading = reading;
        }

        @Override
        public void onDone(Exchange exchange) {
            if (!reading.isFull()) {
                reading.close();
            }
        }
    }

    private static Path path(Exchange exchange) {
        GenericFile<?> file = exchange.getMessage().getBody(GenericFile.class);
        return ((File) file.getFile()).toPath().toAbsolutePath().normalize();
    }
}
