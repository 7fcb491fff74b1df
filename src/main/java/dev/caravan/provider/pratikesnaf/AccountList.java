package dev.caravan.provider.pratikesnaf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Directory;
import dev.caravan.provider.HttpVerdicts;
import dev.caravan.provider.Judge;
import dev.caravan.provider.Listing;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Sender;
import dev.caravan.provider.Verdict;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The connected WhatsApp accounts. A send cannot name one: the default account sends, so it comes first. */
final class AccountList implements Directory.Lists {

    static final String NAME = "hesaplar";

    private static final Comparator<JsonNode> DEFAULT_FIRST = Comparator.comparing(row -> !isDefault(row));

    private final Provider provider;

    AccountList(Provider provider) {
        this.provider = provider;
    }

    @Override
    public List<String> names() {
        return List.of(NAME);
    }

    @Override
    public Listing read(String name, Answer answer, Account account) {
        Verdict verdict = Judge.judge(provider, answer, PratikEsnafAnswers.read(answer), account);
        if (!(verdict instanceof Verdict.Sent)) {
            return new Listing.NotListed(verdict);
        }
        JsonNode rows = answer.json().path("data");
        if (!rows.isArray()) {
            return new Listing.NotListed(HttpVerdicts.of(answer, "no list"));
        }
        return new Listing.Listed(rows.valueStream()
                .sorted(DEFAULT_FIRST)
                .map(AccountList::account)
                .flatMap(Optional::stream)
                .toList());
    }

    static boolean isDefault(JsonNode row) {
        return row.path("varsayilan").asBoolean();
    }

    private static Optional<Sender> account(JsonNode row) {
        return Sender.of(Sender.Kind.ACCOUNT, row.path("id"), row.path("isim"), row.path("telefon"), row.path("durum"));
    }
}
