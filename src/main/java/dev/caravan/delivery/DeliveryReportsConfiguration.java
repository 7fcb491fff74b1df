package dev.caravan.delivery;

import dev.caravan.account.Accounts;
import dev.caravan.ledger.Deliveries;
import dev.caravan.ledger.LaneControl;
import dev.caravan.ledger.Store;
import dev.caravan.provider.Providers;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What providers report, for whoever hears of it. */
@Configuration(proxyBeanMethods = false)
class DeliveryReportsConfiguration {

    @Bean
    DeliveryReports deliveryReports(
            Accounts accounts, Providers providers, Store store, Deliveries deliveries, LaneControl laneControl) {
        return new DeliveryReports(accounts, providers, store, deliveries, laneControl);
    }

    @Bean("match-reports")
    Processor matchReports(DeliveryReports reports) {
        return reports::matchAgain;
    }
}
