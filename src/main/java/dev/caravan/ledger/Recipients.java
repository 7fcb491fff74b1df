package dev.caravan.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.Mentions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What is known of one recipient. No index lists sends by recipient, because every send would pay for what is asked a few
 * times a year: these questions read the whole ledger, beside what is written to it.
 */
public final class Recipients {

    /** What stands in the place of what has been erased. */
    public static final String ERASED = "erased";

    /** What is done to a send that loses what was sent and to whom. */
    static final String SEND_ERASED = "recipient = 'erased', content = '', provider_message_id = NULL,"
            // No report can be matched with it any more, so that none is missed.
            + " check_at = NULL, confirm_at = NULL,"
            + " error_message = CASE WHEN error_message IS NULL THEN NULL ELSE 'erased' END";

    /** What is done to its history, and to that of rows which became no send. */
    static final String HISTORY_ERASED = "provider_message_id = NULL, detail = NULL, answer = NULL,"
            + " error_message = CASE WHEN error_message IS NULL THEN NULL ELSE 'erased' END,"
            + " reason = CASE WHEN reason IS NULL THEN NULL ELSE 'erased' END";

    private static final int STEP = 500;

    /** As many of a number's last digits, in a reference, tell whose it is. */
    private static final int TELLING_DIGITS = 8;

    /** Bodies can be of several megabytes. */
    private static final int TEXTS = 20;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Store store;
    private final Settlements settlements;
    private final Events events = new Events();

    public Recipients(Store store, Settlements settlements) {
        this.store = store;
        this.settlements = settlements;
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
     */
    public record Erased(long sends, long underWay) {}

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
     * digests only, and keeps them. Of what recipients wrote, and of reports that match no send, goes whatever has their number
     * in it, unless the reach is one namespace: nobody knows of which one that is. A report that comes later matches no send
     * and is kept for three days.
     *
     * @param recipient normalised
     * @param isThem whether a recipient as somebody wrote it is this one; asked of rows that became no send
     */
    public Erased erase(String recipient, Reach reach, Predicate<String> isThem, ByHand by, long now) {
        if (reach.namespace() == null) {
            forgetWhatIsOfNoSend(recipient, reach);
        }
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
        eraseRows(recipient, reach, isThem);
        return new Erased(all.erased, all.underWay);
    }

    private static final class Step {
        private long erased;
        private long underWay;

        private void add(Step other) {
            erased += other.erased;
            underWay += other.underWay;
        }
    }

    /**
     * Where a recipient stands in batches: the numbers of rows by the batch's id.
     *
     * @param isThem as for {@link #erase}
     */
    public Map<String, Set<Long>> rows(String recipient, Reach reach, Predicate<String> isThem) {
        Map<String, Set<Long>> rows = new TreeMap<>();
        Conditions conditions =
                new Conditions().within(reach).and("recipient = ?", recipient).and("batch IS NOT NULL");
        store.read(transaction -> transaction.all(
                        "SELECT batch, row_number FROM send WHERE " + conditions.sql(),
                        row -> new Place(row.getString(1), row.getLong(2)),
                        conditions.values()))
                .forEach(place -> place.addTo(rows));
        everyDetail(details -> details.stream()
                .filter(detail -> detail.erased(recipient, reach, isThem) != null)
                .forEach(detail -> detail.place().addTo(rows)));
        return rows;
    }

    private record Place(String batch, long row) {

        private void addTo(Map<String, Set<Long>> rows) {
            rows.computeIfAbsent(batch, none -> new TreeSet<>()).add(row);
        }
    }

    /** Notes who asked for a recipient, or erased one, and why. */
    public void audit(String deed, String recipient, ByHand by, long now) {
        store.write(transaction -> {
            events.recipient(transaction, deed, recipient, by, now);
            return null;
        });
    }

    private void erase(Transaction transaction, String id, String recipient, ByHand by, long now, Step step)
            throws SQLException {
        settlements.cancel(transaction, id, by, now);
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
        Settlements.forgetFurtherIds(transaction, id);
        transaction.update(
                """
                INSERT INTO history (send, sequence, batch, row_number, line, at, status, attempt, actor, reason)
                SELECT id, sequence, batch, row_number, line, ?, 'erased', attempt, ?, ? FROM send WHERE id = ?""",
                now,
                by.actor(),
                by.reason(),
                id);
        step.erased++;
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
    private void eraseRows(String recipient, Reach reach, Predicate<String> isThem) {
        everyDetail(details -> {
            List<Detail> theirs = details.stream()
                    .map(detail -> detail.erased(recipient, reach, isThem))
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
        });
    }

    private void everyDetail(Consumer<List<Detail>> some) {
        long after = 0;
        while (after >= 0) {
            long from = after;
            List<Detail> details = store.read(transaction -> transaction.all(
                    "SELECT id, detail, batch, row_number FROM history"
                            + " WHERE send IS NULL AND detail IS NOT NULL AND id > ? ORDER BY id LIMIT " + STEP,
                    row -> new Detail(row.getLong(1), row.getString(2), new Place(row.getString(3), row.getLong(4))),
                    from));
            some.accept(details);
            after = details.size() < STEP ? -1 : details.get(STEP - 1).id();
        }
    }

    /**
     * What recipients wrote, and reports that match no send, where the number is in the text; it is no other's. Nobody knows
     * of which namespace that is: who may see only one leaves it to who may see all.
     */
    private void forgetWhatIsOfNoSend(String recipient, Reach reach) {
        Conditions reports = new Conditions()
                .in("account", reach.accounts())
                .in("recipient", List.of(recipient, recipient.replaceFirst("^\\+", "")));
        store.write(transaction -> {
            RecipientPace.forget(transaction, recipient, reach);
            return transaction.update("DELETE FROM report WHERE " + reports.sql(), reports.values());
        });
        Mentions mentions = new Mentions(recipient);
        forget("inbound", "body", mentions, reach);
        forget("report", "message_ids || coalesce(raw, '') || coalesce(error_message, '')", mentions, reach);
    }

    private void forget(String table, String text, Mentions mentions, Reach reach) {
        long after = 0;
        while (after >= 0) {
            Conditions conditions =
                    new Conditions().in("account", reach.accounts()).and("id > ?", after);
            List<Text> texts = store.read(transaction -> transaction.all(
                    "SELECT id, " + text + " FROM " + table + " WHERE " + conditions.sql() + " ORDER BY id LIMIT ?",
                    row -> new Text(row.getLong(1), row.getString(2)),
                    conditions.valuesAnd(TEXTS)));
            List<Text> theirs =
                    texts.stream().filter(one -> mentions.in(one.text())).toList();
            if (!theirs.isEmpty()) {
                store.write(transaction -> {
                    for (Text one : theirs) {
                        transaction.update("DELETE FROM " + table + " WHERE id = ?", one.id());
                    }
                    return null;
                });
            }
            after = texts.size() < TEXTS ? -1 : texts.get(TEXTS - 1).id();
        }
    }

    private record Text(long id, String text) {}

    private record Detail(long id, String json, Place place) {

        /** Without its recipient, and without its reference if that tells who it is; null when it is somebody else. */
        private Detail erased(String recipient, Reach reach, Predicate<String> isThem) {
            try {
                ObjectNode detail = JSON.readValue(json, ObjectNode.class);
                boolean within = (reach.namespace() == null
                                || reach.namespace()
                                        .equals(detail.path("namespace").textValue()))
                        && reach.covers(detail.path("account").asText());
                String to = detail.path("to").textValue();
                if (!within || to == null || !isThem.test(to)) {
                    return null;
                }
                String reference = detail.path("reference").textValue();
                if (reference != null && tells(reference, recipient)) {
                    detail.put("reference", ERASED);
                }
                return new Detail(id, detail.put("to", ERASED).toString(), place);
            } catch (JsonProcessingException damaged) {
                throw new IllegalStateException("the ledger holds a detail that is not JSON", damaged);
            }
        }
    }
}
