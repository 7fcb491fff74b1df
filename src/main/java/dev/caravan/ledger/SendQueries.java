package dev.caravan.ledger;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reading what became of sends. Pages come the newest first, and each question is put so that an index answers it as long
 * as what is asked for is rare: a million sends that went well are not read to find the few that did not.
 */
public final class SendQueries {

    /** The states that {@code send_trouble} lists. */
    private static final Set<State> TROUBLE = Set.of(State.FAILED, State.EXPIRED, State.UNKNOWN, State.CANCELLED);

    /** The states of a send that can have an error. */
    private static final Set<State> WITH_ERROR =
            Set.of(State.FAILED, State.EXPIRED, State.UNKNOWN, State.CANCELLED, State.QUEUED, State.SENDING);

    /** Fewer queued sends than this are sorted, more are met soon on the way through all. */
    private static final long FEW = 20_000;

    private static final int MOST_KINDS = 1_000;

    private static final char BY_ID = 'i';
    private static final char BY_ROW = 'r';

    /**
     * A page of sends.
     *
     * @param next the cursor of the page after it, or null at the end
     */
    public record Page(List<SendRecord> sends, String next) {}

    /**
     * Sends that ended badly, all in the same way.
     *
     * @param error its code, or null
     * @param newest when the latest of them ended, in milliseconds
     */
    public record DeadLetters(State state, String error, String account, long count, long newest) {}

    /**
     * What ended badly, by state, error and account, the largest number first and at most a thousand kinds. All such sends
     * are read for it.
     *
     * @param account or null for all
     * @param batch or null for all sends
     */
    public List<DeadLetters> deadLetters(Transaction transaction, String account, String batch, Reach reach)
            throws SQLException {
        List<DeadLetters> found = new ArrayList<>();
        for (State state : List.of(State.FAILED, State.EXPIRED, State.UNKNOWN)) {
            Conditions conditions = new Conditions()
                    .within(reach)
                    .and("account = ?", account)
                    .and("batch = ?", batch)
                    .and(PartialIndexes.TROUBLE)
                    .and("state = '" + state.word() + "'");
            found.addAll(transaction.all(
                    "SELECT error_code, account, count(*), max(changed_at) FROM send WHERE " + conditions.sql()
                            + " GROUP BY error_code, account ORDER BY 3 DESC LIMIT " + MOST_KINDS,
                    row -> new DeadLetters(state, row.getString(1), row.getString(2), row.getLong(3), row.getLong(4)),
                    conditions.values()));
        }
        return found.stream()
                .sorted(Comparator.comparingLong(DeadLetters::count).reversed())
                .limit(MOST_KINDS)
                .toList();
    }

    /** The send of an id. */
    public Optional<SendRecord> find(Transaction transaction, String id, Reach reach) throws SQLException {
        Conditions conditions = new Conditions().within(reach);
        return transaction.one(
                "SELECT " + SendRecord.COLUMNS + " FROM send WHERE " + conditions.sql() + " AND id = ?",
                SendRecord::read,
                conditions.valuesAnd(id));
    }

    /** What happened to a send, the oldest first. */
    public List<SendEvent> history(Transaction transaction, String id) throws SQLException {
        return transaction.all(
                "SELECT " + SendEvent.COLUMNS + " FROM history WHERE send = ? ORDER BY sequence", SendEvent::read, id);
    }

    /**
     * Sends, the newest first.
     *
     * @param cursor of an earlier page of the same question, or null for the first
     * @param limit 1 or more
     * @throws IllegalArgumentException when the cursor is of no such page
     */
    public Page page(Transaction transaction, SendFilter filter, Reach reach, String cursor, int limit)
            throws SQLException {
        boolean byRow = filter.batch() != null && !TROUBLE.containsAll(states(filter));
        List<SendRecord> found = byRow
                ? byRow(transaction, filter, reach, row(cursor), limit + 1)
                : byId(transaction, filter, reach, id(cursor), limit + 1);
        if (found.size() <= limit) {
            return new Page(found, null);
        }
        List<SendRecord> shown = List.copyOf(found.subList(0, limit));
        SendRecord last = shown.get(limit - 1);
        return new Page(shown, byRow ? BY_ROW + Long.toString(last.row()) : BY_ID + last.id());
    }

    /** The states that are asked about; all when that can be any. */
    private static Set<State> states(SendFilter filter) {
        if (!filter.states().isEmpty()) {
            return filter.states();
        }
        return filter.error() == null || filter.reference() != null ? Set.of(State.values()) : WITH_ERROR;
    }

    private static List<SendRecord> byRow(
            Transaction transaction, SendFilter filter, Reach reach, Long before, int limit) throws SQLException {
        List<String> words = filter.states().stream().map(State::word).toList();
        Conditions conditions =
                conditions(filter, reach).and("row_number < ?", before).in("state", words);
        return transaction.all(
                "SELECT " + SendRecord.COLUMNS + " FROM send WHERE " + conditions.sql()
                        + " ORDER BY row_number DESC LIMIT ?",
                SendRecord::read,
                conditions.valuesAnd(limit));
    }

    private static List<SendRecord> byId(
            Transaction transaction, SendFilter filter, Reach reach, String before, int limit) throws SQLException {
        Set<State> states = states(filter);
        if (states.size() == State.values().length) {
            return byId(transaction, conditions(filter, reach), before, false, limit);
        }
        List<SendRecord> found = new ArrayList<>();
        for (State state : states) {
            Conditions conditions = conditions(filter, reach);
            if (TROUBLE.contains(state)) {
                conditions.and(PartialIndexes.TROUBLE);
            }
            // In the query's text, because an index on some states only serves a state that is known beforehand.
            conditions.and(state == State.QUEUED ? PartialIndexes.QUEUED : "state = '" + state.word() + "'");
            boolean sorted = state == State.SENDING || state == State.QUEUED && fewAreQueued(transaction);
            found.addAll(byId(transaction, conditions, before, sorted, limit));
        }
        return found.stream()
                .sorted(Comparator.comparing(SendRecord::id).reversed())
                .limit(limit)
                .toList();
    }

    /** @param sorted whether what is found is sorted, rather than sought in order */
    private static List<SendRecord> byId(
            Transaction transaction, Conditions conditions, String before, boolean sorted, int limit)
            throws SQLException {
        conditions.and("id < ?", before);
        return transaction.all(
                "SELECT " + SendRecord.COLUMNS + " FROM send WHERE " + conditions.sql() + " ORDER BY id"
                        + (sorted ? " || ''" : "") + " DESC LIMIT ?",
                SendRecord::read,
                conditions.valuesAnd(limit));
    }

    private static Conditions conditions(SendFilter filter, Reach reach) {
        String key = filter.reference() == null ? null : NewSend.key(filter.namespace(), filter.reference());
        return new Conditions()
                .within(reach)
                .and("idempotency_key = ?", key)
                .and("account = ?", filter.account())
                .and("batch = ?", filter.batch())
                .and("error_code = ?", filter.error())
                .and("recipient = ?", filter.recipient());
    }

    private static boolean fewAreQueued(Transaction transaction) throws SQLException {
        return transaction
                        .one("SELECT coalesce(sum(queued), 0) FROM account", row -> row.getLong(1))
                        .orElse(0L)
                < FEW;
    }

    private static String id(String cursor) {
        return cursor == null ? null : after(BY_ID, cursor);
    }

    private static Long row(String cursor) {
        return cursor == null ? null : Long.valueOf(after(BY_ROW, cursor));
    }

    private static String after(char kind, String cursor) {
        if (cursor.length() < 2 || cursor.charAt(0) != kind) {
            throw new IllegalArgumentException("this cursor is of no page of this list");
        }
        return cursor.substring(1);
    }
}
