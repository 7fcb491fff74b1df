package dev.caravan.provider.pratikesnaf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Checkup;
import dev.caravan.provider.Listing;
import dev.caravan.provider.Verdict.AccountFault;
import dev.caravan.provider.Verdict.Permanent;
import dev.caravan.provider.VerdictRow;
import java.util.List;

/**
 * Whether the WhatsApp account that sends is connected. That it is the default one, and that any state but
 * {@code connected}, the only one published, keeps it from sending, is our inference.
 */
final class DefaultAccount implements Checkup {

    private static final String CONNECTED = "connected";

    private final AccountList list;

    DefaultAccount(AccountList list) {
        this.list = list;
    }

    @Override
    public List<String> reads() {
        return list.names();
    }

    @Override
    public Standing read(String name, Answer answer, Account account) {
        if (list.read(name, answer, account) instanceof Listing.NotListed refused) {
            // There is no message in the question that could be to blame.
            return new Standing.Bad(
                    refused.verdict() instanceof Permanent permanent
                            ? new AccountFault(permanent.code(), permanent.message())
                            : refused.verdict());
        }
        List<JsonNode> accounts = answer.json()
                .path("data")
                .valueStream()
                .filter(JsonNode::isObject)
                .toList();
        List<JsonNode> defaults =
                accounts.stream().filter(AccountList::isDefault).toList();
        if (accounts.isEmpty()) {
            return bad("no-account", "no WhatsApp account is connected to PratikEsnaf; connect one there");
        }
        if (defaults.isEmpty() && accounts.size() > 1) {
            return bad("no-default-account", "none of the WhatsApp accounts is the default one, which sends; mark one");
        }
        return standing(defaults.isEmpty() ? accounts.get(0) : defaults.get(0));
    }

    private static Standing standing(JsonNode account) {
        return VerdictRow.fold(account.path("durum").asText()).strip().equals(CONNECTED)
                ? new Standing.Good("the default WhatsApp account is connected")
                : bad(
                        "not-connected",
                        "the default WhatsApp account is not connected to PratikEsnaf; connect it there");
    }

    private static Standing bad(String code, String message) {
        return new Standing.Bad(new AccountFault(code, message));
    }
}
