package dev.caravan.provider.maytapi;

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
import java.util.List;
import java.util.Optional;

/** The phones of a product. Its documentation shows a bare array of them; an envelope means that something is wrong. */
final class PhoneList implements Directory.Lists {

    static final String NAME = "listPhones";

    private final Provider provider;

    PhoneList(Provider provider) {
        this.provider = provider;
    }

    @Override
    public List<String> names() {
        return List.of(NAME);
    }

    @Override
    public Listing read(String name, Answer answer, Account account) {
        JsonNode phones = answer.json();
        if (answer.isSuccess() && phones.isArray()) {
            return new Listing.Listed(phones.valueStream()
                    .map(PhoneList::phone)
                    .flatMap(Optional::stream)
                    .toList());
        }
        Verdict verdict = Judge.judge(provider, answer, MaytapiAnswers.read(answer), account);
        return new Listing.NotListed(verdict instanceof Verdict.Sent ? HttpVerdicts.of(answer, "no list") : verdict);
    }

    private static Optional<Sender> phone(JsonNode row) {
        return Sender.of(Sender.Kind.PHONE, row.path("id"), row.path("name"), row.path("number"), row.path("status"));
    }
}
