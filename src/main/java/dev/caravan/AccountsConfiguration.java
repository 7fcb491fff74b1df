package dev.caravan;

import dev.caravan.account.Accounts;
import dev.caravan.provider.ConfiguredVerdict;
import dev.caravan.provider.Judge;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Providers;
import dev.caravan.provider.VerdictRow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Makes the accounts of the configuration. */
@Configuration(proxyBeanMethods = false)
public class AccountsConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(AccountsConfiguration.class);

    @Bean
    Accounts accounts(CaravanProperties properties, ObjectProvider<Provider> providers) {
        Accounts accounts = new AccountsFactory(providers.orderedStream().toList()).create(properties);
        if (accounts.isEmpty()) {
            LOG.warn("No account is configured, so nothing is sent and nothing is taken in; add one below"
                    + " caravan.accounts");
        }
        return accounts;
    }

    @Bean
    Judge judge(ObjectProvider<Provider> packs, CaravanProperties properties) {
        return new Judge(
                new Providers(packs.orderedStream().toList()),
                properties.verdicts().stream()
                        .map(row -> new ConfiguredVerdict(
                                row.provider(),
                                row.account(),
                                row.match().http(),
                                row.match().code(),
                                row.match().text(),
                                VerdictRow.Kind.valueOf(row.verdict().name()),
                                row.pause()))
                        .toList());
    }
}
