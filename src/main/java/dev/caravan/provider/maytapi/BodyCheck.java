package dev.caravan.provider.maytapi;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * What the simulator finds wrong with the body of {@code sendMessage}: as strict as the documentation, which names the
 * fields of each type, and as tolerant as the published clients, which write numbers and degrees in several forms. A
 * field that no documentation has is passed over.
 */
final class BodyCheck {

    private static final Pattern NUMBER = Pattern.compile("\\+?\\d{7,15}(@c\\.us)?|[\\d-]+@g\\.us");
    private static final Pattern MEDIA_URL =
            Pattern.compile("(?i)https?://.+|data:[^,]*;base64,[a-z0-9+/]++={0,2}", Pattern.DOTALL);
    private static final Pattern WEB_URL = Pattern.compile("(?i)https?://\\S+");
    private static final Pattern CHAT_ID = Pattern.compile("\\d+@c\\.us");
    private static final Pattern DEGREES = Pattern.compile("-?\\d{1,3}(\\.\\d+)?");

    /** The fields that every message of a type has besides {@code to_number}. */
    private static final Map<String, List<Field>> REQUIRED = Map.ofEntries(
            Map.entry("text", List.of(new Field("message", BodyCheck::isText))),
            Map.entry("media", List.of(new Field("message", matching(MEDIA_URL)))),
            Map.entry(
                    "location",
                    List.of(new Field("latitude", BodyCheck::isDegrees), new Field("longitude", BodyCheck::isDegrees))),
            Map.entry("contact", List.of(new Field("message", matching(CHAT_ID)))),
            Map.entry("vcard", List.of(new Field("message", BodyCheck::isCard))),
            Map.entry("link", List.of(new Field("message", matching(WEB_URL)))),
            Map.entry("forward", List.of(new Field("message", BodyCheck::isText))),
            Map.entry("delete", List.of(new Field("message", BodyCheck::isText))),
            Map.entry(
                    "reaction",
                    List.of(new Field("message", BodyCheck::isText), new Field("reply_to", BodyCheck::isText))),
            Map.entry(
                    "edit", List.of(new Field("message", BodyCheck::isText), new Field("reply_to", BodyCheck::isText))),
            Map.entry("product", List.of(new Field("productId", BodyCheck::isText))),
            Map.entry(
                    "buttons",
                    List.of(new Field("message", BodyCheck::isText), new Field("buttons", BodyCheck::areButtons))));

    /** The fields that a message of any type may have. */
    private static final List<Field> OPTIONAL = List.of(
            new Field("text", JsonNode::isTextual),
            new Field("filename", JsonNode::isTextual),
            new Field("title", JsonNode::isTextual),
            new Field("footer", JsonNode::isTextual),
            new Field("reply_to", JsonNode::isTextual),
            new Field("skip_filter", JsonNode::isBoolean),
            new Field("forward_caption", JsonNode::isBoolean));

    private record Field(String name, Predicate<JsonNode> form) {
        boolean isInvalidIn(JsonNode message) {
            return !form.test(message.path(name));
        }
    }

    private BodyCheck() {}

    /** The first thing that is wrong, in words of ours; or nothing. */
    static Optional<String> fault(JsonNode message) {
        if (!message.isObject()) {
            return Optional.of("The body is not a JSON object");
        }
        if (!NUMBER.matcher(message.path("to_number").asText()).matches()) {
            return Optional.of("to_number is not valid");
        }
        List<Field> required = REQUIRED.get(message.path("type").asText());
        if (required == null) {
            return Optional.of("type is not valid");
        }
        return required.stream()
                .filter(field -> field.isInvalidIn(message))
                .findFirst()
                .or(() -> OPTIONAL.stream()
                        .filter(field -> message.has(field.name()) && field.isInvalidIn(message))
                        .findFirst())
                .map(field -> field.name() + " is not valid");
    }

    private static boolean isText(JsonNode value) {
        return value.isTextual() && !value.asText().isEmpty();
    }

    private static Predicate<JsonNode> matching(Pattern form) {
        return value -> value.isTextual() && form.matcher(value.asText()).matches();
    }

    private static boolean isDegrees(JsonNode value) {
        return value.isNumber() || DEGREES.matcher(value.asText()).matches();
    }

    private static boolean isCard(JsonNode value) {
        String card = value.path("vcard").asText();
        return isText(value.path("displayName"))
                && card.startsWith("BEGIN:VCARD")
                && card.contains("\nFN:")
                && card.stripTrailing().endsWith("END:VCARD");
    }

    private static boolean areButtons(JsonNode value) {
        return value.isArray()
                && !value.isEmpty()
                && value.valueStream().allMatch(button -> isText(button.path("id")) && isText(button.path("text")));
    }
}
