package dev.caravan.provider.texter;

import static dev.caravan.provider.Source.INFERRED;
import static dev.caravan.provider.Source.PUBLIC;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.HttpVerdicts;
import dev.caravan.provider.Judge;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Reading;
import dev.caravan.provider.Verdict;
import dev.caravan.provider.Verdict.Transient;
import dev.caravan.provider.Verdict.Unknown;
import dev.caravan.provider.VerdictRow;
import dev.caravan.provider.VerdictRow.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What Texter's answers say. It publishes the answer of a success only; how a template is refused (HTTP 200 with
 * {@code success: false} and an {@code error}) is known, and taken to hold for every call.
 */
final class TexterAnswers {

    static final String WINDOW_CLOSED = "window-closed";
    static final String NOT_FOUND = "not-found";

    /** A bad request stays with the HTTP status, as a refusal whose reason nobody has recognised. */
    static final List<VerdictRow> VERDICTS = List.of(
            VerdictRow.text("unsubscribed", Kind.OPTED_OUT, "unsubscribed", "the recipient wants no templates", PUBLIC),
            // That it is refused is documented; the words are those that WhatsApp and its resellers have for it.
            VerdictRow.text(
                    "\\b24.?h((ou)?rs?)?\\b.*\\b(window|passed)|\\b(session|service|messaging|conversation) window"
                            + "|re-?engagement|\\b131047\\b",
                    Kind.PERMANENT,
                    WINDOW_CLOSED,
                    "the person last wrote more than 24 hours ago; only a template may be sent",
                    PUBLIC),
            // A chat that was looked up may be gone.
            VerdictRow.http(404, Kind.PERMANENT, NOT_FOUND, "Texter knows no such chat, or no such template", INFERRED)
                    .lookingAgain(),
            VerdictRow.http(401, Kind.ACCOUNT, null, "Texter refuses the API token", PUBLIC),
            VerdictRow.http(403, Kind.ACCOUNT, null, "the API token lacks a scope", INFERRED),
            VerdictRow.http(429, Kind.THROTTLED, null, "Texter gets too many requests", INFERRED));

    /** Statuses that speak of the request, so that a reason given with them counts; the others speak for themselves. */
    private static final Set<Integer> REFUSALS = Set.of(400, 403, 404, 422);

    private TexterAnswers() {}

    static Reading read(Answer answer, Send send) {
        JsonNode body = answer.json();
        JsonNode success = body.path("success");
        boolean isRefused = success.isBoolean() && !success.booleanValue();
        if (answer.isSuccess() && isRefused || speaksOfTheRequest(answer, success)) {
            return new Reading.Refused(null, reason(body));
        }
        return answer.isSuccess() && success.isBoolean() ? accepted(body, send) : new Reading.Unclear(reason(body));
    }

    /** No body of such a refusal is published, so it need not say {@code success: false}, too. */
    private static boolean speaksOfTheRequest(Answer answer, JsonNode success) {
        return REFUSALS.contains(answer.status()) && !success.asBoolean(false);
    }

    /** The verdict on the answer to a read that is not what was asked for: nothing was sent, so nothing is unknown. */
    static Verdict ofRead(Answer answer, Account account, Provider texter) {
        JsonNode body = answer.json();
        JsonNode success = body.path("success");
        boolean refused = answer.isSuccess() && success.isBoolean() && !success.booleanValue();
        Verdict verdict = refused
                ? Judge.judge(texter, answer, new Reading.Refused(null, reason(body)), account)
                : HttpVerdicts.of(answer, null);
        return verdict instanceof Unknown ? new Transient(verdict.code(), verdict.message()) : verdict;
    }

    /**
     * Delivery reports name the provider's id of a message, reads of a chat Texter's own too, and nobody says which of the
     * two the id of a template is.
     */
    private static Reading accepted(JsonNode body, Send send) {
        Set<String> ids = new LinkedHashSet<>();
        Set<String> ownIds = new LinkedHashSet<>();
        for (JsonNode message : body.path("messages")) {
            String number = message.path("chatChannelInfo").path("id").asText("");
            if (send.to().isPhone()
                    && !number.isBlank()
                    && !Texter.digits(number).equals(send.to().digits())) {
                return new Reading.Elsewhere(
                        "wrong-recipient",
                        "Texter put this send into the chat of another number; find out why before resuming the account");
            }
            ids.add(message.path("channelInfo").path("id").asText(""));
            ownIds.add(message.path("_id").asText(""));
        }
        ids.add(body.path("messageId").asText(""));
        ids.addAll(ownIds);
        ids.removeIf(String::isBlank);
        List<String> all = new ArrayList<>(ids);
        return all.isEmpty()
                ? new Reading.Accepted(null)
                : new Reading.Accepted(all.get(0), all.subList(1, all.size()));
    }

    /** The provider's words, or nothing. */
    private static String reason(JsonNode body) {
        String error = body.path("error").asText("");
        return error.isBlank() ? body.path("message").asText("") : error;
    }
}
