package dev.caravan.intake;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.f4b6a3.ulid.UlidCreator;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.ledger.Arrivals;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.ExistingSend;
import dev.caravan.ledger.Lanes;
import dev.caravan.ledger.NewSend;
import dev.caravan.ledger.Outbox;
import dev.caravan.ledger.Sends;
import dev.caravan.ledger.Store;
import dev.caravan.ledger.Transaction;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.PhoneNumbers;
import dev.caravan.message.Recipient;
import dev.caravan.message.Send;
import dev.caravan.message.SendJson;
import dev.caravan.provider.Providers;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Admission: every row of a batch becomes a send in the ledger, or a duplicate, or a rejection with its reason. A chunk
 * of rows is one commit, together with how far the batch has got, so that a crash neither loses nor repeats a row.
 */
final class Admission {

    private final Store store;
    private final Sends sends;
    private final Lanes lanes;
    private final Batches batches;
    private final Outbox outbox;
    private final Accounts accounts;
    private final Providers providers;
    private final PhoneNumbers phoneNumbers;
    private final SendJson sendJson;
    private final Duration repeatAfter;
    private final Arrivals arrivals;

    /**
     * @param repeatAfter how long a row without a reference is recognised
     * @param arrivals told the accounts that have new sends, after the commit
     */
    Admission(
            Store store,
            Sends sends,
            Lanes lanes,
            Batches batches,
            Outbox outbox,
            Accounts accounts,
            Providers providers,
            PhoneNumbers phoneNumbers,
            SendJson sendJson,
            Duration repeatAfter,
            Arrivals arrivals) {
        this.store = store;
        this.sends = sends;
        this.lanes = lanes;
        this.batches = batches;
        this.outbox = outbox;
        this.accounts = accounts;
        this.providers = providers;
        this.phoneNumbers = phoneNumbers;
        this.sendJson = sendJson;
        this.repeatAfter = repeatAfter;
        this.arrivals = arrivals;
    }

    /**
     * Admits the next rows of a batch.
     *
     * @return false when an account's queue is full; nothing of the rows was stored then
     * @throws dev.caravan.ledger.LedgerException when they could not be stored
     */
    boolean admit(BatchReading reading, List<Row> rows) {
        Instant now = Instant.now();
        List<Candidate> examined = new ArrayList<>(rows.size());
        for (Row row : rows) {
            examined.add(examine(reading, row, now));
        }
        Set<String> touched = new HashSet<>();
        examined.stream()
                .filter(Candidate::isSend)
                .forEach(one -> touched.add(one.account().name()));
        if (anyFull(touched)) {
            return false;
        }
        // Not before: a key counts the equal rows so far, and rows that wait for room are examined again.
        List<Candidate> candidates =
                examined.stream().map(one -> one.withKey(reading)).toList();
        Map<String, Long> ranks = new HashMap<>();
        Counts counts = store.write(transaction -> {
            ranks.clear();
            for (String account : touched) {
                ranks.put(
                        account, Math.max(rank(transaction, reading, account), lanes.fairClock(transaction, account)));
            }
            Counts done = new Counts();
            for (Candidate candidate : candidates) {
                admit(transaction, reading, candidate, ranks, done, now.toEpochMilli());
            }
            batches.advance(
                    transaction,
                    reading.batch(),
                    reading.rowsCommitted(),
                    candidates.size(),
                    done.accepted,
                    done.duplicates,
                    done.rejected);
            return done;
        });
        reading.committed(candidates.size(), ranks, counts.accepted, counts.duplicates, counts.rejected);
        arrivals.at(touched);
        return true;
    }

    /** Counts a row that was committed before a restart, so that equal rows after it are numbered as they were. */
    void passOver(BatchReading reading, Row row) {
        examine(reading, row, Instant.now()).withKey(reading);
    }

    /** Where a batch has got to in an account's queue; after a restart only the ledger knows. */
    private long rank(Transaction transaction, BatchReading reading, String account) throws SQLException {
        Long rank = reading.fairRank(account);
        return rank == null ? sends.latestRank(transaction, reading.batch(), account) : rank;
    }

    private boolean anyFull(Set<String> touched) {
        return store.read(transaction -> {
            for (String name : touched) {
                if (lanes.queued(transaction, name) >= accounts.get(name).maxQueued()) {
                    return true;
                }
            }
            return false;
        });
    }

    /** What a row is before the ledger has been asked about it: a send with its account and key, or a problem. */
    private record Candidate(
            Row row, Send send, Account account, ObjectNode canonical, String key, InvalidSendException problem) {
        boolean isSend() {
            return send != null;
        }

        Candidate withKey(BatchReading reading) {
            if (!isSend()) {
                return this;
            }
            String given = send.reference();
            String fresh = given == null ? reading.rowKey(account, row) : "r " + reading.namespace() + ' ' + given;
            return new Candidate(row, send, account, canonical, fresh, null);
        }
    }

    private static final class Counts {
        private long accepted;
        private long duplicates;
        private long rejected;
    }

    private Candidate examine(BatchReading reading, Row row, Instant now) {
        try {
            if (row.sendId() != null) {
                return new Candidate(row, null, null, null, null, null);
            }
            if (row.problem() != null) {
                throw row.problem();
            }
            ObjectNode node = row.send();
            if (reading.account() != null && !node.hasNonNull("account")) {
                node.put("account", reading.account());
            }
            Send send = sendJson.read(node, this::resolve);
            Account account = accounts.choose(send.account(), send.to());
            providers.check(send, account);
            if (expiry(send, account, now).compareTo(now) <= 0) {
                throw new InvalidSendException("expiresAt", "expired", "its expiry has passed already");
            }
            return new Candidate(row, send, account, sendJson.write(send), null, null);
        } catch (InvalidSendException problem) {
            return new Candidate(row, null, null, null, null, problem);
        }
    }

    private Recipient resolve(String to, String account) {
        boolean ownId = account != null
                && accounts.find(account)
                        .map(named -> providers.get(named.provider()).isOwnId(to))
                        .orElse(false);
        return ownId ? new Recipient(to) : phoneNumbers.normalise(to);
    }

    private static Instant expiry(Send send, Account account, Instant now) {
        if (send.expiresAt() != null) {
            return send.expiresAt();
        }
        Instant start = send.sendAt() != null && send.sendAt().isAfter(now) ? send.sendAt() : now;
        return start.plus(account.expiresAfter());
    }

    private void admit(
            Transaction transaction,
            BatchReading reading,
            Candidate candidate,
            Map<String, Long> ranks,
            Counts counts,
            long now)
            throws SQLException {
        if (candidate.problem() != null) {
            InvalidSendException problem = candidate.problem();
            reject(transaction, reading, candidate, problem.code(), reason(problem), now);
            counts.rejected++;
            return;
        }
        if (!candidate.isSend()) {
            repeat(transaction, reading, candidate, candidate.row().sendId(), now);
            counts.duplicates++;
            return;
        }
        String digests = reading.fingerprints().ofContent(candidate.canonical());
        Optional<ExistingSend> existing = insert(transaction, reading, candidate, digests, ranks, now);
        if (existing.isEmpty()) {
            counts.accepted++;
        } else if (candidate.send().reference() != null
                && !existing.get().digests().equals(digests)) {
            reject(
                    transaction,
                    reading,
                    candidate,
                    "reference-conflict",
                    "reference: send " + existing.get().id() + " has this reference and differs in "
                            + Fingerprints.differing(digests, existing.get().digests()),
                    now);
            counts.rejected++;
        } else {
            repeat(transaction, reading, candidate, existing.get().id(), now);
            counts.duplicates++;
        }
    }

    /** Names the field, unless the message does or the whole record is meant. */
    private static String reason(InvalidSendException problem) {
        String message = problem.getMessage();
        return message.startsWith(problem.field()) ? message : problem.field() + ": " + message;
    }

    private Optional<ExistingSend> insert(
            Transaction transaction,
            BatchReading reading,
            Candidate candidate,
            String digests,
            Map<String, Long> ranks,
            long now)
            throws SQLException {
        Send send = candidate.send();
        Account account = candidate.account();
        Instant accepted = Instant.ofEpochMilli(now);
        long rank = ranks.get(account.name()) + 1;
        NewSend fresh = new NewSend(
                UlidCreator.getMonotonicUlid().toString(),
                candidate.key(),
                reading.namespace(),
                send.reference(),
                reading.batch(),
                candidate.row().number(),
                candidate.row().line(),
                account.name(),
                account.provider(),
                send.to().address(),
                send.content().type(),
                send.category(),
                send.priority(),
                rank,
                candidate.canonical().toString(),
                digests,
                send.sendAt() == null ? now : send.sendAt().toEpochMilli(),
                expiry(send, account, accepted).toEpochMilli(),
                now);
        Optional<ExistingSend> existing = sends.insert(transaction, fresh);
        if (existing.isPresent() && send.reference() == null && isForgotten(existing.get(), now)) {
            sends.releaseKey(transaction, existing.get().id());
            existing = sends.insert(transaction, fresh);
        }
        if (existing.isEmpty()) {
            ranks.put(account.name(), rank);
        }
        return existing;
    }

    private boolean isForgotten(ExistingSend existing, long now) {
        return existing.acceptedAt() < now - repeatAfter.toMillis();
    }

    private void reject(
            Transaction transaction, BatchReading reading, Candidate candidate, String code, String reason, long now)
            throws SQLException {
        note(transaction, reading, candidate, "rejected", code, reason, null, now);
    }

    private void repeat(Transaction transaction, BatchReading reading, Candidate candidate, String earlier, long now)
            throws SQLException {
        note(transaction, reading, candidate, "duplicate", "duplicate", "repeats send " + earlier, earlier, now);
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
                detail(reading, candidate).toString(),
                now);
    }

    /** What an outcome tells of a row that became no send: who and where to, never what. */
    private ObjectNode detail(BatchReading reading, Candidate candidate) {
        ObjectNode detail = JsonNodeFactory.instance.objectNode().put("namespace", reading.namespace());
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
