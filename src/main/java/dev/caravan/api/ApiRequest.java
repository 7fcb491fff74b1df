package dev.caravan.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.springboot.PlatformHttpMessage;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.util.MultiValueMap;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.util.UriComponentsBuilder;
import org.springframework.web.util.UriUtils;

/**
 * A request as the steps see it; {@link #of} finds it wherever its exchange is.
 *
 * @param operation the {@code operationId} of the contract
 * @param caller who makes it
 * @param path the variables of its path by name, decoded; nothing else in the request can change them
 * @param http the rest of it
 */
record ApiRequest(String operation, Caller caller, Map<String, String> path, HttpServletRequest http) {

    private static final String VARIABLE = "request";
    private static final String OPERATION = "operation";

    /** Step {@code api-request}: the request becomes a record of ours, and no header of it travels on. */
    static void receive(Exchange exchange) {
        PlatformHttpMessage message = exchange.getMessage(PlatformHttpMessage.class);
        HttpServletRequest http = ((SealedRequest) message.getRequest()).unsealed();
        message.removeHeaders("*");
        // The route that a request comes in by has the name of its operation.
        String operation = exchange.getFromRouteId();
        exchange.setVariable(OPERATION, operation);
        exchange.setVariable(
                VARIABLE,
                new ApiRequest(operation, (Caller) http.getAttribute(Caller.ATTRIBUTE), pathVariables(http), http));
    }

    /** No part of the path, which may have a token in it. */
    @Override
    public String toString() {
        return operation;
    }

    static ApiRequest of(Exchange exchange) {
        return exchange.getVariable(VARIABLE, ApiRequest.class);
    }

    private static Map<String, String> pathVariables(HttpServletRequest http) {
        Map<String, String> variables = new HashMap<>();
        ((Map<?, ?>) http.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE))
                .forEach((name, value) -> variables.put(name.toString(), value.toString()));
        return Map.copyOf(variables);
    }

    /** A header, or null; of several of that name the first. */
    String header(String name) {
        return http.getHeader(name);
    }

    /**
     * The parameters of the query by name, decoded.
     *
     * @param known the names there may be: a misspelt one is better refused than passed over
     * @throws ProblemException {@code invalid-parameter} at another name, and at one that is given twice
     */
    Map<String, String> query(String... known) {
        MultiValueMap<String, String> given = UriComponentsBuilder.newInstance()
                .query(http.getQueryString())
                .build()
                .getQueryParams();
        Map<String, String> parameters = new HashMap<>();
        for (Map.Entry<String, List<String>> parameter : given.entrySet()) {
            String name = decoded(parameter.getKey(), parameter.getKey());
            List<String> values = parameter.getValue();
            if (!Set.of(known).contains(name) || values.size() != 1 || values.get(0) == null) {
                throw new ProblemException(
                        400,
                        "invalid-parameter",
                        "The query may hold " + (known.length == 0 ? "nothing" : String.join(", ", known))
                                + ", each at most once and with a value.",
                        name);
            }
            String value = decoded(name, values.get(0).replace('+', ' '));
            if (value.indexOf('\0') >= 0) {
                throw new ProblemException(400, "invalid-parameter", name + ": a NUL character is no text.", name);
            }
            parameters.put(name, value);
        }
        return parameters;
    }

    private static String decoded(String name, String written) {
        try {
            return UriUtils.decode(written, UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new ProblemException(
                    400, "invalid-parameter", "A percent sign in the query needs two hex digits after it.", name);
        }
    }

    boolean hasBody() {
        return http.getContentLengthLong() > 0 || http.getHeader("Transfer-Encoding") != null;
    }

    /**
     * The content type of the body.
     *
     * @param taken one of these, whatever its parameters
     * @throws ProblemException {@code unsupported-media-type} when it is another one, none, or compressed
     */
    MediaType contentType(MediaType... taken) {
        String encoding = http.getHeader("Content-Encoding");
        if (encoding == null || encoding.equalsIgnoreCase("identity")) {
            try {
                MediaType type = MediaType.parseMediaType(http.getContentType());
                if (Stream.of(taken).anyMatch(type::equalsTypeAndSubtype)) {
                    return type;
                }
            } catch (InvalidMediaTypeException malformed) {
                // refused below
            }
        }
        throw new ProblemException(
                415,
                "unsupported-media-type",
                "Send the body uncompressed, with Content-Type "
                        + Stream.of(taken).map(MediaType::toString).collect(joining(" or ")) + ".");
    }

    /** The charset that a content type names, or null; unknown ones are refused as the type is. */
    Charset charset(MediaType type) {
        try {
            return type.getCharset();
        } catch (IllegalArgumentException unknown) {
            throw new ProblemException(
                    415, "unsupported-media-type", "The charset of the Content-Type is not known here; send UTF-8.");
        }
    }

    /** Hangs up on the client, where the server can. */
    void breakOff() {
        ServerErrors.breakOff(http);
    }

    /** The body as it arrives. */
    InputStream body() throws IOException {
        return http.getInputStream();
    }
}
