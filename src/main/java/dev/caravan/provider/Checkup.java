package dev.caravan.provider;

import dev.caravan.account.Account;
import java.util.List;

/**
 * Whether an account could send, found out without sending. The route {@code direct:<provider>-checkup} makes the read
 * that the variable {@code list} names.
 */
public interface Checkup {

    /** The reads to make, in this order until one tells that the account cannot send; at least one. */
    List<String> reads();

    /** What the answer to a read says. Never throws. */
    Standing read(String name, Answer answer, Account account);

    /** What a check has found. */
    sealed interface Standing {

        /**
         * Nothing stands in the way, as far as this read tells.
         *
         * @param note what it told, for people: {@code phone 12 is active}
         */
        record Good(String note) implements Standing {}

        /** The account cannot send as it is: an {@link Verdict.AccountFault} mostly; or there was no clear answer. */
        record Bad(Verdict verdict) implements Standing {}
    }
}
