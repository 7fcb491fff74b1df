package dev.caravan.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.ledger.Settlement.Call;
import dev.caravan.ledger.Settlement.Cause;
import dev.caravan.ledger.Transitions.Changed;
import dev.caravan.ledger.Transitions.Origin;
import dev.caravan.message.Category;
import dev.caravan.message.Priority;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What people do to sends by hand. Each change is one commit with its counters and its row of the history, which names
 * who did it, and so is an outcome like any other.
 */
public final class SendControl {

    private static final int STEP = 500;

    /** What fails again while others are being retried has had its turn. */
    private static final String NO_CHANGE_AFTER =
            "NOT EXISTS (SELECT 1 FROM history WHERE history.send = send.id AND history.id > ?)";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Store store;
    private final Settlements settlements;
    private final Transitions transitions;
    private final Accounts accounts;
    private final Map<Category, Duration> expiries;

    /**
     * @param expiries how long a send of a category is worth sending, where that is not its account's to say
     */
    SendControl(
            Store store,
            Settlements settlements,
            Transitions transitions,
            Accounts accounts,
            Map<Category, Duration> expiries) {
        this.store = store;
        this.settlements = settlements;
        this.transitions = transitions;
        this.accounts = accounts;
        this.expiries = Map.copyOf(expiries);
    }

    /** Cancels a queued send; empty when that is done. */
    public Optional<Refusal> cancel(String id, ByHand by, long now) {
        return store.write(transaction -> settlements.cancel(transaction, id, by, now))
                ? Optional.empty()
                : Optional.of(Refusal.WRONG_STATE);
    }

    /**
     * Puts a failed or expired send back into its queue, behind all others, as if it were accepted now; its attempts go
     * on counting. Empty when that is done.
     *
     * @param includeUnknown whether also one that may have reached its recipient already
     */
    public Optional<Refusal> retry(String id, boolean includeUnknown, ByHand by, long now) {
        return Optional.ofNullable(retrySome(List.of(id), includeUnknown, new Ranks(), by, now).refusal);
    }

    /**
     * The same for all sends of a filter that allow it, a limited number in each commit.
     *
     * @param filter without states: failed and expired ones, and with {@code includeUnknown} unknown ones
     * @return how many are queued again
     */
    public long retryAll(SendFilter filter, Reach reach, boolean includeUnknown, ByHand by, long now) {
        Set<State> states = new HashSet<>(filter.states());
        if (states.isEmpty()) {
            states.addAll(Set.of(State.FAILED, State.EXPIRED, State.UNKNOWN));
        }
        if (!includeUnknown) {
            states.remove(State.UNKNOWN);
        }
        long before = store.read(SendControl::latestChange);
        Ranks queued = new Ranks();
        for (State state : states) {
            String after = "";
            while (after != null) {
                List<String> ids = idsToRetry(filter, state, reach, after, before);
                queued = retrySome(ids, includeUnknown, queued, by, now);
                after = ids.size() < STEP ? null : ids.get(STEP - 1);
            }
        }
        return queued.count;
    }

    /**
     * How many sends of unknown fate a filter finds: those that {@link #retryAll} sends again only when that is said.
     */
    public long unknown(SendFilter filter, Reach reach) {
        if (!filter.states().isEmpty() && !filter.states().contains(State.UNKNOWN)) {
            return 0;
        }
        Conditions conditions = toRetry(filter, State.UNKNOWN, reach, "");
        return store.read(transaction -> transaction.one(
                        "SELECT count(*) FROM send WHERE " + conditions.sql(),
                        row -> row.getLong(1),
                        conditions.values()))
                .orElseThrow();
    }

    private List<String> idsToRetry(SendFilter filter, State state, Reach reach, String after, long before) {
        Conditions conditions = toRetry(filter, state, reach, after).and(NO_CHANGE_AFTER, before);
        return store.read(transaction -> transaction.all(
                "SELECT id FROM send WHERE " + conditions.sql() + " ORDER BY id LIMIT ?",
                row -> row.getString(1),
                conditions.valuesAnd(STEP)));
    }

    /** The latest row of the history: the order of changes, which no clock tells. */
    private static long latestChange(Transaction transaction) throws SQLException {
        return transaction
                .one("SELECT coalesce(max(id), 0) FROM history", row -> row.getLong(1))
                .orElseThrow();
    }

    private static Conditions toRetry(SendFilter filter, State state, Reach reach, String after) {
        return new Conditions()
                .within(reach)
                .and("account = ?", filter.account())
                .and("batch = ?", filter.batch())
                .and("error_code = ?", filter.error())
                .and("run = ?", filter.run())
                .and("id > ?", after)
                .and(PartialIndexes.TROUBLE)
                .and("state = '" + state.word() + "'");
    }

    private Ranks retrySome(List<String> ids, boolean includeUnknown, Ranks before, ByHand by, long now) {
        return store.write(transaction -> {
            Ranks queued = before.copy();
            for (String id : ids) {
                Optional<Refusal> refusal = retry(transaction, id, includeUnknown, queued, by, now);
                queued.refusal = refusal.orElse(null);
                queued.count += refusal.isEmpty() ? 1 : 0;
            }
            return queued;
        });
    }

    private Optional<Refusal> retry(
            Transaction transaction, String id, boolean includeUnknown, Ranks ranks, ByHand by, long now)
            throws SQLException {
        Optional<Ended> found = transaction.one(
                """
                SELECT state, account, batch, category, content,
                  (SELECT paused FROM batch WHERE batch.id = send.batch), priority FROM send WHERE id = ?""",
                row -> new Ended(
                        State.of(row.getString(1)),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        "cancelled".equals(row.getString(6)),
                        Priority.values()[row.getInt(7)]),
                id);
        Optional<Refusal> refusal =
                found.map(ended -> refusal(ended, includeUnknown)).orElse(Optional.of(Refusal.WRONG_STATE));
        if (refusal.isPresent()) {
            return refusal;
        }
        Ended ended = found.orElseThrow();
        Changed changed = transaction
                .one(
                        "UPDATE send SET state = 'queued', ready = 1, due_at = ?, expires_at = ?, fair_rank = ?,"
                                + " refreshed = 0, sequence = sequence + 1, provider_message_id = NULL,"
                                + " error_class = NULL, error_code = NULL, error_message = NULL, run = NULL, changed_at = ?,"
                                // What its earlier attempt was watched and asked about for is over too.
                                + " sent_at = NULL, confirm_at = NULL, check_at = NULL, checks = 0"
                                + " WHERE id = ? RETURNING " + Changed.COLUMNS,
                        Changed::read,
                        now,
                        expiry(ended, now),
                        rank(transaction, ended, ranks),
                        now,
                        id)
                .orElseThrow();
        leaveEnd(transaction, ended);
        Settlements.forgetFurtherIds(transaction, id);
        transitions.record(transaction, id, changed, queued(now), Origin.of(by), now);
        return Optional.empty();
    }

    /**
     * What a retry needs to know of a send.
     *
     * @param cancelled whether its batch is
     */
    private record Ended(
            State state,
            String account,
            String batch,
            String category,
            String content,
            boolean cancelled,
            Priority priority) {}

    private Optional<Refusal> refusal(Ended ended, boolean includeUnknown) {
        if (ended.state() != State.FAILED && ended.state() != State.EXPIRED && ended.state() != State.UNKNOWN) {
            return Optional.of(Refusal.WRONG_STATE);
        }
        if (ended.state() == State.UNKNOWN && !includeUnknown) {
            return Optional.of(Refusal.MAY_HAVE_BEEN_SENT);
        }
        if (ended.content().isEmpty()) {
            return Optional.of(Refusal.ERASED);
        }
        if (ended.cancelled()) {
            return Optional.of(Refusal.BATCH_CANCELLED);
        }
        return accounts.find(ended.account()).isEmpty() ? Optional.of(Refusal.NO_ACCOUNT) : Optional.empty();
    }

    /** Its batch has a send more on the way, and is finished no longer. */
    private static void leaveEnd(Transaction transaction, Ended ended) throws SQLException {
        transaction.countUnfinished(ended.batch(), 1);
        if (ended.batch() != null) {
            transaction.update(
                    "UPDATE batch SET failed = failed - ?, state = CASE WHEN state = 'finished' THEN 'read' ELSE state END"
                            + " WHERE id = ?",
                    ended.state() == State.FAILED ? 1 : 0,
                    ended.batch());
        }
    }

    private static Settlement queued(long now) {
        return Settlement.queued(now);
    }

    /** What the caller wrote while that lies ahead, else as for a send that is accepted now. */
    private long expiry(Ended ended, long now) {
        Optional<Long> own = ownExpiry(ended.content()).filter(written -> written > now);
        if (own.isPresent()) {
            return own.get();
        }
        Account account = accounts.get(ended.account());
        Duration worth = Optional.ofNullable(ended.category())
                .flatMap(Category::of)
                .map(expiries::get)
                .orElse(account.expiresAfter());
        return now + worth.toMillis();
    }

    private static Optional<Long> ownExpiry(String content) {
        try {
            JsonNode written = JSON.readTree(content).path("expiresAt");
            return written.isTextual()
                    ? Optional.of(OffsetDateTime.parse(written.textValue())
                            .toInstant()
                            .toEpochMilli())
                    : Optional.empty();
        } catch (JsonProcessingException damaged) {
            throw new IllegalStateException("the ledger holds a message that is not JSON", damaged);
        }
    }

    /** Behind its batch's last one, and no further ahead than a batch that comes now would begin. */
    private long rank(Transaction transaction, Ended ended, Ranks ranks) throws SQLException {
        String queue = ended.account() + ' ' + ended.priority() + ' ' + (ended.batch() == null ? "" : ended.batch());
        Long latest = ranks.latest.get(queue);
        if (latest == null && ended.batch() != null) {
            latest = FairClock.ofLatest(transaction, ended.batch(), ended.account());
        }
        long rank =
                Math.max(latest == null ? 0 : latest, FairClock.of(transaction, ended.account(), ended.priority())) + 1;
        ranks.latest.put(queue, rank);
        return rank;
    }

    /** How far the queues have got, by account and batch, while sends are put back into them. */
    private static final class Ranks {

        private final Map<String, Long> latest = new HashMap<>();
        private long count;
        private Refusal refusal;

        /** A write may have to be run again, from where it began. */
        private Ranks copy() {
            Ranks copy = new Ranks();
            copy.latest.putAll(latest);
            copy.count = count;
            return copy;
        }
    }

    /**
     * Settles a send whose fate is unknown, because somebody knows it; empty when that is done.
     *
     * @param state sent or failed
     * @param providerMessageId of one that was sent, or null
     */
    public Optional<Refusal> resolve(String id, State state, String providerMessageId, ByHand by, long now) {
        if (state != State.SENT && state != State.FAILED) {
            throw new IllegalArgumentException("state: an unknown send turns out to be sent or failed, not " + state);
        }
        Cause cause = state == State.FAILED ? new Cause("permanent", "resolved", by.reason()) : Cause.NONE;
        Settlement settlement = new Settlement(state, 0, false, providerMessageId, List.of(), cause, Call.NONE);
        boolean done = store.write(
                transaction -> transitions.turnOut(transaction, id, State.UNKNOWN, settlement, Origin.of(by), now));
        return done ? Optional.empty() : Optional.of(Refusal.WRONG_STATE);
    }
}
