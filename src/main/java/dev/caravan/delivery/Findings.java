package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.ledger.Transaction;
import dev.caravan.provider.Delivery;
import dev.caravan.provider.Notice;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/** Where what a provider answers about sends goes, within a write of the caller's; times in milliseconds. */
interface Findings {

    /**
     * Applies reports on sends with an id.
     *
     * @param asked the account whose provider was asked
     */
    void apply(Transaction transaction, Account asked, List<Notice.Report> reports, long now) throws SQLException;

    /**
     * Settles a send of unknown fate, because its provider knows it by our own id.
     *
     * @param messageIds the provider's, the one for reports first; at least one
     * @return false when the send is not unknown any more
     */
    boolean settleUnknown(Transaction transaction, String send, List<String> messageIds, Delivery delivery, long now)
            throws SQLException;

    /**
     * Notes that a message may be a send of unknown fate.
     *
     * @param messageId the provider's, or null
     * @param at when it was sent, or null
     */
    void hint(Transaction transaction, String send, String messageId, Instant at, long now) throws SQLException;
}
