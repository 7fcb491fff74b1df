package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.account.RoutingRule;
import dev.caravan.ledger.StandIns;
import dev.caravan.ledger.StandIns.Waiting;
import dev.caravan.ledger.Transaction;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.Recipient;
import dev.caravan.message.Send;
import dev.caravan.provider.Providers;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Hands queued sends on to the next account of their routing rule. Which rule that is, is found anew: a send keeps its
 * recipient, and whether its caller named the account, which rules out any other.
 */
final class Failover {

    private final Accounts accounts;
    private final Providers providers;
    private final StoredSends storedSends;
    private final StandIns standIns;

    Failover(Accounts accounts, Providers providers, StoredSends storedSends, StandIns standIns) {
        this.accounts = accounts;
        this.providers = providers;
        this.storedSends = storedSends;
        this.standIns = standIns;
    }

    /** The accounts that others take over from while they are down, and that are down now. */
    List<String> down(Transaction transaction, long now) throws SQLException {
        Set<Account> replaced = accounts.inRules(RoutingRule.Failover.DOWN);
        return replaced.isEmpty()
                ? List.of()
                : standIns.paused(transaction, now).stream()
                        .filter(name ->
                                accounts.find(name).filter(replaced::contains).isPresent())
                        .toList();
    }

    /** The next due sends of an account, after one of them, or from the first. */
    List<Waiting> waiting(Transaction transaction, String account, Optional<Waiting> after, int limit)
            throws SQLException {
        return standIns.waiting(transaction, account, after, limit);
    }

    /** Moves a send away from an account that is down, if another may have it. */
    void moveFromDown(Transaction transaction, String account, Waiting waiting, long now) throws SQLException {
        Optional<RoutingRule> rule = rule(new Recipient(waiting.recipient()), RoutingRule.Failover.DOWN);
        if (rule.isPresent()) {
            move(
                    transaction,
                    rule.get(),
                    account,
                    waiting.id(),
                    storedSends.read(waiting.content()),
                    waiting.expiresAt(),
                    "its lane is paused",
                    now);
        }
    }

    /** The same for a send that its provider has just refused for a reason of the account. */
    void moveRefused(
            Transaction transaction,
            String account,
            String id,
            String content,
            long expiresAt,
            String because,
            long now)
            throws SQLException {
        if (accounts.inRules(RoutingRule.Failover.DEFINITE_REFUSAL).isEmpty()) {
            return;
        }
        Send send = storedSends.read(content);
        Optional<RoutingRule> rule = rule(send.to(), RoutingRule.Failover.DEFINITE_REFUSAL);
        if (rule.isPresent()) {
            move(transaction, rule.get(), account, id, send, expiresAt, because, now);
        }
    }

    private Optional<RoutingRule> rule(Recipient to, RoutingRule.Failover failover) {
        return accounts.rule(to).filter(rule -> rule.failover() == failover);
    }

    private void move(
            Transaction transaction,
            RoutingRule rule,
            String from,
            String id,
            Send send,
            long expiresAt,
            String because,
            long now)
            throws SQLException {
        if (send.account() != null) {
            return;
        }
        Set<String> barred = standIns.barred(transaction, id);
        for (Account next : rule.accounts()) {
            if (!next.name().equals(from)
                    && !barred.contains(next.name())
                    && carries(next, send)
                    && !standIns.isDown(transaction, next, expiresAt, now)) {
                standIns.move(transaction, id, from, next, because, now);
                return;
            }
        }
    }

    private boolean carries(Account account, Send send) {
        try {
            providers.check(send, account);
            return true;
        } catch (InvalidSendException notCarried) {
            return false;
        }
    }
}
