package dev.caravan.provider.texter;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Fate;
import dev.caravan.provider.FateCounter;
import dev.caravan.provider.Simulator;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Texter simulated, with one line of ours, {@value #LINE}. Every number in international digits has a chat on it, except
 * those that end in {@value #NO_CHAT}. The answers to a search and to an accepted send are documented; every refusal is
 * invented after the form in which Texter refuses a template.
 */
final class TexterSimulator implements Simulator {

    private static final String LINE = "972509876543";
    private static final String NO_CHAT = "0404";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern BEARER = Pattern.compile("Bearer (\\S.*)");
    private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{6,14}");
    private static final Pattern CHAT = Pattern.compile("f+(" + NUMBER.pattern() + ")");
    private static final Pattern SEND_PATH = Pattern.compile("/messages/send/([^/]+)");
    private static final Pattern PUBLIC_URL = Pattern.compile("(?i)https?://.+");
    private static final Set<String> MEDIA_TYPES = Set.of("image", "video", "document", "audio");

    private final FateCounter counter = new FateCounter();

    @Override
    public String provider() {
        return Texter.NAME;
    }

    @Override
    public Reply reply(Call call) {
        return Reply.of(answer(call));
    }

    private Answer answer(Call call) {
        Matcher bearer = BEARER.matcher(String.valueOf(call.header("Authorization")));
        if (!bearer.matches() || bearer.group(1).equals("wrong")) {
            return refusal(401, "Unauthorized");
        }
        Matcher send = SEND_PATH.matcher(call.path());
        if (call.path().equals("/chats/search")) {
            return call.method().equals("GET") ? search(call.query()) : refusal(405, "Method not allowed");
        }
        if (send.matches()) {
            return call.method().equals("POST") ? send(send.group(1), call.body()) : refusal(405, "Method not allowed");
        }
        return refusal(404, "Not found");
    }

    private static Answer search(Map<String, String> query) {
        String search = query.getOrDefault("search", "");
        if (search.length() < 2) {
            return refusal(400, "search must have at least 2 characters");
        }
        if (!query.getOrDefault("limit", "30").matches("[1-9]\\d{0,3}|10000")) {
            return refusal(400, "limit must be between 1 and 10000");
        }
        ObjectNode found = JSON.createObjectNode();
        boolean known = hasChat(search);
        if (known) {
            ObjectNode chat = found.putArray("data").addObject();
            chat.put("_id", chatOf(search));
            chat.put("title", "Simulated contact");
            chat.put("channel", "whatsapp");
            chat.put("entityPhone", "+" + LINE);
            chat.put("clientPhone", "+" + search);
            chat.put("clientPhoneE164", "+" + search);
            addChannel(chat.putObject("channelInfo"), search);
            chat.put("status", 3);
        } else {
            found.putArray("data");
        }
        found.put("total", known ? 1 : 0);
        return json(200, found);
    }

    /** The number is kept within the chat's id, so that the send call finds it there without a memory. */
    private static String chatOf(String number) {
        return "f".repeat(24 - number.length()) + number;
    }

    private static boolean hasChat(String number) {
        return NUMBER.matcher(number).matches() && !number.endsWith(NO_CHAT);
    }

    private Answer send(String chat, String body) {
        Matcher known = CHAT.matcher(chat);
        if (chat.length() != 24 || !known.matches() || !hasChat(known.group(1))) {
            return refusal(404, "Chat not found");
        }
        JsonNode message = read(body);
        String fault = fault(message);
        if (fault != null) {
            return refusal(400, fault);
        }
        String number = known.group(1);
        Fate fate = Fate.of(number);
        if (!counter.strikes(fate, number, body)) {
            return accepted(chat, number, message);
        }
        return switch (fate) {
            case PERMANENT -> refusal(200, "Recipient unsubscribed from messages");
            case ACCOUNT -> refusal(403, "Token lacks the scope Send session message");
            case THROTTLED ->
                new Answer(
                        429,
                        Map.of("Retry-After", "1"),
                        refusal(429, "Too many requests").body());
            case TRANSIENT -> refusal(503, "Service unavailable");
            case UNKNOWN -> refusal(500, "Internal server error");
            case UNTRACKABLE -> json(200, success());
            case ACCEPTED, CUT, SILENT, UNDELIVERED, DISORDERED, UNREPORTED -> accepted(chat, number, message);
        };
    }

    /** What is wrong with a body by the documented rules, or null. */
    private static String fault(JsonNode message) {
        return switch (message.path("type").asText("")) {
            case "text" -> lacksText(message) ? "text must have 1 to 4096 characters" : null;
            case "media" -> lacksMedia(message.path("media")) ? "media must have 1 to 10 items" : null;
            case "buttons" ->
                lacksText(message) || !isSized(message.path("buttons"), 3) ? "text and 1 to 3 buttons required" : null;
            case "list" ->
                lacksText(message) || lacksRows(message.path("list")) ? "text and 1 to 10 rows required" : null;
            case "contacts" ->
                isSized(message.path("contacts"), Integer.MAX_VALUE) ? null : "at least 1 contact required";
            case "location" -> message.path("location").isObject() ? null : "location required";
            default -> "type must be text, media, buttons, list, contacts or location";
        };
    }

    private static boolean lacksText(JsonNode message) {
        String text = message.path("text").asText("");
        return text.isEmpty() || text.codePointCount(0, text.length()) > 4096;
    }

    private static boolean lacksMedia(JsonNode media) {
        for (JsonNode item : media) {
            boolean hasSource = PUBLIC_URL.matcher(item.path("url").asText("")).matches() || item.hasNonNull("fileId");
            if (!hasSource || !MEDIA_TYPES.contains(item.path("mediaType").asText(""))) {
                return true;
            }
        }
        return !isSized(media, 10);
    }

    private static boolean lacksRows(JsonNode list) {
        int rows = 0;
        for (JsonNode section : list.path("sections")) {
            rows += section.path("rows").size();
        }
        return rows < 1 || rows > 10;
    }

    private static boolean isSized(JsonNode array, int most) {
        return array.isArray() && !array.isEmpty() && array.size() <= most;
    }

    private static Answer accepted(String chat, String number, JsonNode message) {
        long now = Instant.now().toEpochMilli();
        ObjectNode answer = success();
        ObjectNode sent = answer.withArray("messages").addObject();
        sent.put("_id", UUID.randomUUID().toString().replace("-", "").substring(0, 24));
        addChannel(sent.putObject("chatChannelInfo"), number);
        sent.putObject("channelInfo").put("id", "wamid." + UUID.randomUUID());
        sent.put("direction", "outgoing");
        sent.put("parent_chat", chat);
        sent.put("status", 0);
        sent.putArray("statusHistory").addObject().put("status", 0).put("timestamp", now);
        sent.put("timestamp", now);
        sent.set("type", message.path("type"));
        sent.put("updatedAt", Instant.ofEpochMilli(now).toString());
        return json(200, answer);
    }

    private static ObjectNode success() {
        ObjectNode answer = JSON.createObjectNode().put("success", true);
        answer.putArray("messages");
        return answer;
    }

    private static void addChannel(ObjectNode channel, String number) {
        channel.put("name", "whatsapp").put("id", number).put("accountId", LINE);
    }

    private static Answer refusal(int status, String error) {
        return json(status, JSON.createObjectNode().put("success", false).put("error", error));
    }

    private static Answer json(int status, JsonNode body) {
        return new Answer(status, Map.of("Content-Type", "application/json"), body.toString());
    }

    private static JsonNode read(String body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException notJson) {
            return MissingNode.getInstance();
        }
    }
}
