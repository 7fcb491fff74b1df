package dev.caravan;

import dev.caravan.message.PhoneNumbers;
import dev.caravan.message.SendJson;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Providers;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.FilterType;

/** What a gateway and a command both stand on: the provider packs, and how numbers and sends are read. */
@Configuration(proxyBeanMethods = false)
@ComponentScan(
        basePackages = "dev.caravan.provider",
        useDefaultFilters = false,
        includeFilters = @Filter(type = FilterType.ASSIGNABLE_TYPE, classes = Provider.class))
public class PartsConfiguration {

    @Bean
    Providers providers(List<Provider> packs) {
        return new Providers(packs);
    }

    @Bean
    PhoneNumbers phoneNumbers(CaravanProperties properties) {
        return new PhoneNumbers(properties.region());
    }

    @Bean
    SendJson sendJson(CaravanProperties properties) {
        return new SendJson(properties.zone());
    }
}
