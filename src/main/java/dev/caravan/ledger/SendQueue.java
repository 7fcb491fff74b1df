package dev.caravan.ledger;

import dev.caravan.account.Accounts;
import dev.caravan.account.SendingRules;
import dev.caravan.message.Category;
import dev.caravan.message.Priority;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The sends that wait in the queues of their accounts, and the claim, which takes the best of them. What cannot go now
 * leaves the claim's way when it is met, so that a claim costs the same however long a queue is.
 */
public final class SendQueue {

    private static final int SWEEP = 500;

    /** A claim that has met a paused batch so many times leaves the rest of it to the next one. */
    private static final int MOST_SET_ASIDE = 10;

    private final String gateway;
    private final Blocklist blocklist;
    private final Settlements settlements;
    private final Accounts accounts;

    /**
     * @param gateway the id of this gateway, written into the rows it is sending
     * @param blocklist asked before a send is claimed
     * @param settlements gives those their end that are met too late
     * @param accounts whose rules hold for their sends
     */
    SendQueue(String gateway, Blocklist blocklist, Settlements settlements, Accounts accounts) {
        this.gateway = gateway;
        this.blocklist = blocklist;
        this.settlements = settlements;
        this.accounts = accounts;
    }

    /**
     * Lets sends whose time has come take their place in the queue.
     *
     * @return the accounts that have new due sends, each once or more
     */
    public List<String> makeReady(Transaction transaction, long now) throws SQLException {
        List<String> accounts = transaction.all(
                "UPDATE send SET ready = 1 WHERE id IN (SELECT id FROM send"
                        + " WHERE state = 'queued' AND ready IN (0, 4) AND due_at <= ? ORDER BY due_at, id LIMIT "
                        + SWEEP
                        + ") RETURNING account",
                row -> row.getString(1),
                now);
        accounts.forEach(transaction::ready);
        return accounts;
    }

    /** Whether any waiting send is due by {@code now}, so that {@link #makeReady} has something to do. */
    public boolean anyBecameDue(Transaction transaction, long now) throws SQLException {
        return transaction
                .one(
                        "SELECT 1 FROM send WHERE state = 'queued' AND ready IN (0, 4) AND due_at <= ? LIMIT 1",
                        row -> true,
                        now)
                .isPresent();
    }

    /** The accounts that have due sends, whoever admitted them. */
    public List<String> accountsWithWork(Transaction transaction) throws SQLException {
        return transaction.all(
                """
                WITH RECURSIVE waiting (account) AS (
                  SELECT (SELECT min(account) FROM send WHERE state = 'queued' AND ready = 1)
                  UNION ALL
                  SELECT (SELECT min(send.account) FROM send
                    WHERE state = 'queued' AND ready = 1 AND send.account > waiting.account)
                  FROM waiting WHERE waiting.account IS NOT NULL)
                SELECT account FROM waiting WHERE account IS NOT NULL""",
                row -> row.getString(1));
    }

    /**
     * A send that could be claimed next.
     *
     * @param attempt its number counts what has become of the send so far, look-ups that failed included, so that these
     *     wait longer each time
     * @param waits whether it is behind an earlier one to its recipient: see {@link #standBehind}
     */
    public record Candidate(Attempt attempt, boolean waits) {}

    /** The best due send of an account that is none of {@code taken}, without claiming it. */
    public Optional<Candidate> candidate(Transaction transaction, String account, Set<String> taken)
            throws SQLException {
        return transaction
                .all(
                        "SELECT id, sequence + 1, content, expires_at, refreshed, " + earlier(account)
                                // Else it would be called id too, and PostgreSQL would not know which one to order by.
                                + " AS ahead FROM send WHERE account = ? AND state = 'queued' AND ready = 1"
                                + " ORDER BY priority, fair_rank, id LIMIT ?",
                        row -> new Candidate(
                                new Attempt(
                                        row.getString(1),
                                        row.getInt(2),
                                        row.getString(3),
                                        row.getLong(4),
                                        row.getInt(5) == 1,
                                        false,
                                        0),
                                row.getString(6) != null),
                        account,
                        taken.size() + 1)
                .stream()
                .filter(candidate -> !taken.contains(candidate.attempt().id()))
                .findFirst();
    }

    /** Takes a due send that is behind an earlier one to its recipient out of the claim's way. */
    public void standBehind(Transaction transaction, String id) throws SQLException {
        RecipientOrder.waitsBehind(transaction, id);
    }

    /** What tells whether a send of the account waits for an earlier one: that one's id, or null. */
    private String earlier(String account) {
        return accounts.rules(account).inOrder() ? RecipientOrder.EARLIER : "NULL";
    }

    /**
     * Claims the best due send of an account: highest priority, then fair between batches, then in order. Sends that
     * expired meanwhile or whose recipient has been blocked get their end on the way, those of a paused batch are set
     * aside, those behind an earlier one to their recipient wait for it, and those whose recipient is not to be written to
     * now for the time when they may be: a limited number at a time; after so many, nothing is found.
     *
     * @param only claim this one and no other, or null
     * @param trial whether the account is in trouble
     */
    Optional<Attempt> claim(Transaction transaction, String account, String only, boolean trial, long now)
            throws SQLException {
        String best = only == null
                ? "(SELECT id FROM send WHERE account = ? AND state = 'queued' AND ready = 1"
                        + " ORDER BY priority, fair_rank, id LIMIT 1)"
                : "?";
        SendingRules rules = accounts.rules(account);
        boolean nobodyBlocked = blocklist.isEmpty(transaction);
        int setAside = 0;
        for (int passedOver = 0; passedOver < SWEEP && setAside < MOST_SET_ASIDE; passedOver++) {
            Optional<ClaimedRow> claimed = transaction.one(
                    "UPDATE send SET state = 'sending', attempt = attempt + 1, gateway = ?, changed_at = ?"
                            + " WHERE id = " + best + " AND account = ? AND " + PartialIndexes.STILL_CLAIMABLE
                            + " RETURNING id, attempt, content, expires_at, refreshed, fair_rank, recipient, category,"
                            + " batch, (SELECT paused FROM batch WHERE batch.id = send.batch), " + earlier(account)
                            + ", priority",
                    row -> new ClaimedRow(
                            new Attempt(
                                    row.getString(1),
                                    row.getInt(2),
                                    row.getString(3),
                                    row.getLong(4),
                                    row.getInt(5) == 1,
                                    trial,
                                    now),
                            row.getLong(6),
                            row.getString(7),
                            category(row.getString(8)),
                            row.getString(9),
                            row.getString(10) != null,
                            row.getString(11),
                            Priority.values()[row.getInt(12)]),
                    gateway,
                    now,
                    only == null ? account : only,
                    account);
            if (claimed.isEmpty()) {
                return Optional.empty();
            }
            ClaimedRow row = claimed.get();
            Attempt attempt = row.attempt();
            transaction.countQueued(account, -1);
            if (row.paused()) {
                setAside(transaction, attempt.id(), account, row.batch());
                setAside++;
                continue;
            }
            if (row.earlier() != null) {
                unclaim(transaction, attempt.id(), account);
                RecipientOrder.wait(transaction, attempt.id(), row.earlier());
                setAside++;
                continue;
            }
            transaction.advance(account, row.priority(), row.fairRank());
            if (attempt.expiresAt() <= now) {
                settlements.expireClaimed(transaction, attempt.id(), now);
            } else if (!nobodyBlocked
                    && blocklist
                            .covers(transaction, row.recipient(), row.category())
                            .isPresent()) {
                settlements.blockClaimed(transaction, attempt.id(), now);
            } else if (rules.quiet().opens(row.recipient(), row.category(), now) > now) {
                unclaim(transaction, attempt.id(), account);
                waitForOpening(transaction, account, attempt.id(), now);
                setAside++;
            } else {
                long mayStart = rules.perRecipient() == null
                        ? 0
                        : RecipientPace.start(transaction, account, row.recipient(), rules.perRecipient(), now);
                if (mayStart == 0) {
                    Budget.spend(transaction, account, rules, now);
                    return Optional.of(attempt);
                }
                unclaim(transaction, attempt.id(), account);
                transaction.update("UPDATE send SET ready = 4, due_at = ? WHERE id = ?", mayStart, attempt.id());
            }
        }
        // The rest of the queue is looked at by the next claim.
        transaction.ready(account);
        return Optional.empty();
    }

    private record ClaimedRow(
            Attempt attempt,
            long fairRank,
            String recipient,
            Category category,
            String batch,
            boolean paused,
            String earlier,
            Priority priority) {}

    private static Category category(String word) {
        return word == null ? null : Category.of(word).orElseThrow();
    }

    /** Puts a send of a paused batch back, and keeps it and others of its batch near it out of the claim's way. */
    private static void setAside(Transaction transaction, String id, String account, String batch) throws SQLException {
        unclaim(transaction, id, account);
        List<String> front = transaction.all(
                "UPDATE send SET ready = 2 WHERE id IN (SELECT id FROM send WHERE id = ?"
                        + " UNION ALL SELECT id FROM (SELECT id, batch FROM send"
                        + " WHERE account = ? AND state = 'queued' AND ready = 1 ORDER BY priority, fair_rank, id"
                        + " LIMIT " + SWEEP + ") AS front WHERE batch = ?)"
                        + " RETURNING CASE WHEN followed = 1 THEN id END",
                row -> row.getString(1),
                id,
                account,
                batch);
        for (String followed : front) {
            if (followed != null) {
                RecipientOrder.release(transaction, followed);
            }
        }
    }

    /**
     * Gives a send whose recipient is not to be written to now, and those near it for which that is so too, the time at
     * which they may be.
     */
    private void waitForOpening(Transaction transaction, String account, String id, long now) throws SQLException {
        List<Quiet> front = transaction.all(
                "SELECT id, recipient, category, followed FROM send WHERE id IN (SELECT id FROM send WHERE id = ?"
                        // Not as an alternative: PostgreSQL would read all sends for that.
                        + " UNION ALL SELECT id FROM (SELECT id FROM send"
                        + " WHERE account = ? AND state = 'queued' AND ready = 1 ORDER BY priority, fair_rank, id"
                        + " LIMIT " + SWEEP + ") AS front)",
                row -> new Quiet(row.getString(1), row.getString(2), category(row.getString(3)), row.getInt(4) == 1),
                id,
                account);
        for (Quiet send : front) {
            long opens = accounts.rules(account).quiet().opens(send.recipient(), send.category(), now);
            if (opens > now) {
                transaction.update("UPDATE send SET ready = 0, due_at = ? WHERE id = ?", opens, send.id());
                if (send.followed()) {
                    RecipientOrder.release(transaction, send.id());
                }
            }
        }
    }

    private record Quiet(String id, String recipient, Category category, boolean followed) {}

    private static void unclaim(Transaction transaction, String id, String account) throws SQLException {
        transaction.update("UPDATE send SET state = 'queued', attempt = attempt - 1, gateway = NULL WHERE id = ?", id);
        transaction.countQueued(account, 1);
    }

    /**
     * Due sends of the same batch as one that has been claimed, in their order, without claiming them; none for a send
     * that came alone.
     */
    public List<QueuedContent> companions(Transaction transaction, String account, Attempt claimed, int limit)
            throws SQLException {
        return transaction.all(
                "SELECT id, content FROM (SELECT id, content, batch FROM send WHERE account = ? AND state = 'queued'"
                        + " AND ready = 1 ORDER BY priority, fair_rank, id LIMIT " + SWEEP
                        + ") AS front WHERE batch = (SELECT batch FROM send WHERE id = ?) LIMIT ?",
                row -> new QueuedContent(row.getString(1), row.getString(2)),
                account,
                claimed.id(),
                limit);
    }

    /** A queued send and what it says, as JSON. */
    public record QueuedContent(String id, String content) {}

    /** Claims one more send for the same call as another; empty when it had its end instead, or is queued no longer. */
    public Optional<Attempt> claimAlso(Transaction transaction, String account, String id, long now)
            throws SQLException {
        return Budget.isSpent(transaction, account, accounts.rules(account), now)
                ? Optional.empty()
                : claim(transaction, account, id, false, now);
    }

    /**
     * An attempt ended before its call could begin: the send is in its queue as if it had never been claimed. As in
     * {@link Settlements#interrupt}, only if it was this attempt that claimed it.
     *
     * @return false when it is no longer the send's current one, and nothing was written
     */
    public boolean giveBack(Transaction transaction, Attempt attempt) throws SQLException {
        Optional<String> account = transaction.one(
                "UPDATE send SET state = 'queued', ready = 1, attempt = attempt - 1, gateway = NULL"
                        + " WHERE id = ? AND state = 'sending' AND attempt = ? AND gateway = ? AND changed_at = ?"
                        + " RETURNING account",
                row -> row.getString(1),
                attempt.id(),
                attempt.number(),
                gateway,
                attempt.startedAt());
        if (account.isPresent()) {
            transaction.countQueued(account.get(), 1);
            transaction.ready(account.get());
        }
        return account.isPresent();
    }
}
