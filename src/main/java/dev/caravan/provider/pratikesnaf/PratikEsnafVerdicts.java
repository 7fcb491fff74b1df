package dev.caravan.provider.pratikesnaf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.provider.Answer;
import dev.caravan.provider.HttpVerdicts;
import dev.caravan.provider.Verdict;
import dev.caravan.provider.Verdict.AccountFault;
import dev.caravan.provider.Verdict.Permanent;
import dev.caravan.provider.Verdict.Sent;
import dev.caravan.provider.Verdict.Stale;
import dev.caravan.provider.Verdict.Transient;
import dev.caravan.provider.Verdict.Unknown;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What PratikEsnaf's answers mean. It publishes no error at all, so every row here is our inference. Its WhatsApp calls
 * answer {@code ok}, its other calls {@code success}; either is understood everywhere.
 */
final class PratikEsnafVerdicts {

    private static final int LONGEST_REASON = 300;
    private static final int UNAUTHORIZED = 401;
    private static final int UNAVAILABLE = 503;
    private static final List<String> REASON_FIELDS = List.of("message", "mesaj", "hata", "error");

    /**
     * Refusals by what their text mentions, in ASCII lower case; the first row that fits decides. A text about the
     * recipient concerns one message although it may speak of the recipient's account. Turkish words are given by
     * their stems: "hesabı" is "hesap" with an ending, "bağlı değil" is "not connected".
     */
    private static final List<Refusal> REFUSALS = List.of(
            new Refusal("alici|recipient", Permanent::new, "recipient-refused"),
            new Refusal("hesa[pb]|account", AccountFault::new, "account-unusable"),
            new Refusal("oturum|session", AccountFault::new, "session-closed"),
            new Refusal("baglan|bagli degil|connect", AccountFault::new, "not-connected"),
            new Refusal("", Permanent::new, "refused"));

    private PratikEsnafVerdicts() {}

    static Verdict ofSend(Answer answer, Account account) {
        JsonNode body = answer.json();
        String reason = reason(body, account);
        if (answer.isSuccess() && isAccepted(body)) {
            String logId = body.path("log_id").asText("");
            return new Sent(logId.isBlank() ? null : logId);
        }
        if (isRefused(body) && (answer.isSuccess() || answer.status() == UNAVAILABLE)) {
            Verdict verdict = refusal(reason);
            // A 503 says by itself that the message may come again; only a disconnected account overrules it.
            if (answer.isSuccess() || verdict instanceof AccountFault) {
                return verdict;
            }
        }
        Verdict verdict = HttpVerdicts.of(answer, reason);
        boolean renewable = !PratikEsnaf.isSet(account, PratikEsnaf.TOKEN);
        return answer.status() == UNAUTHORIZED && renewable ? new Stale(verdict) : verdict;
    }

    /** The verdict when no token came: nothing was sent, and whatever is refused is refused to the account. */
    static Verdict ofTokenRequest(Answer answer, Account account) {
        JsonNode body = answer.json();
        String reason = reason(body, account);
        Verdict verdict = answer.isSuccess() && isRefused(body) ? refusal(reason) : HttpVerdicts.of(answer, reason);
        if (verdict instanceof Permanent) {
            return new AccountFault("token-refused", verdict.message());
        }
        return verdict instanceof Unknown ? new Transient(verdict.code(), verdict.message()) : verdict;
    }

    static boolean isAccepted(JsonNode body) {
        return says(body, true);
    }

    private static boolean isRefused(JsonNode body) {
        return says(body, false);
    }

    private static boolean says(JsonNode body, boolean answer) {
        return Stream.of("ok", "success")
                .map(body::path)
                .filter(JsonNode::isBoolean)
                .findFirst()
                .map(said -> said.booleanValue() == answer)
                .orElse(false);
    }

    private static Verdict refusal(String reason) {
        String text = reason == null ? "refused without a reason" : reason;
        String folded = fold(text);
        return REFUSALS.stream()
                .filter(row -> row.mentioned().matcher(folded).find())
                .findFirst()
                .orElseThrow()
                .verdict(text);
    }

    /** Turkish letters to their ASCII look-alikes in lower case; the dotless i is the one that has no decomposition. */
    private static String fold(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFD)
                .replaceAll("\\p{M}", "")
                .toLowerCase(Locale.ROOT)
                .replace('ı', 'i');
    }

    private static String reason(JsonNode body, Account account) {
        String text = REASON_FIELDS.stream()
                .map(field -> body.path(field).asText(""))
                .filter(found -> !found.isBlank())
                .findFirst()
                .orElse(null);
        if (text == null) {
            return null;
        }
        String blotted = text;
        for (String credential : List.of(PratikEsnaf.TOKEN, PratikEsnaf.API_KEY, PratikEsnaf.API_SECRET)) {
            if (PratikEsnaf.isSet(account, credential)) {
                blotted = blotted.replace(account.setting(credential), "***");
            }
        }
        int points = Math.min(LONGEST_REASON, blotted.codePointCount(0, blotted.length()));
        return blotted.substring(0, blotted.offsetByCodePoints(0, points));
    }

    /** A row of the table: what the text mentions, and what that means. */
    private record Refusal(Pattern mentioned, BiFunction<String, String, Verdict> kind, String code) {

        Refusal(String mentioned, BiFunction<String, String, Verdict> kind, String code) {
            this(Pattern.compile(mentioned), kind, code);
        }

        Verdict verdict(String reason) {
            return kind.apply(code, reason);
        }
    }
}
