package dev.caravan.command;

import dev.caravan.CaravanProperties;
import java.nio.file.Path;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * What {@code backup} needs beyond what every command does: where things are. Not annotated as a configuration, or the
 * gateway would find it.
 */
@Import(CommandConfiguration.class)
@EnableConfigurationProperties(DataSourceProperties.class)
class BackupConfiguration {

    @Bean
    Places places(CaravanProperties properties, DataSourceProperties ledger) {
        return new Places(properties.home().toAbsolutePath().normalize(), ledger);
    }

    /** @param home of the gateway */
    record Places(Path home, DataSourceProperties ledger) {}
}
