package dev.caravan.provider;

import dev.caravan.account.Account;
import java.util.List;

/** Whom an account could send from, as far as its provider says. */
public sealed interface Directory {

    /** The provider has no such list. */
    record None(String reason) implements Directory {}

    /**
     * The provider has one list or more. The route {@code direct:<provider>-senders} asks for the one that the variable
     * {@code list} names. Asking is a read, so it may be repeated.
     */
    non-sealed interface Lists extends Directory {

        /** The names of the lists, in the order in which they are asked for; at least one. */
        List<String> names();

        /** What the answer to the question for a list says; never {@link Listing.NotSupported}. Never throws. */
        Listing read(String name, Answer answer, Account account);
    }
}
