package dev.caravan.sandbox;

import dev.caravan.api.ServerErrors;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Simulator;
import dev.caravan.provider.Simulator.Reply;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.springframework.context.SmartLifecycle;

/**
 * Step {@code simulate}: hands a request to the simulator its path names, and answers as that one does: with an answer,
 * with half of one, or not at all. The variable {@code reports} is left with what is to be posted afterwards, and {@code
 * provider} with the name of who posts it.
 */
final class Simulation implements SmartLifecycle {

    private static final String ROOT = "/sandbox/";

    /** Longer than any account waits for an answer unless it is told to. */
    private static final Duration SILENCE = Duration.ofMinutes(2);

    private final Map<String, Simulator> simulators;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private boolean running;

    Simulation(List<Simulator> simulators) {
        this.simulators =
                simulators.stream().collect(Collectors.toUnmodifiableMap(Simulator::provider, Function.identity()));
    }

    void answer(Exchange exchange) throws IOException, InterruptedException {
        Message message = exchange.getMessage();
        String path = message.getHeader(Exchange.HTTP_URI, String.class);
        String below = path.substring(path.indexOf(ROOT) + ROOT.length());
        int slash = below.indexOf('/');
        String provider = slash < 0 ? below : below.substring(0, slash);
        Simulator simulator = simulators.get(provider);
        Reply reply = simulator == null
                ? Reply.of(new Answer(404, Map.of(), "the sandbox simulates " + simulators.keySet()))
                : simulator.reply(call(message, slash < 0 ? "" : below.substring(slash)));
        exchange.setVariable("provider", provider);
        exchange.setVariable("reports", reply.reports());
        HttpServletRequest request = message.getHeader("CamelHttpServletRequest", HttpServletRequest.class);
        HttpServletResponse response = message.getHeader("CamelHttpServletResponse", HttpServletResponse.class);
        message.removeHeaders("*");
        switch (reply.conduct()) {
            case ANSWERS -> write(message, reply.answer());
            case SILENT -> {
                stopping.await(SILENCE.toSeconds(), TimeUnit.SECONDS);
                ServerErrors.breakOff(request);
                message.setBody(null);
            }
            case CUTS -> {
                writeHalf(response, reply.answer());
                ServerErrors.breakOff(request);
                message.setBody(null);
            }
        }
    }

    private static void write(Message message, Answer answer) {
        answer.headers().forEach(message::setHeader);
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, answer.status());
        if (answer.header("Content-Type") == null) {
            message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        }
        message.setBody(answer.body());
    }

    private static void writeHalf(HttpServletResponse response, Answer answer) throws IOException {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        response.setStatus(answer.status());
        response.setContentType("application/json");
        response.setContentLength(body.length);
        response.getOutputStream().write(body, 0, body.length / 2);
        response.flushBuffer();
    }

    private static Simulator.Call call(Message message, String path) {
        Map<String, String> headers = new HashMap<>();
        message.getHeaders().forEach((name, value) -> {
            if (!name.toLowerCase(Locale.ROOT).startsWith("camel")) {
                headers.put(name, first(value));
            }
        });
        String body = message.getBody(String.class);
        return new Simulator.Call(
                message.getHeader(Exchange.HTTP_METHOD, String.class),
                path,
                query(message.getHeader(Exchange.HTTP_QUERY, String.class)),
                headers,
                body == null ? "" : body);
    }

    /** Camel adds a query parameter to the header of its name; the header comes first. */
    private static String first(Object value) {
        return String.valueOf(value instanceof List<?> values ? values.get(0) : value);
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> query = new HashMap<>();
        if (raw != null) {
            for (String pair : raw.split("&")) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    query.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
                }
            }
        }
        return query;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void start() {
        running = true;
    }

    /** Before the server waits for its requests to end. */
    @Override
    public void stop() {
        running = false;
        stopping.countDown();
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
