package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Bulk;
import dev.caravan.provider.Judge;
import dev.caravan.provider.Judge.Judged;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Providers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** The steps around a provider call: canonical message to request, HTTP answer to verdict. */
final class Calling {

    /** How the headers begin that Camel adds to those of the answer. */
    private static final String CAMELS_OWN = "Camel";

    private static final int NO_CONTENT = 204;

    private final Providers providers;
    private final Judge judge;
    private final LaneMetrics metrics;

    Calling(Providers providers, Judge judge, LaneMetrics metrics) {
        this.providers = providers;
        this.judge = judge;
        this.metrics = metrics;
    }

    /** Step {@code request}: the send in the provider's fields; the variable is left with it as its account carries it. */
    void request(Exchange exchange) {
        Turn.exposeSettings(exchange);
        Turn turn = Turn.of(exchange);
        Send send = Turn.carry(exchange);
        Provider provider = providers.get(turn.account().provider());
        exchange.getMessage()
                .setBody(
                        turn.companions().isEmpty()
                                ? provider.request(
                                        send, turn.account(), turn.attempt().id())
                                : provider.bulk().orElseThrow().request(turn.together(), turn.account()));
    }

    /** Step {@code read-answer}: the HTTP message as an {@link Answer}, without headers that could travel on. */
    void readAnswer(Exchange exchange) throws IOException {
        Message message = exchange.getMessage();
        int status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
        Map<String, String> headers = new HashMap<>();
        message.getHeaders().forEach((name, value) -> {
            if (!name.startsWith(CAMELS_OWN)) {
                headers.put(name, joined(value));
            }
        });
        boolean framed = status == NO_CONTENT
                || message.getHeader("Content-Length") != null
                || message.getHeader("Transfer-Encoding") != null;
        String body = text(message.getBody(InputStream.class));
        message.removeHeaders("*");
        Answer answer = new Answer(status, headers, body, framed);
        message.setBody(answer);
        Turn.of(exchange).answered(answer);
    }

    /** Step {@code answer}: the provider's answer to the send call as a verdict. */
    void answer(Exchange exchange) {
        Turn turn = Turn.of(exchange);
        Send send = exchange.getVariable(Turn.SEND, Send.class);
        Answer answer = exchange.getMessage().getBody(Answer.class);
        Judged judged = judged(turn, answer, send);
        turn.verdict(judged.verdict(), judged.recognised());
        metrics.answered(turn.account().name(), turn.attempt().startedAt());
    }

    private Judged judged(Turn turn, Answer answer, Send send) {
        Account account = turn.account();
        if (turn.companions().isEmpty()) {
            return judge.judge(answer, send, account);
        }
        Bulk bulk = providers.get(account.provider()).bulk().orElseThrow();
        return judge.judge(answer, bulk.read(answer, turn.together().size()), send, account);
    }

    /** Step {@code call-failed}: no answer came, or none that could be read. */
    void callFailed(Exchange exchange) {
        Turn turn = Turn.of(exchange);
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        turn.verdict(TransportFailures.onSend(failure));
        metrics.answered(turn.account().name(), turn.attempt().startedAt());
    }

    /** Step {@code question-failed}: no answer came to a question, which sent nothing. */
    void questionFailed(Exchange exchange) {
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        Turn.of(exchange).verdict(TransportFailures.onSend(failure));
    }

    private static String joined(Object value) {
        return value instanceof Collection<?> several
                ? several.stream().map(String::valueOf).collect(Collectors.joining(", "))
                : String.valueOf(value);
    }

    private static String text(InputStream body) throws IOException {
        return body == null ? "" : new String(body.readNBytes(Answer.LONGEST_BODY), StandardCharsets.UTF_8);
    }
}
