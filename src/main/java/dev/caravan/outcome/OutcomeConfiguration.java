package dev.caravan.outcome;

import dev.caravan.CaravanProperties;
import dev.caravan.EndpointAddress;
import dev.caravan.intake.BatchFiles;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.Events;
import dev.caravan.ledger.Expiring;
import dev.caravan.ledger.Feed;
import dev.caravan.ledger.Inbound;
import dev.caravan.ledger.Leases;
import dev.caravan.ledger.Outbox;
import dev.caravan.ledger.Store;
import dev.caravan.ledger.Unconfirmed;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.spi.ExchangeFormatter;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The steps of the outcome routes by the names they call them, and a route for each endpoint of each feed. */
@Configuration(proxyBeanMethods = false)
class OutcomeConfiguration {

    @Bean
    Outcomes outcomes(Store store, Outbox outbox, CaravanProperties properties) {
        return new Outcomes(store, outbox, Clock.system(properties.zone()));
    }

    @Bean
    Endpoints endpoints(CaravanProperties properties) {
        return new Endpoints(
                digests(properties.outcomes()), digests(properties.events()), digests(properties.inbound()));
    }

    private static List<String> digests(List<String> endpoints) {
        return endpoints.stream().map(OutcomeConfiguration::digest).toList();
    }

    @Bean
    FeedSteps feedSteps(
            Store store,
            Leases leases,
            Outbox outbox,
            Outcomes outcomes,
            Events events,
            Inbound inbound,
            Endpoints endpoints,
            CaravanProperties properties) {
        return new FeedSteps(
                store,
                leases,
                Map.of(
                        Feed.OUTCOMES,
                        new OutcomeNews(outbox, outcomes),
                        Feed.EVENTS,
                        new EventNews(events, properties.zone()),
                        Feed.INBOUND,
                        new InboundNews(inbound, endpoints.inbound(), properties.zone())));
    }

    @Bean
    Reports reports(Store store, Batches batches, BatchFiles files, CaravanProperties properties) {
        Clock clock = Clock.system(properties.zone());
        return new Reports(properties.home().resolve("reports"), clock, store, batches, files);
    }

    @Bean
    Progress batchProgress(Store store, Batches batches) {
        return new Progress(store, batches);
    }

    @Bean("next-news")
    Processor nextNews(FeedSteps feeds) {
        return feeds::next;
    }

    @Bean("news-delivered")
    Processor newsDelivered(FeedSteps feeds) {
        return feeds::delivered;
    }

    @Bean("news-told")
    Processor newsTold(FeedSteps feeds) {
        return feeds::told;
    }

    @Bean("news-delivered-in-part")
    Processor newsDeliveredInPart(FeedSteps feeds) {
        return feeds::deliveredInPart;
    }

    @Bean("tell-unconfirmed")
    Processor tellUnconfirmed(Unconfirmed unconfirmed) {
        return exchange -> unconfirmed.tell(System.currentTimeMillis());
    }

    @Bean("tell-expiring")
    Processor tellExpiring(Expiring expiring) {
        return exchange -> expiring.tell(System.currentTimeMillis());
    }

    @Bean("write-rejected")
    Processor writeRejected(Reports reports) {
        return reports::writeRejected;
    }

    @Bean("batches-to-report")
    Processor batchesToReport(Reports reports) {
        return reports::due;
    }

    @Bean("write-report")
    Processor writeReport(Reports reports) {
        return reports::write;
    }

    @Bean("postpone-report")
    Processor postponeReport(Reports reports) {
        return reports::postpone;
    }

    @Bean("progress")
    Processor progress(Progress progress) {
        return progress::report;
    }

    /** Log endpoints show the outcome and nothing around it. */
    @Bean("logFormatter")
    ExchangeFormatter logFormatter() {
        return exchange -> exchange.getMessage().getBody(String.class);
    }

    @Bean
    FeedGauges feedGauges(Store store, CaravanProperties properties) {
        return new FeedGauges(
                store,
                Arrays.stream(Feed.values())
                        .flatMap(feed -> endpoints(feed, properties).stream())
                        .toList());
    }

    @Bean
    CamelContextConfiguration feedRoutes(CaravanProperties properties, Store store, Leases leases) {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext context) {
                for (Feed feed : Feed.values()) {
                    endpoints(feed, properties).forEach(endpoint -> add(context, store, leases, endpoint));
                }
            }

            @Override
            public void afterApplicationStart(CamelContext context) {
                // Nothing is left to do: the routes start by themselves.
            }
        };
    }

    private static List<FeedEndpoint> endpoints(Feed feed, CaravanProperties properties) {
        List<String> uris =
                switch (feed) {
                    case OUTCOMES -> properties.outcomes();
                    case EVENTS -> properties.events();
                    case INBOUND -> properties.inbound();
                };
        return IntStream.range(0, uris.size())
                .mapToObj(index -> new FeedEndpoint(
                        feed, feed.word() + '-' + (index + 1), digest(uris.get(index)), uris.get(index)))
                .toList();
    }

    private static void add(CamelContext context, Store store, Leases leases, FeedEndpoint endpoint) {
        store.write(transaction -> {
            endpoint.feed().register(transaction, endpoint.cursor());
            return null;
        });
        leases.apply(endpoint.feed().name(endpoint.cursor()));
        TemplatedRouteBuilder.builder(context, "feed")
                .routeId(endpoint.name())
                .parameter("name", endpoint.name())
                .parameter("feed", endpoint.feed())
                .parameter("cursor", endpoint.cursor())
                .parameter("endpoint", endpoint.boundedUri())
                .parameter("masked", endpoint.uri().startsWith("log:"))
                .add();
    }

    /**
     * The place of an endpoint is kept under a digest of its URI without the credentials, which may change; what is left may
     * hold one that does not look like one.
     */
    static String digest(String endpoint) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(EndpointAddress.withoutCredentials(endpoint).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException absent) {
            throw new IllegalStateException("every JDK has SHA-256", absent);
        }
    }
}
