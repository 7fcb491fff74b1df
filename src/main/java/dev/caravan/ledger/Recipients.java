package dev.caravan.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What is known of one recipient. No index lists sends by recipient, because every send would pay for what is asked a few
 * times a year: these questions read the whole ledger, beside what is written to it.
 */
public final class Recipients {

    /** What stands in the place of what has been erased. */
    public static final String ERASED = "erased";

    /** What is done to a send that loses what was sent and to whom. */
    static final String SEND_ERASED = "recipient = 'erased', content = '', provider_message_id = NULL,"
            + " error_message = CASE WHEN error_message IS NULL THEN NULL ELSE 'erased' END";

    /** What is done to its history, and to that of rows which became no send. */
    static final String HISTORY_ERASED = "provider_message_id = NULL, detail = NULL,"
            + " error_message = CASE WHEN error_message IS NULL THEN NULL ELSE 'erased' END,"
            + " reason = CASE WHEN reason IS NULL THEN NULL ELSE 'erased' END";

    private static final int STEP = 500;

    /** As many of a number's last digits, in a reference, tell whose it is. */
    private static final int TELLING_DIGITS = 8;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Store store;
    private final Sends sends;

    public Recipients(Store store, Sends sends) {
        this.store = store;
        this.sends = sends;
    }

    /**
     * A send with all that is kept of it.
     *
     * @param content the canonical message as JSON; empty when it is no longer kept
     */
    public record Full(SendRecord send, String content, List<SendEvent> history) {}

    /**
     * What became of an erasure.
     *
     * @param sends how many were erased
     * @param underWay how many could not be, because they are being sent at this moment
     * @param files of the batches they came in, below home: these still hold what was dropped, and so may their reports
     */
    public record Erased(long sends, long underWay, List<String> files) {}

    /** The next sends to a recipient, the oldest first, a limited number at a time. */
    public List<Full> export(String recipient, Reach reach, String after) {
        return store.read(transaction -> {
            List<Full> full = new ArrayList<>();
            for (String id : ids(transaction, recipient, reach, after)) {
                full.add(full(transaction, id));
            }
            return full;
        });
    }

    private static Full full(Transaction transaction, String id) throws SQLException {
        SendRecord send = transaction
                .one("SELECT " + SendRecord.COLUMNS + " FROM send WHERE id = ?", SendRecord::read, id)
                .orElseThrow();
        String content = transaction
                .one("SELECT content FROM send WHERE id = ?", row -> row.getString(1), id)
                .orElseThrow();
        List<SendEvent> history = transaction.all(
                "SELECT " + SendEvent.COLUMNS + " FROM history WHERE send = ? ORDER BY sequence", SendEvent::read, id);
        return new Full(send, content, history);
    }

    private static List<String> ids(Transaction transaction, String recipient, Reach reach, String after)
            throws SQLException {
        Conditions conditions =
                new Conditions().within(reach).and("recipient = ?", recipient).and("id > ?", after);
        return transaction.all(
                "SELECT id FROM send WHERE " + conditions.sql() + " ORDER BY id LIMIT ?",
                row -> row.getString(1),
                conditions.valuesAnd(STEP));
    }

    /**
     * Takes a recipient and all that was said to them out of the ledger, a limited number of sends in each commit. Queued
     * sends are cancelled before. What stays is that something was sent, when, and through which account; the digests by
     * which a reference is recognised; and the reference itself, unless the number is part of it. The blocklist holds
     * digests only, and keeps them.
     *
     * @param recipient normalised
     * @param isThem whether a recipient as somebody wrote it is this one; asked of rows that became no send
     */
    public Erased erase(String recipient, Reach reach, Predicate<String> isThem, ByHand by, long now) {
        store.write(transaction -> transaction.update(
                "DELETE FROM report WHERE recipient IN (?, ?)", recipient, recipient.replaceFirst("^\\+", "")));
        Step all = new Step();
        String after = "";
        while (after != null) {
            String from = after;
            List<String> ids = store.read(transaction -> ids(transaction, recipient, reach, from));
            Step step = store.write(transaction -> {
                Step done = new Step();
                for (String id : ids) {
                    erase(transaction, id, recipient, by, now, done);
                }
                return done;
            });
            all.add(step);
            after = ids.size() < STEP ? null : ids.get(STEP - 1);
        }
        eraseRows(reach, isThem);
        return new Erased(
                all.erased,
                all.underWay,
                all.batches.stream().flatMap(this::files).toList());
    }

    private static final class Step {
        private long erased;
        private long underWay;
        private final Set<String> batches = new TreeSet<>();

        private void add(Step other) {
            erased += other.erased;
            underWay += other.underWay;
            batches.addAll(other.batches);
        }
    }

    private void erase(Transaction transaction, String id, String recipient, ByHand by, long now, Step step)
            throws SQLException {
        sends.cancel(transaction, id, by, now);
        SendRecord send = transaction
                .one("SELECT " + SendRecord.COLUMNS + " FROM send WHERE id = ?", SendRecord::read, id)
                .orElseThrow();
        if (send.state() == State.SENDING) {
            step.underWay++;
            return;
        }
        boolean telling = send.reference() != null && tells(send.reference(), recipient);
        transaction.update(
                "UPDATE send SET " + SEND_ERASED + ", reference = CASE WHEN ? = 1 THEN 'erased' ELSE reference END,"
                        + " idempotency_key = CASE WHEN ? = 1 THEN NULL ELSE idempotency_key END,"
                        + " sequence = sequence + 1 WHERE id = ?",
                telling ? 1 : 0,
                telling ? 1 : 0,
                id);
        transaction.update("UPDATE history SET " + HISTORY_ERASED + " WHERE send = ?", id);
        Sends.forgetFurtherIds(transaction, id);
        transaction.update(
                """
                INSERT INTO history (send, sequence, batch, row_number, line, at, status, attempt, actor, reason)
                SELECT id, sequence, batch, row_number, line, ?, 'erased', attempt, ?, ? FROM send WHERE id = ?""",
                now,
                by.actor(),
                by.reason(),
                id);
        step.erased++;
        if (send.batch() != null) {
            step.batches.add(send.batch());
        }
    }

    private static boolean tells(String reference, String recipient) {
        String digits = digits(recipient);
        int from = Math.max(0, digits.length() - TELLING_DIGITS);
        return reference.contains(recipient)
                || digits.length() >= TELLING_DIGITS && digits(reference).contains(digits.substring(from));
    }

    private static String digits(String text) {
        return text.replaceAll("[^0-9]", "");
    }

    /** What the history keeps of rows that were rejected, or repeated an earlier send. */
    private void eraseRows(Reach reach, Predicate<String> isThem) {
        long after = 0;
        while (after >= 0) {
            long from = after;
            List<Detail> details = store.read(transaction -> transaction.all(
                    "SELECT id, detail FROM history WHERE send IS NULL AND detail IS NOT NULL AND id > ?"
                            + " ORDER BY id LIMIT " + STEP,
                    row -> new Detail(row.getLong(1), row.getString(2)),
                    from));
            List<Detail> theirs = details.stream()
                    .map(detail -> detail.erased(reach, isThem))
                    .filter(detail -> detail != null)
                    .toList();
            if (!theirs.isEmpty()) {
                store.write(transaction -> {
                    for (Detail detail : theirs) {
                        transaction.update("UPDATE history SET detail = ? WHERE id = ?", detail.json(), detail.id());
                    }
                    return null;
                });
            }
            after = details.size() < STEP ? -1 : details.get(STEP - 1).id();
        }
    }

    private record Detail(long id, String json) {

        /** Without its recipient; null when that is somebody else. */
        private Detail erased(Reach reach, Predicate<String> isThem) {
            try {
                ObjectNode detail = JSON.readValue(json, ObjectNode.class);
                boolean within = (reach.namespace() == null
                                || reach.namespace()
                                        .equals(detail.path("namespace").textValue()))
                        && reach.covers(detail.path("account").asText());
                String to = detail.path("to").textValue();
                return within && to != null && isThem.test(to)
                        ? new Detail(id, detail.put("to", ERASED).toString())
                        : null;
            } catch (JsonProcessingException damaged) {
                throw new IllegalStateException("the ledger holds a detail that is not JSON", damaged);
            }
        }
    }

    private Stream<String> files(String batch) {
        return store
                .read(transaction -> transaction.all(
                        "SELECT path, report FROM batch WHERE id = ? AND path IS NOT NULL",
                        row -> List.of(row.getString(1), "reports/" + row.getString(2) + ".report.csv"),
                        batch))
                .stream()
                .flatMap(List::stream);
    }
}
