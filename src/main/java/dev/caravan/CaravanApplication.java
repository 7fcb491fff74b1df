package dev.caravan;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;

/** Starts the gateway. */
@SpringBootApplication
@EnableConfigurationProperties(CaravanProperties.class)
public class CaravanApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(CaravanApplication.class, arguments);
    }
}
