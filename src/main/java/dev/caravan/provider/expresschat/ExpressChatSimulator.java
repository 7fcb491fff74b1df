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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Express-Chat's {@code send-message} and {@code send-template} simulated. Express-Chat documents their requests only, so
 * every answer to them is invented, the success as much as the refusals; the shape of the list of templates is
 * documented, what is on it is not, and any id of a template will do. Refuses a key that is not the same in header and
 * query, and a kind of authorisation other than the one that is known. Express-Chat publishes no reports, so none come.
 */
final class ExpressChatSimulator implements Simulator {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ROOT = "/whatsapp-automation/wa/";
    private static final String MESSAGE = ROOT + "send-message";
    private static final String TEMPLATE = ROOT + "send-template";
    private static final String LIST = ROOT + TemplateList.NAME;
    private static final Map<String, String> METHODS = Map.of(MESSAGE, "POST", TEMPLATE, "POST", LIST, "GET");
    private static final String KEY = "apiKey";
    private static final String WRONG = "wrong";
    private static final Set<String> MEDIA = Set.of("image", "document");
    private static final Set<String> HEADERS = Set.of("image", "video", "document");
    private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{6,14}");

    private final FateCounter fates = new FateCounter();

    @Override
    public String provider() {
        return ExpressChat.NAME;
    }

    @Override
    public Reply reply(Call call) {
        String method = METHODS.get(call.path());
        if (method == null) {
            return Reply.of(refusal(404, "Not found"));
        }
        if (!call.method().equals(method)) {
            return Reply.of(refusal(405, "Method not allowed"));
        }
        if (!isAuthorised(call)) {
            return Reply.of(refusal(401, "Invalid API key"));
        }
        if (call.path().equals(LIST)) {
            return Reply.of(answer(200, templates()));
        }
        JsonNode body = read(call.body());
        Optional<String> fault =
                commonFault(body).or(() -> call.path().equals(TEMPLATE) ? templateFault(body) : messageFault(body));
        return fault.map(words -> Reply.of(refusal(400, words)))
                .orElseGet(() -> fate(body.path("wa_id").asText(), call.body()));
    }

    private static boolean isAuthorised(Call call) {
        String key = call.header(KEY);
        String type = call.header("authType");
        return key != null
                && !key.isBlank()
                && !key.equals(WRONG)
                && key.equals(call.query().get(KEY))
                && (type == null || type.equals("Key"));
    }

    private Reply fate(String number, String body) {
        Fate fate = Fate.of(number);
        Answer answer = fates.strikes(fate, number, body) ? struck(fate) : success();
        return new Reply(answer, fate.conduct(), List.of());
    }

    private static Answer struck(Fate fate) {
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

    private static Optional<String> commonFault(JsonNode body) {
        if (!isText(body.path("userName"))) {
            return Optional.of("userName is required");
        }
        if (!body.path("wa_id").isTextual()
                || !NUMBER.matcher(body.path("wa_id").asText()).matches()) {
            return Optional.of("wa_id is the number with its country code and without a plus sign");
        }
        return isTags(body.path("tags")) ? Optional.empty() : Optional.of("tags is a list of texts");
    }

    private static Optional<String> messageFault(JsonNode body) {
        String type = body.path("type").asText();
        if (!type.equals("text") && !MEDIA.contains(type)) {
            return Optional.of("type is text, image or document");
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

    private static Optional<String> templateFault(JsonNode body) {
        if (!isText(body.path("templateId"))) {
            return Optional.of("templateId is required");
        }
        if (body.has("assignTo") && !isText(body.path("assignTo"))) {
            return Optional.of("assignTo is an agent");
        }
        if (!body.path("params").isArray()) {
            return Optional.of("params is a list, empty without variables");
        }
        return body.path("params").valueStream().allMatch(ExpressChatSimulator::isComponent)
                ? Optional.empty()
                : Optional.of("params has texts of the body and a file of the header");
    }

    private static boolean isComponent(JsonNode component) {
        JsonNode parameters = component.path("parameters");
        if (!parameters.isArray() || parameters.isEmpty()) {
            return false;
        }
        return switch (component.path("type").asText()) {
            case "body" -> isBody(parameters);
            case "header" -> parameters.size() == 1 && isFile(parameters.path(0));
            default -> false;
        };
    }

    /** Texts that are not empty, which WhatsApp refuses, and have a name each or none at all. */
    private static boolean isBody(JsonNode parameters) {
        long named = parameters
                .valueStream()
                .filter(parameter -> isText(parameter.path("parameter_name")))
                .count();
        return (named == 0 || named == parameters.size())
                && parameters
                        .valueStream()
                        .allMatch(parameter ->
                                parameter.path("type").asText().equals("text") && isText(parameter.path("text")));
    }

    private static boolean isFile(JsonNode parameter) {
        String type = parameter.path("type").asText();
        String link = parameter.path(type).path("link").asText();
        return HEADERS.contains(type) && ExpressChat.WEB_URL.matcher(link).matches();
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

    private static ObjectNode templates() {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("success", true);
        body.putArray("data")
                .addObject()
                .put("_id", "000000000000000000000001")
                .put("status", "APPROVED")
                .put("whatsAppId", "1")
                .put("namespace", "ns")
                .putObject("configuration")
                .put("name", "order_info")
                .put("category", "UTILITY")
                .put("language", "en");
        return body;
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
