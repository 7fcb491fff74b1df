package dev.caravan.intake;

import dev.caravan.account.Account;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.Inbound;
import dev.caravan.ledger.Scope;
import dev.caravan.ledger.Transaction;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.PhoneNumbers;
import dev.caravan.provider.Notice;
import dev.caravan.provider.Providers;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what recipients write for the endpoints that want it, and blocks those who want no more messages. */
final class InboundIntake implements InboundMessages {

    private static final Logger LOG = LoggerFactory.getLogger(InboundIntake.class);

    /** A number with its country code (ITU-T E.164); the ids of groups are longer. */
    private static final Pattern NUMBER = Pattern.compile("[0-9]{5,15}");

    private final Inbound inbound;
    private final boolean wanted;
    private final Blocklist blocklist;
    private final OptOutWords optOut;
    private final Providers providers;
    private final PhoneNumbers phoneNumbers;

    /** @param wanted whether any endpoint gets what is kept */
    InboundIntake(
            Inbound inbound,
            boolean wanted,
            Blocklist blocklist,
            OptOutWords optOut,
            Providers providers,
            PhoneNumbers phoneNumbers) {
        this.inbound = inbound;
        this.wanted = wanted;
        this.blocklist = blocklist;
        this.optOut = optOut;
        this.providers = providers;
        this.phoneNumbers = phoneNumbers;
    }

    /**
     * Of several accounts, or none, whose line it came over the one to whose address it came stands for them. A body comes
     * once for each message in it, at the same {@code now}, and is kept once.
     */
    @Override
    public void accept(
            Transaction transaction,
            Account told,
            List<Account> concerned,
            Notice.Message message,
            Inbound.Body rawBody,
            long now)
            throws SQLException {
        Account account = concerned.size() == 1 ? concerned.get(0) : told;
        if (wanted) {
            inbound.keep(transaction, account.name(), account.provider(), rawBody, now);
        }
        if (optOut.isOne(message.text())) {
            Optional<String> person = person(message.from(), account);
            if (person.isPresent()
                    && blocklist.add(transaction, person.get(), Scope.ALL, "opt-out " + account.name(), now)) {
                LOG.info(
                        "Somebody wrote to account {} that they want no more messages, and is on the blocklist",
                        account.name());
            }
        }
    }

    /** Whoever wrote, as recipients are known; empty for a group. */
    private Optional<String> person(String from, Account account) {
        if (from == null
                || !NUMBER.matcher(from).matches()
                || providers.get(account.provider()).isOwnId(from)) {
            return Optional.empty();
        }
        String number = '+' + from;
        try {
            return Optional.of(phoneNumbers.normalise(number).address());
        } catch (InvalidSendException notKnownYet) {
            // A plan of numbers that a later version knows is no reason to write to them then.
            return Optional.of(number);
        }
    }
}
