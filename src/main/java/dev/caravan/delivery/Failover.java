package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.account.RoutingRule;
import dev.caravan.ledger.StandIns;
import dev.caravan.ledger.StandIns.Stranded;
import dev.caravan.ledger.StandIns.Waiting;
import dev.caravan.ledger.Transaction;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.Recipient;
import dev.caravan.message.Send;
import dev.caravan.provider.Providers;
import java.sql.SQLException;
import java.util.ArrayList;
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

    /** The accounts that others take over from while they are down, and that start nothing now. */
    List<String> stopped(Transaction transaction, long now) throws SQLException {
        List<String> stopped = new ArrayList<>();
        for (Account account : accounts.inRules(RoutingRule.Failover.DOWN)) {
            if (standIns.isStopped(transaction, account, now)) {
                stopped.add(account.name());
            }
        }
        return stopped;
    }

    /** The next due sends of an account, after one of them, or from the first. */
    List<Waiting> waiting(Transaction transaction, String account, Optional<Waiting> after, int limit)
            throws SQLException {
        return standIns.waiting(transaction, account, after, limit);
    }

    /**
     * Which of them it cannot send.
     *
     * @param before sends that have their turn before them
     */
    Stranded stranded(Transaction transaction, String account, List<Waiting> next, long before, long now)
            throws SQLException {
        return standIns.stranded(transaction, accounts.get(account), next, before, now);
    }

    /**
     * Moves sends away from an account that cannot send them, if another may have them, and they would not overtake an
     * earlier one to their recipient that stays.
     */
    void moveStranded(Transaction transaction, String account, Stranded stranded, long now) throws SQLException {
        boolean inOrder = accounts.rules(account).inOrder();
        for (Waiting waiting : stranded.sends()) {
            Optional<RoutingRule> rule = rule(new Recipient(waiting.recipient()), RoutingRule.Failover.DOWN);
            if (rule.isPresent() && !(inOrder && standIns.waitsBehind(transaction, waiting.id()))) {
                move(
                        transaction,
                        rule.get(),
                        account,
                        waiting.id(),
                        storedSends.read(waiting.content()),
                        waiting.expiresAt(),
                        stranded.because(),
                        now);
            }
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
