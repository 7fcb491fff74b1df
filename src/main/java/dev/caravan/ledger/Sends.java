package dev.caravan.ledger;

import dev.caravan.account.Account;
import dev.caravan.account.SendingRules;
import dev.caravan.message.Category;
import dev.caravan.message.Priority;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The sends, from acceptance to their end. Every change of state is one conditional update, and each that makes an
 * outcome writes its row of the outbox in the same transaction.
 */
public final class Sends {

    private static final int SWEEP = 500;

    private static final long LONGEST_UNTIL_AGAIN = Duration.ofMinutes(15).toMillis();

    /** A claim that has met a paused batch so many times leaves the rest of it to the next one. */
    private static final int MOST_SET_ASIDE = 10;

    /** What {@code ready} says of a queued send. */
    private static final int WAITING = 0;

    private static final int READY = 1;
    private static final int ASIDE = 2;

    /** A batch is judged by its failures once so many of its sends have their end. */
    private static final int FIRST_SENDS = 20;

    private final String gateway;
    private final Blocklist blocklist;
    private final int stopBatchAt;
    private final Map<String, Account> accounts;
    private final Events events = new Events();

    /** With accounts that have no rules of their own. */
    public Sends(String gateway, Blocklist blocklist, int stopBatchAt) {
        this(gateway, blocklist, stopBatchAt, List.of());
    }

    /**
     * @param gateway the id of this gateway, written into the rows it is sending
     * @param blocklist asked before a send is claimed
     * @param stopBatchAt pauses a batch when so many per cent of its first sends have failed; above 100 never
     * @param accounts whose rules hold for their sends
     */
    public Sends(String gateway, Blocklist blocklist, int stopBatchAt, Collection<Account> accounts) {
        this.gateway = gateway;
        this.blocklist = blocklist;
        this.stopBatchAt = stopBatchAt;
        this.accounts = accounts.stream().collect(Collectors.toUnmodifiableMap(Account::name, account -> account));
    }

    SendingRules rules(String account) {
        Account configured = accounts.get(account);
        return configured == null ? SendingRules.NONE : configured.rules();
    }

    private Duration confirmWithin(String account) {
        Account configured = accounts.get(account);
        return configured == null ? null : configured.confirmWithin();
    }

    /**
     * Accepts a send.
     *
     * @return empty when it was stored (or had been, by an earlier try of the same id), else the send that already
     *     holds its key
     */
    public Optional<ExistingSend> insert(Transaction transaction, NewSend send) throws SQLException {
        int ready = send.aside() ? ASIDE : send.dueAt() <= send.acceptedAt() ? READY : WAITING;
        int inserted = transaction.update(
                """
                INSERT INTO send (id, idempotency_key, namespace, reference, batch, row_number, line, account, provider, barred,
                  recipient, type, category, priority, fair_rank, content, digests, state, ready, due_at, expires_at,
                  accepted_at, changed_at, traceparent)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO NOTHING""",
                send.id(),
                send.key(),
                send.namespace(),
                send.reference(),
                send.batch(),
                send.row(),
                send.line(),
                send.account(),
                send.provider(),
                send.barred(),
                send.recipient(),
                send.type().word(),
                send.category() == null ? null : send.category().word(),
                send.priority().ordinal(),
                send.fairRank(),
                send.content(),
                send.digests(),
                ready,
                send.dueAt(),
                send.expiresAt(),
                send.acceptedAt(),
                send.acceptedAt(),
                send.traceparent());
        if (inserted == 1) {
            transaction.countAccepted(send.id());
            transaction.countQueued(send.account(), 1);
            return Optional.empty();
        }
        return holder(transaction, send.key()).filter(existing -> !existing.id().equals(send.id()));
    }

    /** The send that has a key, as {@link NewSend#key()}. */
    public static Optional<ExistingSend> holder(Transaction transaction, String key) throws SQLException {
        return transaction.one(
                "SELECT id, digests, accepted_at, state FROM send WHERE idempotency_key = ?",
                row -> new ExistingSend(row.getString(1), row.getString(2), row.getLong(3), State.of(row.getString(4))),
                key);
    }

    /** The place in an account's queue of a batch's latest send; 0 when it has none there. */
    public long latestRank(Transaction transaction, String batch, String account) throws SQLException {
        return transaction
                .one(
                        "SELECT fair_rank FROM send WHERE batch = ? AND account = ? ORDER BY row_number DESC LIMIT 1",
                        row -> row.getLong(1),
                        batch,
                        account)
                .orElse(0L);
    }

    /** Frees the key of a send, so that a later one may have it. */
    public void releaseKey(Transaction transaction, String id) throws SQLException {
        transaction.update("UPDATE send SET idempotency_key = NULL WHERE id = ?", id);
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
        Optional<String> earlier = transaction.one(
                "SELECT " + RecipientOrder.EARLIER + " FROM send WHERE id = ? AND state = 'queued' AND ready = 1",
                row -> row.getString(1),
                id);
        if (earlier.isPresent()) {
            RecipientOrder.wait(transaction, id, earlier.get());
        }
    }

    /** What tells whether a send of the account waits for an earlier one: that one's id, or null. */
    private String earlier(String account) {
        return rules(account).inOrder() ? RecipientOrder.EARLIER : "NULL";
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
        SendingRules rules = rules(account);
        boolean nobodyBlocked = blocklist.isEmpty(transaction);
        int setAside = 0;
        for (int passedOver = 0; passedOver < SWEEP && setAside < MOST_SET_ASIDE; passedOver++) {
            Optional<ClaimedRow> claimed = transaction.one(
                    "UPDATE send SET state = 'sending', attempt = attempt + 1, gateway = ?, changed_at = ?"
                            + " WHERE id = " + best + " AND account = ? AND state = 'queued' AND ready = 1"
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
                endUnattempted(transaction, attempt.id(), State.SENDING, expired(), null, null, now);
            } else if (!nobodyBlocked
                    && blocklist
                            .covers(transaction, row.recipient(), row.category())
                            .isPresent()) {
                endUnattempted(transaction, attempt.id(), State.SENDING, blocked(), null, null, now);
            } else if (rules.quiet().opens(row.recipient(), row.category(), now) > now) {
                unclaim(transaction, attempt.id(), account);
                waitForOpening(transaction, account, attempt.id(), now);
                setAside++;
            } else {
                long mayStart = rules.perRecipient() == null
                        ? 0
                        : RecipientPace.start(transaction, account, row.recipient(), rules.perRecipient(), now);
                if (mayStart == 0) {
                    spend(transaction, account, rules, now);
                    return Optional.of(attempt);
                }
                unclaim(transaction, attempt.id(), account);
                transaction.update("UPDATE send SET ready = 4, due_at = ? WHERE id = ?", mayStart, attempt.id());
            }
        }
        return Optional.empty();
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
        return budgetLeft(transaction, account, now) == 0
                ? Optional.empty()
                : claim(transaction, account, id, false, now);
    }

    private static void unclaim(Transaction transaction, String id, String account) throws SQLException {
        transaction.update("UPDATE send SET state = 'queued', attempt = attempt - 1, gateway = NULL WHERE id = ?", id);
        transaction.countQueued(account, 1);
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
            long opens = rules(account).quiet().opens(send.recipient(), send.category(), now);
            if (opens > now) {
                transaction.update("UPDATE send SET ready = 0, due_at = ? WHERE id = ?", opens, send.id());
                if (send.followed()) {
                    RecipientOrder.release(transaction, send.id());
                }
            }
        }
    }

    private record Quiet(String id, String recipient, Category category, boolean followed) {}

    /** Counts a start of an account that has a budget. */
    private static void spend(Transaction transaction, String account, SendingRules rules, long now)
            throws SQLException {
        if (rules.budget() != null) {
            String day = rules.day(now);
            transaction.update(
                    "UPDATE account SET budget_used = CASE WHEN budget_day = ? THEN budget_used + 1 ELSE 1 END,"
                            + " budget_day = ? WHERE name = ?",
                    day,
                    day,
                    account);
        }
    }

    /** What an account may still start on the day of {@code now}; any number without a budget. */
    long budgetLeft(Transaction transaction, String account, long now) throws SQLException {
        Integer budget = rules(account).budget();
        return budget == null ? Long.MAX_VALUE : Math.max(0, budget - budgetUsed(transaction, account, now));
    }

    /** What an account with a budget has started on the day of {@code now}. */
    long budgetUsed(Transaction transaction, String account, long now) throws SQLException {
        return transaction
                .one(
                        "SELECT budget_used FROM account WHERE name = ? AND budget_day = ?",
                        row -> row.getLong(1),
                        account,
                        rules(account).day(now))
                .orElse(0L);
    }

    /** Forgets to whom accounts with {@code per-recipient} wrote too long ago to matter, a limited number at a time. */
    public int forgetStarts(Transaction transaction, long now) throws SQLException {
        return RecipientPace.forget(transaction, now);
    }

    /** Whether {@link #forgetStarts} has something to do. */
    public boolean anyStartsOver(Transaction transaction, long now) throws SQLException {
        return RecipientPace.anyOver(transaction, now);
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

    private static Category category(String word) {
        return word == null ? null : Category.of(word).orElseThrow();
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

    /**
     * Writes the result of an attempt.
     *
     * @return false when the attempt is no longer the send's current one, and nothing was written
     */
    public boolean settle(Transaction transaction, Attempt attempt, Settlement settlement, long now)
            throws SQLException {
        return settle(transaction, gateway, attempt, settlement, now);
    }

    /** @param owner the gateway whose attempt it is */
    private boolean settle(Transaction transaction, String owner, Attempt attempt, Settlement settlement, long now)
            throws SQLException {
        Optional<Changed> changed = transaction.one(
                """
                UPDATE send SET state = ?, ready = CASE WHEN ? <= ? THEN 1 ELSE 4 END, due_at = ?, refreshed = ?,
                  gateway = NULL, sequence = sequence + 1, provider_message_id = ?, error_class = ?, error_code = ?,
                  error_message = ?, changed_at = ?, sent_at = CASE WHEN ? = 'sent' THEN ? ELSE sent_at END
                WHERE id = ? AND state = 'sending' AND attempt = ? AND gateway = ?
                RETURNING account, batch, row_number, line, sequence, attempt, replies, followed""",
                Changed::read,
                settlement.state().word(),
                settlement.dueAt(),
                now,
                settlement.dueAt(),
                settlement.refreshed() ? 1 : 0,
                settlement.providerMessageId(),
                settlement.errorClass(),
                settlement.errorCode(),
                settlement.errorMessage(),
                now,
                settlement.state().word(),
                now,
                attempt.id(),
                attempt.number(),
                owner);
        if (changed.isEmpty()) {
            return false;
        }
        addFurtherIds(transaction, attempt.id(), settlement.otherIds());
        record(transaction, attempt.id(), changed.get(), attempt.startedAt(), settlement, now);
        return true;
    }

    /** Who is to get the send of an attempt; empty when the attempt is no longer the send's current one. */
    public Optional<String> recipient(Transaction transaction, Attempt attempt) throws SQLException {
        return transaction.one(
                "SELECT recipient FROM send WHERE id = ? AND state = 'sending' AND attempt = ? AND gateway = ?",
                row -> row.getString(1),
                attempt.id(),
                attempt.number(),
                gateway);
    }

    /** A send failed as one of a row of refusals. */
    public void mark(Transaction transaction, String id, String run) throws SQLException {
        transaction.update("UPDATE send SET run = ? WHERE id = ?", run, id);
    }

    /** The provider may report on the send by these ids too. */
    static void addFurtherIds(Transaction transaction, String id, List<String> ids) throws SQLException {
        for (String other : ids) {
            transaction.update(
                    "INSERT INTO further_id (message_id, send) VALUES (?, ?) ON CONFLICT DO NOTHING", other, id);
        }
    }

    /** What the provider called an attempt that is over says nothing of the next. */
    static void forgetFurtherIds(Transaction transaction, String id) throws SQLException {
        transaction.update("DELETE FROM further_id WHERE send = ?", id);
    }

    /**
     * Ends or delays a send that was looked up but not claimed, because the look-up already decided it.
     *
     * @param account that was asked
     * @return false when it is no longer queued there, and nothing was written
     */
    public boolean settleUnclaimed(Transaction transaction, String account, String id, Settlement settlement, long now)
            throws SQLException {
        Optional<Changed> changed = transaction.one(
                """
                UPDATE send SET state = ?, ready = CASE WHEN ? <= ? THEN 1 ELSE 4 END, due_at = ?,
                  sequence = sequence + 1, error_class = ?, error_code = ?, error_message = ?, changed_at = ?
                WHERE id = ? AND account = ? AND state = 'queued' AND ready = 1
                RETURNING account, batch, row_number, line, sequence, attempt, replies, followed""",
                Changed::read,
                settlement.state().word(),
                settlement.dueAt(),
                now,
                settlement.dueAt(),
                settlement.errorClass(),
                settlement.errorCode(),
                settlement.errorMessage(),
                now,
                id,
                account);
        if (changed.isEmpty()) {
            return false;
        }
        transaction.countQueued(changed.get().account(), -1);
        record(transaction, id, changed.get(), null, settlement, now);
        return true;
    }

    private void record(
            Transaction transaction, String id, Changed changed, Long startedAt, Settlement settlement, long now)
            throws SQLException {
        record(transaction, id, changed, startedAt, settlement, null, null, now);
    }

    void record(
            Transaction transaction,
            String id,
            Changed changed,
            Long startedAt,
            Settlement settlement,
            String actor,
            String reason,
            long now)
            throws SQLException {
        record(transaction, id, changed, startedAt, settlement, actor, reason, null, now);
    }

    /**
     * What goes with each change of a send's state: the counters, whoever waits for its end, and its history.
     *
     * @param detail of a change that the provider reported: see {@link SendEvent}; else null
     */
    void record(
            Transaction transaction,
            String id,
            Changed changed,
            Long startedAt,
            Settlement settlement,
            String actor,
            String reason,
            String detail,
            long now)
            throws SQLException {
        if (settlement.state().isEnd()) {
            transaction.countUnfinished(changed.batch(), -1);
            RecipientOrder.release(transaction, id, changed);
            if (changed.replies()) {
                transaction.update(
                        "UPDATE reply SET sequence = ? WHERE send = ? AND sequence IS NULL", changed.sequence(), id);
            }
        } else {
            transaction.countQueued(changed.account(), 1);
            if (changed.followed() && isPaused(transaction, changed.batch())) {
                // Its batch was paused while it was under way, and nobody is to wait for that.
                RecipientOrder.release(transaction, id);
            }
        }
        Duration within = settlement.state() == State.SENT ? confirmWithin(changed.account()) : null;
        if (within != null) {
            transaction.update("UPDATE send SET confirm_at = ? WHERE id = ?", now + within.toMillis(), id);
        }
        if (settlement.state() == State.FAILED && changed.batch() != null) {
            countFailure(transaction, changed.batch(), now);
        }
        transaction.update(
                """
                INSERT INTO history (send, sequence, batch, row_number, line, at, status, attempt, started_at,
                  took, http_status, answer, error_class, error_code, error_message, provider_message_id, actor, reason,
                  detail)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                id,
                changed.sequence(),
                changed.batch(),
                changed.row(),
                changed.line(),
                now,
                settlement.state().word(),
                changed.attempt(),
                startedAt,
                settlement.took(),
                settlement.httpStatus(),
                settlement.answer(),
                settlement.errorClass(),
                settlement.errorCode(),
                settlement.errorMessage(),
                settlement.providerMessageId(),
                actor,
                reason,
                detail);
    }

    private static boolean isPaused(Transaction transaction, String batch) throws SQLException {
        return batch != null
                && transaction
                        .one("SELECT 1 FROM batch WHERE id = ? AND paused IS NOT NULL", row -> true, batch)
                        .isPresent();
    }

    /**
     * A batch is paused when too many of its first sends fail, until somebody says that it is all right. When the last of
     * them fails, or a report says so later, there is nothing left to pause.
     */
    private void countFailure(Transaction transaction, String batch, long now) throws SQLException {
        transaction.update("UPDATE batch SET failed = failed + 1 WHERE id = ?", batch);
        if (stopBatchAt > 100) {
            return;
        }
        // What this commit has ended is not in the batch's row yet.
        long ended = -transaction.unfinished(batch);
        int paused = transaction.update(
                """
                UPDATE batch SET paused = 'failures' WHERE id = ? AND paused IS NULL AND released = 0
                  AND accepted - unfinished >= ? AND unfinished > ?
                  AND failed * 100 >= ? * (accepted - unfinished + ?)""",
                batch,
                FIRST_SENDS - ended,
                ended,
                stopBatchAt,
                ended);
        if (paused == 1) {
            events.batchPaused(transaction, batch, "failures", now);
        }
    }

    /**
     * Lets sends whose time has come take their place in the queue.
     *
     * @return the accounts that have new due sends, each once or more
     */
    public List<String> makeReady(Transaction transaction, long now) throws SQLException {
        return transaction.all(
                "UPDATE send SET ready = 1 WHERE id IN (SELECT id FROM send"
                        + " WHERE state = 'queued' AND ready IN (0, 4) AND due_at <= ? ORDER BY due_at, id LIMIT "
                        + SWEEP
                        + ") RETURNING account",
                row -> row.getString(1),
                now);
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

    /** Whether any queued send has expired by {@code now}, so that {@link #expire(Transaction, long)} has work. */
    public boolean anyExpired(Transaction transaction, long now) throws SQLException {
        return transaction
                .one("SELECT 1 FROM send WHERE state = 'queued' AND expires_at <= ? LIMIT 1", row -> true, now)
                .isPresent();
    }

    /**
     * Gives queued sends that have expired their end, a limited number at a time.
     *
     * @return how many
     */
    public int expire(Transaction transaction, long now) throws SQLException {
        List<String> expired = transaction.all(
                "SELECT id FROM send WHERE state = 'queued' AND expires_at <= ? LIMIT " + SWEEP,
                row -> row.getString(1),
                now);
        for (String id : expired) {
            endUnattempted(transaction, id, State.QUEUED, expired(), null, null, now);
        }
        return expired.size();
    }

    private static Settlement expired() {
        return new Settlement(
                State.EXPIRED, 0, false, null, null, "permanent", "expired", "it was not sent before its expiry");
    }

    private static Settlement blocked() {
        return new Settlement(
                State.FAILED, 0, false, null, null, "permanent", "blocked", "the recipient is on the blocklist");
    }

    /** Gives a send that was just accepted its end: its recipient is blocked. */
    public void block(Transaction transaction, String id, long now) throws SQLException {
        endUnattempted(transaction, id, State.QUEUED, blocked(), null, null, now);
    }

    /**
     * Blocks the recipient of a send.
     *
     * @param source who says so
     */
    public void blockRecipient(Transaction transaction, String id, Scope scope, String source, long now)
            throws SQLException {
        String recipient = transaction
                .one("SELECT recipient FROM send WHERE id = ?", row -> row.getString(1), id)
                .orElseThrow();
        blocklist.add(transaction, recipient, scope, source, now);
    }

    /**
     * Cancels a queued send, whether it is due or not.
     *
     * @return false when it is not queued
     */
    public boolean cancel(Transaction transaction, String id, ByHand by, long now) throws SQLException {
        Settlement cancelled = cancelled(by.reason() == null ? "it was cancelled by hand" : by.reason());
        return endUnattempted(transaction, id, State.QUEUED, cancelled, by.actor(), by.reason(), now);
    }

    /** Cancels a queued send because its batch was; returns false when it is not queued. */
    boolean cancelWithBatch(Transaction transaction, String id, long now) throws SQLException {
        return endUnattempted(transaction, id, State.QUEUED, cancelled("its batch was cancelled"), null, null, now);
    }

    private static Settlement cancelled(String message) {
        return new Settlement(State.CANCELLED, 0, false, null, null, null, "cancelled", message);
    }

    /** The end of a send that is not being attempted; claimed only to find that out, it was never attempted. */
    private boolean endUnattempted(
            Transaction transaction, String id, State from, Settlement end, String actor, String reason, long now)
            throws SQLException {
        int attempted = from == State.SENDING ? 1 : 0;
        Optional<Changed> changed = transaction.one(
                """
                UPDATE send SET state = ?, attempt = attempt - ?, gateway = NULL, sequence = sequence + 1,
                  error_class = ?, error_code = ?, error_message = ?, changed_at = ?
                WHERE id = ? AND state = ? RETURNING account, batch, row_number, line, sequence, attempt, replies, followed""",
                Changed::read,
                end.state().word(),
                attempted,
                end.errorClass(),
                end.errorCode(),
                end.errorMessage(),
                now,
                id,
                from.word());
        if (changed.isEmpty()) {
            return false;
        }
        if (from == State.QUEUED) {
            transaction.countQueued(changed.get().account(), -1);
        }
        record(transaction, id, changed.get(), null, end, actor, reason, now);
        return true;
    }

    /**
     * At the start of a gateway: what it was sending when it died may or may not have reached the provider.
     *
     * @param retried the accounts whose sends are sent again then: twice rather than never
     * @return how many sends were under way
     */
    public int recover(Transaction transaction, Set<String> retried, long now) throws SQLException {
        return recover(transaction, gateway, underWay(transaction, gateway), retried, now);
    }

    /**
     * The same of another gateway that is gone.
     *
     * @param left what it was sending; what has its result by now, or is attempted anew, is left alone
     */
    int recover(Transaction transaction, String other, List<Interrupted> left, Set<String> retried, long now)
            throws SQLException {
        int recovered = 0;
        for (Interrupted one : left) {
            State then = retried.contains(one.account()) ? State.QUEUED : State.UNKNOWN;
            Settlement settlement = interrupted(then, one.attempt().number(), now);
            recovered += settle(transaction, other, one.attempt(), settlement, now) ? 1 : 0;
        }
        return recovered;
    }

    /** What a gateway is sending. */
    List<Interrupted> underWay(Transaction transaction, String of) throws SQLException {
        return transaction.all(
                "SELECT id, attempt, expires_at, changed_at, account FROM send WHERE state = 'sending' AND gateway = ?",
                row -> new Interrupted(
                        new Attempt(
                                row.getString(1), row.getInt(2), null, row.getLong(3), false, false, row.getLong(4)),
                        row.getString(5)),
                of);
    }

    /** @param attempt without what it sends */
    record Interrupted(Attempt attempt, String account) {}

    private static Settlement interrupted(State then, int attempt, long now) {
        return new Settlement(
                then,
                then == State.QUEUED ? now + untilAgain(attempt) : 0,
                false,
                null,
                null,
                "unknown",
                "interrupted",
                "the gateway stopped while it was being sent");
    }

    /**
     * The first time at once, then after 2, 4, 8 … seconds, at most a quarter of an hour: a send that brings down whichever
     * gateway attempts it is not to reach its recipient at each start.
     */
    private static long untilAgain(int attempt) {
        return attempt <= 1 ? 0 : Math.min(LONGEST_UNTIL_AGAIN, 1_000L << Math.min(attempt - 1, 20));
    }

    /**
     * An attempt was given up in the middle: it may or may not have reached the provider. One whose claim was never stored
     * is not taken for the next one, which has its number, but not its start.
     *
     * @param againAt when it is sent again, in milliseconds, because twice is better than never; null to hold it as unknown
     * @return false when it is no longer the send's current one, and nothing was written
     */
    public boolean interrupt(Transaction transaction, Attempt attempt, Long againAt, long now) throws SQLException {
        Settlement brokenOff = new Settlement(
                againAt == null ? State.UNKNOWN : State.QUEUED,
                againAt == null ? 0 : againAt,
                false,
                null,
                null,
                "unknown",
                "interrupted",
                "its sending broke off");
        boolean isCurrent = transaction
                .one(
                        "SELECT 1 FROM send WHERE id = ? AND changed_at = ?",
                        row -> true,
                        attempt.id(),
                        attempt.startedAt())
                .isPresent();
        return isCurrent && settle(transaction, attempt, brokenOff, now);
    }

    /**
     * An attempt ended before its call could begin: the send is in its queue as if it had never been claimed. As in
     * {@link #interrupt}, only if it was this attempt that claimed it.
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
        }
        return account.isPresent();
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

    /** What is to be known of a send that has just been changed; its columns stand in this order. */
    record Changed(
            String account,
            String batch,
            Object row,
            Object line,
            int sequence,
            int attempt,
            boolean replies,
            boolean followed) {

        static final String COLUMNS = "account, batch, row_number, line, sequence, attempt, replies, followed";

        static Changed read(ResultSet row) throws SQLException {
            return new Changed(
                    row.getString(1),
                    row.getString(2),
                    row.getObject(3),
                    row.getObject(4),
                    row.getInt(5),
                    row.getInt(6),
                    row.getInt(7) == 1,
                    row.getInt(8) == 1);
        }
    }
}
