package dev.caravan.delivery;

import dev.caravan.account.Accounts;
import dev.caravan.ledger.Checks;
import dev.caravan.ledger.LaneControl;
import dev.caravan.ledger.Presence;
import dev.caravan.ledger.Store;
import dev.caravan.provider.Providers;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What providers are asked beside their sends: whether accounts can send, and what became of sends. */
@Configuration(proxyBeanMethods = false)
class TrackingConfiguration {

    @Bean
    TrackedSends trackedSends(Providers providers, Checks checks) {
        return new TrackedSends(providers, checks);
    }

    @Bean
    Asking asking(
            Providers providers,
            Store store,
            Checks checks,
            LaneControl laneControl,
            RetrySchedule schedule,
            Lookups lookups,
            StoredSends storedSends,
            DeliveryReports reports,
            LaneMetrics metrics) {
        return new Asking(providers, store, checks, laneControl, schedule, lookups, storedSends, reports, metrics);
    }

    @Bean("tracking-sends")
    Processor trackingSends(Asking asking) {
        return asking::take;
    }

    @Bean("tracking-question")
    Processor trackingQuestion(Asking asking) {
        return asking::question;
    }

    @Bean("tracking-answer")
    Processor trackingAnswer(Asking asking) {
        return asking::answer;
    }

    @Bean
    Checkups checkups(Accounts accounts, Providers providers, Lookups lookups) {
        return new Checkups(accounts, providers, lookups);
    }

    @Bean("checkup-reads")
    Processor checkupReads(Checkups checkups) {
        return checkups::reads;
    }

    @Bean("checkup-answer")
    Processor checkupAnswer(Checkups checkups) {
        return checkups::answer;
    }

    @Bean("checkup-accounts")
    Processor checkupAccounts(Checkups checkups) {
        return checkups::accounts;
    }

    @Bean("checkup-found")
    Processor checkupFound(Checkups checkups) {
        return checkups::keep;
    }

    /** Before any lane starts; and whenever another gateway is gone. */
    @Bean
    CamelContextConfiguration adoption(Accounts accounts, TrackedSends trackedSends, Store store, Presence presence) {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext context) {
                Store.Work<?> adopt = transaction -> {
                    trackedSends.adopt(transaction, accounts.all(), System.currentTimeMillis());
                    return null;
                };
                store.write(adopt);
                presence.afterwards(adopt);
            }

            @Override
            public void afterApplicationStart(CamelContext context) {
                // The lanes ask when they are idle.
            }
        };
    }
}
