package dev.caravan.provider.wapcrm;

import dev.caravan.account.Account;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Checkup;
import dev.caravan.provider.Listing;
import dev.caravan.provider.Sender;
import dev.caravan.provider.Verdict;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Whether the company still has the line and the user that an account sends from, by its lists of both. Whether the line
 * is connected, the user a person and the one allowed on the other, the lists do not tell.
 */
final class LineAndUserCheck implements Checkup {

    private final LinesAndUsers lists;

    LineAndUserCheck(LinesAndUsers lists) {
        this.lists = lists;
    }

    @Override
    public List<String> reads() {
        return lists.names();
    }

    @Override
    public Standing read(String name, Answer answer, Account account) {
        Listing listing = lists.read(name, answer, account);
        if (listing instanceof Listing.NotListed refused) {
            return new Standing.Bad(refused.verdict());
        }
        List<Sender> senders = ((Listing.Listed) listing).senders();
        return name.equals(LinesAndUsers.LINES)
                ? standing(senders, account, "instance-id", "no-such-line", "WhatsApp line")
                : standing(senders, account, "user-id", "no-such-user", "user");
    }

    private static Standing standing(List<Sender> senders, Account account, String setting, String code, String what) {
        String wanted = account.setting(setting, "").trim();
        if (senders.stream().anyMatch(sender -> sender.id().equals(wanted))) {
            return new Standing.Good(what + " " + wanted + " is there");
        }
        String there = senders.stream().map(Sender::id).collect(Collectors.joining(", "));
        String reason = "the company has no " + what + " " + wanted + "; "
                + (there.isEmpty() ? "it has none" : "set " + setting + " to one of " + there);
        return new Standing.Bad(new Verdict.AccountFault(code, reason));
    }
}
