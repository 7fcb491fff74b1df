package dev.caravan.command;

import dev.caravan.GatewayConfiguration;
import dev.caravan.ledger.Restored;
import java.time.Duration;
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
    RestoredLedger restoredLedger(DataSourceProperties properties) {
        return new RestoredLedger(properties);
    }

    /** Opened when the home is this process's own, so that what is wrong with it is said by the command. */
    record RestoredLedger(DataSourceProperties properties) {

        private static final Duration LISTENS = Duration.ofSeconds(4);

        /** @throws CommandFailedException when a gateway runs on it */
        Restored open() {
            if (Restored.isOpenElsewhere(properties)) {
                throw inUse("another process has the file of this ledger open");
            }
            Restored restored = Restored.open(properties);
            try {
                restored.heard(LISTENS).ifPresent(heard -> {
                    throw inUse("gateway " + heard + " runs on this ledger");
                });
            } catch (RuntimeException unusable) {
                restored.close();
                throw unusable;
            }
            return restored;
        }

        static CommandFailedException inUse(String who) {
            return new CommandFailedException(
                    ExitCode.CONFIGURATION, who + "; stop every gateway, so that nothing is sent meanwhile");
        }
    }
}
