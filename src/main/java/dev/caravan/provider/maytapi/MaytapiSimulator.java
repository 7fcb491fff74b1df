package dev.caravan.provider.maytapi;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
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
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Maytapi's {@code sendMessage} and {@code listPhones} simulated. The list, the success and {@code You dont own the
 * phone} are as its clients see them. Maytapi documents no other refusal, so every other text and status here is
 * invented; the word {@code wrong} as a key or a phone id stands for one that does not exist.
 */
final class MaytapiSimulator implements Simulator {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String WRONG = "wrong";
    private static final Pattern SEND_PATH = Pattern.compile("/[^/]+/[^/]+/sendMessage");
    private static final Pattern LIST_PATH = Pattern.compile("/[^/]+/" + PhoneList.NAME);
    private static final Pattern NUMBER = Pattern.compile("\\+?\\d{7,15}(@c\\.us)?|[\\d-]+@g\\.us");
    private static final Pattern MEDIA_URL = Pattern.compile("(?i)(https?://|data:[^,]*,).+", Pattern.DOTALL);
    private static final Pattern DEGREES = Pattern.compile("-?\\d{1,3}(\\.\\d+)?");

    /** The fields without which a message of a type is refused, besides {@code to_number}. */
    private static final Map<String, List<String>> REQUIRED = Map.ofEntries(
            Map.entry("text", List.of("message")),
            Map.entry("media", List.of("message")),
            Map.entry("location", List.of("latitude", "longitude")),
            Map.entry("contact", List.of("message")),
            Map.entry("vcard", List.of("message")),
            Map.entry("link", List.of("message")),
            Map.entry("forward", List.of("message")),
            Map.entry("delete", List.of("message")),
            Map.entry("reaction", List.of("message", "reply_to")),
            Map.entry("edit", List.of("message", "reply_to")),
            Map.entry("product", List.of("productId")),
            Map.entry("buttons", List.of("message", "buttons")));

    private final FateCounter fates = new FateCounter();

    @Override
    public String provider() {
        return Maytapi.NAME;
    }

    @Override
    public Reply reply(Call call) {
        return Reply.of(answer(call));
    }

    private Answer answer(Call call) {
        String[] path = call.path().split("/", -1);
        boolean lists = LIST_PATH.matcher(call.path()).matches();
        if (!lists && !SEND_PATH.matcher(call.path()).matches()) {
            return refusal(404, "Not found");
        }
        if (!call.method().equals(lists ? "GET" : "POST")) {
            return refusal(405, "Method not allowed");
        }
        String key = call.header("x-maytapi-key");
        if (key == null || key.isBlank() || key.equals(WRONG)) {
            return refusal(401, "Token is not valid");
        }
        if (lists) {
            return phones();
        }
        if (path[2].equals(WRONG)) {
            return refusal(400, "You dont own the phone");
        }
        JsonNode message = read(call.body());
        return fault(message)
                .map(fault -> refusal(400, fault))
                .orElseGet(() -> fate(message.path("to_number").asText(), call.body()));
    }

    private Answer fate(String number, String body) {
        Fate fate = Fate.of(number);
        if (!fates.strikes(fate, number, body)) {
            return success(number, UUID.randomUUID().toString());
        }
        return switch (fate) {
            case ACCEPTED, CUT, SILENT, UNDELIVERED, DISORDERED, UNREPORTED ->
                success(number, UUID.randomUUID().toString());
            case UNTRACKABLE -> success(number, null);
            case PERMANENT -> refusal(200, "This number is not on WhatsApp");
            case ACCOUNT -> refusal(400, "You dont own the phone");
            case THROTTLED -> new Answer(429, Map.of("Retry-After", "1"), refusal("Too many requests"));
            case UNKNOWN -> refusal(500, "Internal server error");
            case TRANSIENT -> refusal(503, "Service unavailable");
        };
    }

    /** One phone that may send and one that waits for its code, both of them made up. */
    private static Answer phones() {
        ArrayNode phones = JsonNodeFactory.instance.arrayNode();
        phones.addObject().put("id", 1).put("number", "905300000001").put("status", "active");
        phones.addObject().put("id", 2).put("number", "905300000002").put("status", "qr-code");
        return new Answer(200, Map.of(), phones.toString());
    }

    /** What is wrong with a body, or nothing. Numbers and degrees are taken in each form that clients send. */
    private static Optional<String> fault(JsonNode message) {
        List<String> required = REQUIRED.get(message.path("type").asText());
        if (!message.isObject()) {
            return Optional.of("The body is not a JSON object");
        }
        if (!NUMBER.matcher(message.path("to_number").asText()).matches()) {
            return Optional.of("to_number is not valid");
        }
        if (required == null) {
            return Optional.of("type is not valid");
        }
        return required.stream()
                .filter(field -> !isValid(message.path("type").asText(), field, message.path(field)))
                .findFirst()
                .or(() -> misshapen(message))
                .map(field -> field + " is not valid");
    }

    private static boolean isValid(String type, String field, JsonNode value) {
        return switch (field) {
            case "latitude", "longitude" ->
                value.isNumber() || DEGREES.matcher(value.asText()).matches();
            case "buttons" -> value.isArray() && !value.isEmpty();
            case "message" ->
                switch (type) {
                    case "media" -> MEDIA_URL.matcher(value.asText()).matches();
                    case "vcard" -> value.isObject();
                    default -> isText(value);
                };
            default -> isText(value);
        };
    }

    /** The first optional field that has another shape than the documented one. */
    private static Optional<String> misshapen(JsonNode message) {
        return message.properties().stream()
                .filter(field -> switch (field.getKey()) {
                    case "skip_filter", "forward_caption" -> !field.getValue().isBoolean();
                    case "text", "filename", "reply_to" -> !field.getValue().isTextual();
                    default -> false;
                })
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private static boolean isText(JsonNode value) {
        return value.isTextual() && !value.asText().isEmpty();
    }

    private static JsonNode read(String body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException notJson) {
            return MissingNode.getInstance();
        }
    }

    private static Answer success(String number, String messageId) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("success", true);
        ObjectNode data = body.putObject("data").put("chatId", chatId(number));
        if (messageId != null) {
            data.put("msgId", messageId);
        }
        return new Answer(200, Map.of(), body.toString());
    }

    private static String chatId(String number) {
        return number.contains("@") ? number.replace("+", "") : number.replace("+", "") + "@c.us";
    }

    private static Answer refusal(int status, String message) {
        return new Answer(status, Map.of(), refusal(message));
    }

    private static String refusal(String message) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("success", false)
                .put("message", message)
                .toString();
    }
}
