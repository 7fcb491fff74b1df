package dev.caravan.outcome;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.caravan.intake.DropFolder;
import dev.caravan.ledger.Feed;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The route of feeds as it ships, with endpoints of Camel's own. */
class OutcomeRoutesIT {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final DefaultCamelContext camel = new DefaultCamelContext();

    @TempDir
    private Path home;

    private DropFolder inbox;

    @BeforeEach
    void open() throws Exception {
        inbox = new DropFolder(home, 1_000_000);
        FeedSteps feed = OutcomeFeedTest.steps(inbox.store());
        camel.getRegistry().bind("next-news", (Processor) feed::next);
        camel.getRegistry().bind("news-delivered", (Processor) feed::delivered);
        camel.getRegistry().bind("news-told", (Processor) feed::told);
        camel.getRegistry().bind("news-delivered-in-part", (Processor) feed::deliveredInPart);
        byte[] routes = Files.readAllBytes(Path.of("routes", "outcomes", "feed.camel.yaml"));
        PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromBytes("feed.camel.yaml", routes));
        camel.start();
    }

    @AfterEach
    void close() throws IOException {
        camel.close();
        inbox.close();
    }

    @Test
    void everyEndpointGetsEveryOutcomeInOrderAndOnlyLogsSeeThemMasked() throws IOException {
        deliver("kept", file("kept.jsonl"), false);
        deliver("logged", file("logged.jsonl"), true);

        inbox.drop("a.csv", "to,text\n+905301234567x,one\n+905301234568y,two\n");
        inbox.drop("b.csv", "to,text\n+905301234569z,three\n");

        await().atMost(LONG).untilAsserted(() -> {
            assertThat(lines("kept.jsonl")).hasSize(3);
            assertThat(lines("logged.jsonl")).hasSize(3);
        });
        assertThat(lines("kept.jsonl"))
                .extracting(line -> line.replaceAll(".*\"to\":\"([^\"]*)\".*", "$1"))
                .containsExactly("+905301234567x", "+905301234568y", "+905301234569z");
        assertThat(lines("logged.jsonl")).noneMatch(line -> line.contains("53012345"));
    }

    @Test
    void anEndpointThatFailsHoldsUpNoOtherAndGetsItsOutcomesLater() throws IOException {
        deliver("broken", "direct:nobody-listens?block=false", false);
        deliver("kept", file("kept.jsonl"), false);

        inbox.drop("a.csv", "to,text\n123,one\n");

        await().atMost(LONG).untilAsserted(() -> assertThat(lines("kept.jsonl")).hasSize(1));
        assertThat(cursor("broken")).isZero();
        assertThat(cursor("kept")).isPositive();
    }

    @Test
    void anEndpointThatFailsNowAndThenGetsAheadEachTime() throws Exception {
        List<String> got = new CopyOnWriteArrayList<>();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:moody").process(exchange -> {
                    if (got.size() == 2) {
                        got.add("failure");
                        throw new IOException("the third call fails");
                    }
                    got.add(exchange.getMessage().getBody(String.class).replaceAll(".*\"to\":\"([^\"]*)\".*", "$1"));
                });
            }
        });
        inbox.drop("a.csv", "to,text\n1,one\n2,two\n3,three\n4,four\n");
        deliverFromTheBeginning("moody", "direct:moody", false);

        await().atMost(LONG).until(() -> cursor("moody") == 4);
        assertThat(got).containsExactly("1", "2", "failure", "3", "4");
    }

    @Test
    void anEndpointThatHasFailedIsLeftAloneForAWhile() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:refusing").process(exchange -> {
                    tries.incrementAndGet();
                    throw new IOException("as always");
                });
            }
        });
        deliver("refusing", "direct:refusing", false);

        inbox.drop("a.csv", "to,text\n123,one\n");

        await().atMost(LONG).until(() -> tries.get() > 0);
        await().during(Duration.ofSeconds(2)).atMost(LONG).until(() -> tries.get() == 1);
    }

    @Test
    void anEndpointThatTakesItsTimeInThreadsOfItsOwnGetsNothingTwice() throws Exception {
        List<String> got = new CopyOnWriteArrayList<>();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:leisurely")
                        .process(exchange -> got.add(exchange.getMessage().getBody(String.class)))
                        .delay(1_000)
                        .asyncDelayed();
            }
        });
        inbox.drop("a.csv", "to,text\n1,one\n2,two\n");
        deliverFromTheBeginning("leisurely", "direct:leisurely", false);

        await().atMost(LONG).until(() -> cursor("leisurely") == 2);
        assertThat(got).hasSize(2);
    }

    @Test
    void anEndpointThatNeverAnswersHoldsUpNoOtherAndIsNotWaitedForForEver() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            deliver("hanging", "http://127.0.0.1:" + server.getLocalPort() + "?responseTimeout=2000", false);
            deliver("kept", file("kept.jsonl"), false);

            inbox.drop("a.csv", "to,text\n123,one\n");
            try (Socket call = server.accept()) {
                await().atMost(LONG)
                        .untilAsserted(() -> assertThat(lines("kept.jsonl")).hasSize(1));
                inbox.drop("b.csv", "to,text\n123,two\n");
                await().atMost(LONG)
                        .untilAsserted(() -> assertThat(lines("kept.jsonl")).hasSize(2));
                call.setSoTimeout((int) LONG.toMillis());
                assertThat(catchThrowable(() -> call.getInputStream().transferTo(OutputStream.nullOutputStream())))
                        .as("the connection ends")
                        .isNotInstanceOf(SocketTimeoutException.class);
            }
            assertThat(cursor("hanging")).isZero();
        }
    }

    @Test
    void howFarAnEndpointIsBehindIsMeasured() throws IOException {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        FeedEndpoint broken =
                new FeedEndpoint(Feed.OUTCOMES, "outcomes-1", "broken", "direct:nobody-listens?block=false");
        FeedEndpoint kept = new FeedEndpoint(Feed.OUTCOMES, "outcomes-2", "kept", file("kept.jsonl"));
        deliver("broken", broken.uri(), false);
        deliver("kept", kept.uri(), false);
        inbox.drop("a.csv", "to,text\n123,one\n456,two\n");
        inbox.ledger().change("UPDATE history SET at = at - 60000");
        await().atMost(LONG).untilAsserted(() -> assertThat(cursor("kept")).isEqualTo(2));

        new FeedGauges(inbox.store(), List.of(broken, kept)).bindTo(registry);

        assertThat(gauge(registry, "lag", "outcomes-1")).isEqualTo(2);
        assertThat(gauge(registry, "oldest", "outcomes-1")).isBetween(60.0, 120.0);
        assertThat(gauge(registry, "lag", "outcomes-2")).isZero();
        assertThat(gauge(registry, "oldest", "outcomes-2")).isZero();
    }

    @Test
    void aLagOfMoreThanAThousandIsEstimated() throws IOException {
        inbox.drop("a.csv", "to,text\n" + "123,one\n".repeat(2_500));

        assertThat(inbox.store()
                        .read(transaction -> Feed.OUTCOMES.lag(transaction, "new"))
                        .rows())
                .isEqualTo(2_500);
    }

    private static double gauge(MeterRegistry registry, String name, String endpoint) {
        return registry.get("caravan.outcomes." + name)
                .tag("endpoint", endpoint)
                .gauge()
                .value();
    }

    private void deliver(String name, String endpoint, boolean masked) {
        inbox.store().write(transaction -> {
            Feed.OUTCOMES.register(transaction, name);
            return null;
        });
        deliverFromTheBeginning(name, endpoint, masked);
    }

    private void deliverFromTheBeginning(String name, String endpoint, boolean masked) {
        TemplatedRouteBuilder.builder(camel, "feed")
                .routeId(name)
                .parameter("name", name)
                .parameter("feed", Feed.OUTCOMES)
                .parameter("cursor", name)
                .parameter("endpoint", endpoint)
                .parameter("masked", masked)
                .add();
    }

    private long cursor(String name) {
        return inbox.store().read(transaction -> Feed.OUTCOMES.cursor(transaction, name));
    }

    private String file(String name) {
        return "file:" + home.resolve("outcomes") + "?fileName=" + name + "&fileExist=Append&appendChars=%0A";
    }

    private List<String> lines(String name) throws IOException {
        Path file = home.resolve("outcomes").resolve(name);
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }
}
