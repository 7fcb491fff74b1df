package dev.caravan.care;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.intake.BatchFiles;
import dev.caravan.intake.Row;
import dev.caravan.intake.Rows;
import dev.caravan.intake.WrittenRecipients;
import dev.caravan.ledger.Batch;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.ByHand;
import dev.caravan.ledger.Reach;
import dev.caravan.ledger.Recipients;
import dev.caravan.ledger.Store;
import dev.caravan.message.Mentions;
import dev.caravan.outcome.Reports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the files of batches, and their reports, hold of one recipient. Which rows are theirs the ledger says; somebody who
 * may see everything also finds those of which it no longer says so, by the number in them.
 */
public final class RecipientFiles {

    private static final Logger LOG = LoggerFactory.getLogger(RecipientFiles.class);
    private static final int PAGE = 100;

    private final Store store;
    private final Batches batches;
    private final Recipients recipients;
    private final BatchFiles files;
    private final Reports reports;
    private final WrittenRecipients written;

    RecipientFiles(
            Store store,
            Batches batches,
            Recipients recipients,
            BatchFiles files,
            Reports reports,
            WrittenRecipients written) {
        this.store = store;
        this.batches = batches;
        this.recipients = recipients;
        this.files = files;
        this.reports = reports;
        this.written = written;
    }

    /**
     * What became of an erasure.
     *
     * @param ledger in the ledger
     * @param rewritten files, below home, that had rows of theirs and have them no more
     * @param left files that may still hold something of theirs: they are being read, refused, in another gateway's home, or
     *     have the number in somebody else's row
     */
    public record Erased(Recipients.Erased ledger, List<String> rewritten, List<String> left) {}

    /** Takes a recipient out of files, reports and ledger. */
    public Erased erase(String recipient, Reach reach, ByHand by, long now) {
        Search search = new Search(recipient, reach);
        Set<String> left = new TreeSet<>(search.elsewhere());
        List<Batch> rewritten = new ArrayList<>();
        search.eachBatch(batch -> {
            // Before the ledger forgets which rows are theirs.
            if (erase(search, batch, left)) {
                rewritten.add(batch);
            }
        });
        Recipients.Erased erased = recipients.erase(recipient, reach, to -> written.isWritten(recipient, to), by, now);
        rewritten.forEach(batch -> reportAnew(batch, left));
        left.addAll(search.unread());
        return new Erased(erased, rewritten.stream().map(Batch::path).toList(), List.copyOf(left));
    }

    /** @return whether rows were taken out */
    private boolean erase(Search search, Batch batch, Set<String> left) {
        try {
            if (batch.isReading()) {
                left.add(batch.path());
                return false;
            }
            int taken = files.isThere(batch) ? files.blank(batch, search.rowsOf(batch)::contains) : 0;
            if (taken > 0) {
                reports.delete(batch);
                if (files.mentions(batch.path(), search.number)) {
                    left.add(batch.path());
                }
                return true;
            }
            for (String file : search.kept(batch)) {
                if (files.mentions(file, search.number)) {
                    left.add(file);
                }
            }
        } catch (IOException unreadable) {
            LOG.warn("{} cannot be erased from: {}", batch.path(), unreadable.getMessage());
            left.add(batch.path());
        }
        return false;
    }

    /** The report follows within a minute, made of what is left; rejected rows are told at once. */
    private void reportAnew(Batch batch, Set<String> left) {
        try {
            reports.writeRejected(batch);
        } catch (IOException unwritable) {
            LOG.warn("The rejected rows of {} are not told anew: {}", batch.path(), unwritable.getMessage());
            left.add(batch.path());
        }
        store.write(transaction -> {
            batches.outdate(transaction, batch.id());
            return null;
        });
    }

    /**
     * The files, below home, that hold something of theirs or may do so: what {@link #erase} changes or names as left.
     */
    public List<String> files(String recipient, Reach reach) {
        Search search = new Search(recipient, reach);
        Set<String> found = new TreeSet<>(search.elsewhere());
        search.eachBatch(batch -> found.addAll(search.holding(batch)));
        found.addAll(search.unread());
        return List.copyOf(found);
    }

    /**
     * Their rows as they were dropped: {@code batch, file, row, line} and {@code cells} by column, or {@code send}. They are
     * read as they are asked for; closing it closes the file they are in.
     */
    public Stream<ObjectNode> rows(String recipient, Reach reach) {
        Dropped dropped = new Dropped(new Search(recipient, reach));
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(dropped, Spliterator.ORDERED), false)
                .onClose(dropped::close);
    }

    /** Their rows in one file after the other. */
    private final class Dropped implements Iterator<ObjectNode> {

        private final Search search;
        private final Iterator<Batch> candidates;
        private Batch batch;
        private Rows rows;
        private ObjectNode upcoming;

        private Dropped(Search search) {
            this.search = search;
            this.candidates = search.batches();
        }

        @Override
        public boolean hasNext() {
            while (upcoming == null && (rows != null || candidates.hasNext())) {
                try {
                    if (rows == null) {
                        batch = candidates.next();
                        rows = files.isThere(batch) ? files.open(batch) : null;
                    }
                    seek();
                } catch (IOException | UncheckedIOException unreadable) {
                    LOG.warn("{} cannot be searched: {}", batch.path(), unreadable.getMessage());
                    close();
                }
            }
            return upcoming != null;
        }

        private void seek() {
            if (rows != null) {
                TheirRows theirs = search.rowsOf(batch);
                while (rows.hasNext()) {
                    Row row = rows.next();
                    if (theirs.contains(row)) {
                        upcoming = view(batch, rows, row);
                        return;
                    }
                }
                close();
            }
        }

        @Override
        public ObjectNode next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            ObjectNode next = upcoming;
            upcoming = null;
            return next;
        }

        private void close() {
            if (rows != null) {
                rows.close();
                rows = null;
            }
        }
    }

    private static ObjectNode view(Batch batch, Rows rows, Row row) {
        ObjectNode view = JsonNodeFactory.instance
                .objectNode()
                .put("batch", batch.id())
                .put("file", batch.path())
                .put("row", row.number())
                .put("line", row.line());
        if (row.cells() == null) {
            return view.set("send", row.send());
        }
        ObjectNode cells = view.putObject("cells");
        List<String> columns = rows.columns();
        for (int index = 0; index < Math.min(columns.size(), row.cells().size()); index++) {
            cells.put(columns.get(index), row.cells().get(index));
        }
        return view;
    }

    /** Tells whose a row is. */
    @FunctionalInterface
    private interface TheirRows {
        boolean contains(Row row);
    }

    /** Once through all batches for one recipient. */
    private final class Search {

        private final String recipient;
        private final Reach reach;
        private final Mentions number;
        private final Map<String, Set<Long>> known;

        Search(String recipient, Reach reach) {
            this.recipient = recipient;
            this.reach = reach;
            this.number = new Mentions(recipient);
            this.known = recipients.rows(recipient, reach, to -> written.isWritten(recipient, to));
        }

        private TheirRows rowsOf(Batch batch) {
            Set<Long> numbers = known.getOrDefault(batch.id(), Set.of());
            return row -> numbers.contains(row.number()) || reach.equals(Reach.ALL) && isTheirs(row);
        }

        private boolean isTheirs(Row row) {
            if (row.send() == null) {
                // A broken record: what is left of it may be anything.
                return row.cells() != null && row.cells().stream().anyMatch(number::in);
            }
            String to = row.send().path("to").asText();
            return number.in(to) && written.isWritten(recipient, to);
        }

        /** Files of other homes. */
        private List<String> elsewhere() {
            return store.read(transaction -> {
                List<String> paths = new ArrayList<>();
                for (String batch : known.keySet()) {
                    batches.find(transaction, batch)
                            .filter(found -> found.hasFile() && !found.here())
                            .ifPresent(other -> paths.add(other.path() + " (in another gateway's home)"));
                }
                return paths;
            });
        }

        /** What is on disk of a batch. */
        private List<String> kept(Batch batch) {
            List<String> kept = new ArrayList<>(reports.files(batch));
            if (files.isThere(batch)) {
                kept.add(batch.path());
            }
            return kept;
        }

        /** What of it has, or may have, something of theirs. */
        private List<String> holding(Batch batch) {
            return kept(batch).stream()
                    .filter(file -> known.containsKey(batch.id()) && file.equals(batch.path()) || mentions(file))
                    .toList();
        }

        private void eachBatch(Consumer<Batch> action) {
            batches().forEachRemaining(action);
        }

        /** This gateway's batches that may have rows of theirs. */
        private Iterator<Batch> batches() {
            return new Iterator<>() {
                private String after = "";
                private Iterator<Batch> page = List.<Batch>of().iterator();
                private Batch upcoming;

                @Override
                public boolean hasNext() {
                    while (upcoming == null && (page.hasNext() || turn())) {
                        Batch batch = page.next();
                        after = batch.id();
                        upcoming = concerns(batch) ? batch : null;
                    }
                    return upcoming != null;
                }

                private boolean turn() {
                    page = store.read(transaction -> batches.withFiles(transaction, after, PAGE))
                            .iterator();
                    return page.hasNext();
                }

                @Override
                public Batch next() {
                    if (!hasNext()) {
                        throw new NoSuchElementException();
                    }
                    Batch next = upcoming;
                    upcoming = null;
                    return next;
                }
            };
        }

        private boolean concerns(Batch batch) {
            return known.containsKey(batch.id())
                    || reach.equals(Reach.ALL) && kept(batch).stream().anyMatch(this::mentions);
        }

        private boolean mentions(String file) {
            try {
                return files.mentions(file, number);
            } catch (IOException gone) {
                return false;
            }
        }

        /** Files that no ledger tells the rows of. */
        private List<String> unread() {
            try {
                return reach.equals(Reach.ALL)
                        ? files.unread().stream().filter(this::mentions).toList()
                        : List.of();
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
    }
}
