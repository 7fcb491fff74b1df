package dev.caravan.provider;

import dev.caravan.account.Account;
import dev.caravan.message.Send;
import java.util.List;

/**
 * One call that carries the same message to many recipients. Its answer is one for all: what cannot be told of each is
 * unknown of all. The route {@code direct:<provider>} makes it when the variable {@code together} is true.
 */
public interface Bulk {

    /** The most recipients of one call, by the account's settings; 1 when it does not want such calls. */
    int most(Account account);

    /** Whether two sends of a batch may share a call: they say the same in the same way. */
    boolean together(Send one, Send other);

    /**
     * The body of the call.
     *
     * @param sends two or more that go together, as their account carries them
     */
    Object request(List<Send> sends, Account account);

    /**
     * What the answer says of all of them. Never throws.
     *
     * @param count how many the call was for
     */
    Reading read(Answer answer, int count);
}
