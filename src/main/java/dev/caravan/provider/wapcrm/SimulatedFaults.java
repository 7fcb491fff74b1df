package dev.caravan.provider.wapcrm;

import static dev.caravan.provider.wapcrm.WapCrmAnswers.field;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** What the simulator finds wrong with the body of a send. The codes are published, the texts are invented. */
final class SimulatedFaults {

    private SimulatedFaults() {}

    record Fault(String code, String message) {}

    /** The first fault of a body, or nothing when it can be sent. */
    static Optional<Fault> of(JsonNode message) {
        if (!has(message, "instanceID") || !has(message, "userID") || !has(message, "chatPhoneNumber")) {
            return fault("401", "INVALID REQUEST MODEL");
        }
        JsonNode number = field(message, "chatPhoneNumber");
        if (!number.isTextual() || !WapCrm.NUMBER.matcher(number.asText()).matches()) {
            return fault("404", "chatPhoneNumber IS NOT VALID");
        }
        JsonNode category = field(message, "messageCategory");
        if (!isAbsent(category) && !category.asText().matches("marketing|transactional")) {
            return fault("404", "messageCategory IS NOT VALID");
        }
        JsonNode template = field(message, "template");
        if (!isAbsent(template)) {
            return template(template);
        }
        JsonNode type = field(message, "messageType");
        if (!type.isInt()) {
            return fault("401", "INVALID REQUEST MODEL");
        }
        return switch (type.intValue()) {
            case 1 -> text(message);
            case 2 -> image(message);
            default -> fault("600", "MESSAGE TYPE IS NOT SUPPORTED");
        };
    }

    private static Optional<Fault> text(JsonNode message) {
        if (!has(message, "messageText")) {
            return fault("401", "INVALID REQUEST MODEL");
        }
        String text = field(message, "messageText").asText();
        return text.codePointCount(0, text.length()) > WapCrm.LONGEST_TEXT
                ? fault("601", "MESSAGE TEXT IS TOO LONG")
                : Optional.empty();
    }

    private static Optional<Fault> image(JsonNode message) {
        if (!has(message, "fileurl")) {
            return fault("602", "FILE URL IS MISSING");
        }
        if (!isWebUrl(field(message, "fileurl"))) {
            return fault("603", "FILE COULD NOT BE DOWNLOADED");
        }
        return has(message, "filename") ? Optional.empty() : fault("401", "INVALID REQUEST MODEL");
    }

    private static Optional<Fault> template(JsonNode template) {
        if (!has(template, "templateId")) {
            return fault("621", "TEMPLATE NOT FOUND");
        }
        JsonNode parameters = field(template, "parameters");
        if (!isAbsent(parameters) && !parameters.isArray()) {
            return fault("401", "INVALID REQUEST MODEL");
        }
        if (parameters.valueStream().anyMatch(parameter -> !has(parameter, "paramKey") || !has(parameter, "value"))) {
            return fault("622", "TEMPLATE INPUT IS MISSING");
        }
        JsonNode header = field(template, "headerMedia");
        return isAbsent(header) || isWebUrl(field(header, "url"))
                ? Optional.empty()
                : fault("603", "FILE COULD NOT BE DOWNLOADED");
    }

    private static boolean isWebUrl(JsonNode url) {
        return WapCrm.WEB_URL.matcher(url.asText()).matches();
    }

    private static boolean has(JsonNode message, String name) {
        JsonNode value = field(message, name);
        return (value.isTextual() || value.isIntegralNumber())
                && !value.asText().isBlank();
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    private static Optional<Fault> fault(String code, String message) {
        return Optional.of(new Fault(code, message));
    }
}
