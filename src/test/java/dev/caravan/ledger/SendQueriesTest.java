package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.caravan.ledger.SendQueries.DeadLetters;
import dev.caravan.ledger.SendQueries.Page;
import dev.caravan.message.Priority;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SendQueriesTest extends OnLedger {

    private final SendQueries search = new SendQueries();

    @Test
    void pagesThroughAllSendsTheNewestFirst() {
        List<String> ids = admit(draft(), draft(), draft(), draft(), draft());
        Collections.reverse(ids);

        assertThat(all(SendFilter.ALL, Reach.ALL, 2)).isEqualTo(ids);
        assertThat(page(SendFilter.ALL, Reach.ALL, null, 5).next()).isNull();
        assertThat(page(SendFilter.ALL, Reach.ALL, null, 4).next()).isNotNull();
    }

    @Test
    void pagesThroughABatchFromItsLastRow() {
        List<String> ids = admit(draft().of("b", 1), draft().of("c", 1), draft().of("b", 2), draft().of("b", 3));

        assertThat(all(batch("b"), Reach.ALL, 1)).containsExactly(ids.get(3), ids.get(2), ids.get(0));
        assertThat(all(batch("none"), Reach.ALL, 1)).isEmpty();
    }

    @Test
    void findsByWhatItIsAskedFor() {
        List<String> ids = admit(
                draft().of("b", 1),
                draft().of("b", 2),
                draft().of("b", 3),
                draft().account("other").reference("order-1"),
                draft().to("+905309999999"));
        settle(claim(), failed());
        settle(claim(), unknown());
        settle(claim(), queuedUntil(NOW + 5));

        assertThat(found(state(State.FAILED))).containsExactly(ids.get(0));
        assertThat(found(state(State.UNKNOWN))).containsExactly(ids.get(1));
        assertThat(found(state(State.QUEUED))).containsExactly(ids.get(4), ids.get(3), ids.get(2));
        assertThat(found(state(State.SENDING))).isEmpty();
        assertThat(found(state(State.SENT))).isEmpty();
        assertThat(found(new SendFilter(null, null, Set.of(State.FAILED), null, "b", null, null)))
                .containsExactly(ids.get(0));
        assertThat(found(new SendFilter(null, null, Set.of(State.QUEUED), null, "b", null, null)))
                .containsExactly(ids.get(2));
        assertThat(found(new SendFilter(null, null, Set.of(), "other", null, null, null)))
                .containsExactly(ids.get(3));
        assertThat(found(new SendFilter(null, null, Set.of(), null, null, "http-503", null)))
                .containsExactly(ids.get(2));
        assertThat(found(new SendFilter(null, null, Set.of(), null, "b", "bad", null)))
                .containsExactly(ids.get(0));
        assertThat(found(new SendFilter("default", "order-1", Set.of(), null, null, null, null)))
                .containsExactly(ids.get(3));
        assertThat(found(new SendFilter("shop", "order-1", Set.of(), null, null, null, null)))
                .as("another namespace")
                .isEmpty();
        assertThat(found(SendFilter.to("+905309999999"))).containsExactly(ids.get(4));
    }

    @Test
    void countsWhatEndedBadlyByItsError() {
        admit(
                draft().of("b", 1),
                draft().of("b", 2),
                draft().of("c", 1),
                draft().expiresAt(NOW),
                draft().account("other"),
                draft());
        settle(claim(), failed());
        settle(claim(), failed());
        settle(claim(), unknown());
        expire(NOW);
        settle(claim(), sent("wamid"));

        assertThat(deadLetters(null, null))
                .containsExactlyInAnyOrder(
                        new DeadLetters(State.FAILED, "bad", "main", 2, NOW),
                        new DeadLetters(State.UNKNOWN, "no-answer", "main", 1, NOW),
                        new DeadLetters(State.EXPIRED, "expired", "main", 1, NOW));
        assertThat(deadLetters(null, null).get(0).count()).isEqualTo(2);
        assertThat(deadLetters("other", null)).isEmpty();
        assertThat(deadLetters("main", "c")).extracting(DeadLetters::state).containsExactly(State.UNKNOWN);
    }

    private List<DeadLetters> deadLetters(String account, String batch) {
        return read(transaction -> search.deadLetters(transaction, account, batch, Reach.ALL));
    }

    @Test
    void showsNothingBeyondTheReach() {
        List<String> ids = admit(draft(), draft().account("other"));

        assertThat(all(SendFilter.ALL, new Reach(null, Set.of("other")), 10)).containsExactly(ids.get(1));
        assertThat(all(SendFilter.ALL, new Reach("default", Set.of("other", "main")), 10))
                .hasSize(2);
        assertThat(all(SendFilter.ALL, new Reach("shop", Set.of()), 10)).isEmpty();
        boolean found = read(transaction -> search.find(transaction, ids.get(0), new Reach(null, Set.of("other")))
                .isPresent());
        assertThat(found).isFalse();
    }

    @Test
    void refusesACursorOfAnotherList() {
        admit(draft().of("b", 1), draft().of("b", 2));
        String cursor = page(batch("b"), Reach.ALL, null, 1).next();

        for (String wrong : List.of(cursor, "", "x", "r", "r1x")) {
            SendFilter filter = wrong.equals("r1x") ? batch("b") : SendFilter.ALL;
            assertThatIllegalArgumentException()
                    .as("cursor '%s'", wrong)
                    .isThrownBy(() -> page(filter, Reach.ALL, wrong, 1));
        }
    }

    @Test
    void tellsEverythingOfASendAndItsHistory() {
        String id = admit(draft().of("b", 7).reference("order-1")).get(0);
        settle(claim(), failed().after(new Settlement.Call(400, 12L, "{\"error\":\"bad\"}")));
        write(transaction ->
                transaction.update("UPDATE history SET actor = 'anne', reason = 'because' WHERE send = ?", id));

        SendRecord send =
                read(transaction -> search.find(transaction, id, Reach.ALL)).orElseThrow();
        List<SendEvent> history = read(transaction -> search.history(transaction, id));

        assertThat(send)
                .isEqualTo(new SendRecord(
                        id,
                        "default",
                        "order-1",
                        "b",
                        7,
                        "main",
                        "pigeon",
                        "+905301234567",
                        "text",
                        null,
                        Priority.NORMAL,
                        State.FAILED,
                        1,
                        null,
                        "permanent",
                        "bad",
                        "bad number",
                        null,
                        NOW,
                        null,
                        send.expiresAt(),
                        NOW,
                        null));
        assertThat(history)
                .containsExactly(new SendEvent(
                        1,
                        NOW,
                        "failed",
                        1,
                        NOW,
                        12L,
                        400,
                        "{\"error\":\"bad\"}",
                        "permanent",
                        "bad",
                        "bad number",
                        null,
                        "anne",
                        "because",
                        null,
                        null));
    }

    private Page page(SendFilter filter, Reach reach, String cursor, int limit) {
        return read(transaction -> search.page(transaction, filter, reach, cursor, limit));
    }

    private List<String> all(SendFilter filter, Reach reach, int limit) {
        List<String> ids = new ArrayList<>();
        String cursor = null;
        do {
            Page page = page(filter, reach, cursor, limit);
            assertThat(page.sends()).hasSizeLessThanOrEqualTo(limit);
            page.sends().forEach(send -> ids.add(send.id()));
            cursor = page.next();
        } while (cursor != null);
        return ids;
    }

    /** The same in pages of every size. */
    private List<String> found(SendFilter filter) {
        List<String> ids = all(filter, Reach.ALL, 100);
        assertThat(all(filter, Reach.ALL, 1)).isEqualTo(ids);
        return ids;
    }

    private static SendFilter state(State state) {
        return new SendFilter(null, null, Set.of(state), null, null, null, null);
    }

    private static SendFilter batch(String batch) {
        return new SendFilter(null, null, Set.of(), null, batch, null, null);
    }
}
