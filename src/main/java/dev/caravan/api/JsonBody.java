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
import java.nio.charset.StandardCharsets;

/** The body of a request that holds one JSON object. */
final class JsonBody {

    /** A send with a {@code data:} URI of the greatest size fits. */
    private static final int MOST_BYTES = 25 * 1024 * 1024;

    /** Far more than any send has, and far fewer than would fill the memory. */
    private static final int MOST_TOKENS = 100_000;

    /** The same of what others report, many things at once. */
    private static final int MOST_FOREIGN_TOKENS = 1_000_000;

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

    /** Others may write a field twice. */
    private static final ObjectReader FOREIGN = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxTokenCount(MOST_FOREIGN_TOKENS)
                            .build())
                    .build())
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

    /**
     * The body as it comes, whatever its content type.
     *
     * @throws ProblemException {@code content-too-large}, or {@code broken-body}
     */
    static byte[] bytes(ApiRequest request, int most) {
        try (InputStream body = limited(request, most)) {
            return body.readAllBytes();
        } catch (IOException gone) {
            throw brokenBody();
        }
    }

    /**
     * JSON of any kind in a body that somebody else has thought of.
     *
     * @throws ProblemException {@code invalid-json}
     */
    static JsonNode foreign(byte[] body) {
        try {
            // As UTF-8, which is kept as it came; the parser would tell other encodings by their zeros.
            JsonNode json = FOREIGN.readTree(new String(body, StandardCharsets.UTF_8));
            if (json.isMissingNode()) {
                throw new ProblemException(400, "invalid-json", "The body is empty; send JSON.");
            }
            return json;
        } catch (JsonProcessingException malformed) {
            throw invalidJson(malformed);
        }
    }

    private static JsonNode read(ApiRequest request) {
        try (InputStream body = limited(request, MOST_BYTES)) {
            return JSON.readTree(body);
        } catch (JsonProcessingException malformed) {
            throw invalidJson(malformed);
        } catch (IOException gone) {
            throw brokenBody();
        }
    }

    private static InputStream limited(ApiRequest request, int most) throws IOException {
        if (request.http().getContentLengthLong() > most) {
            throw LimitedStream.tooLarge(most);
        }
        return new LimitedStream(request.body(), most);
    }

    /** The parser's own words would quote the body. */
    private static ProblemException invalidJson(JsonProcessingException malformed) {
        String place = malformed.getLocation() == null
                ? ""
                : ", in line " + malformed.getLocation().getLineNr() + ", column "
                        + malformed.getLocation().getColumnNr();
        return new ProblemException(
                400, "invalid-json", "The body is no valid JSON, or names a field twice" + place + ".");
    }

    private static ProblemException brokenBody() {
        return new ProblemException(400, "broken-body", "The body broke off; send it again.");
    }
}
