package dev.caravan.command;

import dev.caravan.AccountsConfiguration;
import dev.caravan.CaravanProperties;
import dev.caravan.PartsConfiguration;
import dev.caravan.PropertiesConfiguration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * What commands need of a gateway: its configuration, accounts and packs. No route, no server, no lane, no ledger, and no
 * lock on home. Not annotated as a configuration, or the gateway would find it.
 */
@Import({PropertiesConfiguration.class, AccountsConfiguration.class, PartsConfiguration.class})
class CommandConfiguration {

    /**
     * Starts what a command needs, quietly.
     *
     * @param configuration this, or more than this
     * @param arguments {@code --key=value} each
     * @throws CommandFailedException when the configuration is wrong; what is wrong has been said as the gateway says it
     */
    static ConfigurableApplicationContext start(Class<?> configuration, List<String> arguments) {
        SpringApplication application = new SpringApplication(configuration);
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
    ZoneId zone(CaravanProperties properties) {
        return properties.zone();
    }
}
