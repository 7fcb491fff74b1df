package dev.caravan.delivery;

import dev.caravan.Packs;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.ledger.BatchControl;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.Checks;
import dev.caravan.ledger.Deliveries;
import dev.caravan.ledger.LaneControl;
import dev.caravan.ledger.Lanes;
import dev.caravan.ledger.LedgerParts;
import dev.caravan.ledger.Presence;
import dev.caravan.ledger.SendControl;
import dev.caravan.ledger.SendQueue;
import dev.caravan.ledger.Settlements;
import dev.caravan.ledger.Slots;
import dev.caravan.ledger.StandIns;
import dev.caravan.ledger.Store;
import dev.caravan.ledger.TemporaryLedger;
import dev.caravan.message.SendJson;
import dev.caravan.provider.Judge;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Providers;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.direct.springboot.DirectComponentAutoConfiguration;
import org.apache.camel.component.http.springboot.HttpComponentAutoConfiguration;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.convert.support.DefaultConversionService;

/** Delivery as it runs in a gateway, with its own routes, the providers' and those of {@link AskablePigeon}s, over a ledger of the test's. */
final class AskingGateway implements AutoCloseable {

    /** The gateway's own configuration of delivery. Not annotated as one, or every gateway of a test would find it. */
    @ComponentScan(
            basePackages = "dev.caravan",
            useDefaultFilters = false,
            includeFilters =
                    @Filter(
                            type = FilterType.REGEX,
                            pattern =
                                    "dev\\.caravan\\.(Routes|Gateway|Properties|delivery\\.(Call|Delivery|DeliveryReports|Tracking))Configuration"))
    @ImportAutoConfiguration({
        CamelAutoConfiguration.class,
        DirectComponentAutoConfiguration.class,
        HttpComponentAutoConfiguration.class
    })
    static class Parts {

        @Bean
        LedgerParts parts() {
            return LedgerParts.of("here");
        }

        @Bean
        Blocklist blocklist() {
            return new Blocklist(new byte[32]);
        }

        @Bean
        SendQueue sendQueue(LedgerParts parts) {
            return parts.queue();
        }

        @Bean
        Settlements settlements(LedgerParts parts) {
            return parts.settlements();
        }

        @Bean
        StandIns standIns(LedgerParts parts) {
            return parts.standIns();
        }

        @Bean
        LaneControl laneControl(LedgerParts parts) {
            return parts.laneControl();
        }

        @Bean
        Slots slots(LedgerParts parts) {
            return parts.slots();
        }

        @Bean
        Lanes lanes(LedgerParts parts, Store store, Accounts accounts) {
            store.write(transaction -> {
                parts.lanes()
                        .register(
                                transaction,
                                accounts.all().stream().map(Account::name).toList());
                parts.recover(transaction, System.currentTimeMillis());
                return null;
            });
            return parts.lanes();
        }

        @Bean
        Presence presence(LedgerParts parts, Store store) {
            return parts.presence(store);
        }

        @Bean
        BatchControl batchControl(Settlements settlements) {
            return new BatchControl(settlements, BatchControl.STEP);
        }

        @Bean
        Checks checks() {
            return new Checks();
        }

        @Bean
        Deliveries deliveries(LedgerParts parts) {
            return parts.deliveries();
        }

        @Bean
        Providers providers() {
            List<Provider> packs = new ArrayList<>(Packs.all());
            packs.addAll(List.of(PLAIN, WITH_TOKEN));
            return new Providers(packs);
        }

        @Bean
        Judge judge(Providers providers) {
            return new Judge(providers, List.of());
        }

        @Bean
        SendJson sendJson() {
            return new SendJson(ZoneOffset.UTC);
        }

        /** Camel's own would take the converters of the configuration too, and cannot. */
        @Bean
        ConversionService conversions() {
            return new DefaultConversionService();
        }

        @Bean
        MeterRegistry meterRegistry() {
            return new SimpleMeterRegistry();
        }

        @Bean
        RouteBuilder plainRoutes() {
            return PLAIN.routes();
        }

        @Bean
        RouteBuilder routesWithToken() {
            return WITH_TOKEN.routes();
        }
    }

    static final AskablePigeon PLAIN = new AskablePigeon();
    static final AskablePigeon WITH_TOKEN = new AskablePigeon("carrier", true);

    private final ConfigurableApplicationContext context;

    AskingGateway(Path home, TemporaryLedger ledger, Collection<Account> accounts) {
        this(home, ledger, new Accounts(accounts, List.of(), null));
    }

    AskingGateway(Path home, TemporaryLedger ledger, Accounts accounts) {
        context = new SpringApplicationBuilder(Parts.class)
                .web(WebApplicationType.NONE)
                .initializers((GenericApplicationContext beans) -> {
                    beans.registerBean(Store.class, ledger::store, definition -> definition.setDestroyMethodName(""));
                    beans.registerBean(Accounts.class, () -> accounts);
                })
                .run(
                        "--caravan.home=" + home,
                        "--camel.main.routes-include-pattern=classpath:routes/delivery/*.camel.yaml,"
                                + "classpath:routes/providers/*.camel.yaml");
    }

    double counted(String counter, String account) {
        Counter found = context.getBean(MeterRegistry.class)
                .find(counter)
                .tag("account", account)
                .counter();
        return found == null ? 0 : found.count();
    }

    double gauged(String gauge, String account) {
        MeterRegistry registry = new SimpleMeterRegistry();
        context.getBean(LaneGauges.class).bindTo(registry);
        return registry.get(gauge).tag("account", account).gauge().value();
    }

    Status status() {
        return context.getBean(HealthIndicator.class).health().getStatus();
    }

    /** Its lane looks again at once. */
    void resumed(String account) {
        context.getBean(Dispatcher.class).resumed(account);
    }

    SendControl control() {
        return context.getBean(LedgerParts.class)
                .sendControl(context.getBean(Store.class), context.getBean(Accounts.class));
    }

    @SuppressWarnings("unchecked")
    Map<String, Object> health(String account) {
        return (Map<String, Object>)
                context.getBean(HealthIndicator.class).health().getDetails().get(account);
    }

    @Override
    public void close() {
        context.close();
    }
}
