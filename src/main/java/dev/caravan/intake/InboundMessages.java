package dev.caravan.intake;

import dev.caravan.account.Account;
import dev.caravan.ledger.Transaction;
import dev.caravan.provider.Notice;
import java.sql.SQLException;
import java.util.List;

/** Takes in what recipients write. */
public interface InboundMessages {

    /**
     * Takes a message in; once the transaction is committed it is neither lost nor passed on before.
     *
     * @param told the account to whose address the provider posted it
     * @param concerned the accounts whose line got it, as far as that is told
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
