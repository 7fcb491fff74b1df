package dev.caravan.provider.maytapi;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.provider.Answer;
import dev.caravan.provider.HttpVerdicts;
import dev.caravan.provider.Verdict;
import dev.caravan.provider.Verdict.AccountFault;
import dev.caravan.provider.Verdict.Permanent;
import dev.caravan.provider.Verdict.Sent;
import java.util.List;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/**
 * What Maytapi's answers mean. It publishes neither error codes nor statuses: a refusal is told by {@code success:
 * false} and a free text, and the texts below are the few that its clients report.
 */
final class MaytapiVerdicts {

    private static final int LONGEST_REASON = 300;

    /**
     * Refusals by what their text mentions; the first row that fits decides, and none leaves it to the status. A text
     * about the recipient's number concerns one message although it has the word phone in it.
     */
    private static final List<Refusal> REFUSALS = List.of(
            new Refusal("do(n't|nt| not) own the phone", AccountFault::new, "phone-not-owned"),
            new Refusal("phone[ _-]?number|to_number|recipient", Permanent::new, "recipient-refused"),
            new Refusal("phone|device|instance|session", AccountFault::new, "phone-unusable"));

    private MaytapiVerdicts() {}

    /**
     * @param answer the answer to a send call
     * @param apiKey blotted out of the reason, should the provider repeat it there
     */
    static Verdict of(Answer answer, String apiKey) {
        JsonNode body = answer.json();
        JsonNode success = body.path("success");
        if (answer.isSuccess() && success.isBoolean() && success.booleanValue()) {
            return new Sent(text(body.path("data").path("msgId")));
        }
        boolean refused = success.isBoolean() && !success.booleanValue();
        String reason = reason(body, apiKey);
        return isJudgedByText(answer.status(), refused) ? byText(answer, reason) : HttpVerdicts.of(answer, reason);
    }

    /** Whether the answer is a definite refusal whose text may say more than its status. */
    private static boolean isJudgedByText(int status, boolean refused) {
        return switch (status) {
            case 400, 413, 415, 422 -> true;
            case 401, 403, 404, 405, 429 -> false;
            default -> refused && (status / 100 == 2 || status / 100 == 4);
        };
    }

    private static Verdict byText(Answer answer, String reason) {
        String text = reason == null ? "" : reason;
        return REFUSALS.stream()
                .filter(row -> row.mentioned().matcher(text).find())
                .findFirst()
                .map(row -> row.verdict(text))
                .orElseGet(() -> byStatus(answer, reason));
    }

    private static Verdict byStatus(Answer answer, String reason) {
        return answer.isSuccess()
                ? new Permanent("refused", reason == null ? "refused without a reason" : reason)
                : HttpVerdicts.of(answer, reason);
    }

    private static String reason(JsonNode body, String apiKey) {
        String reason = text(body.path("message"));
        if (reason == null) {
            return null;
        }
        String blotted = apiKey.isEmpty() ? reason : reason.replace(apiKey, "***");
        int points = Math.min(LONGEST_REASON, blotted.codePointCount(0, blotted.length()));
        return blotted.substring(0, blotted.offsetByCodePoints(0, points));
    }

    private static String text(JsonNode node) {
        return node.isValueNode() && !node.isNull() && !node.asText().isBlank() ? node.asText() : null;
    }

    /** A row of the table: what the text mentions, whatever its case, and what that means. */
    private record Refusal(Pattern mentioned, BiFunction<String, String, Verdict> kind, String code) {

        Refusal(String mentioned, BiFunction<String, String, Verdict> kind, String code) {
            this(Pattern.compile(mentioned, Pattern.CASE_INSENSITIVE), kind, code);
        }

        Verdict verdict(String reason) {
            return kind.apply(code, reason);
        }
    }
}
