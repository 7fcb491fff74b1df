package dev.caravan.provider.maytapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.caravan.account.Account;
import dev.caravan.provider.Delivery;
import dev.caravan.provider.Notice;
import dev.caravan.provider.Webhook;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What Maytapi posts, by the public documentation: lists of acknowledgements, states of phones, messages received.
 * Nothing is signed, and no address in a body is ever called. A message that fails is never reported as such.
 */
final class MaytapiWebhook implements Webhook {

    /**
     * By {@code ackCode}. The words in {@code ackType} mislead: "delivered" is 1, which says that WhatsApp's servers have
     * it, and "reached" is 2, which says that the recipient does. 4 is a voice message that was played.
     */
    private static final Map<Long, Delivery> DELIVERIES = Map.of(
            1L, Delivery.SENT,
            2L, Delivery.DELIVERED,
            3L, Delivery.READ,
            4L, Delivery.READ,
            5L, Delivery.DELETED);

    private static final Pattern CODE = Pattern.compile("\\d{1,9}");
    private static final Pattern TYPE = Pattern.compile("[a-z_-]{1,40}");
    private static final Pattern NUMBER = Pattern.compile("\\d{5,20}");
    private static final String PERSON = "@c.us";
    private static final String GROUP = "@g.us";

    /** A number of seconds beyond this is none, but milliseconds perhaps. */
    private static final long LATEST = Instant.parse("2100-01-01T00:00:00Z").getEpochSecond();

    @Override
    public List<Notice> read(JsonNode body) {
        if (!body.isObject()) {
            throw new IllegalArgumentException("the body is no JSON object");
        }
        String type = text(body.path("type"));
        if (type == null) {
            throw new IllegalArgumentException("type: it is missing");
        }
        return switch (type) {
            case "ack" -> acknowledgements(body);
            case "status" -> List.of(state(body));
            case "message" -> List.of(message(body));
            default -> List.of(new Notice.Ignored(TYPE.matcher(type).matches() ? type : "an unknown type"));
        };
    }

    private static List<Notice> acknowledgements(JsonNode body) {
        JsonNode data = body.path("data");
        if (!data.isArray()) {
            throw new IllegalArgumentException("data: an ack has a list of acknowledgements");
        }
        String line = text(body.path("phone_id"));
        return data.valueStream().map(one -> acknowledgement(one, line)).toList();
    }

    /** One that cannot be used hides none of the others in its list. */
    private static Notice acknowledgement(JsonNode one, String line) {
        String messageId = text(one.path("msgId"));
        if (messageId == null) {
            return new Notice.Ignored("an acknowledgement without msgId");
        }
        String code = text(one.path("ackCode"));
        String word = text(one.path("ackType"));
        Delivery delivery = code != null && CODE.matcher(code).matches()
                ? DELIVERIES.getOrDefault(Long.valueOf(code), Delivery.UNMAPPED)
                : Delivery.UNMAPPED;
        String raw =
                Stream.concat(Stream.ofNullable(code), Stream.ofNullable(word)).collect(Collectors.joining(" "));
        return new Notice.Report(
                List.of(messageId),
                delivery,
                raw,
                null,
                null,
                line,
                recipient(text(one.path("chatId"))),
                time(one.path("time")));
    }

    private static Notice state(JsonNode body) {
        String line = text(body.path("phone_id"));
        String status = text(body.path("status"));
        if (line == null || status == null) {
            throw new IllegalArgumentException("phone_id, status: the status of a phone has both");
        }
        return new Notice.LineState(line, status.equals(PhoneCheck.ACTIVE), status);
    }

    private static Notice message(JsonNode body) {
        JsonNode message = body.path("message");
        if (!message.isObject()) {
            throw new IllegalArgumentException("message: it is missing");
        }
        if (message.path("fromMe").asBoolean()) {
            return new Notice.Ignored("a message of ours");
        }
        String said = "text".equals(text(message.path("type"))) ? text(message.path("text")) : null;
        return new Notice.Message(text(message.path("id")), text(body.path("phone_id")), author(body), said);
    }

    /** Whose conversation it is: what somebody writes in a group is the group's. */
    private static String author(JsonNode body) {
        String conversation = text(body.path("conversation"));
        if (conversation != null && conversation.endsWith(GROUP)) {
            return conversation;
        }
        String phone = text(body.path("user").path("phone"));
        if (phone != null && NUMBER.matcher(phone).matches()) {
            return phone;
        }
        String person = recipient(text(body.path("user").path("id")));
        return person == null ? conversation : person;
    }

    /** The number in the id of a person's chat, or a group's id as it is; null for other kinds of chat. */
    private static String recipient(String chatId) {
        if (chatId == null || chatId.endsWith(GROUP)) {
            return chatId;
        }
        String number = chatId.endsWith(PERSON) ? chatId.substring(0, chatId.length() - PERSON.length()) : "";
        return NUMBER.matcher(number).matches() ? number : null;
    }

    private static Instant time(JsonNode seconds) {
        return seconds.isIntegralNumber()
                        && seconds.canConvertToLong()
                        && seconds.asLong() > 0
                        && seconds.asLong() < LATEST
                ? Instant.ofEpochSecond(seconds.asLong())
                : null;
    }

    /** A text or a number as text, or null: ids and codes come as either. */
    private static String text(JsonNode value) {
        boolean written = value.isTextual() || value.isNumber();
        return written && !value.asText().isBlank() ? value.asText() : null;
    }

    /** Acknowledgements name no phone: they may be about any phone of the product. */
    @Override
    public boolean concerns(Account told, String line, Account other) {
        return told.setting(Maytapi.PRODUCT_ID).equals(other.setting(Maytapi.PRODUCT_ID))
                && (line == null || line.equals(other.setting(Maytapi.PHONE_ID)));
    }

    @Override
    public List<String> registration(String url, Account account) {
        String address = TextNode.valueOf(url).toString();
        return List.of(
                "One address serves all phones of a product, and takes the place of the one it has now.",
                curl(account, "setWebhook", "{\"webhook\":" + address + "}"),
                "Without this the product reports messages that arrive, and not what becomes of those sent:",
                curl(account, "setAckPreference", "{\"ack_delivery\":true}"),
                "A phone that has a webhook of its own (its config call) reports there and not here.");
    }

    private static String curl(Account account, String call, String body) {
        String url = account.baseUrl() + "/" + account.setting(Maytapi.PRODUCT_ID) + "/" + call;
        return "curl -X POST " + quoted(url) + " -H \"x-maytapi-key: $API_KEY\" -H 'Content-Type: application/json' -d "
                + quoted(body);
    }

    private static String quoted(String argument) {
        return "'" + argument.replace("'", "'\\''") + "'";
    }
}
