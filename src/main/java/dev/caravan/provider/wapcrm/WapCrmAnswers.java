package dev.caravan.provider.wapcrm;

import static dev.caravan.provider.Source.PUBLIC;
import static dev.caravan.provider.VerdictRow.Kind.ACCOUNT;
import static dev.caravan.provider.VerdictRow.Kind.OPTED_OUT;
import static dev.caravan.provider.VerdictRow.Kind.PERMANENT;
import static dev.caravan.provider.VerdictRow.Kind.THROTTLED;
import static dev.caravan.provider.VerdictRow.Kind.TRANSIENT;
import static dev.caravan.provider.VerdictRow.Kind.UNKNOWN;
import static dev.caravan.provider.VerdictRow.code;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Reading;
import dev.caravan.provider.Verdict.Wait;
import dev.caravan.provider.VerdictRow;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What WapCRM's answers say. The codes and their meanings are those of its published list. A code of the body is looked
 * at on 2xx only: with another HTTP status it could be that status repeated.
 */
final class WapCrmAnswers {

    private static final Wait NEXT_DAY = new Wait.NextDay();
    private static final Wait MINUTE = new Wait.For(Duration.ofSeconds(60));

    static final List<VerdictRow> VERDICTS = List.of(
            code("301", THROTTLED, "the daily message count is used up", PUBLIC).pausing(NEXT_DAY),
            code("302", THROTTLED, "the message count per minute is used up", PUBLIC)
                    .pausing(MINUTE),
            code("400", ACCOUNT, "no key in the request", PUBLIC),
            code("401", PERMANENT, "invalid request model", PUBLIC),
            code("404", PERMANENT, "parameters in the wrong format", PUBLIC),
            code("405", TRANSIENT, "the company's chat server could not be reached", PUBLIC),
            code("408", TRANSIENT, "the chat server is not active", PUBLIC),
            code("409", PERMANENT, "ChatAccountID is empty", PUBLIC),
            code("500", ACCOUNT, "the key is not known", PUBLIC),
            code("501", ACCOUNT, "the API is disabled", PUBLIC),
            code("502", ACCOUNT, "the company is disabled", PUBLIC),
            code("503", ACCOUNT, "the user was not found", PUBLIC),
            code("505", ACCOUNT, "the company has no list of lines", PUBLIC),
            code("506", ACCOUNT, "the company has no such line", PUBLIC),
            code("507", ACCOUNT, "the company has no active line", PUBLIC),
            code("508", ACCOUNT, "the company has no registered IP address", PUBLIC),
            code("509", ACCOUNT, "the caller's IP address is not registered", PUBLIC),
            code("510", ACCOUNT, "the daily quota is not configured", PUBLIC),
            code("511", ACCOUNT, "the quota per minute is not configured", PUBLIC),
            code("512", ACCOUNT, "a problem with the user or incom", PUBLIC),
            code("513", ACCOUNT, "the user has no line assigned", PUBLIC),
            code("514", ACCOUNT, "the user is not allowed on this line", PUBLIC),
            code("600", PERMANENT, "the message type is not supported", PUBLIC),
            code("601", PERMANENT, "the text is longer than 1000 characters", PUBLIC),
            code("602", PERMANENT, "the file URL is missing", PUBLIC),
            code("603", PERMANENT, "the file could not be downloaded", PUBLIC),
            code("621", PERMANENT, "the template was not found", PUBLIC),
            code("622", PERMANENT, "a required template input is missing", PUBLIC),
            code("626", PERMANENT, "none of the ids was found, which is no answer to a send", PUBLIC),
            code("900", PERMANENT, "dynamicMessageFields is empty", PUBLIC),
            code("901", PERMANENT, "the variable is not supported", PUBLIC),
            code("902", PERMANENT, "the variable is not present in the text", PUBLIC),
            code("903", PERMANENT, "the customer was not found", PUBLIC),
            code("905", PERMANENT, "the variable has no value for this customer", PUBLIC),
            code("906", OPTED_OUT, "this chat is closed for marketing", PUBLIC),
            code("907", OPTED_OUT, "this contact is closed for marketing on all lines", PUBLIC),
            code("908", PERMANENT, "the contact was not found, which is no answer to a send", PUBLIC),
            code("909", PERMANENT, "the contact has opted out already, which is no answer to a send", PUBLIC),
            // Worth retrying by the provider's guidance, but nothing says that it was not sent.
            code("911", UNKNOWN, "system error", PUBLIC),
            code(
                            "http-301",
                            THROTTLED,
                            "the daily message count is used up, by HTTP status 301 without a Location",
                            PUBLIC)
                    .onHttp(301)
                    .pausing(NEXT_DAY),
            code(
                            "http-302",
                            THROTTLED,
                            "the message count per minute is used up, by HTTP status 302 without a Location",
                            PUBLIC)
                    .onHttp(302)
                    .pausing(MINUTE));

    private WapCrmAnswers() {}

    static Reading read(Answer answer) {
        JsonNode body = answer.json();
        String message = text(field(body, "message"));
        if (isQuota(answer)) {
            return new Reading.Refused("http-" + answer.status(), message);
        }
        JsonNode status = field(body, "status");
        if (!answer.isSuccess() || !status.isBoolean()) {
            return new Reading.Unclear(message);
        }
        return status.booleanValue()
                ? new Reading.Accepted(messageId(field(body, "data")))
                : new Reading.Refused(text(field(body, "statusCode")), message);
    }

    /** One published client takes HTTP 301 and 302 for the two quotas; with a {@code Location} they are redirects. */
    private static boolean isQuota(Answer answer) {
        return (answer.status() == 301 || answer.status() == 302) && answer.header("Location") == null;
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

    /** A text, or a number or truth as text; null when there is none. */
    static String text(JsonNode node) {
        return node.isValueNode() && !node.isNull() && !node.asText().isBlank()
                ? node.asText().trim()
                : null;
    }
}
