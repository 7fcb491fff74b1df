package dev.caravan.command;

import dev.caravan.account.Account;
import dev.caravan.account.Accounts;

/** What somebody means by a name on the command line. */
final class Named {

    private Named() {}

    /**
     * An account.
     *
     * @param where the option or the parameter that names it
     * @throws CommandFailedException naming those there are
     */
    static Account account(Accounts accounts, String where, String name) {
        return accounts.find(name)
                .orElseThrow(() -> new CommandFailedException(
                        ExitCode.USAGE,
                        where + ": no account is named '" + Printable.line(name) + "'; there are "
                                + accounts.all().stream().map(Account::name).toList()));
    }
}
