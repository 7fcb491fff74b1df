package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.ledger.Checks;
import dev.caravan.ledger.LaneControl;
import dev.caravan.ledger.Store;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Providers;
import dev.caravan.provider.Tracking;
import dev.caravan.provider.Tracking.Tracked;
import dev.caravan.provider.Tracking.Tracks;
import dev.caravan.provider.Tracking.Tracks.Found;
import dev.caravan.provider.Tracking.Tracks.NotFound;
import dev.caravan.provider.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of asking a provider what became of sends, in a turn that has nothing to send. A question that brings no
 * answer is asked again when its sends have their next one; it ends nothing and pauses nobody.
 */
final class Asking {

    private static final Logger LOG = LoggerFactory.getLogger(Asking.class);

    // Variables: whether there is a question to ask, and the sends that it is about.
    private static final String ASKS = "asks";
    private static final String TRACKED = "tracked";

    private final Providers providers;
    private final Store store;
    private final Checks checks;
    private final LaneControl laneControl;
    private final RetrySchedule schedule;
    private final Lookups lookups;
    private final StoredSends storedSends;
    private final DeliveryReports reports;
    private final LaneMetrics metrics;

    /** The accounts that were refused their latest answer. */
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    Asking(
            Providers providers,
            Store store,
            Checks checks,
            LaneControl laneControl,
            RetrySchedule schedule,
            Lookups lookups,
            StoredSends storedSends,
            DeliveryReports reports,
            LaneMetrics metrics) {
        this.providers = providers;
        this.store = store;
        this.checks = checks;
        this.laneControl = laneControl;
        this.schedule = schedule;
        this.lookups = lookups;
        this.storedSends = storedSends;
        this.reports = reports;
        this.metrics = metrics;
    }

    /** Step {@code tracking-sends}: takes the sends that the turn asks about, if it has nothing to send and there are any. */
    void take(Exchange exchange) {
        Turn turn = Turn.of(exchange);
        Account account = turn.account();
        Provider provider = providers.get(account.provider());
        long now = System.currentTimeMillis();
        if (!turn.isNothing()
                || provider.tracking().isEmpty()
                || !store.read(transaction -> checks.isDue(transaction, account.name(), now))
                || !turn.beginAsking()) {
            return;
        }
        int together = provider.tracking().get().together();
        List<Tracked> tracked = store
                .write(transaction -> checks.take(transaction, account.name(), account.provider(), together, now))
                .stream()
                .map(due -> tracked(due, account))
                .toList();
        if (!tracked.isEmpty()) {
            Turn.exposeSettings(exchange);
            exchange.setVariable(TRACKED, tracked);
            exchange.setVariable(Turn.SEND, tracked.get(0).send());
            exchange.setVariable(ASKS, true);
            metrics.asked(account.name());
        }
    }

    private Tracked tracked(Checks.Due due, Account account) {
        // The form of its template may have changed since it was sent.
        Send send = storedSends.carried(account, due.content()).orElseGet(() -> storedSends.read(due.content()));
        return new Tracked(due.id(), due.messageId(), due.otherIds(), send, Instant.ofEpochMilli(due.at()));
    }

    /** Step {@code tracking-question}: the question, as a variable and as the body. */
    void question(Exchange exchange) {
        Account account = Turn.of(exchange).account();
        Object question = tracking(account).question(tracked(exchange), account);
        exchange.setVariable(Turn.QUESTION, question);
        exchange.getMessage().setBody(question);
    }

    /** Step {@code tracking-answer}: what the provider says of the sends goes to the ledger, in one commit. */
    void answer(Exchange exchange) {
        Turn turn = Turn.of(exchange);
        Account account = turn.account();
        exchange.removeVariable(Turn.QUESTION);
        Tracks tracks = turn.verdict() == null
                ? tracking(account).read(exchange.getMessage().getBody(Answer.class), tracked(exchange), account)
                : new NotFound(turn.verdict());
        if (tracks instanceof NotFound refusal
                && refusal.verdict() instanceof Verdict.Stale
                && lookups.renew(exchange)) {
            return;
        }
        exchange.removeVariable(ASKS);
        // Those of a call that failed hold its credential.
        exchange.getMessage().removeHeaders("*");
        if (tracks instanceof Found found) {
            write(account, found);
        } else if (tracks instanceof NotFound refusal) {
            refused(account, refusal.verdict() instanceof Verdict.Stale stale ? stale.otherwise() : refusal.verdict());
        }
    }

    private void write(Account account, Found found) {
        store.write(transaction -> {
            long now = System.currentTimeMillis();
            reports.apply(transaction, account, found.reports(), now);
            for (Tracking.Echo echo : found.echoes()) {
                reports.settleUnknown(transaction, echo.id(), echo.messageIds(), echo.delivery(), now);
            }
            for (Tracking.Hint hint : found.hints()) {
                reports.hint(transaction, hint.id(), hint.messageId(), hint.at(), now);
            }
            return null;
        });
        metrics.told(account.name());
        refused.remove(account.name());
    }

    private void refused(Account account, Verdict verdict) {
        if (verdict instanceof Verdict.Throttled throttled) {
            Instant until = store.write(transaction -> {
                Instant end = schedule.end(
                        throttled.pause(), laneControl.throttles(transaction, account.name()), Instant.now());
                laneControl.hold(transaction, account.name(), end.toEpochMilli());
                return end;
            });
            LOG.warn("Account {} is throttled by its provider until {}", account.name(), until);
        } else if (refused.add(account.name())) {
            LOG.warn(
                    "The provider of account {} does not say what became of its sends ({}); it is asked again later",
                    account.name(),
                    RetrySchedule.reason(verdict));
        }
    }

    private Tracking tracking(Account account) {
        return providers.get(account.provider()).tracking().orElseThrow();
    }

    @SuppressWarnings("unchecked")
    private static List<Tracked> tracked(Exchange exchange) {
        return exchange.getVariable(TRACKED, List.class);
    }
}
