package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.account.Accounts;
import dev.caravan.ledger.Attempt;
import dev.caravan.message.Content.Text;
import dev.caravan.message.Priority;
import dev.caravan.message.Recipient;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Judge;
import dev.caravan.provider.Listing;
import dev.caravan.provider.Providers;
import dev.caravan.provider.Verdict;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.direct.springboot.DirectComponentAutoConfiguration;
import org.apache.camel.component.http.springboot.HttpComponentAutoConfiguration;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.springframework.boot.LazyInitializationExcludeFilter;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.FilterType;

/** Sends through the providers' routes as a lane does, between the claim and the settling: without a ledger. */
public final class ProviderRoutes {

    /**
     * Starts the providers' routes and the call they share, with the steps and the shipped settings of the gateway. Tests
     * that say so share one context.
     */
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @SpringBootTest(
            classes = Steps.class,
            webEnvironment = SpringBootTest.WebEnvironment.NONE,
            properties = {
                "camel.main.routes-include-pattern="
                        + "classpath:routes/delivery/call.camel.yaml,"
                        + "classpath:routes/delivery/senders.camel.yaml,classpath:routes/providers/*.camel.yaml",
                "spring.main.lazy-initialization=true"
            })
    public @interface Started {}

    /** The gateway's own configuration, lazily: the steps that need a ledger are never made. */
    @ComponentScan(
            basePackages = "dev.caravan",
            useDefaultFilters = false,
            includeFilters =
                    @Filter(
                            type = FilterType.REGEX,
                            pattern = "dev\\.caravan\\.(Routes|Parts|delivery\\.(Call|Delivery))Configuration"))
    @ImportAutoConfiguration({
        CamelAutoConfiguration.class,
        DirectComponentAutoConfiguration.class,
        HttpComponentAutoConfiguration.class
    })
    static class Steps {

        @Bean
        static LazyInitializationExcludeFilter camelItself() {
            return LazyInitializationExcludeFilter.forBeanTypes(CamelContext.class, ApplicationListener.class);
        }

        @Bean
        Accounts accounts() {
            return new Accounts(List.of(), List.of(), null);
        }

        @Bean
        Judge judge(Providers providers) {
            return new Judge(providers, List.of());
        }

        @Bean
        MeterRegistry meterRegistry() {
            return new SimpleMeterRegistry();
        }

        /** Tries a route as the lane does. */
        @Bean
        RouteBuilder attempt() {
            return new RouteBuilder() {
                @Override
                public void configure() {
                    from(ATTEMPT)
                            .doTry()
                            .toD("${variable." + ROUTE + "}")
                            .doCatch(Exception.class)
                            .process("call-failed")
                            .end();
                }
            };
        }

        @Bean
        ProviderRoutes providerRoutes(ProducerTemplate template, Lookups lookups) {
            return new ProviderRoutes(template, lookups);
        }
    }

    private static final String ATTEMPT = "direct:attempt";
    private static final String ROUTE = "route";

    /** Routes that no send goes out by. */
    private static final Pattern QUESTION = Pattern.compile(".*-(senders|checkup|tracking)");

    private final ProducerTemplate template;
    private final Lookups lookups;

    ProviderRoutes(ProducerTemplate template, Lookups lookups) {
        this.template = template;
        this.lookups = lookups;
    }

    /** An account without a pace that makes one call at once. */
    public static Account account(
            String name, String provider, String baseUrl, Duration timeout, Map<String, String> settings) {
        return AccountDraft.named(name)
                .of(provider)
                .at(baseUrl)
                .timeout(timeout)
                .settings(settings)
                .account();
    }

    /** A text to a recipient. */
    static Send text(String to, String text) {
        return new Send(
                null, null, new Recipient(to), null, new Text(text), null, null, null, Priority.NORMAL, null, Map.of());
    }

    /**
     * What a pass through a route left.
     *
     * @param answer the last answer as it was read, or null when there was none
     * @param found what was looked up, or null
     * @param verdict or null when there is none yet
     * @param failure why the route broke off, or null
     */
    public record Passed(Answer answer, String found, Verdict verdict, Exception failure) {}

    /**
     * Sends by {@code direct:<provider>}.
     *
     * @param found what was looked up before, or null
     */
    public Passed send(Send send, Account account, String found) {
        Exchange exchange = pass("direct:" + account.provider(), send, account, Map.of(), found);
        lookups.forgetIfWrong(exchange);
        return passed(exchange);
    }

    /** Sends several by one call of {@code direct:<provider>}. */
    public Passed sendTogether(List<Send> sends, Account account, String found) {
        return passed(template.send(ATTEMPT, exchange -> {
            prepare(exchange, "direct:" + account.provider(), sends.get(0), account, found);
            Turn.of(exchange).accompanied(Collections.nCopies(sends.size() - 1, attempt()), sends);
            exchange.setVariable(Turn.TOGETHER, true);
        }));
    }

    /** Looks up by {@code direct:<provider>-lookup}. */
    public Passed lookUp(Send send, Account account) {
        return passed(pass("direct:" + account.provider() + "-lookup", send, account, Map.of(), null));
    }

    /** Asks for a list by {@code direct:<provider>-senders}. */
    public Passed list(String list, Account account) {
        return passed(pass("direct:" + account.provider() + "-senders", list, account, Map.of(), null));
    }

    /** Makes a read of a check-up by {@code direct:<provider>-checkup}. */
    public Passed check(String read, Account account) {
        return passed(pass("direct:" + account.provider() + "-checkup", read, account, Map.of(), null));
    }

    /** Asks about sends by {@code direct:<provider>-tracking}. */
    public Passed track(Object question, Send send, Account account, String found) {
        return passed(template.send(ATTEMPT, exchange -> {
            prepare(exchange, "direct:" + account.provider() + "-tracking", send, account, found);
            Turn.exposeSettings(exchange);
            exchange.setVariable(Turn.QUESTION, question);
            exchange.getMessage().setBody(question);
        }));
    }

    /** Asks for every list by {@code direct:senders}, with headers as a request from outside could bring them. */
    Listing senders(Account account, Map<String, Object> headers) {
        Exchange exchange = template.send("direct:senders", asked -> {
            asked.setVariable(Turn.ACCOUNT, account);
            asked.getMessage().setHeaders(new HashMap<>(headers));
        });
        assertThat(exchange.getException()).isNull();
        assertThat(exchange.getMessage().getHeaders()).isEmpty();
        return exchange.getMessage().getBody(Listing.class);
    }

    /** Calls by {@code direct:call}, as a provider's route does; the verdict is that on a failure. */
    Passed call(String body, Account account, Map<String, Object> headers) {
        return passed(pass("direct:call", body, account, headers, null));
    }

    private Exchange pass(String route, Object body, Account account, Map<String, Object> headers, String found) {
        return template.send(ATTEMPT, exchange -> {
            prepare(exchange, route, body, account, found);
            if (route.endsWith("-senders") || route.endsWith("-checkup")) {
                exchange.setVariable(Turn.LIST, body);
                Turn.exposeSettings(exchange);
            }
            exchange.getMessage().setHeaders(new HashMap<>(headers));
            exchange.getMessage().setBody(body);
        });
    }

    private static void prepare(Exchange exchange, String route, Object send, Account account, String found) {
        boolean asks = QUESTION.matcher(route).matches();
        Turn turn = asks ? Turn.withoutClaim(account) : new Turn(account, 0, claimed -> {});
        if (!asks) {
            turn.claimed(attempt());
        }
        exchange.setVariable(ROUTE, route);
        exchange.setVariable(Turn.VARIABLE, turn);
        exchange.setVariable(Turn.ACCOUNT, account);
        exchange.setVariable(Turn.SEND, send);
        exchange.setVariable(Turn.FOUND, found);
    }

    private static Attempt attempt() {
        return new Attempt("send", 1, null, Long.MAX_VALUE, false, false, System.currentTimeMillis());
    }

    private static Passed passed(Exchange exchange) {
        assertThat(exchange.getException()).isNull();
        return new Passed(
                exchange.getMessage().getBody() instanceof Answer answer ? answer : null,
                exchange.getVariable(Turn.FOUND, String.class),
                Turn.of(exchange).verdict(),
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class));
    }
}
