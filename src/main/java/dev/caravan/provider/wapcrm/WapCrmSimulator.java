package dev.caravan.provider.wapcrm;

import static dev.caravan.provider.wapcrm.WapCrmAnswers.field;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Fate;
import dev.caravan.provider.FateCounter;
import dev.caravan.provider.SimulatedMessages;
import dev.caravan.provider.SimulatedMessages.Taken;
import dev.caravan.provider.Simulator;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * WapCRM simulated, each call at its published path. Envelopes, codes, fields of the rows and the bodies of reports are
 * the published ones. Invented are which code a fault gets beyond what the list says, all texts, HTTP 404, 405 and 500,
 * the times of a conversation, and that any template and any line is taken. Takes the key in either of the two headers,
 * and keys of a body whatever their case, as WapCRM's own documents spell both differently.
 */
final class WapCrmSimulator implements Simulator {

    private static final String WRONG = "wrong";

    private static final String LINES_PATH = "/api/" + LinesAndUsers.LINES;
    private static final String USERS_PATH = "/api/" + LinesAndUsers.USERS;
    private static final String STATUS_PATH = "/api/message-status";
    private static final String CONVERSATION_PATH = "/api/messagelistforphone";

    private static final Set<String> LISTS = Set.of(LINES_PATH, USERS_PATH);
    private static final Set<String> POSTED = Set.of(WapCrm.DEFAULT_PATH, STATUS_PATH, CONVERSATION_PATH);

    private final FateCounter fates = new FateCounter();
    private final SimulatedMessages taken = new SimulatedMessages();

    @Override
    public String provider() {
        return WapCrm.NAME;
    }

    @Override
    public Reply reply(Call call) {
        boolean isList = LISTS.contains(call.path());
        if (!isList && !POSTED.contains(call.path())) {
            return answer(404, refusal("404", "Not found"));
        }
        if (!call.method().equals("POST") && !(isList && call.method().equals("GET"))) {
            return answer(405, refusal("405", "Method not allowed"));
        }
        String key = Stream.of("X-CIB-SecretKey", "X-WapCrm-SecretKey")
                .map(call::header)
                .filter(value -> value != null && !value.isBlank())
                .findFirst()
                .orElse(null);
        if (key == null) {
            return answer(200, refusal("400", "API KEY NOT FOUND"));
        }
        if (key.equals(WRONG)) {
            return answer(200, refusal("500", "API KEY NOT VALID"));
        }
        JsonNode body = new Answer(200, Map.of(), call.body()).json();
        return switch (call.path()) {
            case LINES_PATH -> answer(200, lines());
            case USERS_PATH -> answer(200, users());
            case STATUS_PATH -> answer(200, statuses(body));
            case CONVERSATION_PATH -> answer(200, conversation(body));
            default ->
                SimulatedFaults.of(body)
                        .map(fault -> answer(200, refusal(fault.code(), fault.message())))
                        .orElseGet(() -> send(body, call.body()));
        };
    }

    private Reply send(JsonNode message, String written) {
        String number = field(message, "chatPhoneNumber").asText();
        Fate fate = Fate.of(number);
        boolean strikes = fates.strikes(fate, number, written);
        if (strikes && !fate.isTaken()) {
            return answer(200, refusal(fate));
        }
        String id = "wamid." + UUID.randomUUID();
        String text = field(message, "messageText").asText(null);
        taken.add(new Taken(id, number, text, null, fate, Instant.now()));
        if (fate == Fate.UNTRACKABLE) {
            return new Reply(http(200, success()), fate.conduct(), List.of());
        }
        return new Reply(
                fate == Fate.UNKNOWN
                        ? http(500, refusal("911", "SYSTEM ERROR"))
                        : http(200, success().put("data", id)),
                fate.conduct(),
                reports(field(message, "instanceID"), id, fate));
    }

    private static ObjectNode refusal(Fate fate) {
        return switch (fate) {
            case ACCOUNT -> refusal("506", "ACCESS DENIED");
            case THROTTLED -> refusal("302", "MINUTE LIMIT EXCEEDED");
            case TRANSIENT -> refusal("408", "CHAT SERVER IS NOT ACTIVE");
            default -> refusal("906", "CHAT IS CLOSED FOR MARKETING");
        };
    }

    private static List<String> reports(JsonNode line, String id, Fate fate) {
        return fate.deliveries().stream()
                .map(MessageStatus::telling)
                .map(status -> JsonNodeFactory.instance
                        .objectNode()
                        .put("InstanceMessageID", id)
                        .put("Status", status.number())
                        .put("StatusText", status.word())
                        .put("ReasonDetailForNotSent", reason(status))
                        .<ObjectNode>set("InstanceID", line)
                        .toString())
                .toList();
    }

    private static String reason(MessageStatus status) {
        return status == MessageStatus.NOT_SENT ? "NUMBER IS NOT ON WHATSAPP" : null;
    }

    /** Of one id the shape is invented. */
    private ObjectNode statuses(JsonNode question) {
        JsonNode ids = field(question, "messageIDs");
        boolean isOne = field(question, "messageID").isTextual();
        if (!isOne && (!ids.isArray() || ids.isEmpty() || ids.size() > WapCrmTracking.MOST_IDS)) {
            return refusal("404", "messageIDs IS NOT VALID");
        }
        List<String> asked = isOne
                ? List.of(field(question, "messageID").asText())
                : ids.valueStream().map(JsonNode::asText).toList();
        if (asked.stream().noneMatch(id -> taken.find(id).isPresent())) {
            return refusal(WapCrmTracking.NOTHING_FOUND, "MESSAGE NOT FOUND");
        }
        ObjectNode answer = success();
        ObjectNode data = answer.putObject("data");
        if (isOne) {
            status(data, asked.get(0));
        } else {
            ArrayNode rows = data.putArray("messages");
            asked.forEach(id -> status(rows.addObject(), id));
        }
        return answer;
    }

    private void status(ObjectNode row, String id) {
        MessageStatus status = taken.find(id)
                .map(message -> MessageStatus.telling(message.delivery(Instant.now())))
                .orElse(null);
        row.put("messageID", id)
                .put("found", status != null)
                .put("messageStatus", status == null ? null : status.number())
                .put("reasonDetailForNotSent", status == null ? null : reason(status));
    }

    private ObjectNode conversation(JsonNode question) {
        ObjectNode answer = success();
        ArrayNode rows = answer.putArray("data");
        for (Taken message : taken.to(field(question, "chatPhoneNumber").asText())) {
            LocalDateTime time = LocalDateTime.ofInstant(message.at(), ZoneOffset.UTC);
            rows.addObject()
                    .put("channelnumber", "908500000000")
                    .put("sentdate", time.toLocalDate().toString())
                    .put(
                            "senttime",
                            time.toLocalTime().truncatedTo(ChronoUnit.SECONDS).toString())
                    .put("customernumber", message.number())
                    .put("message", message.text())
                    .put("messagesource", ConversationRows.OURS);
        }
        return answer;
    }

    /** Lines of either kind, one of them the sandbox's, and one of another channel, all of them made up. */
    private static ObjectNode lines() {
        ObjectNode answer = success();
        ArrayNode rows = answer.putArray("data");
        addLine(rows, 15, "908500000000", "Main line", 1, "WABA");
        addLine(rows, 16, "905300000000", "Phone", 1, "QR Code");
        addLine(rows, 17, "sandbox", "Direct messages", 2, "Instagram");
        addLine(rows, 18, "908500000001", "Sandbox", 1, "WABA").put("instanceID", "sandbox-instance");
        return answer;
    }

    private static ObjectNode addLine(
            ArrayNode rows, int id, String account, String name, int type, String connection) {
        return rows.addObject()
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

    private static Reply answer(int status, ObjectNode body) {
        return Reply.of(http(status, body));
    }

    private static Answer http(int status, ObjectNode body) {
        return new Answer(status, Map.of("Content-Type", "application/json"), body.toString());
    }
}
