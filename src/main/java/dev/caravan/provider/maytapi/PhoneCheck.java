package dev.caravan.provider.maytapi;

import dev.caravan.account.Account;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Checkup;
import dev.caravan.provider.Listing;
import dev.caravan.provider.Sender;
import dev.caravan.provider.Verdict;
import java.util.List;
import java.util.Optional;

/** Whether the account's phone is in its product's list and active; the other states there are cannot send. */
final class PhoneCheck implements Checkup {

    /** The one state that can send; the others are qr-code, phone-error, idle, loading and disabled. */
    static final String ACTIVE = "active";

    private final PhoneList phones;

    PhoneCheck(PhoneList phones) {
        this.phones = phones;
    }

    @Override
    public List<String> reads() {
        return phones.names();
    }

    @Override
    public Standing read(String name, Answer answer, Account account) {
        Listing listing = phones.read(name, answer, account);
        if (listing instanceof Listing.Listed listed) {
            return standing(listed.senders(), account.setting(Maytapi.PHONE_ID));
        }
        return new Standing.Bad(
                listing instanceof Listing.NotListed refused
                        ? refused.verdict()
                        : new Verdict.Unknown("unreadable-answer", "no list"));
    }

    private static Standing standing(List<Sender> phones, String id) {
        Optional<Sender> phone =
                phones.stream().filter(listed -> listed.id().equals(id)).findFirst();
        if (phone.isEmpty()) {
            return new Standing.Bad(new Verdict.AccountFault(
                    "phone-not-listed",
                    "the product has no phone " + id + "; set phone-id to the id of one that it lists"));
        }
        String state = phone.get().state();
        if (state == null) {
            return new Standing.Bad(
                    new Verdict.Unknown("unreadable-answer", "phone " + id + " is listed without status"));
        }
        return state.equals(ACTIVE)
                ? new Standing.Good("phone " + id + " is " + state)
                : new Standing.Bad(new Verdict.AccountFault(
                        "phone-not-active", "phone " + id + " is " + state + "; connect it in the provider's console"));
    }
}
