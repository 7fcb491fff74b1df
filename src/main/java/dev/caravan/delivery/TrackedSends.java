package dev.caravan.delivery;

import dev.caravan.account.Account;
import dev.caravan.ledger.Checks;
import dev.caravan.ledger.Settlement;
import dev.caravan.ledger.Transaction;
import dev.caravan.provider.Providers;
import dev.caravan.provider.Tracking;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Optional;

/** Decides which sends their provider is asked about: those that it can know, by its own id or by how they look. */
final class TrackedSends {

    private final Providers providers;
    private final Checks checks;

    TrackedSends(Providers providers, Checks checks) {
        this.providers = providers;
        this.checks = checks;
    }

    Optional<Tracking> tracking(Account account) {
        return providers.get(account.provider()).tracking();
    }

    /** A send of the account has this result. */
    void settled(Transaction transaction, Account account, String send, Settlement result, long now)
            throws SQLException {
        Optional<Tracking> tracking = tracking(account);
        if (tracking.isPresent() && isKnown(tracking.get(), result)) {
            checks.begin(transaction, send, isReported(account), now);
        }
    }

    private static boolean isKnown(Tracking tracking, Settlement result) {
        return switch (result.state()) {
            case SENT -> result.providerMessageId() != null;
            case UNKNOWN -> tracking.findsUnknown();
            default -> false;
        };
    }

    /** Sends whose gateway died in the middle of their attempt are looked for too. */
    void adopt(Transaction transaction, Collection<Account> accounts, long now) throws SQLException {
        for (Account account : accounts) {
            if (tracking(account).filter(Tracking::findsUnknown).isPresent()) {
                checks.adopt(transaction, account.name(), isReported(account), now);
            }
        }
    }

    private boolean isReported(Account account) {
        return account.webhookToken() != null
                && providers.get(account.provider()).webhook().isPresent();
    }
}
