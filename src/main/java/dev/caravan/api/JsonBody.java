package dev.caravan.api;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.springframework.http.MediaType.APPLICATION_JSON;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;

/** The body of a request that holds one JSON object. */
final class JsonBody {

    /** A send with a {@code data:} URI of the greatest size fits. */
    private static final int MOST_BYTES = 25 * 1024 * 1024;

    /** Far more than any send has, and far fewer than would fill the memory. */
    private static final int MOST_TOKENS = 100_000;

    private static final ObjectReader JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(MOST_BYTES)
                            .maxTokenCount(MOST_TOKENS)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .reader();

    private JsonBody() {}

    /**
     * The object in the body.
     *
     * @throws ProblemException {@code unsupported-media-type}, {@code content-too-large}, {@code invalid-json}, or
     *     {@code invalid-type} when it is no object
     */
    static ObjectNode object(ApiRequest request) {
        Charset charset = request.charset(request.contentType(APPLICATION_JSON));
        if (charset != null && !charset.equals(UTF_8) && !charset.equals(US_ASCII)) {
            throw new ProblemException(415, "unsupported-media-type", "JSON is UTF-8; send it so.");
        }
        JsonNode node = read(request);
        if (node instanceof ObjectNode object) {
            return object;
        }
        if (node.isMissingNode()) {
            throw new ProblemException(400, "invalid-json", "The body is empty; send a JSON object.");
        }
        throw new ProblemException(422, "invalid-type", "The body is no JSON object; send one.");
    }

    /** The same, or an empty object when there is no body. */
    static ObjectNode objectIfAny(ApiRequest request) {
        return request.hasBody() ? object(request) : JsonNodeFactory.instance.objectNode();
    }

    /** JSON that the ledger keeps. */
    static JsonNode parse(String kept) {
        try {
            return JSON.readTree(kept);
        } catch (JsonProcessingException damaged) {
            throw new IllegalStateException("the ledger holds a message that is not JSON", damaged);
        }
    }

    private static JsonNode read(ApiRequest request) {
        if (request.http().getContentLengthLong() > MOST_BYTES) {
            throw LimitedStream.tooLarge(MOST_BYTES);
        }
        try (InputStream body = new LimitedStream(request.body(), MOST_BYTES)) {
            return JSON.readTree(body);
        } catch (JsonProcessingException malformed) {
            // The parser's own words quote the body.
            String place = malformed.getLocation() == null
                    ? ""
                    : ", in line " + malformed.getLocation().getLineNr() + ", column "
                            + malformed.getLocation().getColumnNr();
            throw new ProblemException(
                    400, "invalid-json", "The body is no valid JSON, or names a field twice" + place + ".");
        } catch (IOException gone) {
            throw new ProblemException(400, "broken-body", "The body broke off; send it again.");
        }
    }
}
