package dev.caravan.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/** The fields of a request's body, read as the contract has them; every fault is refused with its field. */
final class JsonFields {

    private final ObjectNode body;

    /** @throws ProblemException {@code unknown-field} when there is another one than those named */
    JsonFields(ObjectNode body, String... known) {
        this.body = body;
        body.fieldNames().forEachRemaining(name -> {
            if (!Set.of(known).contains(name)) {
                throw new ProblemException(
                        422, "unknown-field", "The body may hold " + String.join(", ", known) + ".", shown(name));
            }
        });
    }

    // What somebody wrote is repeated no further than a name goes.
    private static String shown(String name) {
        return name.length() <= 100 ? name : name.substring(0, 100);
    }

    /** A text, or null when it is absent or blank. */
    String text(String field, int longest) {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            throw new ProblemException(422, "invalid-type", field + ": write a text.", field);
        }
        String text = value.textValue().strip();
        if (text.length() > longest) {
            throw new ProblemException(422, "too-long", field + ": at most " + longest + " characters.", field);
        }
        if (text.indexOf('\0') >= 0) {
            throw new ProblemException(422, "invalid-text", field + ": a NUL character is no text.", field);
        }
        return text.isEmpty() ? null : text;
    }

    /** A text that must be there. */
    String required(String field, int longest) {
        String text = text(field, longest);
        if (text == null) {
            throw new ProblemException(422, "missing-field", field + ": write it.", field);
        }
        return text;
    }

    /** One of some words, or null when it is absent. */
    String word(String field, List<String> words) {
        String text = text(field, Integer.MAX_VALUE);
        if (text != null && !words.contains(text)) {
            throw new ProblemException(
                    422, "invalid-value", field + ": write one of " + String.join(", ", words) + ".", field);
        }
        return text;
    }

    /** A truth, false when it is absent. */
    boolean flag(String field) {
        JsonNode value = body.path(field);
        if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
            throw new ProblemException(422, "invalid-type", field + ": write true or false.", field);
        }
        return value.asBoolean(false);
    }

    /** A whole number within bounds. */
    int number(String field, int least, int most, int otherwise) {
        JsonNode value = body.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isIntegralNumber()) {
            throw new ProblemException(422, "invalid-type", field + ": write a whole number.", field);
        }
        if (!value.canConvertToInt() || value.intValue() < least || value.intValue() > most) {
            throw new ProblemException(
                    422, "invalid-value", field + ": write a number from " + least + " to " + most + ".", field);
        }
        return value.intValue();
    }
}
