package dev.caravan.intake;

import dev.caravan.CaravanProperties;
import dev.caravan.CaravanProperties.CategoryProperties;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.message.Category;
import dev.caravan.message.PhoneNumbers;
import dev.caravan.message.SendJson;
import dev.caravan.provider.Providers;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How sends are read and examined: what needs neither a ledger nor a route. */
@Configuration(proxyBeanMethods = false)
public class ExaminationConfiguration {

    @Bean
    Examination examination(Accounts accounts, Providers providers, CaravanProperties properties) {
        return new Examination(accounts, providers, rules(properties));
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
