package dev.caravan;

import dev.caravan.account.Rate;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.context.properties.ConfigurationPropertiesBinding;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.convert.converter.Converter;
import org.springframework.core.env.ConfigurableEnvironment;

/** Reads the configuration. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(CaravanProperties.class)
public class PropertiesConfiguration {

    /** Runs before anything is bound, so that a number is refused for how it was written and not for what it became. */
    @Bean
    static BeanFactoryPostProcessor writtenValuesCheck(ConfigurableEnvironment environment) {
        return beanFactory -> WrittenValues.check(environment.getPropertySources());
    }

    @Bean
    @ConfigurationPropertiesBinding
    static Converter<String, Rate> rateConverter() {
        return Rate::parse;
    }
}
