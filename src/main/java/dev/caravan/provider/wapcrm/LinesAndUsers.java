package dev.caravan.provider.wapcrm;

import static dev.caravan.provider.wapcrm.WapCrmAnswers.field;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
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

/** The lines of a company that carry WhatsApp, and the users in whose name it is sent: a send names one of each. */
final class LinesAndUsers implements Directory.Lists {

    static final String LINES = "Instances";
    static final String USERS = "users";

    private static final String WHATSAPP = "1";

    private final Provider provider;

    LinesAndUsers(Provider provider) {
        this.provider = provider;
    }

    @Override
    public List<String> names() {
        return List.of(LINES, USERS);
    }

    @Override
    public Listing read(String name, Answer answer, Account account) {
        Verdict verdict = Judge.judge(provider, answer, WapCrmAnswers.read(answer), account);
        if (!(verdict instanceof Verdict.Sent)) {
            return new Listing.NotListed(verdict);
        }
        JsonNode rows = field(answer.json(), "data");
        if (!rows.isArray()) {
            return new Listing.NotListed(HttpVerdicts.of(answer, "no list"));
        }
        return new Listing.Listed(rows.valueStream()
                .map(row -> name.equals(LINES) ? line(row) : user(row))
                .flatMap(Optional::stream)
                .toList());
    }

    /** Lines of other channels are left out; a line that does not say which it belongs to stays. */
    private static Optional<Sender> line(JsonNode row) {
        return WHATSAPP.equals(field(row, "instanceType").asText(WHATSAPP))
                ? Sender.of(
                        Sender.Kind.PHONE,
                        field(row, "instanceID"),
                        field(row, "instanceName"),
                        field(row, "account"),
                        MissingNode.getInstance())
                : Optional.empty();
    }

    private static Optional<Sender> user(JsonNode row) {
        return Sender.of(
                Sender.Kind.USER,
                field(row, "userID"),
                field(row, "userFullName"),
                MissingNode.getInstance(),
                MissingNode.getInstance());
    }
}
