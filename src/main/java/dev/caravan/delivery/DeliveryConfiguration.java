package dev.caravan.delivery;

import dev.caravan.CaravanProperties;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.ledger.BatchControl;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.Checks;
import dev.caravan.ledger.LaneControl;
import dev.caravan.ledger.Lanes;
import dev.caravan.ledger.Presence;
import dev.caravan.ledger.SendQueue;
import dev.caravan.ledger.Settlements;
import dev.caravan.ledger.Slots;
import dev.caravan.ledger.StandIns;
import dev.caravan.ledger.Store;
import dev.caravan.message.SendJson;
import dev.caravan.provider.Providers;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/** The steps of the lane's route by the names it calls them, and a lane for each account. */
@Configuration(proxyBeanMethods = false)
class DeliveryConfiguration {

    @Bean(destroyMethod = "close")
    Dispatcher dispatcher(
            Accounts accounts,
            Store store,
            SendQueue queue,
            Settlements settlements,
            Slots slots,
            BatchControl batches,
            Checks checks,
            Failover failover,
            RetrySchedule schedule,
            TrackedSends trackedSends,
            UnderWay underWay,
            CamelContext context) {
        ExecutorService turns = context.getExecutorServiceManager().newCachedThreadPool(this, "turn");
        return new Dispatcher(
                accounts,
                store,
                queue,
                settlements,
                slots,
                batches,
                checks,
                failover,
                schedule,
                trackedSends,
                underWay,
                turns);
    }

    /** What the throttles of all lanes tidy up with. */
    @Bean
    static ScheduledExecutorService throttles() {
        CustomizableThreadFactory threads = new CustomizableThreadFactory("throttles-");
        threads.setDaemon(true);
        ScheduledThreadPoolExecutor one = new ScheduledThreadPoolExecutor(1, threads);
        one.setRemoveOnCancelPolicy(true);
        one.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return one;
    }

    @Bean("lane")
    LaneComponent laneComponent(Dispatcher dispatcher) {
        return new LaneComponent(dispatcher);
    }

    @Bean
    LaneGauges laneGauges(Store store, Lanes lanes, Accounts accounts) {
        return new LaneGauges(store, lanes, accounts);
    }

    @Bean
    HealthIndicator laneHealthIndicator(Store store, Lanes lanes, Accounts accounts, Checkups checkups) {
        return new LaneHealth(store, lanes, accounts, checkups);
    }

    @Bean
    StoredSends storedSends(SendJson sendJson) {
        return new StoredSends(sendJson);
    }

    @Bean
    Failover failover(Accounts accounts, Providers providers, StoredSends storedSends, StandIns standIns) {
        return new Failover(accounts, providers, storedSends, standIns);
    }

    @Bean
    RetrySchedule retrySchedule(CaravanProperties properties) {
        return new RetrySchedule(
                properties.zone(), () -> ThreadLocalRandom.current().nextLong());
    }

    @Bean
    UnderWay underWay() {
        return new UnderWay();
    }

    @Bean
    Claiming claiming(
            Store store,
            SendQueue queue,
            Slots slots,
            StoredSends storedSends,
            Providers providers,
            UnderWay underWay,
            Presence presence) {
        return new Claiming(store, queue, slots, storedSends, providers, underWay, presence::stay);
    }

    @Bean
    Settling settling(
            Store store,
            Settlements settlements,
            LaneControl laneControl,
            Blocklist blocklist,
            RetrySchedule schedule,
            Providers providers,
            Lookups lookups,
            TrackedSends trackedSends,
            Failover failover,
            LaneMetrics metrics,
            UnderWay underWay) {
        return new Settling(
                store,
                settlements,
                laneControl,
                blocklist,
                schedule,
                providers,
                lookups,
                trackedSends,
                failover,
                metrics,
                underWay);
    }

    @Bean("candidate")
    Processor candidate(Claiming claiming) {
        return claiming::consider;
    }

    @Bean("claim")
    Processor claim(Claiming claiming) {
        return claiming::claim;
    }

    @Bean("settle")
    Processor settle(Settling settling) {
        return settling::settle;
    }

    @Bean
    Senders senders(Providers providers, Lookups lookups) {
        return new Senders(providers, lookups);
    }

    @Bean("senders-lists")
    Processor sendersLists(Senders senders) {
        return senders::lists;
    }

    @Bean("senders-answer")
    Processor sendersAnswer(Senders senders) {
        return senders::answer;
    }

    @Bean("senders-failed")
    Processor sendersFailed(Senders senders) {
        return senders::failed;
    }

    @Bean
    CamelContextConfiguration lanesOfAccounts(Accounts accounts, Providers providers) {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext context) {
                for (Account account : accounts.all()) {
                    add(
                            context,
                            account,
                            providers.get(account.provider()).lookup().isPresent());
                }
            }

            @Override
            public void afterApplicationStart(CamelContext context) {
                // Nothing is left to do: the lanes start with their routes.
            }
        };
    }

    private static void add(CamelContext context, Account account, boolean looksUp) {
        Cap cap = Cap.of(account.pace());
        TemplatedRouteBuilder.builder(context, "lane")
                .routeId("lane-" + account.name())
                .parameter("account", account.name())
                .parameter("provider", account.provider())
                .parameter("permits", cap.permits())
                .parameter("period", cap.periodMillis())
                .parameter("paced", !account.pace().isUnlimited())
                .parameter("looksUp", looksUp)
                .add();
    }
}
