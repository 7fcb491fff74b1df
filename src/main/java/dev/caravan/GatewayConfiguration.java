package dev.caravan;

import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.apache.camel.spi.CamelContextCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What only a gateway that runs has: its home, its identity, and how its routes fail. */
@Configuration(proxyBeanMethods = false)
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
}
