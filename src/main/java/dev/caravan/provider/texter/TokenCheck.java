package dev.caravan.provider.texter;

import dev.caravan.account.Account;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Checkup;
import dev.caravan.provider.Provider;
import java.util.List;

/**
 * Whether Texter takes the API token. The list of labels is open to every valid one, so this tells nothing of its scopes;
 * the shape of the list is not documented.
 */
final class TokenCheck implements Checkup {

    private static final String LABELS = "labels";

    private final Provider texter;

    TokenCheck(Provider texter) {
        this.texter = texter;
    }

    @Override
    public List<String> reads() {
        return List.of(LABELS);
    }

    @Override
    public Standing read(String name, Answer answer, Account account) {
        boolean refused = !answer.json().path("success").asBoolean(true);
        return answer.isSuccess() && answer.json().isContainerNode() && !refused
                ? new Standing.Good("the API token is accepted")
                : new Standing.Bad(TexterAnswers.ofRead(answer, account, texter));
    }
}
