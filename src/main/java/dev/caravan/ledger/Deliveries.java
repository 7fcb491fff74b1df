package dev.caravan.ledger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.ledger.Settlement.Call;
import dev.caravan.ledger.Settlement.Cause;
import dev.caravan.ledger.Transitions.Origin;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of sends after their provider has accepted them, as it reports. Reports come twice and in any order, so a
 * send only goes forward: sent, delivered, read; or sent, failed, which a report that it arrived goes before. Those on a
 * message that no send is known to be, because its answer is still to be written or never came, are kept and matched
 * again.
 */
public final class Deliveries {

    private static final Duration FIRST_TRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);
    private static final Duration KEPT = Duration.ofDays(3);
    private static final int LAST_DOUBLING = 12;

    /** Bytes; PostgreSQL indexes a third of a page at most, 2,704. */
    private static final int LONGEST_IDS = 2_000;

    private static final String HINT = "hint";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Transitions transitions;

    Deliveries(Transitions transitions) {
        this.transitions = transitions;
    }

    /** What a report did. */
    public enum Effect {
        /** It brought its send further. */
        CHANGED,
        /** Its send arrived although it had been reported as failed. */
        REVIVED,
        /** Its send had got there already. */
        NOTHING,
        /** No send has any of its ids. */
        UNMATCHED
    }

    /**
     * A report that is kept.
     *
     * @param account to whose address it came
     * @param receivedAt in milliseconds
     * @param tries how often it has been matched again, in vain
     */
    public record Kept(long id, String account, Reported report, long receivedAt, int tries) {

        private static final String COLUMNS = "id, account, message_ids, status, raw, error_code, error_message, line,"
                + " recipient, reported_at, received_at, tries";

        private static Kept read(ResultSet row) throws SQLException {
            String status = row.getString(4);
            Reported report = new Reported(
                    ids(row.getString(3)),
                    Reported.DELETED.equals(status) ? null : State.of(status),
                    row.getString(5),
                    row.getString(6),
                    row.getString(7),
                    row.getString(8),
                    row.getString(9),
                    SendRecord.number(row, 10));
            return new Kept(row.getLong(1), row.getString(2), report, row.getLong(11), row.getInt(12));
        }

        /** The next after an id, in the order of ids. */
        static List<Kept> after(Transaction transaction, long id, int limit) throws SQLException {
            return transaction.all(
                    "SELECT " + COLUMNS + " FROM report WHERE id > ? ORDER BY id LIMIT ?", Kept::read, id, limit);
        }

        private static List<String> ids(String written) {
            try {
                return List.of(JSON.readValue(written, String[].class));
            } catch (JsonProcessingException damaged) {
                throw new IllegalStateException("the ledger holds ids that are not JSON", damaged);
            }
        }
    }

    /**
     * Applies a report to the send that has one of its ids and went through one of the accounts.
     *
     * @param provider whose report it is: an account may have sent through another before
     */
    public Effect apply(
            Transaction transaction, String provider, Collection<String> accounts, Reported report, long now)
            throws SQLException {
        Optional<Found> found = find(transaction, provider, accounts, report.messageIds());
        if (found.isEmpty()) {
            return Effect.UNMATCHED;
        }
        Found send = found.get();
        String detail = SendEvent.detail(report.raw(), report.at());
        if (report.state() == null) {
            note(transaction, send.id(), Reported.DELETED, report.messageIds().get(0), detail, now);
            return Effect.NOTHING;
        }
        if (!leadsOn(send.state(), report.state())) {
            return Effect.NOTHING;
        }
        advance(transaction, send, report, detail, now);
        return send.state() == State.FAILED ? Effect.REVIVED : Effect.CHANGED;
    }

    /** @param messageId its provider's id of it */
    private record Found(String id, State state, String messageId) {}

    private static Optional<Found> find(
            Transaction transaction, String provider, Collection<String> accounts, List<String> messageIds)
            throws SQLException {
        if (accounts.isEmpty()) {
            return Optional.empty();
        }
        for (String messageId : messageIds) {
            // Sorted by a term, because a database may look for the newest send first, through all of them.
            Conditions own = new Conditions()
                    .and("provider_message_id = ?", messageId)
                    .and("provider = ?", provider)
                    .in("account", accounts);
            Optional<Found> found = find(
                    transaction,
                    "send WHERE " + own.sql() + " ORDER BY id || '' DESC LIMIT 1",
                    messageId,
                    own.values());
            if (found.isEmpty()) {
                Conditions further = new Conditions()
                        .and("message_id = ?", messageId)
                        .and("provider = ?", provider)
                        .in("account", accounts);
                found = find(
                        transaction,
                        "further_id JOIN send ON send.id = further_id.send WHERE " + further.sql()
                                + " ORDER BY send.id || '' DESC LIMIT 1",
                        messageId,
                        further.values());
            }
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<Found> find(Transaction transaction, String from, String messageId, Object[] values)
            throws SQLException {
        return transaction.one(
                "SELECT send.id, state, coalesce(provider_message_id, '') FROM " + from,
                row -> new Found(
                        row.getString(1),
                        State.of(row.getString(2)),
                        row.getString(3).isEmpty() ? messageId : row.getString(3)),
                values);
    }

    private static boolean leadsOn(State from, State to) {
        return switch (from) {
            case UNKNOWN -> true;
            case SENT -> to != State.SENT;
            case DELIVERED -> to == State.READ;
            case FAILED -> to == State.DELIVERED || to == State.READ;
            default -> false;
        };
    }

    private static Cause cause(Reported report) {
        return report.state() == State.FAILED
                ? new Cause(
                        "permanent",
                        report.code() == null ? "undelivered" : report.code(),
                        report.reason() == null ? "the provider reports that it did not arrive" : report.reason())
                : Cause.NONE;
    }

    private void advance(Transaction transaction, Found send, Reported report, String detail, long now)
            throws SQLException {
        Settlement settlement = settlement(report, send.messageId(), List.of());
        transitions.turnOut(transaction, send.id(), send.state(), settlement, Origin.reported(detail), now);
    }

    private static Settlement settlement(Reported report, String messageId, List<String> otherIds) {
        return new Settlement(report.state(), 0, false, messageId, otherIds, cause(report), Call.NONE);
    }

    /**
     * Settles a send of unknown fate that its provider turns out to know.
     *
     * @param messageIds the provider's, the one for reports first; at least one
     * @param state sent, delivered, read or failed
     * @return false when the send is not unknown any more, and nothing was written
     */
    public boolean settleUnknown(Transaction transaction, String send, List<String> messageIds, State state, long now)
            throws SQLException {
        Reported report = new Reported(messageIds, state, null, null, null, null, null, null);
        Settlement settlement = settlement(report, messageIds.get(0), messageIds.subList(1, messageIds.size()));
        return transitions.turnOut(
                transaction, send, State.UNKNOWN, settlement, Origin.reported(SendEvent.detail(null, null)), now);
    }

    /**
     * Notes at a send of unknown fate that a message may be it, once.
     *
     * @param messageId the provider's, or null
     * @param raw in the provider's words, or null
     * @param at by the provider's clock, in milliseconds, or null
     */
    public void hint(Transaction transaction, String send, String messageId, String raw, Long at, long now)
            throws SQLException {
        if (transaction
                .one("SELECT 1 FROM send WHERE id = ? AND state = 'unknown'", row -> true, send)
                .isPresent()) {
            note(transaction, send, HINT, messageId, SendEvent.detail(raw, at), now);
        }
    }

    /** An entry of the history that changes no state, and is no outcome. One like it is there only once. */
    private static void note(
            Transaction transaction, String send, String status, String messageId, String detail, long now)
            throws SQLException {
        boolean noted = transaction
                .one(
                        "SELECT 1 FROM history WHERE send = ? AND status = ? AND detail = ?"
                                + " AND coalesce(provider_message_id, '') = ? LIMIT 1",
                        row -> true,
                        send,
                        status,
                        detail,
                        messageId == null ? "" : messageId)
                .isPresent();
        if (!noted) {
            transaction.update("UPDATE send SET sequence = sequence + 1 WHERE id = ?", send);
            transaction.update(
                    "INSERT INTO history (send, sequence, batch, row_number, line, at, status, attempt,"
                            + " provider_message_id, detail)"
                            + " SELECT id, sequence, batch, row_number, line, ?, ?, attempt, ?, ? FROM send WHERE id = ?",
                    now,
                    status,
                    messageId,
                    detail,
                    send);
        }
    }

    /**
     * Keeps a report that matches no send yet; one that is kept already is kept once. Ids longer than any provider's
     * will never match.
     *
     * @param account to whose address it came
     */
    public void keep(Transaction transaction, String account, Reported report, long now) throws SQLException {
        String ids = JSON.valueToTree(report.messageIds()).toString();
        if (ids.getBytes(StandardCharsets.UTF_8).length > LONGEST_IDS) {
            return;
        }
        transaction.update(
                """
                INSERT INTO report (account, line, message_ids, status, raw, error_code, error_message, recipient,
                  reported_at, received_at, due_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""",
                account,
                report.line(),
                ids,
                report.status(),
                report.raw(),
                report.code(),
                report.reason(),
                report.recipient(),
                report.at(),
                now,
                now + FIRST_TRY.toMillis());
    }

    /** The kept reports that are to be matched again now, at most {@code limit}. */
    public List<Kept> due(Transaction transaction, int limit, long now) throws SQLException {
        return transaction.all(
                "SELECT " + Kept.COLUMNS + " FROM report WHERE due_at <= ? ORDER BY due_at LIMIT ?",
                Kept::read,
                now,
                limit);
    }

    /** A kept report has been applied, or is nobody's. */
    public void forget(Transaction transaction, Kept kept) throws SQLException {
        transaction.update("DELETE FROM report WHERE id = ?", kept.id());
    }

    /**
     * Puts a kept report off: after 1, 2, 4 … seconds, at most an hour, for three days.
     *
     * @return false when it is kept no longer
     */
    public boolean postpone(Transaction transaction, Kept kept, long now) throws SQLException {
        if (now - kept.receivedAt() >= KEPT.toMillis()) {
            forget(transaction, kept);
            return false;
        }
        int tries = kept.tries() + 1;
        long wait = Math.min(LONGEST_WAIT.toMillis(), FIRST_TRY.toMillis() << Math.min(tries, LAST_DOUBLING));
        transaction.update(
                "UPDATE report SET tries = ?, due_at = ? WHERE id = ? AND tries = ?",
                tries,
                now + wait,
                kept.id(),
                kept.tries());
        return true;
    }

    /**
     * Notes a kept report as a hint at the sends of unknown fate that it may be about: those to its recipient which were
     * accepted before it came.
     *
     * @param provider whose report it is
     */
    public void hint(Transaction transaction, String provider, Collection<String> accounts, Kept kept, long now)
            throws SQLException {
        Reported report = kept.report();
        if (report.recipient() == null || accounts.isEmpty()) {
            return;
        }
        Conditions conditions = new Conditions()
                .and("state = 'unknown'")
                .and("provider = ?", provider)
                .in("recipient", List.of(report.recipient(), '+' + report.recipient()))
                .in("account", accounts);
        List<String> ids = transaction.all(
                "SELECT id FROM send WHERE " + conditions.sql() + " AND accepted_at <= ? ORDER BY id",
                row -> row.getString(1),
                conditions.valuesAnd(kept.receivedAt()));
        for (String id : ids) {
            hint(transaction, id, report.messageIds().get(0), report.raw(), report.at(), now);
        }
    }
}
