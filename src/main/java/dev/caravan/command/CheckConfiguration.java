package dev.caravan.command;

import dev.caravan.CaravanProperties;
import dev.caravan.account.Accounts;
import dev.caravan.intake.Examination;
import dev.caravan.intake.ExaminationConfiguration;
import dev.caravan.intake.Rehearsal;
import java.time.InstantSource;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * What {@code check} needs beyond what every command does: the gateway's reading, and the ledger to look into. Not annotated
 * as a configuration, or the gateway would find it.
 */
@Import({CommandConfiguration.class, ExaminationConfiguration.class})
@EnableConfigurationProperties(DataSourceProperties.class)
class CheckConfiguration {

    @Bean
    LedgerAtHand ledgerAtHand(DataSourceProperties properties) {
        return LedgerAtHand.open(properties);
    }

    @Bean
    Rehearsal rehearsal(Examination examination, Accounts accounts, LedgerAtHand ledger, CaravanProperties properties) {
        return new Rehearsal(
                examination,
                accounts,
                ledger.foresight(),
                ledger.digestKey(),
                properties.inbox().repeatAfter(),
                InstantSource.system());
    }
}
