package dev.caravan;

import dev.caravan.account.Accounts;
import dev.caravan.account.QuietHours;
import dev.caravan.account.Rate;
import dev.caravan.provider.Provider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.context.properties.ConfigurationPropertiesBinding;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.convert.converter.Converter;
import org.springframework.core.env.ConfigurableEnvironment;

/** Reads the configuration and makes the accounts of it. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(CaravanProperties.class)
class AccountsConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(AccountsConfiguration.class);

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

    @Bean
    @ConfigurationPropertiesBinding
    static Converter<String, QuietHours> quietHoursConverter() {
        return QuietHours::parse;
    }

    @Bean
    Accounts accounts(CaravanProperties properties, ObjectProvider<Provider> providers) {
        Accounts accounts = new AccountsFactory(providers.orderedStream().toList()).create(properties);
        if (accounts.isEmpty()) {
            LOG.warn("No account is configured, so nothing is sent and nothing is taken in; add one below"
                    + " caravan.accounts");
        }
        return accounts;
    }
}
