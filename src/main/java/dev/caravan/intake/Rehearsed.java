package dev.caravan.intake;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What would become of the rows of a file or a request, in the fields of the interface's dry run.
 *
 * @param accepted rows that would be sends
 * @param duplicates rows that repeat an earlier send, or an earlier row of the same reference
 * @param rejected rows that cannot be sends
 * @param rejections the first of them
 * @param examples the first texts
 * @param accounts what each account would get, in the order of the configuration; those that would get nothing are left out
 * @param expiring accepted sends that would expire before their turn comes
 */
public record Rehearsed(
        long accepted,
        long duplicates,
        long rejected,
        List<Rejection> rejections,
        List<Example> examples,
        List<Share> accounts,
        long expiring) {

    public Rehearsed {
        rejections = List.copyOf(rejections);
        examples = List.copyOf(examples);
        accounts = List.copyOf(accounts);
    }

    /**
     * A send as its recipient would read it.
     *
     * @param row its number, from 1
     * @param to masked
     * @param text what can be read of it; what it carries beside text is named in brackets
     */
    public record Example(long row, String to, String text) {}

    /**
     * What one account would get.
     *
     * @param waiting sends of the ledger that go before or among them
     * @param seconds from now to the start of the last one at the account's pace; null when it has none
     * @param expiring how many of them would expire before their turn comes
     * @param paused {@code hand} or {@code account} while the account starts nothing, which no time here includes
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Share(String name, long sends, long waiting, Long seconds, long expiring, String paused) {}
}
