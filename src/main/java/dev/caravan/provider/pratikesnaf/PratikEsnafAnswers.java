package dev.caravan.provider.pratikesnaf;

import static dev.caravan.provider.Source.INFERRED;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Judge;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Reading;
import dev.caravan.provider.Verdict;
import dev.caravan.provider.Verdict.AccountFault;
import dev.caravan.provider.Verdict.Permanent;
import dev.caravan.provider.Verdict.Stale;
import dev.caravan.provider.Verdict.Transient;
import dev.caravan.provider.Verdict.Unknown;
import dev.caravan.provider.VerdictRow;
import dev.caravan.provider.VerdictRow.Kind;
import java.util.List;
import java.util.stream.Stream;

/**
 * What PratikEsnaf's answers say. It publishes no error at all, so every row here is our inference. Its WhatsApp calls
 * answer {@code ok}, its other calls {@code success}; either is understood everywhere.
 */
final class PratikEsnafAnswers {

    private static final int UNAVAILABLE = 503;
    private static final List<String> REASON_FIELDS = List.of("message", "mesaj", "hata", "error");

    /**
     * A text about the recipient concerns one message although it may speak of the recipient's account. Turkish words
     * are given by their stems: "hesabı" is "hesap" with an ending, "bağlı değil" is "not connected". A 503 says by
     * itself that the message may come again; only a disconnected account overrules it.
     */
    static final List<VerdictRow> VERDICTS = List.of(
            VerdictRow.text(
                            "alici|recipient",
                            Kind.PERMANENT,
                            "recipient-refused",
                            "the text is about the recipient",
                            INFERRED)
                    .onHttp(200),
            VerdictRow.text(
                    "hesa[pb]|account",
                    Kind.ACCOUNT,
                    "account-unusable",
                    "the text is about the WhatsApp account",
                    INFERRED),
            VerdictRow.text(
                    "oturum|session", Kind.ACCOUNT, "session-closed", "the text is about the session", INFERRED),
            VerdictRow.text(
                    "baglan|bagli degil|connect",
                    Kind.ACCOUNT,
                    "not-connected",
                    "the text is about the connection",
                    INFERRED),
            VerdictRow.http(401, Kind.ACCOUNT, null, "the token is refused", INFERRED)
                    .lookingAgain());

    private PratikEsnafAnswers() {}

    static Reading read(Answer answer) {
        JsonNode body = answer.json();
        if (answer.isSuccess() && says(body, true)) {
            return accepted(id(body, "log_id"), id(body, "message_id"));
        }
        boolean refused = says(body, false) && (answer.isSuccess() || answer.status() == UNAVAILABLE);
        return refused ? new Reading.Refused(null, reason(body)) : new Reading.Unclear(reason(body));
    }

    /** Its log knows a message by {@code log_id} only; {@code message_id} is kept for the record. */
    private static Reading accepted(String logId, String messageId) {
        return new Reading.Accepted(logId, logId == null || messageId == null ? List.of() : List.of(messageId));
    }

    /** Opaque, and a number or a text; null when there is none. */
    private static String id(JsonNode body, String field) {
        String id = body.path(field).asText("").strip();
        return id.isEmpty() ? null : id;
    }

    /** The verdict when no token came: nothing was sent, and whatever is refused is refused to the account. */
    static Verdict ofTokenRequest(Answer answer, Account account, Provider pratikEsnaf) {
        Verdict verdict = Judge.judge(pratikEsnaf, answer, read(answer), account);
        if (verdict instanceof Permanent) {
            return new AccountFault("token-refused", verdict.message());
        }
        if (verdict instanceof Stale stale) {
            return stale.otherwise();
        }
        if (verdict instanceof Verdict.Sent) {
            return new Transient("unreadable-answer", "an answer without a token");
        }
        return verdict instanceof Unknown ? new Transient(verdict.code(), verdict.message()) : verdict;
    }

    static boolean isAccepted(JsonNode body) {
        return says(body, true);
    }

    private static boolean says(JsonNode body, boolean answer) {
        return Stream.of("ok", "success")
                .map(body::path)
                .filter(JsonNode::isBoolean)
                .findFirst()
                .map(said -> said.booleanValue() == answer)
                .orElse(false);
    }

    /** The provider's words, or nothing. */
    static String reason(JsonNode body) {
        return REASON_FIELDS.stream()
                .map(field -> body.path(field).asText(""))
                .filter(text -> !text.isBlank())
                .findFirst()
                .orElse("");
    }
}
