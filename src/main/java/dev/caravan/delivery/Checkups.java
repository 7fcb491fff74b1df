package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.message.Masking;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Checkup;
import dev.caravan.provider.Checkup.Standing;
import dev.caravan.provider.Checkup.Standing.Bad;
import dev.caravan.provider.Checkup.Standing.Good;
import dev.caravan.provider.Providers;
import dev.caravan.provider.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the accounts can send, as their providers say when they are asked at the start; nothing is sent for it, and what
 * they say changes nothing.
 */
final class Checkups {

    private static final Logger LOG = LoggerFactory.getLogger(Checkups.class);

    private final Accounts accounts;
    private final Providers providers;
    private final Lookups lookups;
    private final Map<String, Found> found = new ConcurrentHashMap<>();

    Checkups(Accounts accounts, Providers providers, Lookups lookups) {
        this.accounts = accounts;
        this.providers = providers;
        this.lookups = lookups;
    }

    /**
     * What a check-up has found.
     *
     * @param at when
     */
    record Found(Standing standing, Instant at) {

        /** In a word and the reason for it: {@code good: phone 12 is active}. */
        String text() {
            return standing instanceof Bad bad
                    ? "bad: " + RetrySchedule.reason(bad.verdict())
                    : "good: " + Masking.blot(((Good) standing).note());
        }
    }

    /** Whether the account's provider can be asked. */
    boolean isPossible(Account account) {
        return providers.get(account.provider()).checkup().isPresent();
    }

    /** Empty as long as nothing is known of the account. */
    Optional<Found> found(Account account) {
        return Optional.ofNullable(found.get(account.name()));
    }

    /** Step {@code checkup-accounts}: those that can be checked, as the body. */
    void accounts(Exchange exchange) {
        exchange.getMessage()
                .setBody(accounts.all().stream().filter(this::isPossible).toList());
    }

    /** Step {@code checkup-found}: what was found of an account is kept for whoever asks, and told in the log. */
    void keep(Exchange exchange) {
        String account = exchange.getVariable(Turn.ACCOUNT, Account.class).name();
        Found now = new Found(exchange.getMessage().getBody(Standing.class), Instant.now());
        found.put(account, now);
        if (now.standing() instanceof Good) {
            LOG.info("Account {} was checked: {}", account, now.text());
        } else {
            LOG.warn("Account {} was checked: {}; {}", account, now.text(), advice(now.standing()));
        }
    }

    private static String advice(Standing standing) {
        return standing instanceof Bad bad && bad.verdict() instanceof Verdict.AccountFault
                ? "see to its settings and to the account at the provider; its sends are tried all the same"
                : "see to base-url and to the network, unless its sends go out";
    }

    /** Step {@code checkup-reads}: the first read. */
    void reads(Exchange exchange) {
        Account account = exchange.getVariable(Turn.ACCOUNT, Account.class);
        exchange.setVariable(Turn.VARIABLE, Turn.withoutClaim(account));
        Turn.exposeSettings(exchange);
        exchange.setVariable(Turn.LIST, checkup(account).reads().get(0));
    }

    /** Step {@code checkup-answer}: the next read; or how the account stands, as the body. */
    void answer(Exchange exchange) {
        Turn turn = Turn.of(exchange);
        Checkup checkup = checkup(turn.account());
        String read = exchange.getVariable(Turn.LIST, String.class);
        Standing standing = turn.verdict() == null
                ? checkup.read(read, exchange.getMessage().getBody(Answer.class), turn.account())
                : new Bad(turn.verdict());
        if (standing instanceof Bad bad && bad.verdict() instanceof Verdict.Stale stale) {
            if (lookups.renew(exchange)) {
                return;
            }
            standing = new Bad(stale.otherwise());
        }
        List<String> reads = checkup.reads();
        int next = reads.indexOf(read) + 1;
        if (standing instanceof Good && next < reads.size()) {
            exchange.setVariable(Turn.LIST, reads.get(next));
        } else {
            exchange.removeVariable(Turn.LIST);
            // Those of a call that failed hold its credential.
            exchange.getMessage().removeHeaders("*");
            exchange.getMessage().setBody(standing);
        }
    }

    private Checkup checkup(Account account) {
        return providers.get(account.provider()).checkup().orElseThrow();
    }
}
