package dev.caravan.delivery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.ledger.Deliveries;
import dev.caravan.ledger.Deliveries.Effect;
import dev.caravan.ledger.Deliveries.Kept;
import dev.caravan.ledger.LaneControl;
import dev.caravan.ledger.Reported;
import dev.caravan.ledger.State;
import dev.caravan.ledger.Store;
import dev.caravan.ledger.Transaction;
import dev.caravan.message.Masking;
import dev.caravan.provider.Delivery;
import dev.caravan.provider.Notice;
import dev.caravan.provider.Providers;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What providers say of messages and of lines after the answer to the send call, whoever asked or listened: applied to the
 * sends and accounts that it is about, within a write of the caller's.
 */
public final class DeliveryReports {

    private static final Logger LOG = LoggerFactory.getLogger(DeliveryReports.class);

    private static final int CHUNK = 200;
    private static final int MOST_CHUNKS = 20;

    /** A call that got no answer has made its send unknown by then, and one that is slow has been answered. */
    private static final Duration UNMATCHED_FOR_LONG = Duration.ofMinutes(1);

    private static final Duration TOLD_AGAIN = Duration.ofHours(1);
    private static final int TOLD = 1_000;

    private final Accounts accounts;
    private final Providers providers;
    private final Store store;
    private final Deliveries deliveries;
    private final LaneControl laneControl;
    private final Cache<String, Boolean> unmapped =
            Caffeine.newBuilder().maximumSize(TOLD).expireAfterWrite(TOLD_AGAIN).build();

    DeliveryReports(
            Accounts accounts, Providers providers, Store store, Deliveries deliveries, LaneControl laneControl) {
        this.accounts = accounts;
        this.providers = providers;
        this.store = store;
        this.deliveries = deliveries;
        this.laneControl = laneControl;
    }

    /**
     * The accounts that something told to an account may be about: those its provider's webhook says, or itself when the
     * provider has none.
     *
     * @param line which of the provider's lines it is about, or null
     */
    public List<Account> concerned(Account told, String line) {
        return providers
                .get(told.provider())
                .webhook()
                .map(webhook -> accounts.all().stream()
                        .filter(account ->
                                account.provider().equals(told.provider()) && webhook.concerns(told, line, account))
                        .toList())
                .orElse(List.of(told));
    }

    /**
     * Applies reports: a send goes on to where its report says, never back. A report on a message that no send is known to
     * be is kept, and matched again for three days.
     *
     * @param told the account whose address they came to, or that was asked
     * @param now in milliseconds
     */
    public void apply(Transaction transaction, Account told, List<Notice.Report> reports, long now)
            throws SQLException {
        for (Notice.Report report : reports) {
            List<String> concerned = names(told, report.line());
            if (report.delivery() == Delivery.UNMAPPED) {
                warnOfUnmapped(told, report);
            } else if (!concerned.isEmpty()) {
                Reported reported = reported(report);
                if (apply(transaction, told.provider(), concerned, reported, now) == Effect.UNMATCHED) {
                    deliveries.keep(transaction, told.name(), reported, now);
                }
            }
        }
    }

    private Effect apply(Transaction transaction, String provider, List<String> concerned, Reported report, long now)
            throws SQLException {
        Effect effect = deliveries.apply(transaction, provider, concerned, report, now);
        if (effect == Effect.REVIVED) {
            LOG.info(
                    "The provider of account {} reports that a message arrived after it had reported that it had not",
                    String.join(" or ", concerned));
        }
        return effect;
    }

    private List<String> names(Account told, String line) {
        return concerned(told, line).stream().map(Account::name).toList();
    }

    private void warnOfUnmapped(Account told, Notice.Report report) {
        String words = words(report.raw());
        if (unmapped.asMap().putIfAbsent(told.name() + ' ' + words, true) == null) {
            LOG.warn(
                    "The provider of account {} reports a delivery as {}, which no documentation lists; it changes"
                            + " nothing. This is said once an hour",
                    told.name(),
                    words);
        }
    }

    private static Reported reported(Notice.Report report) {
        return new Reported(
                report.messageIds().stream().map(RetrySchedule::clean).toList(),
                state(report.delivery()),
                RetrySchedule.clean(report.raw()),
                RetrySchedule.clean(report.code()),
                RetrySchedule.clean(report.reason()),
                RetrySchedule.clean(report.line()),
                RetrySchedule.clean(report.recipient()),
                report.at() == null ? null : report.at().toEpochMilli());
    }

    /** Null when it was deleted. */
    private static State state(Delivery delivery) {
        return switch (delivery) {
            case SENT -> State.SENT;
            case DELIVERED -> State.DELIVERED;
            case READ -> State.READ;
            case FAILED -> State.FAILED;
            case DELETED -> null;
            case UNMAPPED -> throw new IllegalArgumentException("a value that is not listed makes nothing of a send");
        };
    }

    /**
     * Settles a send of unknown fate, because its provider knows it by our own id.
     *
     * @param messageIds the provider's, the one for reports first; at least one
     * @param delivery how far it has come; whatever is no state of a send means that it was accepted
     * @param now in milliseconds
     * @return false when the send is not unknown any more, and nothing was written
     */
    public boolean settleUnknown(
            Transaction transaction, String send, List<String> messageIds, Delivery delivery, long now)
            throws SQLException {
        State state =
                switch (delivery) {
                    case DELETED, UNMAPPED -> State.SENT;
                    default -> state(delivery);
                };
        return deliveries.settleUnknown(
                transaction, send, messageIds.stream().map(RetrySchedule::clean).toList(), state, now);
    }

    /**
     * Notes in the history of a send of unknown fate that a message may be it, for whoever resolves it. One that is noted
     * already, or a send that is not unknown any more, is left as it is.
     *
     * @param messageId the provider's, or null
     * @param at when it was sent, or null
     * @param now in milliseconds
     */
    public void hint(Transaction transaction, String send, String messageId, Instant at, long now) throws SQLException {
        deliveries.hint(
                transaction, send, RetrySchedule.clean(messageId), null, at == null ? null : at.toEpochMilli(), now);
    }

    /**
     * Pauses the accounts that send over a line which cannot send now, and has those that are paused tried at once when it
     * can again.
     *
     * @param told the account to whose address this came
     * @param now in milliseconds
     */
    public void apply(Transaction transaction, Account told, Notice.LineState line, long now) throws SQLException {
        for (Account account : concerned(told, line.line())) {
            if (line.usable()) {
                laneControl.probeNow(transaction, account.name(), now);
            } else {
                String reason = "the provider says of its line: " + words(line.raw());
                if (laneControl.pause(transaction, account.name(), reason, now)) {
                    LOG.error(
                            "Account {} is paused and keeps its sends ({}); it is tried again with one send in a minute",
                            account.name(),
                            reason);
                }
            }
        }
    }

    /** A provider's words for a log. */
    private static String words(String raw) {
        return raw == null ? "nothing" : Masking.blot(RetrySchedule.clean(raw));
    }

    /** Step {@code match-reports}: the kept reports whose turn it is are matched again, some at a time. */
    void matchAgain(Exchange exchange) {
        boolean more = true;
        for (int chunk = 0; more && chunk < MOST_CHUNKS; chunk++) {
            long now = System.currentTimeMillis();
            List<Kept> due = store.read(transaction -> deliveries.due(transaction, CHUNK, now));
            if (!due.isEmpty()) {
                store.write(transaction -> matchAgain(transaction, due, now));
            }
            more = due.size() == CHUNK;
        }
    }

    private Void matchAgain(Transaction transaction, List<Kept> due, long now) throws SQLException {
        for (Kept kept : due) {
            Optional<Account> told = accounts.find(kept.account());
            List<String> concerned =
                    told.map(account -> names(account, kept.report().line())).orElse(List.of());
            String provider = told.map(Account::provider).orElse("");
            if (concerned.isEmpty()
                    || apply(transaction, provider, concerned, kept.report(), now) != Effect.UNMATCHED) {
                deliveries.forget(transaction, kept);
            } else {
                if (now - kept.receivedAt() >= UNMATCHED_FOR_LONG.toMillis()) {
                    deliveries.hint(transaction, provider, concerned, kept, now);
                }
                if (!deliveries.postpone(transaction, kept, now)) {
                    LOG.debug("A report of account {} on a message of nobody's is kept no longer", kept.account());
                }
            }
        }
        return null;
    }
}
