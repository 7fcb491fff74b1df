package dev.caravan.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.ledger.Feed;
import dev.caravan.ledger.Inbound;
import dev.caravan.ledger.Leases;
import dev.caravan.ledger.TemporaryLedger;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InboundNewsTest {

    private static final long AT = Instant.parse("2027-01-15T08:00:00Z").toEpochMilli();
    private static final String BODY = "{\"text\": \"my secret\", \"from\": \"905301234567\"}";

    private final CamelContext camel = new DefaultCamelContext();

    @TempDir
    private Path directory;

    private TemporaryLedger ledger;
    private FeedSteps steps;

    @BeforeEach
    void open() {
        ledger = TemporaryLedger.sqlite(directory);
        steps = new FeedSteps(
                ledger.store(),
                new Leases(ledger.store(), "here"),
                Map.of(
                        Feed.INBOUND,
                        new InboundNews(new Inbound(), List.of("hub", "log"), ZoneId.of("Europe/Istanbul"))));
        ledger.store().write(transaction -> {
            new Inbound().keep(transaction, "main", "pigeon", Inbound.Body.of(BODY), AT);
            return null;
        });
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    @Test
    void anEndpointGetsTheBodyAsItCameAndWhoseItIsAsHeaders() {
        Message message = only(poll("hub", false));

        assertThat(message.getBody()).isEqualTo(BODY);
        assertThat(message.getHeaders())
                .containsOnly(
                        Map.entry("account", "main"),
                        Map.entry("provider", "pigeon"),
                        Map.entry("eventId", ledger.text("SELECT event_id FROM inbound")));
    }

    @Test
    void logsSeeThatSomethingCameAndNotWhat() {
        assertThat(only(poll("log", true)).getBody(String.class))
                .isEqualTo(("{'eventId':'" + ledger.text("SELECT event_id FROM inbound")
                                + "','at':'2027-01-15T11:00:00.000+03:00','account':'main','provider':'pigeon',"
                                + "'characters':" + BODY.length() + "}")
                        .replace('\'', '"'));
    }

    @Test
    void whatEveryEndpointHasIsGone() {
        steps.delivered(poll("hub", false));
        assertThat(ledger.number("SELECT count(*) FROM inbound")).isOne();
        assertThat(messages(poll("hub", false))).isEmpty();

        steps.delivered(poll("log", true));
        assertThat(ledger.number("SELECT count(*) FROM inbound")).isZero();
    }

    private Exchange poll(String endpoint, boolean masked) {
        Exchange exchange = new DefaultExchange(camel);
        exchange.setVariable(FeedSteps.FEED, "INBOUND");
        exchange.setVariable(FeedSteps.ENDPOINT, endpoint);
        exchange.setVariable(FeedSteps.MASKED, masked);
        steps.next(exchange);
        return exchange;
    }

    private static Message only(Exchange exchange) {
        List<?> messages = messages(exchange);
        assertThat(messages).hasSize(1);
        return (Message) messages.get(0);
    }

    private static List<?> messages(Exchange exchange) {
        return exchange.getMessage().getBody(List.class);
    }
}
