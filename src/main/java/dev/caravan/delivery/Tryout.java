package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.ledger.Attempt;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Judge;
import dev.caravan.provider.Judge.Judged;
import dev.caravan.provider.Providers;
import dev.caravan.provider.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;

/**
 * Sends one message by its provider's own routes, as a lane does between the claim and the settling, and keeps what went
 * to and fro. There is no ledger: whoever calls this keeps the account's pace, and nothing knows of the send afterwards.
 */
public final class Tryout {

    private static final String CALL = "tried-call";
    private static final String ROUTE = "direct:";

    private final ProducerTemplate template;
    private final Providers providers;
    private final Judge judge;
    private final Lookups lookups;

    Tryout(ProducerTemplate template, Providers providers, Judge judge, Lookups lookups) {
        this.template = template;
        this.providers = providers;
        this.judge = judge;
        this.lookups = lookups;
    }

    /**
     * A request as its route has made it; it holds credentials.
     *
     * @param path what follows the base URL
     * @param query as it is on the wire, or null when there is none
     * @param headers those that the route sets
     * @param body as text, or null when there is none
     */
    public record Call(String method, String path, String query, Map<String, String> headers, String body) {

        @Override
        public String toString() {
            return "Call[" + method + "]";
        }
    }

    /**
     * What came of a send.
     *
     * @param found what was looked up, which may be a credential; null when nothing was
     * @param call the send call, or null when the look-up decided that there is none
     * @param answer to the send call, or null when none came
     * @param verdict when it is about something that was looked up, that was done just now
     * @param because for people
     */
    public record Tried(String found, Call call, Answer answer, Verdict verdict, String because) {

        @Override
        public String toString() {
            return "Tried[" + verdict.word() + "]";
        }
    }

    /**
     * Sends, once.
     *
     * @param id the send's, which some providers are told
     */
    public Tried send(String id, Send send, Account account) {
        Turn turn = Turn.withoutClaim(account);
        if (providers.get(account.provider()).lookup().isPresent()) {
            Exchange lookup = pass("-lookup", send, turn, null);
            if (lookup.getException() != null) {
                lookup.setProperty(Exchange.EXCEPTION_CAUGHT, lookup.getException());
                lookups.failed(lookup);
            }
            if (turn.verdict() != null) {
                return new Tried(null, null, null, fresh(turn.verdict()), "the look-up before the send says so");
            }
            return call(id, send, turn, lookup.getVariable(Turn.FOUND, String.class));
        }
        return call(id, send, turn, null);
    }

    private Tried call(String id, Send send, Turn turn, String found) {
        turn.claimed(new Attempt(id, 1, null, Long.MAX_VALUE, false, false, System.currentTimeMillis()));
        Exchange exchange = pass("", send, turn, found);
        Call call = exchange.getVariable(CALL, Call.class);
        if (exchange.getException() != null) {
            return new Tried(
                    found,
                    call,
                    null,
                    TransportFailures.onSend(exchange.getException()),
                    "no answer came that could be read");
        }
        Answer answer = exchange.getMessage().getBody(Answer.class);
        Judged judged = judge.judge(answer, turn.account().carried(send), turn.account());
        return new Tried(found, call, answer, fresh(turn.verdict()), judged.because());
    }

    private Exchange pass(String kind, Send send, Turn turn, String found) {
        return template.send(ROUTE + turn.account().provider() + kind, exchange -> {
            exchange.setVariable(Turn.VARIABLE, turn);
            exchange.setVariable(Turn.ACCOUNT, turn.account());
            exchange.setVariable(Turn.SEND, send);
            exchange.setVariable(Turn.FOUND, found);
            exchange.getMessage().setBody(send);
        });
    }

    /** Looking up once more would find the same. */
    private static Verdict fresh(Verdict verdict) {
        return verdict instanceof Verdict.Stale stale ? stale.otherwise() : verdict;
    }

    /** The step {@code connection}, which comes right before a call, so that the call is kept. */
    static Processor keeping(Processor connection) {
        return exchange -> {
            connection.process(exchange);
            exchange.setVariable(CALL, callOf(exchange.getMessage()));
        };
    }

    private static Call callOf(Message message) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        message.getHeaders().forEach((name, value) -> {
            if (!name.startsWith("Camel") && !name.equalsIgnoreCase(Exchange.CONTENT_TYPE)) {
                headers.put(name, String.valueOf(value));
            }
        });
        String body = message.getBody(String.class);
        // What was a stream has been read to its end.
        message.setBody(body == null ? null : body.getBytes(StandardCharsets.UTF_8));
        return new Call(
                message.getHeader(Exchange.HTTP_METHOD, String.class),
                message.getHeader(Exchange.HTTP_PATH, String.class),
                message.getHeader(Exchange.HTTP_QUERY, String.class),
                headers,
                body);
    }
}
