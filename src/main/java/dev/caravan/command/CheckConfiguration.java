package dev.caravan.command;

import dev.caravan.AccountsConfiguration;
import dev.caravan.CaravanProperties;
import dev.caravan.PartsConfiguration;
import dev.caravan.PropertiesConfiguration;
import dev.caravan.account.Accounts;
import dev.caravan.intake.Examination;
import dev.caravan.intake.ExaminationConfiguration;
import dev.caravan.intake.Rehearsal;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * What {@code check} needs of a gateway: its configuration, accounts and reading, and the ledger to look into. No route, no
 * server, no lane, and no lock on home. Not annotated as a configuration, or the gateway would find it.
 */
@Import({
    PropertiesConfiguration.class,
    AccountsConfiguration.class,
    PartsConfiguration.class,
    ExaminationConfiguration.class
})
@EnableConfigurationProperties(DataSourceProperties.class)
class CheckConfiguration {

    /**
     * @param arguments {@code --key=value} each
     * @throws CommandFailedException when the configuration is wrong; what is wrong has been said as the gateway says it
     */
    static ConfigurableApplicationContext start(List<String> arguments) {
        SpringApplication application = new SpringApplication(CheckConfiguration.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setBannerMode(Banner.Mode.OFF);
        application.setLogStartupInfo(false);
        application.setRegisterShutdownHook(false);
        List<String> quiet = new ArrayList<>(arguments);
        quiet.add("--logging.threshold.console=error");
        try {
            return application.run(quiet.toArray(String[]::new));
        } catch (RuntimeException reported) {
            throw new CommandFailedException(ExitCode.CONFIGURATION, null);
        }
    }

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
