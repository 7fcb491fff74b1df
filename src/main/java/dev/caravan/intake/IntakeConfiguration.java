package dev.caravan.intake;

import dev.caravan.CaravanProperties;
import dev.caravan.account.Accounts;
import dev.caravan.ledger.Acceptance;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.DigestKey;
import dev.caravan.ledger.Foresight;
import dev.caravan.ledger.Inbound;
import dev.caravan.ledger.Lanes;
import dev.caravan.ledger.Outbox;
import dev.caravan.ledger.Replies;
import dev.caravan.ledger.SendIds;
import dev.caravan.ledger.Settlements;
import dev.caravan.ledger.StandIns;
import dev.caravan.ledger.Store;
import dev.caravan.message.PhoneNumbers;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Providers;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The steps of the intake routes by the names they call them. */
@Configuration(proxyBeanMethods = false)
class IntakeConfiguration {

    @Bean
    Admission admission(
            Store store,
            SendIds ids,
            Acceptance acceptance,
            Settlements settlements,
            Lanes lanes,
            StandIns standIns,
            Batches batches,
            Outbox outbox,
            Replies replies,
            Blocklist blocklist,
            Accounts accounts,
            Examination examination,
            CaravanProperties properties) {
        return new Admission(
                store,
                ids,
                acceptance,
                settlements,
                lanes,
                standIns,
                batches,
                outbox,
                replies,
                blocklist,
                accounts,
                examination,
                properties.inbox().repeatAfter(),
                store.write(DigestKey::of));
    }

    @Bean
    Rehearsal rehearsal(Store store, Examination examination, Accounts accounts, CaravanProperties properties) {
        return new Rehearsal(
                examination,
                accounts,
                new Foresight(store),
                store.write(DigestKey::of),
                properties.inbox().repeatAfter(),
                InstantSource.system());
    }

    @Bean
    WrittenRecipients writtenRecipients(PhoneNumbers phoneNumbers, List<Provider> providers) {
        return new WrittenRecipients(phoneNumbers, providers);
    }

    @Bean
    InboundMessages inboundMessages(
            Inbound inbound,
            Blocklist blocklist,
            Providers providers,
            PhoneNumbers phoneNumbers,
            CaravanProperties properties) {
        return new InboundIntake(
                inbound,
                !properties.inbound().isEmpty(),
                blocklist,
                new OptOutWords(properties.optOut()),
                providers,
                phoneNumbers);
    }

    @Bean
    BlocklistImport blocklistImport(Store store, Blocklist blocklist, WrittenRecipients recipients) {
        return new BlocklistImport(store, blocklist, recipients);
    }

    @Bean
    FileDoor fileDoor(CaravanProperties properties, BatchFiles files, Store store, Batches batches, Admission admission)
            throws IOException {
        FileDoor door = new FileDoor(
                new Home(properties.home()),
                properties.zone(),
                files,
                store,
                batches,
                admission,
                store.write(DigestKey::of),
                properties.inbox().mostUnheld());
        door.createDirectories();
        door.finishLayingAway();
        return door;
    }

    @Bean
    RequestBatches requestBatches(Store store, Batches batches, CaravanProperties properties) {
        RequestBatches requests = new RequestBatches(
                store, batches, store.write(DigestKey::of), properties.inbox().mostUnheld());
        requests.finishInterrupted();
        return requests;
    }

    @Bean
    Settled settled(CaravanProperties properties) {
        return new Settled(properties.inbox().settle(), properties.inbox().poll(), System::nanoTime);
    }

    @Bean("take-file")
    Processor takeFile(FileDoor door) {
        return door::take;
    }

    @Bean("refuse-extension")
    Processor refuseExtension(FileDoor door) {
        return door::refuseExtension;
    }

    @Bean("open-batch")
    Processor openBatch(FileDoor door) {
        return door::open;
    }

    @Bean("refuse-file")
    Processor refuseFile(FileDoor door) {
        return door::refuse;
    }

    @Bean("admit")
    Processor admit(FileDoor door) {
        return door::admit;
    }

    @Bean("finish-reading")
    Processor finishReading(FileDoor door) {
        return door::finishReading;
    }

    @Bean("lay-away")
    Processor layAway(FileDoor door) {
        return door::layAway;
    }

    @Bean("finish-batches")
    Processor finishBatches(FileDoor files, RequestBatches requests) {
        return exchange -> {
            files.finishLayingAway();
            requests.finishInterrupted();
        };
    }

    /** Without any account nothing could be sent, so files stay in the inbox until one is configured. */
    @Bean
    CamelContextConfiguration closedWithoutAccounts(Accounts accounts) {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext context) {
                if (accounts.isEmpty()) {
                    ((ModelCamelContext) context)
                            .getRouteDefinition("file-inbox")
                            .autoStartup(false);
                }
            }

            @Override
            public void afterApplicationStart(CamelContext context) {
                // Whatever is decided is decided before the routes start.
            }
        };
    }
}
