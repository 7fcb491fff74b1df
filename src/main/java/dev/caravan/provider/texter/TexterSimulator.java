package dev.caravan.provider.texter;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Fate;
import dev.caravan.provider.FateCounter;
import dev.caravan.provider.SimulatedMessages;
import dev.caravan.provider.SimulatedMessages.Taken;
import dev.caravan.provider.Simulator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Texter simulated, with one line of ours. Every number in international digits has a chat on it, in which the person
 * wrote an hour ago, or more than a day ago if it ends in {@value #WINDOW_CLOSED}; a number that ends in {@value #NO_CHAT}
 * has one only once a template has gone to it. Public are the answers to a search, to an accepted message or template, to
 * a template that is refused, and to the question for the messages of a chat, and the events. Invented are every other
 * refusal, the labels, that {@code tmpSendId} comes back, and that the id of a template is Texter's own.
 */
final class TexterSimulator implements Simulator {

    private static final String NO_CHAT = "0404";
    private static final String WINDOW_CLOSED = "0470";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern BEARER = Pattern.compile("Bearer (\\S.*)");
    private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{6,14}");
    private static final Pattern CHAT = Pattern.compile("(?=.{24}$)f+(" + NUMBER.pattern() + ")");
    private static final Pattern SEND_PATH = Pattern.compile("/messages/send/([^/]+)");
    private static final Pattern CHAT_PATH = Pattern.compile("/messages/chat/([^/]+)");
    private static final int MESSAGES_AT_ONCE = 50;

    private final FateCounter counter = new FateCounter();
    private final SimulatedMessages messages = new SimulatedMessages();

    @Override
    public String provider() {
        return Texter.NAME;
    }

    @Override
    public Reply reply(Call call) {
        Matcher bearer = BEARER.matcher(String.valueOf(call.header("Authorization")));
        if (!bearer.matches() || bearer.group(1).equals("wrong")) {
            return refusal(401, "Unauthorized");
        }
        Matcher send = SEND_PATH.matcher(call.path());
        if (send.matches()) {
            return isMethod(call, "POST") ? send(send.group(1), call.body()) : wrongMethod();
        }
        Matcher chat = CHAT_PATH.matcher(call.path());
        if (chat.matches()) {
            return isMethod(call, "GET") ? messagesOf(chat.group(1), call.query()) : wrongMethod();
        }
        return switch (call.path()) {
            case "/chats/search" -> isMethod(call, "GET") ? search(call.query()) : wrongMethod();
            case "/labels" -> isMethod(call, "GET") ? json(SimulatedShapes.labels()) : wrongMethod();
            case "/whatsapp/templates/send" -> isMethod(call, "POST") ? template(call.body()) : wrongMethod();
            default -> refusal(404, "Not found");
        };
    }

    private static boolean isMethod(Call call, String method) {
        return call.method().equals(method);
    }

    private static Reply wrongMethod() {
        return refusal(405, "Method not allowed");
    }

    private Reply search(Map<String, String> query) {
        String search = query.getOrDefault("search", "");
        if (search.length() < 2) {
            return refusal(400, "search must have at least 2 characters");
        }
        if (!query.getOrDefault("limit", "30").matches("[1-9]\\d{0,3}|10000")) {
            return refusal(400, "limit must be between 1 and 10000");
        }
        return hasChat(search)
                ? json(SimulatedShapes.found(chatOf(search), search, lastIncoming(search)))
                : json(SimulatedShapes.foundNothing());
    }

    /** The number is kept within the chat's id, so that the send call finds it there without a memory. */
    private static String chatOf(String number) {
        return "f".repeat(24 - number.length()) + number;
    }

    private boolean hasChat(String number) {
        return NUMBER.matcher(number).matches()
                && (!number.endsWith(NO_CHAT) || !messages.to(number).isEmpty());
    }

    /** When the person last wrote, or null for never. */
    private static Instant lastIncoming(String number) {
        if (number.endsWith(NO_CHAT)) {
            return null;
        }
        return Instant.now().minusSeconds(number.endsWith(WINDOW_CLOSED) ? 90_000 : 3_600);
    }

    private Reply send(String chat, String body) {
        Matcher known = CHAT.matcher(chat);
        if (!known.matches() || !hasChat(known.group(1))) {
            return refusal(404, "Chat not found");
        }
        JsonNode message = read(body);
        String fault = SimulatedRules.faultOfMessage(message);
        if (fault != null) {
            return refusal(400, fault);
        }
        String number = known.group(1);
        if (number.endsWith(NO_CHAT) || number.endsWith(WINDOW_CLOSED)) {
            return refusal(400, "More than 24 hours have passed since the customer last wrote");
        }
        Fate fate = Fate.of(number);
        if (counter.strikes(fate, number, body) && !fate.isTaken()) {
            return refused(fate, "The message cannot be sent to this customer");
        }
        List<Taken> taken = new ArrayList<>();
        String echo = message.path("tmpSendId").asText(null);
        for (int file = 0; file < Math.max(1, message.path("media").size()); file++) {
            taken.add(take(number, message.path("text").asText(null), echo, fate));
        }
        Answer accepted = json(SimulatedShapes.accepted(
                        taken, chat, message.path("type").asText()))
                .answer();
        Answer untracked = json(SimulatedShapes.accepted(List.of(), chat, null)).answer();
        return reply(fate, accepted, untracked, taken, chat);
    }

    private Reply template(String body) {
        JsonNode template = read(body);
        String fault = SimulatedRules.faultOfTemplate(template);
        if (fault != null) {
            return refusal(400, fault);
        }
        String number = template.path("to")
                .textValue()
                .replaceAll("\\D", "")
                .replaceFirst("^0", SimulatedShapes.LINE.substring(0, 3));
        if (!NUMBER.matcher(number).matches()) {
            return refusal(400, "to must be a phone number");
        }
        Fate fate = Fate.of(number);
        if (counter.strikes(fate, number, body) && !fate.isTaken()) {
            return refused(fate, "Recipient unsubscribed from template messages on 2025-11-01");
        }
        Taken taken = take(number, "Template " + template.path("templateName").textValue(), null, fate);
        Answer accepted =
                json(SimulatedShapes.acceptedTemplate(taken, taken.id())).answer();
        Answer untracked = json(SimulatedShapes.acceptedTemplate(taken, null)).answer();
        return reply(fate, accepted, untracked, List.of(taken), chatOf(number));
    }

    private Taken take(String number, String text, String echo, Fate fate) {
        String id = UUID.randomUUID().toString().replace("-", "").substring(0, 24);
        Taken taken = new Taken(id, number, text, echo, fate, Instant.now());
        messages.add(taken);
        return taken;
    }

    /** What is answered about messages that were taken, and reported of them. */
    private static Reply reply(Fate fate, Answer accepted, Answer untracked, List<Taken> taken, String chat) {
        return switch (fate) {
            case UNTRACKABLE -> Reply.of(untracked);
            case UNKNOWN ->
                new Reply(refusal(500, "Internal server error").answer(), fate.conduct(), events(fate, taken, chat));
            default -> new Reply(accepted, fate.conduct(), events(fate, taken, chat));
        };
    }

    private static List<String> events(Fate fate, List<Taken> taken, String chat) {
        return fate.deliveries().stream()
                .flatMap(delivery -> SimulatedShapes.events(chat, delivery, taken).stream())
                .map(JsonNode::toString)
                .toList();
    }

    /** @param reason why this recipient is refused for good */
    private static Reply refused(Fate fate, String reason) {
        return switch (fate) {
            case PERMANENT -> refusal(200, reason);
            case ACCOUNT -> refusal(403, "The token lacks a scope");
            case THROTTLED ->
                Reply.of(new Answer(
                        429,
                        Map.of("Content-Type", "application/json", "Retry-After", "1"),
                        refusal(429, "Too many requests").answer().body()));
            default -> refusal(503, "Service unavailable");
        };
    }

    private Reply messagesOf(String chat, Map<String, String> query) {
        Matcher known = CHAT.matcher(chat);
        if (!known.matches() || !hasChat(known.group(1))) {
            return refusal(404, "Chat not found");
        }
        String before = query.getOrDefault("beforeTime", "");
        if (!before.matches("\\d{1,18}") || !query.containsKey("beforeId")) {
            return refusal(400, "beforeTime and beforeId are required");
        }
        List<Taken> all = messages.to(known.group(1)).stream()
                .filter(message -> message.at().toEpochMilli() < Long.parseLong(before))
                .filter(message -> !message.id().equals(query.get("beforeId")))
                .toList();
        List<Taken> last = all.subList(Math.max(0, all.size() - MESSAGES_AT_ONCE), all.size());
        return json(SimulatedShapes.messages(last, chat, Instant.now()));
    }

    private static Reply refusal(int status, String error) {
        return Reply.of(
                json(status, JSON.createObjectNode().put("success", false).put("error", error)));
    }

    private static Reply json(JsonNode body) {
        return Reply.of(json(200, body));
    }

    private static Answer json(int status, JsonNode body) {
        return new Answer(status, Map.of("Content-Type", "application/json"), body.toString());
    }

    private static JsonNode read(String body) {
        try {
            JsonNode node = JSON.readTree(body);
            return node == null ? MissingNode.getInstance() : node;
        } catch (JacksonException notJson) {
            return MissingNode.getInstance();
        }
    }
}
