package dev.caravan;

import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.apache.camel.spi.CamelContextCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How routes are found, and how they fail. */
@Configuration(proxyBeanMethods = false)
public class RoutesConfiguration {

    @Bean
    RouteFiles routeFiles() {
        return new RouteFiles();
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
