package dev.caravan.provider.expresschat;

import static dev.caravan.provider.Source.INFERRED;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Reading;
import dev.caravan.provider.VerdictRow;
import dev.caravan.provider.VerdictRow.Kind;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What Express-Chat's answers mean. All of it is our inference, as no page prints an answer of the send call. The codes
 * are those of Meta's on-premises and Cloud APIs, should Express-Chat pass them on.
 */
final class ExpressChatAnswers {

    private static final List<JsonPointer> MESSAGE_IDS =
            places("/messageId", "/data/messageId", "/data/messages/0/id", "/messages/0/id", "/data/id", "/id");
    private static final List<JsonPointer> CODES =
            places("/code", "/error/code", "/error/error/code", "/errors/0/code", "/data/error/code");
    private static final List<JsonPointer> ERRORS = places("/error", "/errors", "/data/error");
    private static final List<JsonPointer> REASONS = places(
            "/message",
            "/error",
            "/error/message",
            "/error/error/message",
            "/errors/0/message",
            "/errors/0/title",
            "/data/error/message");

    static final List<VerdictRow> VERDICTS = List.of(
            VerdictRow.code("470", Kind.PERMANENT, "on-premises: outside the 24-hour window", INFERRED),
            VerdictRow.code("131047", Kind.PERMANENT, "Cloud: outside the 24-hour window", INFERRED),
            VerdictRow.code("131026", Kind.PERMANENT, "undeliverable to this recipient", INFERRED),
            VerdictRow.code("100", Kind.PERMANENT, "invalid parameter", INFERRED),
            VerdictRow.code("429", Kind.THROTTLED, "on-premises: rate limit of the line", INFERRED),
            VerdictRow.code("471", Kind.THROTTLED, "on-premises: spam limit of the line", INFERRED),
            VerdictRow.code("130429", Kind.THROTTLED, "Cloud: rate limit of the line", INFERRED),
            VerdictRow.code("131048", Kind.THROTTLED, "Cloud: spam limit of the line", INFERRED),
            VerdictRow.code("368", Kind.ACCOUNT, "restricted by Meta", INFERRED),
            VerdictRow.code("131031", Kind.ACCOUNT, "locked by Meta", INFERRED),
            VerdictRow.code("402", Kind.ACCOUNT, "on-premises: payment or eligibility", INFERRED),
            VerdictRow.code("1", Kind.UNKNOWN, "Meta's server failed", INFERRED),
            VerdictRow.code("2", Kind.UNKNOWN, "Meta's server failed", INFERRED));

    private static final Set<String> KNOWN =
            VERDICTS.stream().map(VerdictRow::code).collect(Collectors.toUnmodifiableSet());

    private ExpressChatAnswers() {}

    static Reading read(Answer answer) {
        JsonNode body = answer.json();
        String reason = reason(body);
        String code = code(body);
        return switch (answer.status()) {
            case 400, 413, 415, 422 -> new Reading.Refused(code, reason);
            default -> answer.isSuccess() ? onSuccess(answer, body, code, reason) : new Reading.Unclear(reason);
        };
    }

    private static Reading onSuccess(Answer answer, JsonNode body, String code, String reason) {
        if (body.isMissingNode()) {
            return isText(answer.body()) ? new Reading.Accepted(null) : new Reading.Unclear(reason);
        }
        JsonNode success = body.path("success");
        boolean isSilent = success.isMissingNode() || success.isNull();
        if (isRefusal(body) || isSilent && code != null && KNOWN.contains(code)) {
            return new Reading.Refused(code, reason);
        }
        return isSilent || success.isBoolean() ? new Reading.Accepted(messageId(body)) : new Reading.Unclear(reason);
    }

    /** Empty or plain text, rather than a page of a proxy or JSON that is cut off. */
    private static boolean isText(String body) {
        String start = body.replace("\uFEFF", "").stripLeading();
        return Stream.of("<", "{", "[").noneMatch(start::startsWith);
    }

    private static boolean isRefusal(JsonNode body) {
        JsonNode success = body.path("success");
        return success.isBoolean() && !success.booleanValue()
                || body.path("status").asText().equalsIgnoreCase("error")
                || ERRORS.stream().map(body::at).anyMatch(ExpressChatAnswers::saysSomething);
    }

    private static boolean saysSomething(JsonNode error) {
        if (error.isContainerNode()) {
            return !error.isEmpty();
        }
        return error.isTextual() ? isFilled(error) : error.asBoolean();
    }

    /** The first code of the table, else the first number where a code may stand, else null. */
    private static String code(JsonNode body) {
        List<String> codes = CODES.stream()
                .map(body::at)
                .map(JsonNode::asText)
                .filter(code -> code.matches("\\d{1,9}"))
                .toList();
        return codes.stream()
                .filter(KNOWN::contains)
                .findFirst()
                .orElseGet(() -> codes.isEmpty() ? null : codes.get(0));
    }

    private static String messageId(JsonNode body) {
        return MESSAGE_IDS.stream()
                .map(body::at)
                .filter(id -> isFilled(id) || id.isIntegralNumber())
                .map(JsonNode::asText)
                .findFirst()
                .orElse(null);
    }

    private static String reason(JsonNode body) {
        return REASONS.stream()
                .map(body::at)
                .filter(ExpressChatAnswers::isFilled)
                .map(JsonNode::asText)
                .findFirst()
                .orElse(null);
    }

    private static boolean isFilled(JsonNode node) {
        return node.isTextual() && !node.asText().isBlank();
    }

    private static List<JsonPointer> places(String... pointers) {
        return Stream.of(pointers).map(JsonPointer::compile).toList();
    }
}
