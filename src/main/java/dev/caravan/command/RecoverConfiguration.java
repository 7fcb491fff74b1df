package dev.caravan.command;

import dev.caravan.Gateway;
import dev.caravan.GatewayConfiguration;
import dev.caravan.ledger.Restored;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * What {@code recover} needs beyond what every command does: the home to itself, and the ledger to change. Not annotated as a
 * configuration, or the gateway would find it.
 */
@Import({CommandConfiguration.class, GatewayConfiguration.class})
@EnableConfigurationProperties(DataSourceProperties.class)
class RecoverConfiguration {

    @Bean
    RestoredLedger restoredLedger(DataSourceProperties properties, Gateway gateway) {
        return () -> Restored.open(properties, gateway.id());
    }

    /** Opened when the home is this process's own, so that what is wrong with it is said by the command. */
    @FunctionalInterface
    interface RestoredLedger {
        Restored open();
    }
}
