package dev.caravan;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import dev.caravan.account.Rate;
import dev.caravan.account.RoutingRule.Failover;
import dev.caravan.message.Category;
import dev.caravan.message.Priority;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Positive;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.validation.annotation.Validated;

/**
 * Everything that can be configured below {@code caravan}. A key that is not here is refused. Maps and lists are empty
 * when nothing is configured; other values without a default are null then. {@link AccountsFactory} makes accounts and
 * routing of it; text forms hold no credential.
 *
 * @param home the folder of inbox, work, done, refused, reports, ledger and broker
 * @param region the ISO 3166 country of numbers written without a country code
 * @param zone for times without an offset, budgets and quiet hours
 * @param gateway this gateway's id; made once and kept in {@code home} when null
 * @param routes where the routes are, beginning with {@code classpath:} or {@code file:}
 * @param defaultAccount the account of sends that name none and match no routing rule
 * @param accounts by name
 * @param routing for sends that name no account; the first match wins
 * @param outcomes Camel endpoint URIs that get every outcome
 * @param events Camel endpoint URIs that get the gateway's own events
 * @param inbound Camel endpoint URIs that get what recipients write
 * @param optOut the words by which a recipient refuses further messages of any kind
 * @param categories what differs for a category
 * @param templates what a template is at an account, by the name in sends and then by account
 * @param verdicts looked at before the providers' own tables, first match wins
 */
@Validated
@ConfigurationProperties(prefix = CaravanProperties.PREFIX, ignoreUnknownFields = false)
public record CaravanProperties(
        @DefaultValue("./data") Path home,
        @DefaultValue("TR") String region,
        @DefaultValue("Europe/Istanbul") ZoneId zone,
        String gateway,
        @DefaultValue("classpath:routes") String routes,
        String defaultAccount,
        @DefaultValue Map<String, AccountProperties> accounts,
        @DefaultValue List<Rule> routing,
        @DefaultValue @Valid Inbox inbox,
        @DefaultValue("log:caravan.outcome") List<String> outcomes,
        @DefaultValue("log:caravan.event") List<String> events,
        @DefaultValue List<String> inbound,
        @DefaultValue({"STOP", "DUR", "הסר"}) List<String> optOut,
        @DefaultValue @Valid Jms jms,
        @DefaultValue @Valid Api api,
        @DefaultValue @Valid Keep keep,
        @DefaultValue @Valid Categories categories,
        @DefaultValue Map<String, Map<String, TemplateProperties>> templates,
        @DefaultValue List<@Valid VerdictRow> verdicts) {

    static final String PREFIX = "caravan";

    // The validator's own messages are in the machine's language, and would stand in the middle of ours.
    private static final String BLANK = "must not be blank";
    private static final String POSITIVE = "must be greater than 0";

    private static final Pattern NAMESPACE = Pattern.compile("[^\\s\\p{Cntrl}]+");
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+");
    // What Spring leaves of a placeholder that nothing resolves.
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^:}]*)}");
    private static final Pattern LISTEN =
            Pattern.compile("tcp://(\\[[0-9a-fA-F:.]+]|[^\\s:/?#@\\[]+):\\d{1,5}(\\?\\S*)?");
    private static final Duration SHORTEST_AGE = Duration.ofSeconds(1);
    private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");

    /** What becomes of a send whose fate is unknown. */
    public enum OnUnknown {
        HOLD,
        /** Sent again: twice rather than never. */
        RETRY
    }

    /** Which sends of an account keep the order in which they were accepted. */
    public enum Ordering {
        /** Those to one recipient. */
        RECIPIENT,
        NONE
    }

    /** When a JMS caller gets its reply. */
    public enum ReplyOn {
        /** When the send is in the ledger. */
        ACCEPTED,
        /** When the send has its end. */
        END
    }

    /** What an API key allows; no scope includes another. */
    public enum Scope {
        SEND,
        READ,
        ADMIN
    }

    /** Whether quiet hours hold for a category. */
    public enum Quiet {
        KEEP,
        IGNORE
    }

    /** The verdict a configured row gives. */
    public enum VerdictWord {
        SENT,
        PERMANENT,
        THROTTLED,
        TRANSIENT,
        ACCOUNT,
        UNKNOWN
    }

    /**
     * One account, as it is written.
     *
     * @param baseUrl everything before the path in the provider's documentation; the provider's own when null
     * @param rate sends per period or {@code unlimited}
     * @param spacing a random pause between two sends
     * @param perRecipient the most sends to one recipient
     * @param budget the most sends in all, per day of the zone
     * @param quiet hours in the recipient's time where its number tells it, else in the zone
     * @param holidays days on which nothing is sent, or files with one such day in a line
     * @param concurrency calls at once, per gateway; the provider's own when null
     * @param timeout how long the provider may take to answer
     * @param expiresAfter counted from acceptance or {@code sendAt}, whichever is later
     * @param confirmWithin a sent send without a delivery report after this long is reported
     * @param maxQueued the most sends that may wait
     * @param webhookToken the last part of the path of the provider's delivery reports
     * @param settings the provider's own, by name
     */
    public record AccountProperties(
            String provider,
            String baseUrl,
            String rate,
            String spacing,
            Rate perRecipient,
            Rate budget,
            @DefaultValue List<String> quiet,
            @DefaultValue List<String> holidays,
            Integer concurrency,
            @DefaultValue("30s") Duration timeout,
            @DefaultValue("7d") Duration expiresAfter,
            Duration confirmWithin,
            @DefaultValue("hold") OnUnknown onUnknown,
            @DefaultValue("recipient") Ordering ordering,
            @DefaultValue("1000000") long maxQueued,
            String webhookToken,
            @DefaultValue Map<String, String> settings) {

        @Override
        public String toString() {
            return "AccountProperties[provider=" + provider + "]";
        }
    }

    /**
     * A routing rule, as it is written.
     *
     * @param to a plus sign and the leading digits of phone numbers
     * @param accounts names, the first of which serves
     */
    public record Rule(String to, @DefaultValue List<String> accounts, @DefaultValue("never") Failover failover) {}

    /**
     * The drop folder.
     *
     * @param poll how often it is looked into
     * @param settle a file is taken when it has not changed for this long
     * @param repeatAfter a row without a reference, seen again within this time, is a duplicate
     * @param holdAbove a batch of more rows than this is held until it is released
     * @param stopBatchAt a batch is paused when this share of its first sends has failed, as {@code 20%}
     * @param folders by name
     */
    public record Inbox(
            @DefaultValue("1s") @DurationMin(millis = 50, message = "must be at least 50ms") Duration poll,
            @DefaultValue("2s") @DurationMin(millis = 50, message = "must be at least 50ms") Duration settle,
            @DefaultValue("7d") @DurationMin(seconds = 1, message = "must be at least 1s") Duration repeatAfter,
            @Positive(message = POSITIVE) Integer holdAbove,
            @jakarta.validation.constraints.Pattern(
                            regexp = "[1-9][0-9]?%|100%",
                            message = "must be a percentage from 1% to 100%")
                    String stopBatchAt,
            @DefaultValue Map<String, Folder> folders) {

        /** Above 100 when no share of failures stops a batch. */
        public int stopBatchAtPercent() {
            return stopBatchAt == null ? 101 : Integer.parseInt(stopBatchAt.replace("%", ""));
        }

        /** The greatest number when no batch is too large. */
        public long mostUnheld() {
            return holdAbove == null ? Long.MAX_VALUE : holdAbove;
        }
    }

    /**
     * A folder below the inbox.
     *
     * @param account for rows that name none
     * @param charset of files without a byte order mark
     * @param delimiter of CSV columns; detected when null
     * @param columns the column's name in the files, by our own name for it
     * @param defaults values for columns that are missing or empty, by our own name
     * @param region for numbers without a country code; the gateway's when null
     * @param zone for times without an offset; the gateway's when null
     * @param namespace of the references
     * @param category of rows that name none
     */
    public record Folder(
            String account,
            @DefaultValue("UTF-8") Charset charset,
            Character delimiter,
            @DefaultValue Map<String, String> columns,
            @DefaultValue Map<String, String> defaults,
            String region,
            ZoneId zone,
            @DefaultValue("default") String namespace,
            Category category) {}

    /**
     * The JMS door.
     *
     * @param queue where sends arrive
     * @param listen the address of the embedded broker, {@code tcp://127.0.0.1:61616}; empty for no such broker
     * @param namespace of the references
     */
    public record Jms(
            @DefaultValue("caravan.sends") @NotBlank(message = BLANK) String queue,
            @DefaultValue("") String listen,
            String user,
            String password,
            @DefaultValue("default") @NotBlank(message = BLANK) String namespace,
            @DefaultValue("end") ReplyOn replyOn) {

        @Override
        public String toString() {
            return "Jms[queue=" + queue + "]";
        }
    }

    /** The REST door: its keys by name. */
    public record Api(@DefaultValue Map<String, @Valid ApiKey> keys) {}

    /**
     * A key of the REST door.
     *
     * @param sha256 the hex digest of the key
     * @param accounts the accounts it may use; empty for all
     * @param namespace of the references
     * @param expires when it stops working; never when null
     */
    public record ApiKey(
            String sha256,
            @DefaultValue @NotEmpty(message = "must not be empty") Set<Scope> scopes,
            @DefaultValue Set<String> accounts,
            @DefaultValue("default") @NotBlank(message = BLANK) String namespace,
            Instant expires) {

        @Override
        public String toString() {
            return "ApiKey[scopes=" + scopes + "]";
        }
    }

    /**
     * How long things are kept after the end of a send, each as long as the one before or longer.
     *
     * @param content what was sent, and to whom, in the ledger and in files
     * @param record what became of it
     * @param reference that its reference is taken
     */
    public record Keep(
            @DefaultValue("30d") @DurationMin(seconds = 1, message = "must be at least 1s") Duration content,
            @DefaultValue("90d") @DurationMin(seconds = 1, message = "must be at least 1s") Duration record,
            @DefaultValue("400d") @DurationMin(seconds = 1, message = "must be at least 1s") Duration reference) {}

    /** What differs for a category. */
    public record Categories(
            @DefaultValue @Valid CategoryProperties otp,
            @DefaultValue @Valid CategoryProperties transactional,
            @DefaultValue @Valid CategoryProperties marketing) {

        // What a one-time code is for is over in minutes, and nobody waits for an advertisement.
        public Categories {
            otp = otp.or(Priority.HIGH, Duration.ofMinutes(5));
            marketing = marketing.or(Priority.LOW, null);
        }

        public CategoryProperties of(Category category) {
            return switch (category) {
                case OTP -> otp;
                case TRANSACTIONAL -> transactional;
                case MARKETING -> marketing;
            };
        }
    }

    /** One category; null where it does not differ. */
    public record CategoryProperties(
            Priority priority,
            @DurationMin(seconds = 1, message = "must be at least 1s") Duration expiresAfter,
            @DefaultValue("keep") Quiet quiet) {

        private CategoryProperties or(Priority otherPriority, Duration otherExpiry) {
            return new CategoryProperties(
                    priority == null ? otherPriority : priority,
                    expiresAfter == null ? otherExpiry : expiresAfter,
                    quiet);
        }
    }

    /**
     * What a template is at one account.
     *
     * @param name the name it has at the provider
     * @param id the same, for providers that go by ids
     * @param language instead of the send's
     * @param parameters the send's parameter, by the provider's
     * @param text instead of a template, with placeholders for the send's parameters
     */
    public record TemplateProperties(
            String name, String id, String language, @DefaultValue Map<String, String> parameters, String text) {}

    /**
     * A row before the providers' verdict tables.
     *
     * @param provider whose answers it is for; every provider's when null
     * @param account which account's answers it is for; every account's when null
     * @param verdict what such an answer means
     * @param pause how long a throttled account waits; as the answer asks, or the usual backoff, when null
     */
    public record VerdictRow(
            String provider,
            String account,
            @DefaultValue @Valid Match match,
            @NotNull(message = "is missing") VerdictWord verdict,
            @Name("wait") @DurationMin(seconds = 1, message = "must be at least 1s") Duration pause) {}

    /**
     * What an answer must show; a condition that is null always holds.
     *
     * @param http the HTTP status
     * @param code the provider's code as text
     * @param text contained in the answer, whatever its case
     */
    public record Match(Integer http, String code, String text) {}

    public CaravanProperties {
        checkRegion("caravan.region", region);
        if (!routes.startsWith("classpath:") && !routes.startsWith("file:")) {
            throw new ConfigurationException(
                    "caravan.routes",
                    "says neither classpath: nor file:",
                    "write file: before a folder, as file:/etc/caravan/routes");
        }
        checkNames("caravan.accounts", accounts.keySet());
        checkNames("caravan.inbox.folders", inbox.folders().keySet());
        checkNames("caravan.api.keys", api.keys().keySet());
        checkNames("caravan.templates", templates.keySet());
        accounts.forEach((name, account) -> {
            String key = "caravan.accounts." + name;
            checkResolved(key + ".webhook-token", account.webhookToken());
            account.settings().forEach((setting, value) -> checkResolved(key + ".settings." + setting, value));
        });
        inbox.folders()
                .forEach((name, folder) ->
                        checkNamespace("caravan.inbox.folders." + name + ".namespace", folder.namespace()));
        api.keys().forEach((name, key) -> checkNamespace("caravan.api.keys." + name + ".namespace", key.namespace()));
        checkNamespace("caravan.jms.namespace", jms.namespace());
        checkEndpoints("caravan.outcomes", outcomes);
        checkEndpoints("caravan.events", events);
        checkEndpoints("caravan.inbound", inbound);
        checkWords("caravan.opt-out", optOut);
        checkResolved("caravan.jms.user", jms.user());
        checkResolved("caravan.jms.password", jms.password());
        checkBroker(jms);
        checkAges(keep);
        inbox.folders().forEach((name, folder) -> {
            if (folder.region() != null) {
                checkRegion("caravan.inbox.folders." + name + ".region", folder.region());
            }
        });
        Map<String, String> nameByDigest = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        new TreeMap<>(api.keys()).forEach((name, key) -> {
            if (key.sha256() == null || !SHA256.matcher(key.sha256()).matches()) {
                throw new ConfigurationException(
                        "caravan.api.keys." + name + ".sha256",
                        "is no SHA-256 digest",
                        "write the 64 hex digits that `printf %s \"$KEY\" | sha256sum` prints, never the key itself");
            }
            String other = nameByDigest.put(key.sha256(), name);
            if (other != null) {
                throw new ConfigurationException(
                        "caravan.api.keys." + name + ".sha256",
                        "is that of '" + other + "' too",
                        "give each name a key of its own");
            }
        });
    }

    /** Whether there is an account that serves what no rule matches. */
    boolean hasDefaultAccount() {
        return defaultAccount != null && !defaultAccount.isBlank();
    }

    private static void checkResolved(String key, String value) {
        Matcher placeholder = PLACEHOLDER.matcher(value == null ? "" : value);
        if (placeholder.find()) {
            throw new ConfigurationException(
                    key,
                    "refers to ${" + placeholder.group(1) + "}, which is not set",
                    "set this environment variable or property before the start");
        }
    }

    private static void checkBroker(Jms jms) {
        if (jms.listen().isBlank()) {
            return;
        }
        if (!LISTEN.matcher(jms.listen().strip()).matches()) {
            throw new ConfigurationException(
                    "caravan.jms.listen",
                    "is no address of a broker",
                    "write tcp://, a host and a port, as tcp://127.0.0.1:61616");
        }
        checkGiven("caravan.jms.user", jms.user());
        checkGiven("caravan.jms.password", jms.password());
        if (jms.password().startsWith("ENC(")) {
            throw new ConfigurationException(
                    "caravan.jms.password",
                    "begins with ENC(",
                    "choose another: clients of Artemis would decode it first");
        }
    }

    private static void checkAges(Keep keep) {
        if (keep.record().compareTo(SHORTEST_AGE) < 0 || keep.reference().compareTo(SHORTEST_AGE) < 0) {
            return; // which the validator says better
        }
        if (keep.record().compareTo(keep.content()) < 0) {
            throw new ConfigurationException(
                    "caravan.keep.record",
                    "is shorter than caravan.keep.content",
                    "what became of a send is kept as long as what it said, or longer");
        }
        if (keep.reference().compareTo(keep.record()) < 0) {
            throw new ConfigurationException(
                    "caravan.keep.reference",
                    "is shorter than caravan.keep.record",
                    "that a reference is taken is kept as long as what became of its send, or longer");
        }
    }

    // What each has got is kept under its address without the credentials, so that it survives new ones.
    private static void checkEndpoints(String key, List<String> endpoints) {
        Map<String, Integer> indexByAddress = new HashMap<>();
        for (int index = 0; index < endpoints.size(); index++) {
            Integer other = indexByAddress.putIfAbsent(EndpointAddress.withoutCredentials(endpoints.get(index)), index);
            if (other != null) {
                throw new ConfigurationException(
                        key + "[" + index + "]",
                        "is the endpoint of " + key + "[" + other + "], at most with other credentials",
                        "leave one of them out, or let them differ in more, as by a parameter that the server ignores");
            }
        }
    }

    private static void checkWords(String key, List<String> words) {
        for (int index = 0; index < words.size(); index++) {
            if (words.get(index).codePoints().noneMatch(Character::isLetterOrDigit)) {
                throw new ConfigurationException(
                        key + "[" + index + "]",
                        "has no letter and no digit",
                        "write a word; [] when no word is to stop messages");
            }
        }
    }

    private static void checkGiven(String key, String value) {
        if (value == null || value.isBlank()) {
            throw new ConfigurationException(
                    key,
                    "is missing",
                    "write it: the broker of caravan.jms.listen lets nobody in without a user and a password");
        }
    }

    private static void checkRegion(String key, String region) {
        if (!PhoneNumberUtil.getInstance().getSupportedRegions().contains(region)) {
            throw new ConfigurationException(
                    key, "'" + region + "' is no country", "write its two capital letters, as TR");
        }
    }

    // The ledger keeps namespace and reference in one text, with a space between them.
    private static void checkNamespace(String key, String namespace) {
        if (!NAMESPACE.matcher(namespace).matches()) {
            throw new ConfigurationException(key, "is blank or contains a space", "write one word, as shop");
        }
    }

    private static void checkNames(String key, Collection<String> names) {
        Map<String, String> seen = new TreeMap<>();
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                throw new ConfigurationException(
                        key + "." + name, "is no name", "names consist of a-z, 0-9, - and _ and nothing else");
            }
            // Spring takes both for one key, and would give one of them the values of the other.
            String other = seen.put(name.replaceAll("[_-]", ""), name);
            if (other != null) {
                throw new ConfigurationException(
                        key + "." + name,
                        "differs from '" + other + "' only in its - or _",
                        "give one of them another name");
            }
        }
    }

    @Override
    public String toString() {
        return "CaravanProperties[home=" + home + "]";
    }
}
