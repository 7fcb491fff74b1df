package dev.caravan.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.intake.DropFolder;
import dev.caravan.ledger.Attempt;
import dev.caravan.ledger.Batch;
import dev.caravan.ledger.Claim;
import dev.caravan.ledger.Feed;
import dev.caravan.ledger.Leases;
import dev.caravan.ledger.LedgerParts;
import dev.caravan.ledger.Outbox;
import dev.caravan.ledger.Settlement;
import dev.caravan.ledger.Settlement.Cause;
import dev.caravan.ledger.State;
import dev.caravan.ledger.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutcomeFeedTest {

    private static final long SENT_AT = Instant.parse("2027-01-15T08:00:00Z").toEpochMilli();
    private static final Settlement SENT = Settlement.sent("wamid.1");
    private static final Settlement FAILED =
            Settlement.of(State.FAILED, new Cause("permanent", "906", "closed for marketing"));

    private final LedgerParts parts = LedgerParts.of("here");

    @TempDir
    Path home;

    private DropFolder inbox;
    private FeedSteps feed;

    @BeforeEach
    void open() {
        inbox = new DropFolder(home, 1_000_000);
        feed = steps(inbox.store());
    }

    @AfterEach
    void close() {
        inbox.close();
    }

    @Test
    void anOutcomeHasTheDocumentedFieldsInTheirOrder() throws IOException {
        Batch batch = inbox.drop("a.csv", "reference,to,text,category\norder-1,+905301234567,secret,otp\n");
        inbox.ledger().change("UPDATE send SET accepted_at = ?", SENT_AT - 1_001);
        String id = settle(SENT);

        assertThat(next("file", false))
                .containsExactly(json("{'eventId':'%1$s-1','sequence':1,'id':'%1$s','namespace':'default',"
                                + "'reference':'order-1','batch':'%2$s','row':1,'account':'main','provider':'maytapi',"
                                + "'to':'+905301234567','type':'text','category':'otp','status':'sent',"
                                + "'providerMessageId':'wamid.1','attempts':1,'error':null,"
                                + "'acceptedAt':'2027-01-15T10:59:58.999+03:00','at':'2027-01-15T11:00:00.000+03:00'}")
                        .formatted(id, batch.id()));
    }

    @Test
    void anOutcomeSaysWhyASendFailed() throws IOException {
        inbox.drop("a.csv", "to,text\n+905301234567,secret\n");
        settle(FAILED);

        assertThat(next("file", false).get(0))
                .contains(json("'status':'failed','providerMessageId':null,'attempts':1,"
                        + "'error':{'class':'permanent','code':'906','message':'closed for marketing'},"));
    }

    @Test
    void logsSeeTheRecipientMaskedAndNobodySeesTheText() throws IOException {
        inbox.drop("a.csv", "to,text\n+905301234567,secret\n0530,secret\n");
        settle(SENT);

        List<String> logged = next("log", true);
        assertThat(logged).hasSize(2).noneMatch(outcome -> outcome.contains("0123456"));
        assertThat(logged.get(1)).contains(json("'status':'sent'")).contains(json("'to':'+90********67'"));
        assertThat(next("file", false)).noneMatch(outcome -> outcome.contains("secret"));
    }

    @Test
    void logsSeeNoNumberInAReferenceOrAProvidersIdEither() throws IOException {
        inbox.drop(
                "a.csv",
                "reference,to,text\nto 0530 123 45 67,+905301234567,x\norder-20301234,+905301234568,x\n"
                        + "05301234569,05301234569x,x\n");
        settle(SENT);
        settle(Settlement.sent("true_905301234568@c.us_3EB0"));

        assertThat(next("log", true))
                .satisfiesExactlyInAnyOrder(
                        rejected ->
                                assertThat(rejected).contains(json("'status':'rejected'"), json("'reference':'***'")),
                        first -> assertThat(first)
                                .contains(json("'reference':'***'"), json("'providerMessageId':'wamid.***'")),
                        second -> assertThat(second)
                                .contains(json("'reference':'order-20301234'"), json("'providerMessageId':'***'")));
        assertThat(next("file", false)).anyMatch(outcome -> outcome.contains(json("'providerMessageId':'wamid.1'")));
    }

    @Test
    void aRejectedRowIsAnOutcomeWithoutASend() throws IOException {
        Batch batch = inbox.drop("a.csv", "reference,to,text,category\nr-1,123,secret,otp\n");

        assertThat(next("file", false))
                .singleElement()
                .asString()
                .startsWith(json("{'eventId':'%1$s-1','sequence':1,'id':null,'namespace':'default','reference':'r-1',"
                                + "'batch':'%1$s','row':1,'account':null,'provider':null,'to':'123','type':null,"
                                + "'category':'otp','status':'rejected','providerMessageId':null,'attempts':0,"
                                + "'error':{'class':'permanent','code':'invalid-number','message':'to: ")
                        .formatted(batch.id()))
                .contains(json("'},'acceptedAt':null,'at':'2"));
    }

    @Test
    void aDuplicateRowIsAnOutcomeOfTheEarlierSend() throws IOException {
        inbox.drop("a.csv", "to,text\n+905301234567,secret\n");
        String earlier = inbox.ledger().text("SELECT id FROM send");
        Batch again = inbox.drop("b.csv", "to,text\n+905301234567,secret\n");

        assertThat(next("file", false))
                .singleElement()
                .asString()
                .startsWith(json("{'eventId':'%1$s-1','sequence':1,'id':'%2$s','namespace':'default','reference':null,"
                                + "'batch':'%1$s','row':1,'account':'main','provider':'maytapi','to':'+905301234567',"
                                + "'type':'text','category':null,'status':'duplicate',")
                        .formatted(again.id(), earlier));
    }

    @Test
    void aRowThatCannotBeReadIsAnOutcomeToo() throws IOException {
        inbox.drop("a.jsonl", "{\"to\":\"+905301234567\",\"text\":\"fine\"}\nbroken\n");

        assertThat(next("file", false))
                .singleElement()
                .asString()
                .contains(json("'to':null,'type':null"))
                .contains(json("'code':'invalid-json'"));
    }

    @Test
    void anEndpointGetsEveryOutcomeUntilItHasThem() throws IOException {
        inbox.drop(
                "a.csv",
                IntStream.range(0, 700).mapToObj(row -> "x,y\n").collect(Collectors.joining("", "to,text\n", "")));

        Exchange first = poll("file", false);
        assertThat(bodies(first)).hasSize(500);
        assertThat(first.getVariable(FeedSteps.MORE, Boolean.class)).isTrue();
        assertThat(bodies(poll("file", false))).as("they did not arrive").isEqualTo(bodies(first));
        feed.delivered(first);

        Exchange second = poll("file", false);
        assertThat(bodies(second)).hasSize(200).doesNotContainAnyElementsOf(bodies(first));
        assertThat(second.getVariable(FeedSteps.MORE, Boolean.class)).isFalse();
        feed.delivered(second);

        Exchange nothing = poll("file", false);
        assertThat(bodies(nothing)).isEmpty();
        feed.delivered(nothing);
        assertThat(bodies(poll("other", false))).as("another endpoint").hasSize(500);
    }

    static FeedSteps steps(Store store) {
        Outbox outbox = new Outbox();
        Outcomes outcomes = new Outcomes(store, outbox, Clock.system(DropFolder.ZONE));
        return new FeedSteps(
                store, new Leases(store, "here"), Map.of(Feed.OUTCOMES, new OutcomeNews(outbox, outcomes)));
    }

    private String settle(Settlement settlement) {
        Claim claim = inbox.store()
                .write(transaction -> parts.slots().claim(transaction, "main", null, System.currentTimeMillis()));
        Attempt attempt = ((Claim.Claimed) claim).attempt();
        inbox.store().write(transaction -> parts.settlements().settle(transaction, attempt, settlement, SENT_AT));
        return attempt.id();
    }

    private List<String> next(String endpoint, boolean masked) {
        return bodies(poll(endpoint, masked));
    }

    private Exchange poll(String endpoint, boolean masked) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setVariable(FeedSteps.FEED, "OUTCOMES");
        exchange.setVariable(FeedSteps.ENDPOINT, endpoint);
        exchange.setVariable(FeedSteps.MASKED, masked);
        feed.next(exchange);
        return exchange;
    }

    private static List<String> bodies(Exchange exchange) {
        List<?> outcomes = exchange.getMessage().getBody(List.class);
        return outcomes.stream().map(String.class::cast).toList();
    }

    private static String json(String quoted) {
        return quoted.replace('\'', '"');
    }
}
