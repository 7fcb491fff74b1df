package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.ledger.Outbox.Entry;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutboxTest extends OnLedger {

    @Test
    void outcomesComeInTheOrderOfTheirCommits() {
        admit(draft(), draft());
        Attempt first = claim();
        Attempt second = claim();
        settle(second, failed());
        settle(first, queuedUntil(NOW));
        settle(claim(), sent("wamid"));

        List<Entry> all = after(0, 10);

        assertThat(all)
                .extracting(entry -> entry.send() + ' ' + entry.sequence() + ' ' + entry.status())
                .containsExactly(second.id() + " 1 failed", first.id() + " 1 queued", first.id() + " 2 sent");
        assertThat(after(all.get(0).id(), 1)).containsExactly(all.get(1));
        assertThat(after(all.get(2).id(), 1)).isEmpty();
    }

    @Test
    void anOutcomeTellsOfItsSend() {
        openBatch("b");
        NewSend send = draft().reference("order-1").of("b", 4).send();
        insert(send);
        settle(claim(), failed());

        assertThat(after(0, 10))
                .containsExactly(new Entry(
                        1,
                        send.id(),
                        1,
                        "b",
                        4,
                        5,
                        NOW,
                        "failed",
                        1,
                        "permanent",
                        "bad",
                        "bad number",
                        null,
                        null,
                        null,
                        "default",
                        "order-1",
                        "main",
                        "pigeon",
                        "+905301234567",
                        "text",
                        null,
                        NOW,
                        null));
    }

    @Test
    void aRowThatBecameNoSendIsAnOutcomeToo() {
        write(transaction -> {
            outbox.notAccepted(transaction, "b", 3, 4, "rejected", "invalid-number", "to: too short", null, "{}", NOW);
            outbox.notAccepted(transaction, "b", 5, 6, "duplicate", "duplicate", "repeats", "earlier", "{}", NOW);
            return null;
        });

        assertThat(after(0, 10))
                .extracting(entry -> entry.send() + " " + entry.batch() + ' ' + entry.row() + ' ' + entry.line() + ' '
                        + entry.status() + ' ' + entry.errorCode() + ' ' + entry.repeats() + ' ' + entry.detail())
                .containsExactly(
                        "null b 3 4 rejected invalid-number null {}", "null b 5 6 duplicate duplicate earlier {}");
    }

    @Test
    void eachEndpointKeepsItsOwnPlace() {
        assertThat(cursor("one")).isZero();

        delivered("one", 7);
        delivered("two", 3);
        delivered("one", 12);

        assertThat(cursor("one")).isEqualTo(12);
        assertThat(cursor("two")).isEqualTo(3);
    }

    @Test
    void aNewEndpointBeginsAtThePresent() {
        register("first");
        admit(draft());
        settle(claim(), sent("wamid"));
        register("second");
        admit(draft());
        settle(claim(), sent("wamid"));

        assertThat(after(cursor("first"), 10)).hasSize(2);
        assertThat(after(cursor("second"), 10)).hasSize(1);
    }

    @Test
    void anEndpointThatIsKnownKeepsItsPlaceOverARestart() {
        register("one");
        admit(draft());
        settle(claim(), sent("wamid"));
        register("one");

        assertThat(cursor("one")).isZero();
        delivered("one", 1);
        register("one");
        assertThat(cursor("one")).isEqualTo(1);
    }

    private List<Entry> after(long cursor, int limit) {
        return read(transaction -> outbox.after(transaction, cursor, limit));
    }

    private long cursor(String endpoint) {
        return read(transaction -> Feed.OUTCOMES.cursor(transaction, endpoint));
    }

    private void register(String endpoint) {
        write(transaction -> {
            Feed.OUTCOMES.register(transaction, endpoint);
            return null;
        });
    }

    private void delivered(String endpoint, long cursor) {
        write(transaction -> {
            Feed.OUTCOMES.delivered(transaction, endpoint, cursor);
            return null;
        });
    }
}
