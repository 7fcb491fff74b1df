package dev.caravan;

import dev.caravan.command.Commands;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.jms.JmsAutoConfiguration;
import org.springframework.boot.autoconfigure.jms.artemis.ArtemisAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/**
 * Starts the gateway, or runs a command. With the JMS door closed nothing of JMS is started; what opens it brings its own
 * configuration.
 */
@SpringBootApplication(exclude = {ArtemisAutoConfiguration.class, JmsAutoConfiguration.class})
@EnableConfigurationProperties(CaravanProperties.class)
public class CaravanApplication {

    public static void main(String[] arguments) {
        if (Commands.isCommand(arguments)) {
            System.exit(Commands.run(arguments));
        }
        SpringApplication.run(CaravanApplication.class, arguments);
    }
}
