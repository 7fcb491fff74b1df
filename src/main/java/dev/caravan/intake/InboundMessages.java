package dev.caravan.intake;

import dev.caravan.account.Account;
import dev.caravan.ledger.Inbound;
import dev.caravan.ledger.Transaction;
import dev.caravan.provider.Notice;
import java.sql.SQLException;
import java.util.List;

/** Takes what people write to us, as a provider tells it. */
@FunctionalInterface
public interface InboundMessages {

    /**
     * Takes a message, within the write that the provider's notice is answered after; the same message may come again.
     *
     * @param told the account to whose address it came
     * @param concerned the accounts whose line it came over; may be empty
     * @param rawBody the whole body in which the provider told of it, perhaps with other notices
     * @param now in milliseconds
     */
    void accept(
            Transaction transaction,
            Account told,
            List<Account> concerned,
            Notice.Message message,
            Inbound.Body rawBody,
            long now)
            throws SQLException;
}
