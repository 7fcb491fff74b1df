package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The order of a turn's steps, each of which only writes down that it was called. */
class LaneRouteTest {

    private static final String SEND = "send";

    private final CamelContext camel = new DefaultCamelContext();
    private final ScheduledExecutorService throttles = DeliveryConfiguration.throttles();
    private final List<String> steps = new ArrayList<>();
    private final Map<String, Processor> behaviour = new HashMap<>();

    @AfterEach
    void stop() {
        camel.stop();
        throttles.shutdownNow();
    }

    @Test
    void sendIsClaimedThenCalledThenSettled() throws Exception {
        run(false);

        assertThat(steps).containsExactly("claim", "call", "settle");
    }

    @Test
    void turnWithoutClaimSendsNothingAndMayAsk() throws Exception {
        behaviour.put("claim", exchange -> {});

        run(false);

        assertThat(steps).containsExactly("claim", "ask");
    }

    @Test
    void failedCallIsSettledToo() throws Exception {
        behaviour.put("call", exchange -> {
            throw new IllegalStateException("no answer");
        });

        run(false);

        assertThat(steps).containsExactly("claim", "call", "call-failed", "settle");
    }

    @Test
    void lookUpComesBeforeTheClaim() throws Exception {
        run(true);

        assertThat(steps).containsExactly("candidate", "look-up", "claim", "call", "settle");
    }

    @Test
    void whatWasNotLookedUpIsNotClaimed() throws Exception {
        behaviour.put("candidate", exchange -> {});

        run(true);

        assertThat(steps).containsExactly("candidate", "ask");
    }

    @Test
    void lookUpThatDecidesIsSettledWithoutAClaim() throws Exception {
        behaviour.put("look-up", exchange -> exchange.setVariable(Turn.DECIDED, true));

        run(true);

        assertThat(steps).containsExactly("candidate", "look-up", "settle");
    }

    @Test
    void failedLookUpIsSettledWithoutAClaim() throws Exception {
        behaviour.put("look-up", exchange -> {
            throw new IllegalStateException("no answer");
        });

        run(true);

        assertThat(steps).containsExactly("candidate", "look-up", "lookup-failed", "settle");
    }

    @Test
    void throttlesOfLanesShareOneThread() throws Exception {
        run(false);
        addLane("other", false);
        for (int turn = 0; turn < 20; turn++) {
            camel.createFluentProducerTemplate().to("lane:main").send();
            camel.createFluentProducerTemplate().to("lane:other").send();
        }

        assertThat(steps.stream().filter("claim"::equals)).hasSize(41);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .filteredOn(name -> name.toLowerCase(Locale.ROOT).contains("throttle"))
                .hasSize(1);
    }

    private void run(boolean looksUp) throws Exception {
        behaviour.putIfAbsent("candidate", exchange -> exchange.setVariable(Turn.SEND, SEND));
        behaviour.putIfAbsent("lookup-failed", exchange -> exchange.setVariable(Turn.DECIDED, true));
        behaviour.putIfAbsent("claim", exchange -> exchange.setVariable(Turn.CLAIMED, true));
        for (String step :
                List.of("candidate", "lookup-failed", "claim", "call-failed", "settle", "call", "look-up", "ask")) {
            Processor then = behaviour.getOrDefault(step, exchange -> {});
            camel.getRegistry().bind(step, (Processor) exchange -> {
                steps.add(step);
                then.process(exchange);
            });
        }
        camel.getRegistry().bind("throttles", throttles);
        camel.addComponent("lane", new DirectComponent());
        camel.addRoutes(new ProviderRoutes());
        PluginHelper.getRoutesLoader(camel)
                .loadRoutes(ResourceHelper.resolveResource(
                        camel,
                        Path.of("routes/delivery/lane.camel.yaml").toUri().toString()));
        addLane("main", looksUp);
        camel.start();

        camel.createFluentProducerTemplate().to("lane:main").send();
    }

    private void addLane(String account, boolean looksUp) throws Exception {
        TemplatedRouteBuilder.builder(camel, "lane")
                .routeId(account)
                .parameter("account", account)
                .parameter("provider", "pigeon")
                .parameter("permits", 1)
                .parameter("period", 1)
                .parameter("paced", true)
                .parameter("looksUp", looksUp)
                .add();
    }

    private static final class ProviderRoutes extends RouteBuilder {
        @Override
        public void configure() {
            from("direct:pigeon").errorHandler(noErrorHandler()).process("call");
            from("direct:tracking").errorHandler(noErrorHandler()).process("ask");
            from("direct:pigeon-lookup").errorHandler(noErrorHandler()).process("look-up");
        }
    }
}
