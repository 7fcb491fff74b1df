package dev.caravan.provider;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * An HTTP answer of a provider.
 *
 * @param status the HTTP status code
 * @param headers by name, whatever its case; several values of one name joined by a comma
 * @param body the body as text, cut at the read limit; never null
 */
public record Answer(int status, Map<String, String> headers, String body) {

    /** The read limit: bytes of a body, of which the rest is not looked at. */
    public static final int LONGEST_BODY = 1024 * 1024;

    private static final ObjectMapper JSON = new ObjectMapper();

    public Answer {
        Map<String, String> anyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        anyCase.putAll(headers);
        headers = anyCase;
        body = body == null ? "" : body;
    }

    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    /** The value of a header, or null. */
    public String header(String name) {
        return headers.get(name);
    }

    /** The body as JSON; a missing node when it is empty, cut off or not JSON. */
    public JsonNode json() {
        try {
            JsonNode node = JSON.readTree(body);
            return node == null ? MissingNode.getInstance() : node;
        } catch (JacksonException notJson) {
            return MissingNode.getInstance();
        }
    }
}
