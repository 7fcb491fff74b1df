package dev.caravan.provider.expresschat;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Fate;
import dev.caravan.provider.FateCounter;
import dev.caravan.provider.Simulator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Express-Chat's {@code send-message} simulated. Express-Chat documents the request only, so every answer is invented,
 * the success as much as the refusals. Refuses a key that is not the same in header and query.
 */
final class ExpressChatSimulator implements Simulator {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "apiKey";
    private static final String WRONG = "wrong";
    private static final Set<String> MEDIA = Set.of("image", "document");
    private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{6,14}");

    private final FateCounter fates = new FateCounter();

    @Override
    public String provider() {
        return ExpressChat.NAME;
    }

    @Override
    public Reply reply(Call call) {
        return Reply.of(answer(call));
    }

    private Answer answer(Call call) {
        if (!call.path().equals(ExpressChat.PATH)) {
            return refusal(404, "Not found");
        }
        if (!call.method().equals("POST")) {
            return refusal(405, "Method not allowed");
        }
        String key = call.header(KEY);
        if (key == null
                || key.isBlank()
                || key.equals(WRONG)
                || !key.equals(call.query().get(KEY))) {
            return refusal(401, "Invalid API key");
        }
        JsonNode message = read(call.body());
        return fault(message)
                .map(fault -> refusal(400, fault))
                .orElseGet(() -> fate(message.path("wa_id").asText(), call.body()));
    }

    private Answer fate(String number, String body) {
        Fate fate = Fate.of(number);
        if (!fates.strikes(fate, number, body)) {
            return success();
        }
        return switch (fate) {
            case ACCEPTED, CUT, SILENT, UNDELIVERED, DISORDERED, UNREPORTED -> success();
            case UNTRACKABLE -> answer(200, JsonNodeFactory.instance.objectNode());
            case PERMANENT -> undeliverable();
            case ACCOUNT -> refusal(401, "Invalid API key");
            case THROTTLED ->
                new Answer(
                        429,
                        Map.of("Retry-After", "1"),
                        refusal("Too many requests").toString());
            case UNKNOWN -> refusal(500, "Internal server error");
            case TRANSIENT -> refusal(503, "Service unavailable");
        };
    }

    /** What is wrong with a body, or nothing. */
    private static Optional<String> fault(JsonNode body) {
        String type = body.path("type").asText();
        if (!isText(body.path("userName"))) {
            return Optional.of("userName is required");
        }
        if (!body.path("wa_id").isTextual()
                || !NUMBER.matcher(body.path("wa_id").asText()).matches()) {
            return Optional.of("wa_id is the number with its country code and without a plus sign");
        }
        if (!type.equals("text") && !MEDIA.contains(type)) {
            return Optional.of("type is text, image or document");
        }
        if (!isTags(body.path("tags"))) {
            return Optional.of("tags is a list of texts");
        }
        return type.equals("text") ? textFault(body.path("message")) : mediaFault(type, body.path("message"));
    }

    private static Optional<String> textFault(JsonNode message) {
        return isText(message.path("text")) ? Optional.empty() : Optional.of("message.text is required");
    }

    private static Optional<String> mediaFault(String type, JsonNode message) {
        if (!ExpressChat.WEB_URL.matcher(message.path("source").asText()).matches()) {
            return Optional.of("message.source is an http(s) URL");
        }
        if (message.has("label") && !message.path("label").isTextual()) {
            return Optional.of("message.label is a text");
        }
        return message.path("type").asText(type).equals(type)
                ? Optional.empty()
                : Optional.of("message.type is the type of the message");
    }

    private static boolean isTags(JsonNode tags) {
        return tags.isMissingNode() || tags.isArray() && tags.valueStream().allMatch(JsonNode::isTextual);
    }

    private static boolean isText(JsonNode value) {
        return value.isTextual() && !value.asText().isBlank();
    }

    private static JsonNode read(String body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException notJson) {
            return MissingNode.getInstance();
        }
    }

    private static Answer success() {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("success", true);
        body.putObject("data").put("messageId", "wamid." + UUID.randomUUID());
        return answer(200, body);
    }

    private static Answer undeliverable() {
        ObjectNode body = refusal("Message undeliverable");
        body.putObject("error").put("code", 131026);
        return answer(400, body);
    }

    private static Answer refusal(int status, String message) {
        return answer(status, refusal(message));
    }

    private static ObjectNode refusal(String message) {
        return JsonNodeFactory.instance.objectNode().put("success", false).put("message", message);
    }

    private static Answer answer(int status, ObjectNode body) {
        return new Answer(status, Map.of(), body.toString());
    }
}
