package dev.caravan.provider.pratikesnaf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Lookup;
import dev.caravan.provider.Provider;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;

/** Obtains the bearer token for a key and its secret, one for the whole account. */
final class TokenRequest implements Lookup {

    /** Given up this much before it expires, so that no send starts with a token that ends on its way. */
    private static final Duration MARGIN = Duration.ofMinutes(5);

    private final Provider pratikEsnaf;

    TokenRequest(Provider pratikEsnaf) {
        this.pratikEsnaf = pratikEsnaf;
    }

    @Override
    public Optional<String> given(Send send, Account account) {
        return PratikEsnaf.isSet(account, PratikEsnaf.TOKEN)
                ? Optional.of(account.setting(PratikEsnaf.TOKEN))
                : Optional.empty();
    }

    @Override
    public String key(Send send, Account account) {
        return "token";
    }

    @Override
    public List<Object> questions(Send send, Account account) {
        return List.of(new Credentials(account.setting(PratikEsnaf.API_KEY), account.setting(PratikEsnaf.API_SECRET)));
    }

    @Override
    public Finding read(Answer answer, Send send, Account account) {
        JsonNode body = answer.json();
        String token = body.path("data").path("token").asText("");
        if (answer.isSuccess() && PratikEsnafAnswers.isAccepted(body) && !token.isBlank()) {
            return new Finding.Found(token, until(body.path("data").path("expires_at")));
        }
        return new Finding.Failed(PratikEsnafAnswers.ofTokenRequest(answer, account, pratikEsnaf));
    }

    /** Without a readable time the token is kept until it is refused. */
    private static Instant until(JsonNode expiresAt) {
        try {
            return OffsetDateTime.parse(expiresAt.asText("")).toInstant().minus(MARGIN);
        } catch (DateTimeParseException unreadable) {
            return null;
        }
    }

    /** The body of the token call. */
    record Credentials(String api_key, String api_secret) {
        @Override
        public String toString() {
            return "Credentials";
        }
    }
}
