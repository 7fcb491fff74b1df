package dev.caravan;

import dev.caravan.message.PhoneNumbers;
import dev.caravan.message.SendJson;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Providers;
import java.util.List;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.apache.camel.spi.CamelContextCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;

/** The gateway's identity, and the parts that know no framework. */
@Configuration(proxyBeanMethods = false)
@ComponentScan(
        basePackages = "dev.caravan.provider",
        useDefaultFilters = false,
        includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = Provider.class))
class GatewayConfiguration {

    @Bean
    HomeLock homeLock(CaravanProperties properties) {
        return HomeLock.take(properties.home(), properties.zone());
    }

    @Bean
    Gateway gateway(CaravanProperties properties, HomeLock lock) {
        return Gateway.of(properties);
    }

    /**
     * No route redelivers: what is tried again is a row of the ledger. A failure nobody catches ends the exchange and is
     * logged by the consumer it came from, without a default error handler's bookkeeping around every step.
     */
    @Bean
    CamelContextCustomizer noErrorHandler() {
        return context -> context.getCamelContextExtension().setErrorHandlerFactory(new NoErrorHandlerDefinition());
    }

    @Bean
    Providers providers(List<Provider> packs) {
        return new Providers(packs);
    }

    @Bean
    PhoneNumbers phoneNumbers(CaravanProperties properties) {
        return new PhoneNumbers(properties.region());
    }

    @Bean
    SendJson sendJson(CaravanProperties properties) {
        return new SendJson(properties.zone());
    }
}
