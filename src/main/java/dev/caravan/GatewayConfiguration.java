package dev.caravan;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What only a gateway that runs has: its home and its identity. */
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
}
