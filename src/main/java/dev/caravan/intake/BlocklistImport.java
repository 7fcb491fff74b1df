package dev.caravan.intake;

import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.Scope;
import dev.caravan.ledger.Store;
import dev.caravan.message.InvalidSendException;
import java.util.ArrayList;
import java.util.List;

/** Many recipients never to be sent to, from a CSV text with the columns {@code to}, {@code scope} and {@code source}. */
public final class BlocklistImport {

    private static final int STEP = 500;
    private static final int LONGEST_SOURCE = 200;

    private final Store store;
    private final Blocklist blocklist;
    private final WrittenRecipients recipients;

    BlocklistImport(Store store, Blocklist blocklist, WrittenRecipients recipients) {
        this.store = store;
        this.blocklist = blocklist;
        this.recipients = recipients;
    }

    /**
     * What became of the rows.
     *
     * @param added entries that are new
     * @param known rows whose entry had been there
     * @param rejected rows that name nobody, or no scope
     * @param rejections the first 1,000 of them
     */
    public record Imported(long added, long known, long rejected, List<Rejection> rejections) {}

    /**
     * Blocks the recipients of all rows, a limited number in each commit, so that those before a fault stay blocked.
     *
     * @param source of rows that name none
     * @throws BrokenBodyException when what follows cannot be read
     */
    public Imported run(Rows rows, String source, long now) {
        Cells columns = new Cells(rows.columns());
        Tally tally = new Tally();
        List<Entry> entries = new ArrayList<>(STEP);
        while (hasNext(rows, entries, tally, now)) {
            Row row = rows.next();
            try {
                entries.add(columns.entry(row, rows.cells(row), source));
            } catch (InvalidSendException problem) {
                tally.reject(row, problem);
            }
            if (entries.size() == STEP) {
                store(entries, tally, now);
            }
        }
        store(entries, tally, now);
        return new Imported(tally.added, tally.known, tally.rejected, List.copyOf(tally.rejections));
    }

    private boolean hasNext(Rows rows, List<Entry> entries, Tally tally, long now) {
        try {
            return rows.hasNext();
        } catch (BrokenBodyException broken) {
            store(entries, tally, now);
            throw broken;
        }
    }

    private void store(List<Entry> entries, Tally tally, long now) {
        long fresh = store.write(transaction -> {
            long done = 0;
            for (Entry entry : entries) {
                done += blocklist.add(transaction, entry.recipient(), entry.scope(), entry.source(), now) ? 1 : 0;
            }
            return done;
        });
        tally.added += fresh;
        tally.known += entries.size() - fresh;
        entries.clear();
    }

    private record Entry(String recipient, Scope scope, String source) {}

    private static final class Tally {

        private long added;
        private long known;
        private long rejected;
        private final List<Rejection> rejections = new ArrayList<>();

        private void reject(Row row, InvalidSendException problem) {
            rejected++;
            if (rejections.size() < BatchReading.MOST_REJECTIONS) {
                rejections.add(
                        new Rejection(row.number(), row.line(), problem.field(), problem.code(), problem.getMessage()));
            }
        }
    }

    /** Where the columns are; -1 when there is none. */
    private final class Cells {

        private final int to;
        private final int scope;
        private final int source;

        private Cells(List<String> names) {
            to = place(names, "to");
            scope = place(names, "scope");
            source = place(names, "source");
        }

        private static int place(List<String> names, String column) {
            List<String> keys = names.stream().map(Columns::key).toList();
            return keys.indexOf(column);
        }

        private Entry entry(Row row, List<String> cells, String otherwise) {
            if (row.problem() != null) {
                throw row.problem();
            }
            String recipient = cell(cells, to);
            if (recipient.isEmpty()) {
                throw new InvalidSendException("to", "missing-field", "to: this row names nobody");
            }
            String word = cell(cells, scope);
            Scope meant = word.isEmpty()
                    ? Scope.ALL
                    : Scope.of(word)
                            .orElseThrow(() -> new InvalidSendException(
                                    "scope", "invalid-value", "scope: write marketing or all"));
            String who = cell(cells, source);
            if (who.length() > LONGEST_SOURCE) {
                throw new InvalidSendException(
                        "source", "too-long", "source: at most " + LONGEST_SOURCE + " characters");
            }
            return new Entry(recipients.normalise(recipient), meant, who.isEmpty() ? otherwise : who);
        }

        private static String cell(List<String> cells, int place) {
            return place < 0 || place >= cells.size() ? "" : cells.get(place).strip();
        }
    }
}
