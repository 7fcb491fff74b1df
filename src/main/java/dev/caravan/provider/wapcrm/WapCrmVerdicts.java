package dev.caravan.provider.wapcrm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.provider.Answer;
import dev.caravan.provider.HttpVerdicts;
import dev.caravan.provider.Verdict;
import dev.caravan.provider.Verdict.AccountFault;
import dev.caravan.provider.Verdict.OptedOut;
import dev.caravan.provider.Verdict.Permanent;
import dev.caravan.provider.Verdict.Sent;
import dev.caravan.provider.Verdict.Throttled;
import dev.caravan.provider.Verdict.Transient;
import dev.caravan.provider.Verdict.Unknown;
import dev.caravan.provider.Verdict.Wait;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What WapCRM's answers mean. The codes and their meanings are those of its published list, the classes are our
 * inference. A code of the body is looked at on 2xx only: with another HTTP status it could be that status repeated.
 */
final class WapCrmVerdicts {

    private static final int LONGEST_REASON = 300;
    private static final String UNLISTED = "refused";

    private static final BiFunction<String, String, Verdict> PERMANENT = Permanent::new;
    private static final BiFunction<String, String, Verdict> TRANSIENT = Transient::new;
    private static final BiFunction<String, String, Verdict> ACCOUNT = AccountFault::new;
    private static final BiFunction<String, String, Verdict> UNKNOWN = Unknown::new;
    private static final BiFunction<String, String, Verdict> OPTED_OUT = OptedOut::new;

    /** What the two used-up quotas ask for. */
    private static final Wait NEXT_DAY = new Wait.NextDay();

    private static final Wait MINUTE = new Wait.For(Duration.ofSeconds(60));

    private static final Map<String, Refusal> REFUSALS = Stream.of(
                    new Refusal("301", throttled(NEXT_DAY), "the daily message count is used up"),
                    new Refusal("302", throttled(MINUTE), "the message count per minute is used up"),
                    new Refusal("400", ACCOUNT, "no key in the request"),
                    new Refusal("401", PERMANENT, "invalid request model"),
                    new Refusal("404", PERMANENT, "parameters in the wrong format"),
                    new Refusal("405", TRANSIENT, "the company's chat server could not be reached"),
                    new Refusal("408", TRANSIENT, "the chat server is not active"),
                    new Refusal("409", PERMANENT, "ChatAccountID is empty"),
                    new Refusal("500", ACCOUNT, "the key is not known"),
                    new Refusal("501", ACCOUNT, "the API is disabled"),
                    new Refusal("502", ACCOUNT, "the company is disabled"),
                    new Refusal("503", ACCOUNT, "the user was not found"),
                    new Refusal("505", ACCOUNT, "the company has no list of lines"),
                    new Refusal("506", ACCOUNT, "the company has no such line"),
                    new Refusal("507", ACCOUNT, "the company has no active line"),
                    new Refusal("508", ACCOUNT, "the company has no registered IP address"),
                    new Refusal("509", ACCOUNT, "the caller's IP address is not registered"),
                    new Refusal("510", ACCOUNT, "the daily quota is not configured"),
                    new Refusal("511", ACCOUNT, "the quota per minute is not configured"),
                    new Refusal("512", ACCOUNT, "a problem with the user or incom"),
                    new Refusal("513", ACCOUNT, "the user has no line assigned"),
                    new Refusal("514", ACCOUNT, "the user is not allowed on this line"),
                    new Refusal("600", PERMANENT, "the message type is not supported"),
                    new Refusal("601", PERMANENT, "the text is longer than 1000 characters"),
                    new Refusal("602", PERMANENT, "the file URL is missing"),
                    new Refusal("603", PERMANENT, "the file could not be downloaded"),
                    new Refusal("621", PERMANENT, "the template was not found"),
                    new Refusal("622", PERMANENT, "a required template input is missing"),
                    new Refusal("900", PERMANENT, "dynamicMessageFields is empty"),
                    new Refusal("901", PERMANENT, "the variable is not supported"),
                    new Refusal("902", PERMANENT, "the variable is not present in the text"),
                    new Refusal("903", PERMANENT, "the customer was not found"),
                    new Refusal("905", PERMANENT, "the variable has no value for this customer"),
                    new Refusal("906", OPTED_OUT, "this chat is closed for marketing"),
                    new Refusal("907", OPTED_OUT, "this contact is closed for marketing on all lines"),
                    // Worth retrying by the provider's guidance, but nothing says that it was not sent.
                    new Refusal("911", UNKNOWN, "system error"))
            .collect(Collectors.toUnmodifiableMap(Refusal::code, Function.identity()));

    private WapCrmVerdicts() {}

    /**
     * @param secretKey the account's key, taken out of every text; may be empty
     */
    static Verdict of(Answer answer, String secretKey) {
        JsonNode body = answer.json();
        String message = reason(text(field(body, "message")), secretKey);
        if (!answer.isSuccess()) {
            return http(answer, message);
        }
        JsonNode status = field(body, "status");
        if (!status.isBoolean()) {
            return HttpVerdicts.of(answer, message);
        }
        return status.booleanValue()
                ? new Sent(messageId(field(body, "data")))
                : refused(reason(text(field(body, "statusCode")), secretKey), message);
    }

    /** One published client takes HTTP 301 and 302 for the two quotas; with a {@code Location} they are redirects. */
    private static Verdict http(Answer answer, String message) {
        Wait quota =
                switch (answer.status()) {
                    case 301 -> NEXT_DAY;
                    case 302 -> MINUTE;
                    default -> null;
                };
        if (quota == null || answer.header("Location") != null) {
            return HttpVerdicts.of(answer, message);
        }
        Wait asked = HttpVerdicts.retryAfter(answer);
        return new Throttled(
                "http-" + answer.status(),
                message == null ? "HTTP status " + answer.status() + " without a Location" : message,
                asked instanceof Wait.Backoff ? quota : asked);
    }

    private static Verdict refused(String code, String message) {
        if (code == null) {
            return new Permanent(UNLISTED, message == null ? "refused without a code" : message);
        }
        Refusal unlisted = new Refusal(code, PERMANENT, "refused with a code that is not listed");
        return REFUSALS.getOrDefault(code, unlisted).verdict(message);
    }

    private static BiFunction<String, String, Verdict> throttled(Wait pause) {
        return (code, message) -> new Throttled(code, message, pause);
    }

    /** Only a string is an id that delivery reports repeat. */
    private static String messageId(JsonNode data) {
        return data.isTextual() && !data.asText().isBlank() ? data.asText() : null;
    }

    /** One document writes the envelope in PascalCase, so a key counts whatever its case. */
    static JsonNode field(JsonNode body, String name) {
        return body.properties().stream()
                .filter(field -> field.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseGet(() -> body.path(name));
    }

    private static String text(JsonNode node) {
        return node.isValueNode() && !node.isNull() && !node.asText().isBlank()
                ? node.asText().trim()
                : null;
    }

    private static String reason(String text, String secretKey) {
        if (text == null) {
            return null;
        }
        String blotted = secretKey.isEmpty() ? text : text.replace(secretKey, "***");
        int points = Math.min(LONGEST_REASON, blotted.codePointCount(0, blotted.length()));
        return blotted.substring(0, blotted.offsetByCodePoints(0, points));
    }

    /** A row of the table; its meaning stands in where the answer has no text of its own. */
    private record Refusal(String code, BiFunction<String, String, Verdict> kind, String meaning) {

        Verdict verdict(String message) {
            return kind.apply(code, message == null ? meaning : message);
        }
    }
}
