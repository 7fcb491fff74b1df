package dev.caravan.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * What is answered to a request.
 *
 * @param status of HTTP
 * @param headers by name, {@code Content-Type} among them when there is a body
 * @param body bytes; or an {@link InputStream} of what is made while it is sent; or null
 */
record ApiAnswer(int status, Map<String, String> headers, Object body) {

    private static final String VARIABLE = "answer";
    private static final String CONTENT_TYPE = "Content-Type";

    static ApiAnswer json(int status, JsonNode document) {
        return of(status, "application/json", document);
    }

    static ApiAnswer problem(int status, JsonNode document) {
        return of(status, Problem.MEDIA_TYPE, document);
    }

    /** @param body that is made while it is sent; when it fails, the client is hung up on */
    static ApiAnswer stream(ApiRequest request, String contentType, InputStream body) {
        return new ApiAnswer(200, Map.of(CONTENT_TYPE, contentType), new WholeOrBrokenStream(body, request::breakOff));
    }

    /** It is done, and there is nothing to say. */
    static ApiAnswer nothing() {
        return new ApiAnswer(204, Map.of(), null);
    }

    /** The same, for callers who count on 200. */
    static ApiAnswer done() {
        return new ApiAnswer(200, Map.of(), null);
    }

    private static ApiAnswer of(int status, String contentType, JsonNode document) {
        byte[] text = document.toString().getBytes(StandardCharsets.UTF_8);
        return new ApiAnswer(status, Map.of(CONTENT_TYPE, contentType), text);
    }

    ApiAnswer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new ApiAnswer(status, more, body);
    }

    /** Makes this the answer to the request of an exchange. */
    void to(Exchange exchange) {
        exchange.setVariable(VARIABLE, this);
    }

    /** Step {@code respond}: the answer becomes the message, and nothing else of the exchange does. */
    static void respond(Exchange exchange) {
        ApiAnswer answer = exchange.getVariable(VARIABLE, ApiAnswer.class);
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        answer.headers().forEach(message::setHeader);
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, answer.status());
        message.setHeader(Exchange.HTTP_CHUNKED, answer.body() instanceof InputStream);
        message.setBody(answer.body());
    }
}
