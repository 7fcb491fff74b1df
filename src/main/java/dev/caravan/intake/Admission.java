package dev.caravan.intake;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.intake.Examination.Candidate;
import dev.caravan.ledger.Acceptance;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.ExistingSend;
import dev.caravan.ledger.FairClock;
import dev.caravan.ledger.Lanes;
import dev.caravan.ledger.NewSend;
import dev.caravan.ledger.Outbox;
import dev.caravan.ledger.Replies;
import dev.caravan.ledger.SendIds;
import dev.caravan.ledger.Settlements;
import dev.caravan.ledger.StandIns;
import dev.caravan.ledger.State;
import dev.caravan.ledger.Store;
import dev.caravan.ledger.Transaction;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.Priority;
import dev.caravan.message.Send;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Admission: what comes through any of the doors becomes a send in the ledger, or a duplicate, or a rejection with its
 * reason. A chunk of a batch's rows is one commit, together with how far the batch has got, so that a crash neither loses
 * nor repeats a row. Safe for concurrent use.
 */
public final class Admission {

    private static final InvalidSendException CANCELLED = new InvalidSendException(
            "", "batch-cancelled", "the batch was cancelled before this row was read; nothing of the row was sent");

    /** Whoever waits at a door is to be told before long, and comes again. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Store store;
    private final SendIds ids;
    private final Acceptance acceptance;
    private final Settlements settlements;
    private final Lanes lanes;
    private final StandIns standIns;
    private final Batches batches;
    private final Outbox outbox;
    private final Replies replies;
    private final Blocklist blocklist;
    private final Accounts accounts;
    private final Examination examination;
    private final Duration repeatAfter;
    private final byte[] digestKey;

    /**
     * @param repeatAfter how long a row without a reference is recognised
     * @param digestKey of what idempotency compares
     */
    Admission(
            Store store,
            SendIds ids,
            Acceptance acceptance,
            Settlements settlements,
            Lanes lanes,
            StandIns standIns,
            Batches batches,
            Outbox outbox,
            Replies replies,
            Blocklist blocklist,
            Accounts accounts,
            Examination examination,
            Duration repeatAfter,
            byte[] digestKey) {
        this.store = store;
        this.ids = ids;
        this.acceptance = acceptance;
        this.settlements = settlements;
        this.lanes = lanes;
        this.standIns = standIns;
        this.batches = batches;
        this.outbox = outbox;
        this.replies = replies;
        this.blocklist = blocklist;
        this.accounts = accounts;
        this.examination = examination;
        this.repeatAfter = repeatAfter;
        this.digestKey = digestKey.clone();
    }

    /**
     * Admits sends that belong to no batch, all of them in one commit.
     *
     * @return what became of each, in their order
     * @throws QueueFullException when an account has no room for more; nothing was stored then
     * @throws dev.caravan.ledger.LedgerException when they could not be stored
     */
    public List<Admitted> admit(Origin origin, List<Incoming> incoming) {
        Instant now = Instant.now();
        Fingerprints fingerprints = new Fingerprints(digestKey);
        List<Candidate> candidates = new ArrayList<>(incoming.size());
        for (Incoming one : incoming) {
            Row row = new Row(candidates.size() + 1L, 1, null, one.send(), null, null);
            candidates.add(
                    examination.examine(origin, row, one.priority(), null, now).withReference(origin, fingerprints));
        }
        full(candidates, now).ifPresent(account -> {
            throw new QueueFullException(account);
        });
        return store.write(
                transaction -> {
                    List<Admitted> done = new ArrayList<>(candidates.size());
                    for (int index = 0; index < incoming.size(); index++) {
                        done.add(admitAlone(transaction, origin, candidates.get(index), incoming.get(index), now));
                    }
                    return done;
                },
                PATIENCE);
    }

    /**
     * Begins to admit the next rows of a batch; they are examined while those before are still being written. What was
     * begun last is in the ledger after {@link BatchReading#settle}.
     *
     * @return false when an account's queue is full; nothing of the rows is stored then
     * @throws dev.caravan.ledger.LedgerException when the rows before could not be stored; the reading is of no more use
     */
    public boolean admit(BatchReading reading, List<Row> rows) {
        Instant now = Instant.now();
        List<Candidate> examined = new ArrayList<>(rows.size());
        for (Row row : rows) {
            examined.add(examination
                    .examine(reading.origin(), row, null, reading.idempotencyKey(), now)
                    .withKey(reading.rowKeys()));
        }
        reading.settle();
        if (full(examined, now).isPresent()) {
            return false;
        }
        // Not before: equal rows are counted, and rows that wait for room are examined again.
        List<Candidate> candidates =
                examined.stream().map(one -> one.numbered(reading.rowKeys())).toList();
        Map<Queue, Long> ranks = new HashMap<>();
        Store.Promise<Counts> commit = store.submit(transaction -> {
            ranks.clear();
            Counts done = new Counts();
            Optional<String> paused = batches.paused(transaction, reading.batch());
            boolean nobodyBlocked = blocklist.isEmpty(transaction);
            for (Candidate candidate : candidates) {
                if (paused.isPresent() && paused.get().equals("cancelled") && candidate.problem() == null) {
                    reject(transaction, reading, candidate, CANCELLED, done, now.toEpochMilli());
                } else {
                    admit(
                            transaction,
                            reading,
                            candidate,
                            ranks,
                            paused.isPresent(),
                            nobodyBlocked,
                            done,
                            now.toEpochMilli());
                }
            }
            batches.advance(
                    transaction,
                    reading.batch(),
                    reading.rowsCommitted(),
                    candidates.size(),
                    done.accepted,
                    done.duplicates,
                    done.rejections.size());
            return done;
        });
        reading.begin(() -> {
            Counts counts = commit.await();
            reading.committed(candidates.size(), ranks, counts.accepted, counts.duplicates, counts.rejections);
        });
        return true;
    }

    /** Counts a row that was committed before a restart, so that equal rows after it are numbered as they were. */
    void passOver(BatchReading reading, Row row) {
        examination
                .examine(reading.origin(), row, null, reading.idempotencyKey(), Instant.now())
                .withKey(reading.rowKeys())
                .numbered(reading.rowKeys());
    }

    /** Where a batch has got to in an account's queue; after a restart only the ledger knows. */
    private long rank(Transaction transaction, BatchReading reading, Queue queue) throws SQLException {
        Long rank = reading.fairRank(queue);
        return rank == null ? FairClock.ofLatest(transaction, reading.batch(), queue.account()) : rank;
    }

    /** An account that has no room for one of the candidates, which no other takes instead. */
    private Optional<String> full(List<Candidate> candidates, Instant now) {
        return store.read(transaction -> {
            Map<Account, Boolean> full = new HashMap<>();
            for (Candidate candidate : candidates) {
                if (candidate.isSend()
                        && isFull(transaction, candidate.account(), full)
                        && lane(transaction, candidate, now).equals(candidate.account())) {
                    return Optional.of(candidate.account().name());
                }
            }
            return Optional.empty();
        });
    }

    private boolean isFull(Transaction transaction, Account account, Map<Account, Boolean> full) throws SQLException {
        Boolean known = full.get(account);
        boolean isFull = known == null ? lanes.queued(transaction, account.name()) >= account.maxQueued() : known;
        full.put(account, isFull);
        return isFull;
    }

    /** The account that takes a send: its own unless that is down, while another is not. */
    private Account lane(Transaction transaction, Candidate candidate, Instant now) throws SQLException {
        Account own = candidate.account();
        long expiresAt = candidate.expiresAt().toEpochMilli();
        boolean isDueNow =
                candidate.send().sendAt() == null || !candidate.send().sendAt().isAfter(now);
        if (candidate.standIns().isEmpty()
                || !isDueNow
                || !standIns.isDown(transaction, own, expiresAt, now.toEpochMilli())) {
            return own;
        }
        for (Account other : candidate.standIns()) {
            if (!standIns.isDown(transaction, other, expiresAt, now.toEpochMilli())) {
                return other;
            }
        }
        return own;
    }

    private static final class Counts {
        private long accepted;
        private long duplicates;
        private final List<Rejection> rejections = new ArrayList<>();
    }

    private Admitted admitAlone(
            Transaction transaction, Origin origin, Candidate candidate, Incoming incoming, Instant now)
            throws SQLException {
        if (!candidate.isSend()) {
            Optional<ExistingSend> inTime = repeated(transaction, candidate);
            if (inTime.isPresent()) {
                return repeated(transaction, inTime.get(), incoming, now);
            }
            InvalidSendException problem = candidate.problem();
            return new Admitted.Rejected(problem.field(), problem.code(), Rejection.reason(problem), null);
        }
        Account lane = lane(transaction, candidate, now);
        String account = lane.name();
        NewSend fresh = fresh(
                origin,
                candidate,
                lane,
                null,
                FairClock.of(transaction, account, candidate.send().priority()) + 1,
                false,
                incoming.traceparent(),
                now.toEpochMilli());
        Optional<ExistingSend> existing = acceptance.insert(transaction, fresh);
        if (existing.isEmpty()) {
            boolean blocked = blockIfListed(transaction, fresh, now.toEpochMilli());
            if (!blocked) {
                awaitEnd(transaction, fresh.id(), incoming.reply(), now);
            }
            return new Admitted.Accepted(fresh.id(), blocked ? State.FAILED : State.QUEUED, account);
        }
        ExistingSend earlier = existing.get();
        if (!candidate.repeats(earlier)) {
            InvalidSendException conflict = candidate.conflictWith(earlier);
            return new Admitted.Rejected(conflict.field(), conflict.code(), conflict.getMessage(), earlier.id());
        }
        return repeated(transaction, earlier, incoming, now);
    }

    private Admitted repeated(Transaction transaction, ExistingSend earlier, Incoming incoming, Instant now)
            throws SQLException {
        if (!earlier.state().isEnd()) {
            awaitEnd(transaction, earlier.id(), incoming.reply(), now);
        }
        return new Admitted.Repeated(earlier.id(), earlier.state());
    }

    /** The send that came in time and is repeated by one that comes too late, a message delivered once more for one. */
    private Optional<ExistingSend> repeated(Transaction transaction, Candidate candidate) throws SQLException {
        return candidate.key() == null
                ? Optional.empty()
                : Acceptance.holder(transaction, candidate.key()).filter(candidate::repeats);
    }

    private void awaitEnd(Transaction transaction, String send, Incoming.Reply reply, Instant now) throws SQLException {
        if (reply != null) {
            replies.register(
                    transaction, send, reply.destination(), reply.correlationId(), reply.request(), now.toEpochMilli());
        }
    }

    private boolean blockIfListed(Transaction transaction, NewSend send, long now) throws SQLException {
        boolean listed = !blocklist.isEmpty(transaction)
                && blocklist
                        .covers(transaction, send.recipient(), send.category())
                        .isPresent();
        if (listed) {
            settlements.block(transaction, send.id(), now);
        }
        return listed;
    }

    private void admit(
            Transaction transaction,
            BatchReading reading,
            Candidate candidate,
            Map<Queue, Long> ranks,
            boolean aside,
            boolean nobodyBlocked,
            Counts counts,
            long now)
            throws SQLException {
        if (candidate.problem() != null) {
            Optional<ExistingSend> inTime = repeated(transaction, candidate);
            if (inTime.isPresent()) {
                repeat(transaction, reading, candidate, inTime.get().id(), counts, now);
            } else {
                reject(transaction, reading, candidate, candidate.problem(), counts, now);
            }
            return;
        }
        if (!candidate.isSend()) {
            repeat(transaction, reading, candidate, candidate.row().sendId(), counts, now);
            return;
        }
        Account lane = lane(transaction, candidate, Instant.ofEpochMilli(now));
        String account = lane.name();
        Priority priority = candidate.send().priority();
        Queue queue = new Queue(account, priority);
        Long latest = ranks.get(queue);
        long rank = 1
                + (latest == null
                        ? Math.max(rank(transaction, reading, queue), FairClock.of(transaction, account, priority))
                        : latest);
        NewSend fresh =
                fresh(reading.origin(), candidate, lane, reading.batch(), rank, aside, reading.traceparent(), now);
        Optional<ExistingSend> existing = insert(transaction, candidate, fresh, now);
        if (existing.isEmpty()) {
            ranks.put(queue, rank);
            counts.accepted++;
            if (!nobodyBlocked) {
                blockIfListed(transaction, fresh, now);
            }
        } else if (candidate.send().reference() != null && !candidate.repeats(existing.get())) {
            reject(transaction, reading, candidate, candidate.conflictWith(existing.get()), counts, now);
        } else {
            repeat(transaction, reading, candidate, existing.get().id(), counts, now);
        }
    }

    private Optional<ExistingSend> insert(Transaction transaction, Candidate candidate, NewSend fresh, long now)
            throws SQLException {
        Optional<ExistingSend> existing = acceptance.insert(transaction, fresh);
        if (existing.isPresent() && candidate.send().reference() == null && isForgotten(existing.get(), now)) {
            acceptance.releaseKey(transaction, existing.get().id());
            existing = acceptance.insert(transaction, fresh);
        }
        return existing;
    }

    private NewSend fresh(
            Origin origin,
            Candidate candidate,
            Account account,
            String batch,
            long rank,
            boolean aside,
            String traceparent,
            long now) {
        Send send = candidate.send();
        return new NewSend(
                ids.next(),
                candidate.key(),
                origin.namespace(),
                send.reference(),
                batch,
                batch == null ? null : candidate.row().number(),
                batch == null ? null : candidate.row().line(),
                account.name(),
                account.provider(),
                send.to().address(),
                send.content().type(),
                send.category(),
                send.priority(),
                rank,
                candidate.content(),
                candidate.digests(),
                send.sendAt() == null ? now : send.sendAt().toEpochMilli(),
                candidate.expiresAt().toEpochMilli(),
                now,
                aside,
                candidate.barred(),
                traceparent);
    }

    private boolean isForgotten(ExistingSend existing, long now) {
        return existing.acceptedAt() < now - repeatAfter.toMillis();
    }

    private void reject(
            Transaction transaction,
            BatchReading reading,
            Candidate candidate,
            InvalidSendException problem,
            Counts counts,
            long now)
            throws SQLException {
        Rejection rejection = Rejection.of(candidate.row(), problem);
        note(transaction, reading, candidate, "rejected", problem.code(), rejection.reason(), null, now);
        counts.rejections.add(rejection);
    }

    private void repeat(
            Transaction transaction, BatchReading reading, Candidate candidate, String earlier, Counts counts, long now)
            throws SQLException {
        note(transaction, reading, candidate, "duplicate", "duplicate", "repeats send " + earlier, earlier, now);
        counts.duplicates++;
    }

    private void note(
            Transaction transaction,
            BatchReading reading,
            Candidate candidate,
            String status,
            String code,
            String reason,
            String earlier,
            long now)
            throws SQLException {
        Row row = candidate.row();
        outbox.notAccepted(
                transaction,
                reading.batch(),
                row.number(),
                row.line(),
                status,
                code,
                reason,
                earlier,
                detail(reading.origin(), candidate).toString(),
                now);
    }

    /** What an outcome tells of a row that became no send: who and where to, never what. */
    private ObjectNode detail(Origin origin, Candidate candidate) {
        ObjectNode detail = JsonNodeFactory.instance.objectNode().put("namespace", origin.namespace());
        if (candidate.isSend()) {
            detail.put("account", candidate.account().name());
            detail.put("to", candidate.send().to().address());
            detail.put("type", candidate.send().content().type().word());
        }
        ObjectNode given = candidate.row().send();
        if (given != null) {
            for (String field : List.of("reference", "account", "to", "type", "category")) {
                if (given.path(field).isTextual() && !detail.has(field)) {
                    detail.put(field, given.path(field).textValue());
                }
            }
        }
        accounts.find(detail.path("account").asText()).ifPresent(account -> detail.put("provider", account.provider()));
        return detail;
    }
}
