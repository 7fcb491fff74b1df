package dev.caravan.ledger;

import dev.caravan.ledger.Deliveries.Kept;
import dev.caravan.ledger.Inbound.Arrival;
import dev.caravan.message.Mentions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
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
            // No report can be matched with it any more, so that none is missed.
            + " check_at = NULL, confirm_at = NULL,"
            + " error_message = CASE WHEN error_message IS NULL THEN NULL ELSE 'erased' END";

    /** What is done to its history, and to that of rows which became no send. */
    static final String HISTORY_ERASED = "provider_message_id = NULL, detail = NULL, answer = NULL,"
            + " error_message = CASE WHEN error_message IS NULL THEN NULL ELSE 'erased' END,"
            + " reason = CASE WHEN reason IS NULL THEN NULL ELSE 'erased' END";

    private static final int STEP = 500;

    /** Bodies and contents can be of several megabytes. */
    private static final int FEW = 20;

    /** As many of a number's last digits, in a reference, tell whose it is. */
    private static final int TELLING_DIGITS = 8;

    private final Store store;
    private final Settlements settlements;
    private final Events events = new Events();
    private final Inbound inbound = new Inbound();

    public Recipients(Store store, Settlements settlements) {
        this.store = store;
        this.settlements = settlements;
    }

    /**
     * A send with all that is kept of it.
     *
     * @param content the canonical message as JSON; empty when it is no longer kept
     * @param furtherIds by which its provider reports on it, beside the one it is known by
     */
    public record Full(SendRecord send, String content, List<SendEvent> history, List<String> furtherIds) {}

    /**
     * What became of an erasure.
     *
     * @param sends how many were erased
     * @param underWay how many could not be, because they are being sent at this moment
     */
    public record Erased(long sends, long underWay) {}

    /** The sends to a recipient, the oldest first, a limited number at a time as they are asked for. */
    public Stream<List<Full>> sends(String recipient, Reach reach) {
        return Walk.of(
                "",
                FEW,
                after -> store.read(transaction -> {
                    List<Full> full = new ArrayList<>();
                    for (Place place : places(transaction, recipient, reach, after, FEW)) {
                        full.add(full(transaction, place.send()));
                    }
                    return full;
                }),
                full -> full.send().id());
    }

    /**
     * The rows to a recipient that were rejected, or repeated an earlier send.
     *
     * @param isThem whether a recipient as somebody wrote it is this one
     */
    public Stream<List<UnsentRow>> unsent(Reach reach, Predicate<String> isThem) {
        String sql = "SELECT " + UnsentRow.COLUMNS
                + " FROM history WHERE send IS NULL AND detail IS NOT NULL AND id > ? ORDER BY id LIMIT ?";
        return theirs(
                Walk.of(
                        0L,
                        STEP,
                        after -> store.read(transaction -> transaction.all(sql, UnsentRow::read, after, STEP)),
                        UnsentRow::id),
                row -> row.isWithin(reach) && row.isTo(isThem));
    }

    /**
     * What recipients wrote, where the number is in the text; it is no other's. Nobody knows of which namespace that is,
     * nor {@link #reports} and {@link #paces}: who may see only one is shown none, and leaves them to who may see all.
     */
    public Stream<List<Arrival>> inbound(String recipient, Reach reach) {
        Mentions mentions = new Mentions(recipient);
        return theirs(
                ofNoSend(reach, inbound::after, Arrival::id),
                arrival -> reach.covers(arrival.account()) && mentions.in(arrival.body()));
    }

    /** Reports that match no send, on a message to a recipient or with the number in them. */
    public Stream<List<Kept>> reports(String recipient, Reach reach) {
        Mentions mentions = new Mentions(recipient);
        return theirs(
                ofNoSend(reach, Kept::after, Kept::id),
                kept -> reach.covers(kept.account()) && isOn(kept.report(), recipient, mentions));
    }

    private static boolean isOn(Reported report, String recipient, Mentions mentions) {
        return recipient.equals(report.recipient())
                || recipient.equals('+' + report.recipient())
                || Stream.concat(report.messageIds().stream(), Stream.of(report.raw(), report.reason()))
                        .anyMatch(text -> text != null && mentions.in(text));
    }

    /** When accounts that write to each recipient only so often have lately done so. */
    public List<RecipientPace.Starts> paces(String recipient, Reach reach) {
        return reach.namespace() == null
                ? store.read(transaction -> RecipientPace.of(transaction, recipient, reach))
                : List.of();
    }

    /** Reads the next rows of a table after an id. */
    @FunctionalInterface
    private interface Next<T> {
        List<T> after(Transaction transaction, long id, int limit) throws SQLException;
    }

    private <T> Stream<List<T>> ofNoSend(Reach reach, Next<T> next, Function<T, Long> id) {
        return reach.namespace() == null
                ? Walk.of(0L, FEW, after -> store.read(transaction -> next.after(transaction, after, FEW)), id)
                : Stream.of();
    }

    private static <T> Stream<List<T>> theirs(Stream<List<T>> all, Predicate<T> isTheirs) {
        return all.map(some -> some.stream().filter(isTheirs).toList()).filter(some -> !some.isEmpty());
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
        List<String> furtherIds = transaction.all(
                "SELECT message_id FROM further_id WHERE send = ? ORDER BY message_id", row -> row.getString(1), id);
        return new Full(send, content, history, furtherIds);
    }

    /** @param batch null for a send that came alone, then {@code row} is 0 */
    private record Place(String send, String batch, long row) {}

    private Stream<List<Place>> places(String recipient, Reach reach) {
        return Walk.of(
                "",
                STEP,
                after -> store.read(transaction -> places(transaction, recipient, reach, after, STEP)),
                Place::send);
    }

    private static List<Place> places(Transaction transaction, String recipient, Reach reach, String after, int limit)
            throws SQLException {
        Conditions conditions =
                new Conditions().within(reach).and("recipient = ?", recipient).and("id > ?", after);
        return transaction.all(
                "SELECT id, batch, row_number FROM send WHERE " + conditions.sql() + " ORDER BY id LIMIT ?",
                row -> new Place(row.getString(1), row.getString(2), row.getLong(3)),
                conditions.valuesAnd(limit));
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
        forgetWhatIsOfNoSend(recipient, reach);
        Step all = new Step();
        places(recipient, reach)
                .forEach(places -> all.add(store.write(transaction -> {
                    Step done = new Step();
                    for (Place place : places) {
                        erase(transaction, place.send(), recipient, by, now, done);
                    }
                    return done;
                })));
        unsent(reach, isThem)
                .forEach(rows -> store.write(transaction -> {
                    for (UnsentRow row : rows) {
                        String detail = row.erased(recipient).toString();
                        transaction.update("UPDATE history SET detail = ? WHERE id = ?", detail, row.id());
                    }
                    return null;
                }));
        return new Erased(all.erased, all.underWay);
    }

    private void forgetWhatIsOfNoSend(String recipient, Reach reach) {
        if (!paces(recipient, reach).isEmpty()) {
            store.write(transaction -> {
                RecipientPace.forget(transaction, recipient, reach);
                return null;
            });
        }
        inbound(recipient, reach).forEach(some -> delete("inbound", some, Arrival::id));
        reports(recipient, reach).forEach(some -> delete("report", some, Kept::id));
    }

    private <T> void delete(String table, List<T> rows, Function<T, Long> id) {
        store.write(transaction -> {
            for (T row : rows) {
                transaction.update("DELETE FROM " + table + " WHERE id = ?", id.apply(row));
            }
            return null;
        });
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
        places(recipient, reach)
                .flatMap(List::stream)
                .filter(place -> place.batch() != null)
                .forEach(place -> add(rows, place.batch(), place.row()));
        unsent(reach, isThem).flatMap(List::stream).forEach(row -> add(rows, row.batch(), row.row()));
        return rows;
    }

    private static void add(Map<String, Set<Long>> rows, String batch, long row) {
        rows.computeIfAbsent(batch, none -> new TreeSet<>()).add(row);
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

    /** Whether a reference has enough of a recipient in it to tell who that is. */
    static boolean tells(String reference, String recipient) {
        String digits = digits(recipient);
        int from = Math.max(0, digits.length() - TELLING_DIGITS);
        return reference.contains(recipient)
                || digits.length() >= TELLING_DIGITS && digits(reference).contains(digits.substring(from));
    }

    private static String digits(String text) {
        return text.replaceAll("[^0-9]", "");
    }
}
