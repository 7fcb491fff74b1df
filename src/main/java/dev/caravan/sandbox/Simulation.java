package dev.caravan.sandbox;

import dev.caravan.provider.Answer;
import dev.caravan.provider.Simulator;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** Step {@code simulate}: hands a request to the simulator its path names, and answers as that one does. */
final class Simulation {

    private static final String ROOT = "/sandbox/";

    private final Map<String, Simulator> simulators;

    Simulation(List<Simulator> simulators) {
        this.simulators =
                simulators.stream().collect(Collectors.toUnmodifiableMap(Simulator::provider, Function.identity()));
    }

    void answer(Exchange exchange) {
        Message message = exchange.getMessage();
        String path = message.getHeader(Exchange.HTTP_URI, String.class);
        String below = path.substring(path.indexOf(ROOT) + ROOT.length());
        int slash = below.indexOf('/');
        String provider = slash < 0 ? below : below.substring(0, slash);
        Simulator simulator = simulators.get(provider);
        Answer answer = simulator == null
                ? new Answer(404, Map.of(), "the sandbox simulates " + simulators.keySet())
                : simulator
                        .reply(call(message, slash < 0 ? "" : below.substring(slash)))
                        .answer();
        message.removeHeaders("*");
        answer.headers().forEach(message::setHeader);
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, answer.status());
        if (answer.header("Content-Type") == null) {
            message.setHeader(Exchange.CONTENT_TYPE, "application/json");
        }
        message.setBody(answer.body());
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
}
