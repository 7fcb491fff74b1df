package dev.caravan.provider.maytapi;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Delivery;
import dev.caravan.provider.Fate;
import dev.caravan.provider.FateCounter;
import dev.caravan.provider.Simulator;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Maytapi's {@code sendMessage} and {@code listPhones} simulated, and its acknowledgements. The list, the success, the
 * acknowledgements and {@code You dont own the phone} are as its clients see them. Maytapi documents no other refusal, so
 * every other text and status here is invented; the word {@code wrong} as a key or a phone id stands for one that does
 * not exist. Invented, too: that a message held by the filter against repetitions is answered as any other, and just
 * never acknowledged. A message that does not arrive has no acknowledgement of its own, only none of arrival.
 */
final class MaytapiSimulator implements Simulator {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String WRONG = "wrong";
    private static final Pattern SEND_PATH = Pattern.compile("/[^/]+/[^/]+/sendMessage");
    private static final Pattern LIST_PATH = Pattern.compile("/[^/]+/" + PhoneList.NAME);

    private final FateCounter fates = new FateCounter();
    private final RepetitionFilter filter = new RepetitionFilter();

    @Override
    public String provider() {
        return Maytapi.NAME;
    }

    @Override
    public Reply reply(Call call) {
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
            return Reply.of(phones());
        }
        if (path[2].equals(WRONG)) {
            return refusal(400, "You dont own the phone");
        }
        JsonNode message = read(call.body());
        return BodyCheck.fault(message)
                .map(fault -> refusal(400, fault))
                .orElseGet(() -> reply(path[1], message, call.body()));
    }

    private Reply reply(String product, JsonNode message, String body) {
        String number = message.path("to_number").asText();
        Fate fate = Fate.of(number);
        if (!fate.isTaken() && fates.strikes(fate, number, body)) {
            return switch (fate) {
                case PERMANENT -> refusal(200, "This number is not on WhatsApp");
                case ACCOUNT -> refusal(400, "You dont own the phone");
                case THROTTLED -> Reply.of(new Answer(429, Map.of("Retry-After", "1"), refusal("Too many requests")));
                default -> refusal(503, "Service unavailable");
            };
        }
        String chatId = chatId(number);
        String messageId = fate == Fate.UNTRACKABLE ? null : UUID.randomUUID().toString();
        boolean passes = filter.passes(chatId, content(message))
                || message.path("skip_filter").asBoolean();
        Answer answer = fate == Fate.UNKNOWN
                ? new Answer(500, Map.of(), refusal("Internal server error"))
                : success(chatId, messageId);
        List<String> reports =
                passes && messageId != null ? acknowledgements(product, chatId, messageId, fate) : List.of();
        return new Reply(answer, fate.conduct(), reports);
    }

    /** What makes two messages the same. */
    private static String content(JsonNode message) {
        return message.<ObjectNode>deepCopy().without("skip_filter").toString();
    }

    private static List<String> acknowledgements(String product, String chatId, String messageId, Fate fate) {
        return fate.deliveries().stream()
                .map(MaytapiSimulator::acknowledged)
                .flatMap(Optional::stream)
                .map(acknowledged -> {
                    ObjectNode body = JsonNodeFactory.instance
                            .objectNode()
                            .put("type", "ack")
                            .put("product_id", product);
                    body.putArray("data")
                            .addObject()
                            .put("ackType", acknowledged.type())
                            .put("ackCode", acknowledged.code())
                            .put("chatId", chatId)
                            .put("msgId", messageId)
                            .put("time", Instant.now().getEpochSecond());
                    return body.toString();
                })
                .toList();
    }

    private record Acknowledged(int code, String type) {}

    private static Optional<Acknowledged> acknowledged(Delivery delivery) {
        return Optional.ofNullable(
                switch (delivery) {
                    case SENT -> new Acknowledged(1, "delivered");
                    case DELIVERED -> new Acknowledged(2, "reached");
                    case READ -> new Acknowledged(3, "seen");
                    case DELETED -> new Acknowledged(5, "deleted");
                    case FAILED, UNMAPPED -> null;
                });
    }

    /** One phone that may send and one that waits for its code, both of them made up. */
    private static Answer phones() {
        ArrayNode phones = JsonNodeFactory.instance.arrayNode();
        phones.addObject().put("id", 1).put("number", "905300000001").put("status", "active");
        phones.addObject().put("id", 2).put("number", "905300000002").put("status", "qr-code");
        return new Answer(200, Map.of(), phones.toString());
    }

    private static JsonNode read(String body) {
        try {
            return Objects.requireNonNullElse(JSON.readTree(body), MissingNode.getInstance());
        } catch (JacksonException notJson) {
            return MissingNode.getInstance();
        }
    }

    private static Answer success(String chatId, String messageId) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("success", true);
        ObjectNode data = body.putObject("data").put("chatId", chatId);
        if (messageId != null) {
            data.put("msgId", messageId);
        }
        return new Answer(200, Map.of(), body.toString());
    }

    private static String chatId(String number) {
        String bare = number.replace("+", "");
        return bare.contains("@") ? bare : bare + "@c.us";
    }

    private static Reply refusal(int status, String message) {
        return Reply.of(new Answer(status, Map.of(), refusal(message)));
    }

    private static String refusal(String message) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("success", false)
                .put("message", message)
                .toString();
    }
}
