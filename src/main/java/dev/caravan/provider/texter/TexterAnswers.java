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
import java.util.List;

/**
 * What Texter's answers say. It publishes the answer of a success only; how a template is refused (HTTP 200 with
 * {@code success: false} and an {@code error}) is known, and taken to hold for every call.
 */
final class TexterAnswers {

    static final List<VerdictRow> VERDICTS = List.of(
            VerdictRow.text("unsubscribed", Kind.OPTED_OUT, "unsubscribed", "the recipient wants no templates", PUBLIC),
            // A chat that was looked up may be gone.
            VerdictRow.http(404, Kind.PERMANENT, "chat-not-found", "Texter knows no such chat", INFERRED)
                    .lookingAgain());

    private TexterAnswers() {}

    static Reading read(Answer answer, Send send) {
        JsonNode body = answer.json();
        JsonNode success = body.path("success");
        if (!answer.isSuccess() || !success.isBoolean()) {
            return new Reading.Unclear(reason(body));
        }
        return success.booleanValue() ? accepted(body.path("messages"), send) : new Reading.Refused(null, reason(body));
    }

    /** The verdict on a look-up that answered no chats: nothing was sent, so nothing is unknown. */
    static Verdict ofSearch(Answer answer, Account account, Provider texter) {
        JsonNode body = answer.json();
        JsonNode success = body.path("success");
        boolean refused = answer.isSuccess() && success.isBoolean() && !success.booleanValue();
        Verdict verdict = refused
                ? Judge.judge(texter, answer, new Reading.Refused(null, reason(body)), account)
                : HttpVerdicts.of(answer, null);
        return verdict instanceof Unknown ? new Transient(verdict.code(), verdict.message()) : verdict;
    }

    private static Reading accepted(JsonNode messages, Send send) {
        String providerMessageId = null;
        for (JsonNode message : messages) {
            String number = message.path("chatChannelInfo").path("id").asText("");
            if (send.to().isPhone()
                    && !number.isBlank()
                    && !Texter.digits(number).equals(send.to().digits())) {
                return new Reading.Elsewhere(
                        "wrong-recipient",
                        "Texter put this send into the chat of another number; find out why before resuming the account");
            }
            String id = message.path("channelInfo").path("id").asText("");
            if (providerMessageId == null && !id.isBlank()) {
                providerMessageId = id;
            }
        }
        return new Reading.Accepted(providerMessageId);
    }

    /** The provider's words, or nothing. */
    private static String reason(JsonNode body) {
        String error = body.path("error").asText("");
        return error.isBlank() ? body.path("message").asText("") : error;
    }
}
