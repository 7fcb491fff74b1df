package dev.caravan.provider.expresschat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.provider.Answer;
import dev.caravan.provider.HttpVerdicts;
import dev.caravan.provider.Verdict;
import dev.caravan.provider.Verdict.AccountFault;
import dev.caravan.provider.Verdict.Permanent;
import dev.caravan.provider.Verdict.Sent;
import dev.caravan.provider.Verdict.Throttled;
import dev.caravan.provider.Verdict.Unknown;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What Express-Chat's answers mean. All of it is our inference, as no page prints an answer of the send call. The codes
 * are those of Meta's on-premises and Cloud APIs, should Express-Chat pass them on.
 */
final class ExpressChatVerdicts {

    private static final int LONGEST_REASON = 300;

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

    private static final Refusal PERMANENT = (code, reason, answer) -> new Permanent(code, reason);
    private static final Refusal ACCOUNT = (code, reason, answer) -> new AccountFault(code, reason);
    private static final Refusal UNKNOWN = (code, reason, answer) -> new Unknown(code, reason);
    private static final Refusal THROTTLED =
            (code, reason, answer) -> new Throttled(code, reason, HttpVerdicts.retryAfter(answer));

    private static final Map<String, Refusal> REFUSALS = Map.ofEntries(
            Map.entry("470", PERMANENT), // on-premises: outside the 24-hour window
            Map.entry("131047", PERMANENT), // Cloud: outside the 24-hour window
            Map.entry("131026", PERMANENT), // undeliverable to this recipient
            Map.entry("100", PERMANENT), // invalid parameter
            Map.entry("429", THROTTLED), // on-premises: rate limit of the line
            Map.entry("471", THROTTLED), // on-premises: spam limit of the line
            Map.entry("130429", THROTTLED), // Cloud: rate limit of the line
            Map.entry("131048", THROTTLED), // Cloud: spam limit of the line
            Map.entry("368", ACCOUNT), // restricted by Meta
            Map.entry("131031", ACCOUNT), // locked by Meta
            Map.entry("402", ACCOUNT), // on-premises: payment or eligibility
            Map.entry("1", UNKNOWN), // Meta's server failed
            Map.entry("2", UNKNOWN)); // Meta's server failed

    private ExpressChatVerdicts() {}

    /**
     * @param apiKey the account's key, taken out of every text, also in the form it has in the query; may be empty
     */
    static Verdict of(Answer answer, String apiKey) {
        JsonNode body = answer.json();
        String reason = reason(body, apiKey);
        String code = code(body);
        return switch (answer.status()) {
            case 400, 413, 415, 422 ->
                REFUSALS.containsKey(code) ? refused(answer, code, reason) : HttpVerdicts.of(answer, reason);
            default -> answer.isSuccess() ? accepted(answer, body, code, reason) : HttpVerdicts.of(answer, reason);
        };
    }

    private static Verdict accepted(Answer answer, JsonNode body, String code, String reason) {
        if (body.isMissingNode()) {
            return isText(answer.body()) ? new Sent(null) : HttpVerdicts.of(answer, reason);
        }
        JsonNode success = body.path("success");
        boolean isSilent = success.isMissingNode() || success.isNull();
        if (isRefusal(body) || isSilent && REFUSALS.containsKey(code)) {
            return refused(answer, code, reason);
        }
        return isSilent || success.isBoolean() ? new Sent(messageId(body)) : HttpVerdicts.of(answer, reason);
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
                || ERRORS.stream().map(body::at).anyMatch(ExpressChatVerdicts::saysSomething);
    }

    private static boolean saysSomething(JsonNode error) {
        if (error.isContainerNode()) {
            return !error.isEmpty();
        }
        return error.isTextual() ? isFilled(error) : error.asBoolean();
    }

    private static Verdict refused(Answer answer, String code, String reason) {
        return REFUSALS.getOrDefault(code, PERMANENT)
                .verdict(
                        code.isEmpty() ? "refused" : code,
                        reason == null ? "refused without a reason" : reason,
                        answer);
    }

    /** The first code of the table, else the first number where a code may stand, else empty. */
    private static String code(JsonNode body) {
        List<String> codes = CODES.stream()
                .map(body::at)
                .map(JsonNode::asText)
                .filter(code -> code.matches("\\d{1,9}"))
                .toList();
        return codes.stream()
                .filter(REFUSALS::containsKey)
                .findFirst()
                .orElseGet(() -> codes.isEmpty() ? "" : codes.get(0));
    }

    private static String messageId(JsonNode body) {
        return MESSAGE_IDS.stream()
                .map(body::at)
                .filter(id -> isFilled(id) || id.isIntegralNumber())
                .map(JsonNode::asText)
                .findFirst()
                .orElse(null);
    }

    private static String reason(JsonNode body, String apiKey) {
        String reason = REASONS.stream()
                .map(body::at)
                .filter(ExpressChatVerdicts::isFilled)
                .map(JsonNode::asText)
                .findFirst()
                .orElse(null);
        if (reason == null) {
            return null;
        }
        String blotted = apiKey.isEmpty() ? reason : blotted(reason, apiKey);
        int points = Math.min(LONGEST_REASON, blotted.codePointCount(0, blotted.length()));
        return blotted.substring(0, blotted.offsetByCodePoints(0, points));
    }

    /** A server that names the address it was called at repeats the key as the query had it. */
    private static String blotted(String reason, String apiKey) {
        String inQuery = URLEncoder.encode(apiKey, StandardCharsets.UTF_8);
        return reason.replace(apiKey, "***").replace(inQuery, "***");
    }

    private static boolean isFilled(JsonNode node) {
        return node.isTextual() && !node.asText().isBlank();
    }

    private static List<JsonPointer> places(String... pointers) {
        return Stream.of(pointers).map(JsonPointer::compile).toList();
    }

    /** Makes the verdict of a row of the table. */
    private interface Refusal {
        Verdict verdict(String code, String reason, Answer answer);
    }
}
