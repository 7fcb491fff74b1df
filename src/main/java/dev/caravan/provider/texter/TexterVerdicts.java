package dev.caravan.provider.texter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.HttpVerdicts;
import dev.caravan.provider.Verdict;
import dev.caravan.provider.Verdict.Misdelivered;
import dev.caravan.provider.Verdict.OptedOut;
import dev.caravan.provider.Verdict.Permanent;
import dev.caravan.provider.Verdict.Sent;
import dev.caravan.provider.Verdict.Stale;
import dev.caravan.provider.Verdict.Transient;
import dev.caravan.provider.Verdict.Unknown;
import java.util.Locale;

/**
 * What Texter's answers mean. It publishes the answer of a success only; how a template is refused (HTTP 200 with
 * {@code success: false} and an {@code error}) is known, and taken to hold for every call.
 */
final class TexterVerdicts {

    private static final int LONGEST_REASON = 300;
    private static final int NOT_FOUND = 404;

    /** What the refusal of a recipient who wants no templates mentions, in lower case; our code for it too. */
    private static final String UNSUBSCRIBED = "unsubscribed";

    private TexterVerdicts() {}

    static Verdict ofSend(Answer answer, Send send, Account account) {
        JsonNode body = answer.json();
        JsonNode success = body.path("success");
        if (answer.isSuccess() && success.isBoolean()) {
            return success.booleanValue() ? accepted(body.path("messages"), send) : refused(body, account);
        }
        String reason = shown(reason(body), account);
        if (answer.status() == NOT_FOUND) {
            return chatNotFound(reason, send);
        }
        return HttpVerdicts.of(answer, reason);
    }

    /** The verdict on a look-up that answered no chats: nothing was sent, so nothing is unknown. */
    static Verdict ofSearch(Answer answer, Account account) {
        JsonNode body = answer.json();
        JsonNode success = body.path("success");
        if (answer.isSuccess() && success.isBoolean() && !success.booleanValue()) {
            return refused(body, account);
        }
        Verdict verdict = HttpVerdicts.of(answer, shown(reason(body), account));
        return verdict instanceof Unknown ? new Transient(verdict.code(), verdict.message()) : verdict;
    }

    private static Verdict accepted(JsonNode messages, Send send) {
        String providerMessageId = null;
        for (JsonNode message : messages) {
            String number = message.path("chatChannelInfo").path("id").asText("");
            if (send.to().isPhone()
                    && !number.isBlank()
                    && !Texter.digits(number).equals(send.to().digits())) {
                return new Misdelivered(
                        "wrong-recipient",
                        "Texter put this send into the chat of another number; find out why before resuming the account");
            }
            String id = message.path("channelInfo").path("id").asText("");
            if (providerMessageId == null && !id.isBlank()) {
                providerMessageId = id;
            }
        }
        return new Sent(providerMessageId);
    }

    private static Verdict refused(JsonNode body, Account account) {
        String reason = reason(body);
        if (reason.toLowerCase(Locale.ROOT).contains(UNSUBSCRIBED)) {
            return new OptedOut(UNSUBSCRIBED, shown(reason, account));
        }
        return new Permanent("refused", reason.isBlank() ? "refused without a reason" : shown(reason, account));
    }

    /** A chat that was looked up may be gone; one that the caller named stays as wrong as it is. */
    private static Verdict chatNotFound(String reason, Send send) {
        Permanent verdict = new Permanent("chat-not-found", reason.isBlank() ? "Texter knows no such chat" : reason);
        return send.to().isPhone() ? new Stale(verdict) : verdict;
    }

    /** The provider's words, or nothing. */
    private static String reason(JsonNode body) {
        String error = body.path("error").asText("");
        return error.isBlank() ? body.path("message").asText("") : error;
    }

    /** The provider's words as people may see them: short, and without the token should they repeat it. */
    private static String shown(String reason, Account account) {
        String token = account.setting(Texter.API_TOKEN, "");
        String blotted = token.isEmpty() ? reason : reason.replace(token, "***");
        int points = Math.min(LONGEST_REASON, blotted.codePointCount(0, blotted.length()));
        return blotted.substring(0, blotted.offsetByCodePoints(0, points));
    }
}
