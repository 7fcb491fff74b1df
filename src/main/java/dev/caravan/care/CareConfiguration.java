package dev.caravan.care;

import dev.caravan.CaravanProperties;
import dev.caravan.Gateway;
import dev.caravan.intake.BatchFiles;
import dev.caravan.intake.WrittenRecipients;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.Keep;
import dev.caravan.ledger.Recipients;
import dev.caravan.ledger.Reconciliation;
import dev.caravan.ledger.Store;
import dev.caravan.outcome.Endpoints;
import dev.caravan.outcome.Reports;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The steps of the routes in {@code care} by the names they call them. */
@Configuration(proxyBeanMethods = false)
class CareConfiguration {

    @Bean
    Keeping keeping(
            Store store,
            Gateway gateway,
            Endpoints endpoints,
            BatchFiles files,
            Reports reports,
            CaravanProperties properties,
            MeterRegistry metrics) {
        CaravanProperties.Keep ages = properties.keep();
        Keep keep = new Keep(
                store,
                gateway.id(),
                new Keep.Ages(
                        ages.content(),
                        ages.record(),
                        ages.reference(),
                        properties.inbox().repeatAfter()),
                endpoints.outcomes());
        return new Keeping(keep, endpoints, files, reports, ages.content(), InstantSource.system(), metrics);
    }

    @Bean
    RecipientFiles recipientFiles(
            Store store,
            Batches batches,
            Recipients recipients,
            BatchFiles files,
            Reports reports,
            WrittenRecipients written) {
        return new RecipientFiles(store, batches, recipients, files, reports, written);
    }

    @Bean
    Reconciling reconciling(Store store, Gateway gateway, MeterRegistry metrics) {
        return new Reconciling(new Reconciliation(store, gateway.id()), InstantSource.system(), metrics);
    }

    @Bean("reconcile")
    Processor reconcile(Reconciling reconciling) {
        return exchange -> reconciling.compare();
    }

    @Bean("keep-sends")
    Processor keepSends(Keeping keeping) {
        return keeping::sends;
    }

    @Bean("keep-rest")
    Processor keepRest(Keeping keeping) {
        return keeping::rest;
    }
}
