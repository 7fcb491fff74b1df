package dev.caravan;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import dev.caravan.CaravanProperties.AccountProperties;
import dev.caravan.CaravanProperties.OnUnknown;
import dev.caravan.CaravanProperties.Ordering;
import dev.caravan.CaravanProperties.Quiet;
import dev.caravan.CaravanProperties.Rule;
import dev.caravan.CaravanProperties.TemplateProperties;
import dev.caravan.CaravanProperties.VerdictRow;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.account.Pace;
import dev.caravan.account.QuietHours;
import dev.caravan.account.QuietTimes;
import dev.caravan.account.Rate;
import dev.caravan.account.RoutingRule;
import dev.caravan.account.SendingRules;
import dev.caravan.account.Spacing;
import dev.caravan.account.TemplateForm;
import dev.caravan.message.Category;
import dev.caravan.message.RecipientZones;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Setting;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the accounts and their routing of the configuration, or says which key is wrong. */
final class AccountsFactory {

    /** So many starts are kept for each recipient. */
    private static final int MOST_PER_RECIPIENT = 100;

    private static final Logger LOG = LoggerFactory.getLogger(AccountsFactory.class);
    private static final String UNLIMITED = "unlimited";
    private static final int SHORTEST_TOKEN = 16;
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~-]+");
    private static final Pattern SETTING_IN_URL = Pattern.compile("\\{([a-z0-9-]+)}");

    private final Map<String, Provider> providers;

    AccountsFactory(Collection<Provider> providers) {
        this.providers = new TreeMap<>(providers.stream().collect(toMap(Provider::name, Function.identity())));
    }

    /**
     * The accounts of a configuration.
     *
     * @throws ConfigurationException naming the key that is wrong
     */
    Accounts create(CaravanProperties properties) {
        Map<String, Account> accounts = new LinkedHashMap<>();
        properties.accounts().forEach((name, written) -> accounts.put(name, account(name, written, properties)));

        List<RoutingRule> routing = new ArrayList<>();
        for (Rule rule : properties.routing()) {
            routing.add(rule("caravan.routing[" + routing.size() + "]", rule, accounts));
        }
        Account defaultAccount = properties.hasDefaultAccount()
                ? existing("caravan.default-account", properties.defaultAccount(), accounts)
                : null;
        checkReferences(properties, accounts);
        return new Accounts(accounts.values(), routing, defaultAccount);
    }

    private Account account(String name, AccountProperties written, CaravanProperties properties) {
        String key = "caravan.accounts." + name;
        Provider provider = provider(key + ".provider", written.provider());
        Map<String, String> settings = settings(key + ".settings", written.settings(), provider);
        Account account = new Account(
                name,
                provider.name(),
                baseUrl(key + ".base-url", written.baseUrl(), provider, settings),
                pace(key, written, provider),
                concurrency(key + ".concurrency", written.concurrency(), provider),
                atLeast(Duration.ofMillis(50), key + ".timeout", written.timeout()),
                atLeast(Duration.ofSeconds(1), key + ".expires-after", written.expiresAfter()),
                written.onUnknown() == OnUnknown.RETRY,
                written.maxQueued(),
                confirmWithin(key + ".confirm-within", written.confirmWithin(), provider),
                token(key + ".webhook-token", written.webhookToken()),
                rules(key, written, properties),
                templates(properties, name),
                settings);
        if (written.maxQueued() < 1) {
            throw new ConfigurationException(key + ".max-queued", "is less than 1", "write how many sends may wait");
        }
        if (written.webhookToken() != null && provider.webhook().isEmpty()) {
            LOG.warn(
                    "{} is set but has no effect: provider {} posts no reports",
                    key + ".webhook-token",
                    provider.name());
        }
        try {
            provider.check(account);
        } catch (IllegalArgumentException refused) {
            throw new ConfigurationException(
                    key + ".settings", refused.getMessage(), "correct the settings of this account");
        }
        return account;
    }

    private static SendingRules rules(String key, AccountProperties written, CaravanProperties properties) {
        if (written.perRecipient() != null && written.perRecipient().count() > MOST_PER_RECIPIENT) {
            throw new ConfigurationException(
                    key + ".per-recipient",
                    "is more than " + MOST_PER_RECIPIENT + " in a period",
                    "write fewer in a shorter period, as 1/6s");
        }
        return new SendingRules(
                written.ordering() == Ordering.RECIPIENT,
                quiet(key, written, properties),
                written.perRecipient(),
                budget(key + ".budget", written.budget()),
                properties.zone());
    }

    private static Integer budget(String key, Rate written) {
        try {
            return SendingRules.daily(written);
        } catch (IllegalArgumentException refused) {
            throw new ConfigurationException(key, refused.getMessage(), "days end at midnight in caravan.zone");
        }
    }

    private static QuietTimes quiet(String key, AccountProperties written, CaravanProperties properties) {
        if (written.quiet().isEmpty() && written.holidays().isEmpty()) {
            return QuietTimes.NONE;
        }
        Set<Category> ignored = EnumSet.noneOf(Category.class);
        for (Category category : Category.values()) {
            if (properties.categories().of(category).quiet() == Quiet.IGNORE) {
                ignored.add(category);
            }
        }
        Set<LocalDate> holidays = Holidays.read(key + ".holidays", written.holidays());
        try {
            List<QuietHours> hours =
                    written.quiet().stream().map(QuietHours::parse).toList();
            return new QuietTimes(hours, holidays, ignored, new RecipientZones(properties.zone())::of);
        } catch (IllegalArgumentException refused) {
            throw new ConfigurationException(
                    key + ".quiet", refused.getMessage(), "leave some hours of a day to send in");
        }
    }

    /** Nobody confirms what goes through a provider that tells nothing afterwards. */
    private static Duration confirmWithin(String key, Duration written, Provider provider) {
        if (written == null) {
            return null;
        }
        Duration within = atLeast(Duration.ofSeconds(1), key, written);
        if (provider.webhook().isEmpty() && provider.tracking().isEmpty()) {
            LOG.warn(
                    "{} is set but has no effect: provider {} reports no deliveries and cannot be asked for them",
                    key,
                    provider.name());
            return null;
        }
        return within;
    }

    /** Of characters that a path has as they are. */
    private static String token(String key, String written) {
        if (isBlank(written)) {
            return null;
        }
        if (!TOKEN.matcher(written.strip()).matches()) {
            throw new ConfigurationException(
                    key,
                    "has other characters than letters, digits, '.', '-', '_' and '~'",
                    "write a random one, as openssl rand -hex 16 makes");
        }
        if (written.strip().length() < SHORTEST_TOKEN) {
            throw new ConfigurationException(
                    key,
                    "is shorter than " + SHORTEST_TOKEN
                            + " characters: whoever guesses it can report in the provider's name",
                    "write a random one, as openssl rand -hex 16 makes");
        }
        return written.strip();
    }

    private static Map<String, TemplateForm> templates(CaravanProperties properties, String account) {
        Map<String, TemplateForm> forms = new LinkedHashMap<>();
        properties.templates().forEach((template, byAccount) -> {
            TemplateProperties written = byAccount.get(account);
            if (written != null) {
                forms.put(template, form("caravan.templates." + template + "." + account, written));
            }
        });
        return forms;
    }

    private static TemplateForm form(String key, TemplateProperties written) {
        if (Stream.of(written.name(), written.id(), written.text())
                        .filter(value -> !isBlank(value))
                        .count()
                != 1) {
            throw new ConfigurationException(
                    key, "has not exactly one of name, id and text", "write the one that the provider goes by");
        }
        String name = isBlank(written.name()) ? written.id() : written.name();
        return new TemplateForm(
                isBlank(name) ? null : name,
                written.language(),
                written.parameters(),
                isBlank(name) ? written.text() : null);
    }

    private Provider provider(String key, String name) {
        if (isBlank(name)) {
            throw new ConfigurationException(key, "is missing", oneOf(providers.keySet()));
        }
        Provider provider = providers.get(name);
        if (provider == null) {
            throw new ConfigurationException(key, "there is no provider '" + name + "'", oneOf(providers.keySet()));
        }
        return provider;
    }

    private static Map<String, String> settings(String key, Map<String, String> written, Provider provider) {
        List<String> known = provider.settings().stream().map(Setting::name).toList();
        Map<String, String> settings = new LinkedHashMap<>();
        written.forEach((name, value) -> {
            if (!known.contains(name)) {
                throw new ConfigurationException(
                        key + "." + name, provider.name() + " has no such setting", oneOf(known));
            }
            if (!value.isBlank()) {
                settings.put(name, value.strip());
            }
        });
        for (Setting setting : provider.settings()) {
            if (setting.otherwise() != null) {
                settings.putIfAbsent(setting.name(), setting.otherwise());
            }
            if (setting.required() && !settings.containsKey(setting.name())) {
                throw new ConfigurationException(
                        key + "." + setting.name(), "is missing", "write it: " + setting.description());
            }
        }
        return settings;
    }

    // The address is in no message: it may hold a credential.
    private static String baseUrl(String key, String written, Provider provider, Map<String, String> settings) {
        String pattern = isBlank(written) ? provider.defaultBaseUrl() : written.strip();
        String url = SETTING_IN_URL.matcher(pattern).replaceAll(named -> {
            String value = settings.get(named.group(1));
            if (value == null) {
                throw new ConfigurationException(
                        key,
                        "contains {" + named.group(1) + "}, which is no setting of this account",
                        "add the setting");
            }
            return Matcher.quoteReplacement(value);
        });
        URI address;
        try {
            address = new URI(url);
        } catch (URISyntaxException malformed) {
            throw new ConfigurationException(key, "is no URL", "write it as " + provider.defaultBaseUrl());
        }
        if (!"http".equalsIgnoreCase(address.getScheme()) && !"https".equalsIgnoreCase(address.getScheme())) {
            throw new ConfigurationException(
                    key, "begins with neither https:// nor http://", "write it as " + provider.defaultBaseUrl());
        }
        if (address.getHost() == null
                || address.getRawUserInfo() != null
                || address.getRawQuery() != null
                || address.getRawFragment() != null) {
            throw new ConfigurationException(
                    key, "is more or less than a host and a path", "write it as " + provider.defaultBaseUrl());
        }
        return url.replaceAll("/+$", "");
    }

    private static Pace pace(String key, AccountProperties written, Provider provider) {
        boolean unlimited = !isBlank(written.rate()) && written.rate().strip().equals(UNLIMITED);
        Rate rate = unlimited ? null : parsed(key + ".rate", written.rate(), Rate::parse);
        Spacing spacing = parsed(key + ".spacing", written.spacing(), Spacing::parse);
        if (rate != null) {
            return spacing == null ? Pace.of(rate) : Pace.of(rate, spacing);
        }
        if (spacing != null) {
            return Pace.of(spacing);
        }
        return unlimited ? Pace.UNLIMITED : provider.defaultPace();
    }

    private static <T> T parsed(String key, String text, Function<String, T> parser) {
        if (isBlank(text)) {
            return null;
        }
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException malformed) {
            throw new ConfigurationException(key, malformed.getMessage(), "correct it, or leave the key out");
        }
    }

    private static int concurrency(String key, Integer written, Provider provider) {
        int concurrency = written == null ? provider.defaultConcurrency() : written;
        if (concurrency < 1) {
            throw new ConfigurationException(key, "is less than 1", "write how many calls may run at once");
        }
        return concurrency;
    }

    // A number without a unit counts milliseconds in Spring, which nobody means here.
    private static Duration atLeast(Duration least, String key, Duration written) {
        if (written.compareTo(least) < 0) {
            throw new ConfigurationException(key, "is too short", "write a duration with its unit, as 30s or 7d");
        }
        return written;
    }

    private static RoutingRule rule(String key, Rule written, Map<String, Account> accounts) {
        if (written.to() == null || !RoutingRule.isPrefix(written.to())) {
            throw new ConfigurationException(
                    key + ".to",
                    "is no prefix of phone numbers",
                    "write a plus sign and digits in quotes, as \"+90\": without the quotes YAML reads +90 as 90");
        }
        if (written.accounts().isEmpty()) {
            throw new ConfigurationException(key + ".accounts", "is empty", oneOf(accounts.keySet()));
        }
        List<Account> serving = new ArrayList<>();
        for (String name : written.accounts()) {
            serving.add(existing(key + ".accounts[" + serving.size() + "]", name, accounts));
        }
        return new RoutingRule(written.to(), serving, written.failover());
    }

    private void checkReferences(CaravanProperties properties, Map<String, Account> accounts) {
        for (int index = 0; index < properties.verdicts().size(); index++) {
            VerdictRow row = properties.verdicts().get(index);
            String key = "caravan.verdicts[" + index + "]";
            if (!isBlank(row.provider())) {
                provider(key + ".provider", row.provider());
            }
            if (!isBlank(row.account())) {
                existing(key + ".account", row.account(), accounts);
            }
            if (row.match().http() == null
                    && isBlank(row.match().code())
                    && isBlank(row.match().text())) {
                throw new ConfigurationException(
                        key + ".match", "is empty, so every answer would match", "write http, code or text");
            }
        }
        properties.inbox().folders().forEach((name, folder) -> {
            if (!isBlank(folder.account())) {
                existing("caravan.inbox.folders." + name + ".account", folder.account(), accounts);
            }
        });
        properties.api().keys().forEach((name, apiKey) -> apiKey.accounts()
                .forEach(account -> existing("caravan.api.keys." + name + ".accounts", account, accounts)));
        properties.templates().forEach((template, names) -> names.keySet()
                .forEach(account -> existing("caravan.templates." + template + "." + account, account, accounts)));
    }

    private static Account existing(String key, String name, Map<String, Account> accounts) {
        Account account = accounts.get(name);
        if (account == null) {
            throw new ConfigurationException(key, "no account is named '" + name + "'", oneOf(accounts.keySet()));
        }
        return account;
    }

    private static String oneOf(Collection<String> names) {
        return names.isEmpty()
                ? "there is none yet, so add one first"
                : names.stream().collect(joining(", ", "write one of ", ""));
    }

    private static boolean isBlank(String text) {
        return text == null || text.isBlank();
    }
}
