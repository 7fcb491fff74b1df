package dev.caravan.provider.texter;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.regex.Pattern;

/** What the simulated Texter finds wrong with a body, by the documented rules. The wording is invented. */
final class SimulatedRules {

    private static final Pattern PUBLIC_URL = Pattern.compile("(?i)https?://.+");
    private static final Pattern TEMPLATE_NAME = Pattern.compile("[a-zA-Z0-9_-]+");
    private static final Pattern PHONE = Pattern.compile("\\+?[\\d -]+");
    private static final Pattern NOT_IN_VALUES = Pattern.compile("[\\r\\n\\t]| {5}");
    private static final Set<String> MEDIA_TYPES = Set.of("image", "video", "document", "audio");
    private static final Set<String> HEADER_TYPES = Set.of("image", "video", "document");

    private SimulatedRules() {}

    /** The fault of a message for a chat, or null. */
    static String faultOfMessage(JsonNode message) {
        if (isGivenAndNoText(message.path("context")) || isGivenAndNoText(message.path("tmpSendId"))) {
            return "context and tmpSendId must be strings";
        }
        return switch (message.path("type").asText("")) {
            case "text" -> lacksText(message) ? "text must have 1 to 4096 characters" : null;
            case "media" -> lacksMedia(message.path("media")) ? "media must have 1 to 10 items" : null;
            case "buttons" ->
                lacksText(message) || lacksChoices(message.path("buttons"), 3, 20)
                        ? "text and 1 to 3 buttons with title and payload required"
                        : null;
            case "list" ->
                lacksText(message) || lacksRows(message.path("list")) ? "text, button and 1 to 10 rows required" : null;
            case "contacts" -> lacksContacts(message.path("contacts")) ? "at least 1 contact required" : null;
            case "location" -> lacksPlace(message.path("location")) ? "location required" : null;
            default -> "type must be text, media, buttons, list, contacts or location";
        };
    }

    /** The fault of a template, or null. */
    static String faultOfTemplate(JsonNode template) {
        if (!isText(template.path("templateName"), TEMPLATE_NAME)) {
            return "templateName must consist of letters, digits, _ and -";
        }
        if (!isText(template.path("to"), PHONE)) {
            return "to must be a phone number";
        }
        if (isGivenAndNoText(template.path("language")) || isGivenAndNoText(template.path("from"))) {
            return "language and from must be strings";
        }
        if (!template.path("body").isMissingNode() && !template.path("body").isArray()) {
            return "body must be an array";
        }
        for (JsonNode value : template.path("body")) {
            if (!value.isTextual() || NOT_IN_VALUES.matcher(value.textValue()).find()) {
                return "body values must be strings without line breaks, tabs and runs of spaces";
            }
        }
        JsonNode header = template.path("header");
        boolean isHeader = HEADER_TYPES.contains(header.path("type").asText("")) && isPublic(header);
        return header.isMissingNode() || isHeader ? null : "header must have a type and a url";
    }

    private static boolean isText(JsonNode field, Pattern form) {
        return field.isTextual() && form.matcher(field.textValue()).matches();
    }

    private static boolean isGivenAndNoText(JsonNode field) {
        return !field.isMissingNode() && !field.isTextual();
    }

    private static boolean lacksText(JsonNode message) {
        return !isSized(message.path("text"), 4096);
    }

    private static boolean lacksMedia(JsonNode media) {
        for (JsonNode item : media) {
            boolean hasSource = isPublic(item) || item.path("fileId").isTextual();
            if (!hasSource || !MEDIA_TYPES.contains(item.path("mediaType").asText(""))) {
                return true;
            }
        }
        return !media.isArray() || media.isEmpty() || media.size() > 10;
    }

    private static boolean isPublic(JsonNode file) {
        return isText(file.path("url"), PUBLIC_URL);
    }

    private static boolean lacksChoices(JsonNode choices, int most, int titleCharacters) {
        for (JsonNode choice : choices) {
            if (!isSized(choice.path("title"), titleCharacters)
                    || !choice.path("payload").isTextual()) {
                return true;
            }
        }
        return !choices.isArray() || choices.isEmpty() || choices.size() > most;
    }

    private static boolean lacksRows(JsonNode list) {
        int rows = 0;
        for (JsonNode section : list.path("sections")) {
            if (lacksChoices(section.path("rows"), 10, 24)) {
                return true;
            }
            rows += section.path("rows").size();
        }
        return rows < 1 || rows > 10 || !isSized(list.path("button"), 20);
    }

    private static boolean lacksContacts(JsonNode contacts) {
        for (JsonNode contact : contacts) {
            if (!contact.path("name").path("formatted_name").isTextual()) {
                return true;
            }
        }
        return !contacts.isArray() || contacts.isEmpty();
    }

    private static boolean lacksPlace(JsonNode place) {
        return !place.path("latitude").isNumber() || !place.path("longitude").isNumber();
    }

    private static boolean isSized(JsonNode text, int most) {
        return text.isTextual()
                && !text.textValue().isEmpty()
                && text.textValue().codePointCount(0, text.textValue().length()) <= most;
    }
}
