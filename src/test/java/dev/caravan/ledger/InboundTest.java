package dev.caravan.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.ledger.Inbound.Arrival;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InboundTest extends OnLedger {

    private final Inbound inbound = new Inbound();
    private final Map<String, Inbound.Body> posted = new HashMap<>();

    @Test
    void whatArrivesIsToldInItsOrderAsItCame() {
        keep("main", "{\"n\": 1}", NOW);
        keep("other", "{\"n\": 2}", NOW + 1);

        List<Arrival> all = after(0, 10);

        assertThat(all)
                .extracting(arrival -> arrival.account()
                        + ' '
                        + arrival.provider()
                        + ' '
                        + arrival.body()
                        + ' '
                        + (arrival.receivedAt() - NOW))
                .containsExactly("main pigeon {\"n\": 1} 0", "other pigeon {\"n\": 2} 1");
        assertThat(all).extracting(Arrival::eventId).doesNotHaveDuplicates();
        assertThat(after(all.get(0).id(), 10)).containsExactly(all.get(1));
        assertThat(after(0, 1)).containsExactly(all.get(0));
    }

    @Test
    void aBodyWithSeveralMessagesIsKeptOnceForEachAccount() {
        keep("main", "both", NOW);
        keep("main", "both", NOW);
        keep("other", "both", NOW);
        keep("main", "another", NOW);

        assertThat(bodies()).containsExactly("main both", "other both", "main another");
    }

    @Test
    void theSameBodyAtAnotherTimeIsKeptToo() {
        keep("main", "again", NOW);
        keep("main", "again", NOW + 1);

        assertThat(bodies()).hasSize(2);
    }

    @Test
    void whatEveryEndpointHasIsDeleted() {
        keep("main", "1", NOW);
        keep("main", "2", NOW);
        keep("main", "3", NOW);
        List<Arrival> all = after(0, 10);

        delivered("a", all.get(1).id());
        assertThat(bodies()).as("the other has none").hasSize(3);
        delivered("b", all.get(0).id());
        assertThat(bodies()).containsExactly("main 2", "main 3");
        delivered("b", all.get(2).id());
        assertThat(bodies()).containsExactly("main 3");
        delivered("a", all.get(2).id());
        assertThat(bodies()).isEmpty();

        keep("main", "4", NOW);
        assertThat(after(all.get(2).id(), 10)).extracting(Arrival::body).containsExactly("4");
    }

    private void keep(String account, String body, long now) {
        write(transaction -> {
            inbound.keep(transaction, account, "pigeon", posted.computeIfAbsent(body, Inbound.Body::of), now);
            return null;
        });
    }

    private void delivered(String endpoint, long cursor) {
        write(transaction -> {
            Feed.INBOUND.delivered(transaction, endpoint, cursor);
            inbound.forget(transaction, List.of("a", "b"));
            return null;
        });
    }

    private List<Arrival> after(long cursor, int limit) {
        return read(transaction -> inbound.after(transaction, cursor, limit));
    }

    private List<String> bodies() {
        return after(0, 100).stream()
                .map(arrival -> arrival.account() + ' ' + arrival.body())
                .toList();
    }
}
