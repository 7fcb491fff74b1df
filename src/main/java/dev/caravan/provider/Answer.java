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
 * @param framed whether it says itself where its body ends; else the connection ends it, and one that was cut looks the
 *     same
 */
public record Answer(int status, Map<String, String> headers, String body, boolean framed) {

    /** The read limit: bytes of a body, of which the rest is not looked at. */
    public static final int LONGEST_BODY = 1024 * 1024;

    private static final ObjectMapper JSON = new ObjectMapper();

    public Answer {
        Map<String, String> anyCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        anyCase.putAll(headers);
        headers = anyCase;
        body = body == null ? "" : body;
    }

    /** An answer all of which is there. */
    public Answer(int status, Map<String, String> headers, String body) {
        this(status, headers, body, true);
    }

    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    /** The value of a header, or null. */
    public String header(String name) {
        return headers.get(name);
    }

    /** Whether nobody can tell if its body is all there: it does not say where that ends, and is no whole JSON either. */
    public boolean mayBeCut() {
        return !framed && json().isMissingNode();
    }

    /**
     * The body as JSON; a missing node when it is empty, cut off or not JSON. A body that does not say where it ends must be
     * an object or a list: of a number, the first digits are one, too.
     */
    public JsonNode json() {
        try {
            JsonNode node = JSON.readTree(body);
            return node == null || !framed && !node.isContainerNode() ? MissingNode.getInstance() : node;
        } catch (JacksonException notJson) {
            return MissingNode.getInstance();
        }
    }
}
