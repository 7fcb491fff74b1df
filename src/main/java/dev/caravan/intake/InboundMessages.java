package dev.caravan.intake;

import dev.caravan.account.Account;
import dev.caravan.ledger.Transaction;
import dev.caravan.provider.Notice;
import java.sql.SQLException;
import java.util.List;

/** Takes what people write to us, as a provider tells it. */
@FunctionalInterface
public interface InboundMessages {

    /**
     * Takes a message in, within the write that the provider's notice is answered after; once that is committed it is
     * neither lost nor passed on before. The same message may come again.
     *
     * @param told the account to whose address the provider posted it
     * @param concerned the accounts whose line it came over; may be empty
     * @param body what the provider posted, which may hold further messages; then it comes once for each, at the same
     *     {@code now}
     * @param now when it was posted, in milliseconds
     */
    void accept(
            Transaction transaction,
            Account told,
            List<Account> concerned,
            Notice.Message message,
            String body,
            long now)
            throws SQLException;
}
