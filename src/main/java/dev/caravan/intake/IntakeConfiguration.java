package dev.caravan.intake;

import dev.caravan.CaravanProperties;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.ledger.Arrivals;
import dev.caravan.ledger.Batches;
import dev.caravan.ledger.DigestKey;
import dev.caravan.ledger.Lanes;
import dev.caravan.ledger.Outbox;
import dev.caravan.ledger.Sends;
import dev.caravan.ledger.Store;
import dev.caravan.message.PhoneNumbers;
import dev.caravan.message.SendJson;
import dev.caravan.provider.Providers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
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
            Accounts accounts,
            Providers providers,
            PhoneNumbers phoneNumbers,
            SendJson sendJson,
            CaravanProperties properties,
            Arrivals arrivals) {
        return new Admission(
                store,
                sends,
                lanes,
                batches,
                outbox,
                accounts,
                providers,
                phoneNumbers,
                sendJson,
                properties.inbox().repeatAfter(),
                arrivals);
    }

    @Bean
    BatchFiles batchFiles(CaravanProperties properties, Accounts accounts) {
        return new BatchFiles(properties.home(), folders(properties, accounts));
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
                store.write(DigestKey::of));
        door.createDirectories();
        door.finishLayingAway();
        return door;
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

    /** The inbox itself, a folder named like each account, and the configured ones, which win. */
    private static Map<String, Folder> folders(CaravanProperties properties, Accounts accounts) {
        Map<String, Folder> folders = new HashMap<>();
        folders.put("", new Folder(null, null, "default", plain("caravan.inbox.folders.<folder>.charset"), false));
        for (Account account : accounts.all()) {
            FileFormat format = plain("caravan.inbox.folders." + account.name() + ".charset");
            folders.put(account.name(), new Folder(account.name(), account.name(), "default", format, false));
        }
        properties.inbox().folders().forEach((name, folder) -> {
            FileFormat format = new FileFormat(
                    folder.charset(),
                    folder.delimiter(),
                    folder.columns(),
                    folder.defaults(),
                    "caravan.inbox.folders." + name + ".charset");
            String account = folder.account() == null && accounts.find(name).isPresent() ? name : folder.account();
            folders.put(name, new Folder(name, account, folder.namespace(), format, true));
        });
        return folders;
    }

    private static FileFormat plain(String charsetKey) {
        return new FileFormat(StandardCharsets.UTF_8, null, Map.of(), Map.of(), charsetKey);
    }
}
