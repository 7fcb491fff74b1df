package dev.caravan.provider.wapcrm;

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
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * WapCRM's {@code chatoperation} simulated, at its default path, and its lists of lines and users. Envelope, codes and
 * fields of the rows are the published ones; which code a
 * fault gets beyond what the list says, the texts, and HTTP 404, 405 and 500 are invented. Takes the key in either of
 * the two headers, and keys of the body whatever their case, as WapCRM's own documents spell both differently.
 */
final class WapCrmSimulator implements Simulator {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String WRONG = "wrong";

    private static final String LINES_PATH = "/api/" + LinesAndUsers.LINES;
    private static final String USERS_PATH = "/api/" + LinesAndUsers.USERS;

    private final FateCounter fates = new FateCounter();

    @Override
    public String provider() {
        return WapCrm.NAME;
    }

    @Override
    public Reply reply(Call call) {
        return Reply.of(answer(call));
    }

    private Answer answer(Call call) {
        boolean lists = call.path().equals(LINES_PATH) || call.path().equals(USERS_PATH);
        if (!lists && !call.path().equals(WapCrm.DEFAULT_PATH)) {
            return answer(404, refusal("404", "Not found"));
        }
        if (!call.method().equals("POST") && !(lists && call.method().equals("GET"))) {
            return answer(405, refusal("405", "Method not allowed"));
        }
        Optional<String> key = Stream.of("X-CIB-SecretKey", "X-WapCrm-SecretKey")
                .map(call::header)
                .filter(value -> value != null && !value.isBlank())
                .findFirst();
        if (key.isEmpty()) {
            return answer(200, refusal("400", "API KEY NOT FOUND"));
        }
        if (key.get().equals(WRONG)) {
            return answer(200, refusal("500", "API KEY NOT VALID"));
        }
        if (lists) {
            return answer(200, call.path().equals(LINES_PATH) ? lines() : users());
        }
        Map<String, JsonNode> message = read(call.body());
        return fault(message).map(fault -> answer(200, fault)).orElseGet(() -> fate(message, call.body()));
    }

    private Answer fate(Map<String, JsonNode> message, String body) {
        String number = message.get("chatPhoneNumber").asText();
        Fate fate = Fate.of(number);
        if (!fates.strikes(fate, number, body)) {
            return answer(200, success().put("data", "wamid." + UUID.randomUUID()));
        }
        return switch (fate) {
            case ACCEPTED, CUT, SILENT, UNDELIVERED, DISORDERED, UNREPORTED ->
                answer(200, success().put("data", "wamid." + UUID.randomUUID()));
            case UNTRACKABLE -> answer(200, success());
            case PERMANENT -> answer(200, refusal("906", "CHAT IS CLOSED FOR MARKETING"));
            case ACCOUNT -> answer(200, refusal("506", "ACCESS DENIED"));
            case THROTTLED -> answer(200, refusal("302", "MINUTE LIMIT EXCEEDED"));
            case UNKNOWN -> answer(500, refusal("911", "SYSTEM ERROR"));
            case TRANSIENT -> answer(200, refusal("408", "CHAT SERVER IS NOT ACTIVE"));
        };
    }

    /** A line of either kind and one of another channel, all of them made up. */
    private static ObjectNode lines() {
        ObjectNode answer = success();
        ArrayNode rows = answer.putArray("data");
        addLine(rows, 15, "908500000000", "Main line", 1, "WABA");
        addLine(rows, 16, "905300000000", "Phone", 1, "QR Code");
        addLine(rows, 17, "sandbox", "Direct messages", 2, "Instagram");
        return answer;
    }

    private static void addLine(ArrayNode rows, int id, String account, String name, int type, String connection) {
        rows.addObject()
                .put("instanceID", id)
                .put("account", account)
                .put("instanceName", name)
                .put("instanceType", type)
                .put("connectionType", connection);
    }

    private static ObjectNode users() {
        ObjectNode answer = success();
        answer.putArray("data")
                .addObject()
                .put("userID", 1)
                .put("userFullName", "Ada Example")
                .put("userName", "ada@example.com");
        return answer;
    }

    /** The refusal of a body that cannot be sent, or nothing. */
    private static Optional<ObjectNode> fault(Map<String, JsonNode> message) {
        if (!has(message, "instanceID") || !has(message, "userID") || !has(message, "chatPhoneNumber")) {
            return Optional.of(refusal("401", "INVALID REQUEST MODEL"));
        }
        JsonNode number = message.get("chatPhoneNumber");
        if (!number.isTextual() || !WapCrm.NUMBER.matcher(number.asText()).matches()) {
            return Optional.of(refusal("404", "chatPhoneNumber IS NOT VALID"));
        }
        JsonNode type = message.getOrDefault("messageType", MissingNode.getInstance());
        if (!type.isInt()) {
            return Optional.of(refusal("401", "INVALID REQUEST MODEL"));
        }
        return switch (type.intValue()) {
            case 1 -> textFault(message);
            case 2 -> imageFault(message);
            default -> Optional.of(refusal("600", "MESSAGE TYPE IS NOT SUPPORTED"));
        };
    }

    private static Optional<ObjectNode> textFault(Map<String, JsonNode> message) {
        if (!has(message, "messageText")) {
            return Optional.of(refusal("401", "INVALID REQUEST MODEL"));
        }
        String text = message.get("messageText").asText();
        return text.codePointCount(0, text.length()) > WapCrm.LONGEST_TEXT
                ? Optional.of(refusal("601", "MESSAGE TEXT IS TOO LONG"))
                : Optional.empty();
    }

    private static Optional<ObjectNode> imageFault(Map<String, JsonNode> message) {
        if (!has(message, "fileurl")) {
            return Optional.of(refusal("602", "FILE URL IS MISSING"));
        }
        if (!WapCrm.WEB_URL.matcher(message.get("fileurl").asText()).matches()) {
            return Optional.of(refusal("603", "FILE COULD NOT BE DOWNLOADED"));
        }
        return has(message, "filename") ? Optional.empty() : Optional.of(refusal("401", "INVALID REQUEST MODEL"));
    }

    private static boolean has(Map<String, JsonNode> message, String field) {
        JsonNode value = message.get(field);
        return value != null
                && (value.isTextual() || value.isIntegralNumber())
                && !value.asText().isBlank();
    }

    private static Map<String, JsonNode> read(String body) {
        Map<String, JsonNode> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        try {
            JSON.readTree(body).properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        } catch (JacksonException notJson) {
            fields.clear();
        }
        return fields;
    }

    private static ObjectNode success() {
        return envelope(true, "Success", "");
    }

    private static ObjectNode refusal(String code, String message) {
        return envelope(false, message, code);
    }

    private static ObjectNode envelope(boolean status, String message, String code) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("status", status)
                .put("message", message)
                .put("statusCode", code)
                .put("requestID", UUID.randomUUID().toString());
    }

    private static Answer answer(int status, ObjectNode body) {
        return new Answer(status, Map.of("Content-Type", "application/json"), body.toString());
    }
}
