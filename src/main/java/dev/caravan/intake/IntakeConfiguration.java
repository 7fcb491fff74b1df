package dev.caravan.intake;

import dev.caravan.CaravanProperties;
import dev.caravan.CaravanProperties.CategoryProperties;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.ledger.Arrivals;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.DigestKey;
import dev.caravan.ledger.Lanes;
import dev.caravan.ledger.Outbox;
import dev.caravan.ledger.Replies;
import dev.caravan.ledger.Sends;
import dev.caravan.ledger.Store;
import dev.caravan.message.Category;
import dev.caravan.message.PhoneNumbers;
import dev.caravan.message.SendJson;
import dev.caravan.provider.Providers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
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
            Sends sends,
            Lanes lanes,
            Batches batches,
            Outbox outbox,
            Replies replies,
            Blocklist blocklist,
            Accounts accounts,
            Providers providers,
            CaravanProperties properties,
            Arrivals arrivals) {
        return new Admission(
                store,
                sends,
                lanes,
                batches,
                outbox,
                replies,
                blocklist,
                accounts,
                providers,
                rules(properties),
                properties.inbox().repeatAfter(),
                store.write(DigestKey::of),
                arrivals);
    }

    @Bean
    Origins origins(PhoneNumbers phoneNumbers, SendJson sendJson) {
        return new Origins(phoneNumbers, sendJson);
    }

    @Bean
    BatchFiles batchFiles(
            CaravanProperties properties, Accounts accounts, PhoneNumbers phoneNumbers, SendJson sendJson) {
        return new BatchFiles(properties.home(), folders(properties, accounts, phoneNumbers, sendJson));
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

    private static Map<Category, CategoryRule> rules(CaravanProperties properties) {
        Map<Category, CategoryRule> rules = new EnumMap<>(Category.class);
        for (Category category : Category.values()) {
            CategoryProperties written = properties.categories().of(category);
            rules.put(category, new CategoryRule(written.priority(), written.expiresAfter()));
        }
        return rules;
    }

    /** The inbox itself, a folder named like each account, and the configured ones, which win. */
    private static Map<String, Folder> folders(
            CaravanProperties properties, Accounts accounts, PhoneNumbers phoneNumbers, SendJson sendJson) {
        Map<String, Folder> folders = new HashMap<>();
        Origin inbox = new Origin(null, "default", null, Set.of(), null, phoneNumbers, sendJson);
        folders.put("", new Folder(inbox, plain("caravan.inbox.folders.<folder>.charset"), false));
        for (Account account : accounts.all()) {
            String name = account.name();
            Origin origin = new Origin(name, "default", name, Set.of(), null, phoneNumbers, sendJson);
            folders.put(name, new Folder(origin, plain("caravan.inbox.folders." + name + ".charset"), false));
        }
        properties.inbox().folders().forEach((name, folder) -> {
            FileFormat format = new FileFormat(
                    folder.charset(),
                    folder.delimiter(),
                    folder.columns(),
                    folder.defaults(),
                    "caravan.inbox.folders." + name + ".charset");
            String account = folder.account() == null && accounts.find(name).isPresent() ? name : folder.account();
            Origin origin = new Origin(
                    name,
                    folder.namespace(),
                    account,
                    Set.of(),
                    folder.category(),
                    folder.region() == null ? phoneNumbers : new PhoneNumbers(folder.region()),
                    folder.zone() == null ? sendJson : new SendJson(folder.zone()));
            folders.put(name, new Folder(origin, format, true));
        });
        return folders;
    }

    private static FileFormat plain(String charsetKey) {
        return new FileFormat(StandardCharsets.UTF_8, null, Map.of(), Map.of(), charsetKey);
    }
}
