package dev.caravan.delivery;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.caravan.account.Account;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Lookup;
import dev.caravan.provider.Lookup.Finding;
import dev.caravan.provider.Providers;
import dev.caravan.provider.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;

/**
 * The steps of a look-up before the claim, and the memory of what was found. A finding lost with the process is looked
 * up again, which is only a read.
 */
final class Lookups {

    private static final String ASKED = "asked";
    private static final String RENEWED = "renewed";
    private static final int REMEMBERED = 100_000;

    private final Providers providers;
    private final Cache<String, Finding.Found> found =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    Lookups(Providers providers) {
        this.providers = providers;
    }

    /** Step {@code lookup-questions}: what is known already, or the first question; neither if nothing is needed. */
    void questions(Exchange exchange) {
        Turn.exposeSettings(exchange);
        Turn turn = Turn.of(exchange);
        Account account = turn.account();
        Send send = turn.isToSend() ? Turn.carry(exchange) : exchange.getVariable(Turn.SEND, Send.class);
        Lookup lookup = lookup(account);
        if (turn.isToSend() && !lookup.isNeeded(send, account)) {
            return;
        }
        Optional<String> known = lookup.given(send, account).or(() -> remembered(key(lookup, send, account)));
        if (known.isPresent()) {
            exchange.setVariable(Turn.FOUND, known.get());
        } else {
            ask(exchange, lookup.questions(send, account), 0);
        }
    }

    /** Step {@code lookup-answer}: the finding, or the next question, or the verdict that nothing can be found. */
    void answer(Exchange exchange) {
        Turn turn = Turn.of(exchange);
        Send send = exchange.getVariable(Turn.SEND, Send.class);
        Lookup lookup = lookup(turn.account());
        Finding finding = lookup.read(exchange.getMessage().getBody(Answer.class), send, turn.account());
        exchange.removeVariable(Turn.QUESTION);
        if (finding instanceof Finding.Found value) {
            found.put(key(lookup, send, turn.account()), value);
            exchange.setVariable(Turn.FOUND, value.value());
        } else if (finding instanceof Finding.Barred barred) {
            exchange.setVariable(Turn.FOUND, barred.value());
            if (turn.isToSend()) {
                decide(exchange, barred.verdict());
            }
        } else if (finding instanceof Finding.Failed failed) {
            decide(exchange, failed.verdict());
        } else if (finding instanceof Finding.NotFound nothing) {
            List<Object> questions = lookup.questions(send, turn.account());
            int next = exchange.getVariable(ASKED, Integer.class) + 1;
            if (next < questions.size()) {
                ask(exchange, questions, next);
            } else {
                decide(exchange, nothing.verdict());
            }
        }
    }

    /** Forgets what was found when the answer to the send call says that it is not, or no longer, right. */
    void forgetIfWrong(Exchange exchange) {
        Turn turn = Turn.of(exchange);
        if (turn.verdict() instanceof Verdict.Stale || turn.verdict() instanceof Verdict.Misdelivered) {
            forget(exchange);
        }
    }

    /**
     * Forgets what was found for the exchange's question, so that it is looked up afresh.
     *
     * @return false when that has been done for this exchange already, and would help no more
     */
    boolean renew(Exchange exchange) {
        if (exchange.getVariable(RENEWED) != null) {
            return false;
        }
        exchange.setVariable(RENEWED, true);
        forget(exchange);
        return true;
    }

    private void forget(Exchange exchange) {
        Account account = Turn.of(exchange).account();
        Send send = exchange.getVariable(Turn.SEND, Send.class);
        found.invalidate(key(lookup(account), send, account));
        exchange.removeVariable(Turn.FOUND);
    }

    /** Step {@code lookup-failed}: a look-up brought no answer; nothing was sent, so trying again is safe. */
    void failed(Exchange exchange) {
        Verdict verdict = TransportFailures.onSend(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class));
        boolean unclear = verdict instanceof Verdict.Unknown;
        decide(exchange, unclear ? new Verdict.Transient("lookup-failed", verdict.message()) : verdict);
    }

    private static void decide(Exchange exchange, Verdict verdict) {
        Turn.of(exchange).verdict(verdict);
        exchange.setVariable(Turn.DECIDED, true);
    }

    private static void ask(Exchange exchange, List<Object> questions, int index) {
        exchange.setVariable(ASKED, index);
        exchange.setVariable(Turn.QUESTION, questions.get(index));
    }

    private Optional<String> remembered(String key) {
        return Optional.ofNullable(found.getIfPresent(key))
                .filter(finding -> finding.until() == null || finding.until().isAfter(Instant.now()))
                .map(Finding.Found::value);
    }

    private static String key(Lookup lookup, Send send, Account account) {
        return account.name() + '/' + lookup.key(send, account);
    }

    private Lookup lookup(Account account) {
        return providers
                .get(account.provider())
                .lookup()
                .orElseThrow(() -> new IllegalStateException("provider " + account.provider() + " has no look-up"));
    }
}
