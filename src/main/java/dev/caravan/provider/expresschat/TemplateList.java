package dev.caravan.provider.expresschat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Checkup;
import dev.caravan.provider.HttpVerdicts;
import dev.caravan.provider.Judge;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Verdict;
import java.util.List;

/** Tries the key on the list of templates: our inference that a key which reads them sends, too. */
final class TemplateList implements Checkup {

    static final String NAME = "templates";

    private final Provider expressChat;

    TemplateList(Provider expressChat) {
        this.expressChat = expressChat;
    }

    @Override
    public List<String> reads() {
        return List.of(NAME);
    }

    @Override
    public Standing read(String name, Answer answer, Account account) {
        Verdict verdict = Judge.judge(expressChat, answer, ExpressChatAnswers.read(answer), account);
        if (verdict instanceof Verdict.Permanent refused) {
            // There is no message in the question that could be to blame.
            return new Standing.Bad(new Verdict.AccountFault(refused.code(), refused.message()));
        }
        if (!(verdict instanceof Verdict.Sent)) {
            return new Standing.Bad(verdict);
        }
        JsonNode templates = answer.json().path("data");
        if (!templates.isArray()) {
            return new Standing.Bad(HttpVerdicts.of(answer, "no list of templates"));
        }
        long approved = templates
                .valueStream()
                .filter(template -> template.path("status").asText().equalsIgnoreCase("APPROVED"))
                .count();
        return new Standing.Good(
                "the key is good; " + approved + " of " + templates.size() + " templates are approved");
    }
}
