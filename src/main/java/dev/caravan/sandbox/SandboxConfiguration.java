package dev.caravan.sandbox;

import dev.caravan.CaravanProperties;
import dev.caravan.account.Accounts;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.Store;
import dev.caravan.provider.Simulator;
import java.util.List;
import org.apache.camel.Processor;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;
import org.springframework.context.annotation.Profile;
import org.springframework.core.env.Environment;

/** The simulators, found by their type, and the file they are tried with. */
@Configuration(proxyBeanMethods = false)
@Profile("sandbox")
@ComponentScan(
        basePackages = "dev.caravan.provider",
        useDefaultFilters = false,
        includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = Simulator.class))
class SandboxConfiguration {

    @Bean
    Simulation simulation(List<Simulator> simulators) {
        return new Simulation(simulators);
    }

    @Bean("simulate")
    Processor simulate(Simulation simulation) {
        return simulation::answer;
    }

    @Bean("sandbox-webhooks")
    Processor sandboxWebhooks(Accounts accounts, Environment environment) {
        return new ReportDelivery(accounts, environment)::addresses;
    }

    @Bean
    ApplicationRunner example(CaravanProperties properties, Store store, Batches batches) {
        Example example = new Example(properties.home().resolve("inbox"), store, batches);
        return arguments -> example.drop();
    }
}
