package dev.caravan.ledger;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Which sends their provider is to be asked about, and when: those it took under an id until they are read or have
 * failed, and those whose fate is unknown. Each is asked about less and less often, and for a day at most. A send that
 * has become something else is asked about no more, without anybody having to say so.
 */
public final class Checks {

    /** Before each question about a send, counted from the one before it or from the result of its attempt. */
    private static final List<Duration> WAITS = List.of(
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofMinutes(2),
            Duration.ofMinutes(10),
            Duration.ofHours(1),
            Duration.ofHours(3),
            Duration.ofHours(6),
            Duration.ofHours(12));

    /** Where an account begins whose provider reports by itself: a question only makes up for a report that was lost. */
    private static final int FIRST_OF_REPORTED = 3;

    private static final Duration LONGEST = Duration.ofDays(1);

    /** An account that is paused or was asked to wait asks nothing either. */
    private static final String ACCOUNTS_DUE = "SELECT name FROM account WHERE paused IS NULL AND not_before <= ?"
            + " AND EXISTS (SELECT 1 FROM send WHERE send.account = account.name AND check_at <= ? AND "
            + PartialIndexes.ASKED_ABOUT + ")";

    /**
     * A send to ask about.
     *
     * @param messageId the provider's, or null when its fate is unknown
     * @param otherIds further ids of the provider's
     * @param content the canonical message as JSON
     * @param at when its latest attempt began, in milliseconds
     */
    public record Due(String id, String messageId, List<String> otherIds, String content, long at) {
        public Due {
            otherIds = List.copyOf(otherIds);
        }
    }

    /**
     * From now on, its provider is asked about a send.
     *
     * @param reported whether the provider also reports by itself
     */
    public void begin(Transaction transaction, String send, boolean reported, long now) throws SQLException {
        transaction.update(
                "UPDATE send SET check_at = ?, checks = ? WHERE id = ?",
                now + firstWait(reported),
                first(reported),
                send);
    }

    /** The same for the sends of an account whose fate became unknown with nobody there to begin: in a crash. */
    public void adopt(Transaction transaction, String account, boolean reported, long now) throws SQLException {
        transaction.update(
                "UPDATE send SET check_at = ?, checks = ? WHERE " + PartialIndexes.TROUBLE
                        + " AND state = 'unknown' AND account = ? AND check_at IS NULL AND checks = 0 AND changed_at > ?",
                now + firstWait(reported),
                first(reported),
                account,
                now - LONGEST.toMillis());
    }

    private static int first(boolean reported) {
        return reported ? FIRST_OF_REPORTED : 0;
    }

    private static long firstWait(boolean reported) {
        return WAITS.get(first(reported)).toMillis();
    }

    /** The accounts that have a send to ask about. */
    public List<String> accountsDue(Transaction transaction, long now) throws SQLException {
        return transaction.all(ACCOUNTS_DUE, row -> row.getString(1), now, now);
    }

    /** Whether an account has a send to ask about. */
    public boolean isDue(Transaction transaction, String account, long now) throws SQLException {
        return transaction
                .one(ACCOUNTS_DUE + " AND name = ?", row -> true, now, now, account)
                .isPresent();
    }

    /**
     * Takes the sends of an account that have waited longest for a question, which each have their next one later now,
     * whatever comes of this one.
     *
     * @param provider of the account; what it sent through another before is asked about no more
     * @param together how many sends with an id at most; one whose fate is unknown is always taken alone
     * @return empty when none can be asked about
     */
    public List<Due> take(Transaction transaction, String account, String provider, int together, long now)
            throws SQLException {
        if (!isDue(transaction, account, now)) {
            return List.of();
        }
        List<Due> taken = new ArrayList<>();
        for (Row row : oldest(transaction, account, together, now)) {
            if (!row.canBeAskedAbout(provider)) {
                transaction.update("UPDATE send SET check_at = NULL WHERE id = ?", row.id());
            } else if (taken.isEmpty() || !row.unknown()) {
                postpone(transaction, row, now);
                taken.add(
                        new Due(row.id(), row.messageId(), furtherIds(transaction, row.id()), row.content(), row.at()));
                if (row.unknown()) {
                    return taken;
                }
            }
        }
        return taken;
    }

    /** Those that have waited longest, left as they are. */
    List<Row> oldest(Transaction transaction, String account, int most, long now) throws SQLException {
        return transaction.all(
                "SELECT id, state, provider_message_id, content, checks, coalesce((SELECT max(started_at) FROM history"
                        + " WHERE history.send = send.id), sent_at, changed_at), provider FROM send"
                        + " WHERE account = ? AND check_at <= ? AND " + PartialIndexes.ASKED_ABOUT
                        + " ORDER BY check_at LIMIT ?",
                row -> {
                    boolean unknown = State.of(row.getString(2)) == State.UNKNOWN;
                    String messageId = unknown ? null : row.getString(3);
                    return new Row(
                            row.getString(1),
                            unknown,
                            messageId,
                            row.getString(4),
                            row.getInt(5),
                            row.getLong(6),
                            row.getString(7));
                },
                account,
                now,
                most);
    }

    private static List<String> furtherIds(Transaction transaction, String id) throws SQLException {
        return transaction.all("SELECT message_id FROM further_id WHERE send = ?", row -> row.getString(1), id);
    }

    private static void postpone(Transaction transaction, Row row, long now) throws SQLException {
        int next = row.checks() + 1;
        Long at = next < WAITS.size() ? now + WAITS.get(next).toMillis() : null;
        boolean worthIt = at != null && at <= row.at() + LONGEST.toMillis();
        transaction.update(
                "UPDATE send SET check_at = ?, checks = ? WHERE id = ?", worthIt ? at : null, next, row.id());
    }

    /** @param checks which of the waits is over */
    record Row(String id, boolean unknown, String messageId, String content, int checks, long at, String provider) {

        /** Not when it was erased, or when somebody who settled it knew no id. */
        private boolean canBeAskedAbout(String asked) {
            return provider.equals(asked) && !content.isEmpty() && (unknown || messageId != null);
        }
    }
}
