package dev.caravan.provider.maytapi;

import static dev.caravan.provider.Source.INFERRED;
import static dev.caravan.provider.Source.PUBLIC;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Reading;
import dev.caravan.provider.VerdictRow;
import dev.caravan.provider.VerdictRow.Kind;
import java.util.List;

/**
 * What Maytapi's answers say. It publishes neither error codes nor statuses: a refusal is told by {@code success: false}
 * and a free text, and the texts below are the few that its clients report.
 */
final class MaytapiAnswers {

    /**
     * A text about the recipient's number concerns one message although it has the word phone in it. Statuses that say no
     * more here than anywhere are left to the common table, 400 and the like with unlisted words above all: a long run of
     * those pauses the account, which a row of its own would prevent.
     */
    static final List<VerdictRow> VERDICTS = List.of(
            VerdictRow.text(
                    "do(n't|nt| not) own the phone",
                    Kind.ACCOUNT,
                    "phone-not-owned",
                    "the phone does not belong to the product",
                    PUBLIC),
            VerdictRow.text(
                    "\\b(duplicate|filter)",
                    Kind.UNKNOWN,
                    "filtered-duplicate",
                    "the filter against repetitions may have dropped it; what it answers then is documented nowhere",
                    INFERRED),
            VerdictRow.text(
                    "phone[ _-]?number|to_number|recipient",
                    Kind.PERMANENT,
                    "recipient-refused",
                    "the text is about the recipient's number",
                    INFERRED),
            VerdictRow.text(
                    "phone|device|instance|session",
                    Kind.ACCOUNT,
                    "phone-unusable",
                    "the text is about the sending phone",
                    PUBLIC),
            VerdictRow.http(401, Kind.ACCOUNT, null, "the token is refused; check api-key", INFERRED),
            VerdictRow.http(403, Kind.ACCOUNT, null, "the token is refused; check api-key", INFERRED),
            VerdictRow.http(
                    404,
                    Kind.ACCOUNT,
                    null,
                    "no such product, phone or path; check product-id, phone-id and base-url",
                    INFERRED),
            VerdictRow.http(429, Kind.THROTTLED, null, "too many requests", INFERRED));

    private MaytapiAnswers() {}

    static Reading read(Answer answer) {
        JsonNode body = answer.json();
        JsonNode success = body.path("success");
        if (answer.isSuccess() && success.isBoolean() && success.booleanValue()) {
            return new Reading.Accepted(text(body.path("data").path("msgId")));
        }
        boolean refused = success.isBoolean() && !success.booleanValue();
        String reason = text(body.path("message"));
        return isJudgedByText(answer.status(), refused)
                ? new Reading.Refused(null, reason)
                : new Reading.Unclear(reason);
    }

    /** Whether the answer is a definite refusal whose text may say more than its status. */
    private static boolean isJudgedByText(int status, boolean refused) {
        return switch (status) {
            case 400, 413, 415, 422 -> true;
            case 401, 403, 404, 405, 429 -> false;
            default -> refused && (status / 100 == 2 || status / 100 == 4);
        };
    }

    private static String text(JsonNode node) {
        return node.isValueNode() && !node.isNull() && !node.asText().isBlank() ? node.asText() : null;
    }
}
