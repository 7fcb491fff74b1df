package dev.caravan;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What only one process at a time has: a home, and the identity of the gateway that lives there. */
@Configuration(proxyBeanMethods = false)
public class GatewayConfiguration {

    @Bean
    GatewayLock homeLock(CaravanProperties properties) {
        return GatewayLock.ofHome(properties.home(), properties.zone());
    }

    @Bean
    Gateway gateway(CaravanProperties properties, GatewayLock homeLock) {
        return Gateway.of(properties);
    }
}
