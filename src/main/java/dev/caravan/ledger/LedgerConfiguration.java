package dev.caravan.ledger;

import com.zaxxer.hikari.HikariDataSource;
import dev.caravan.CaravanProperties;
import dev.caravan.Gateway;
import dev.caravan.GatewayLock;
import dev.caravan.account.Account;
import dev.caravan.account.Accounts;
import dev.caravan.message.Category;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.flyway.FlywayConfigurationCustomizer;
import org.springframework.boot.autoconfigure.flyway.FlywayMigrationInitializer;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** The ledger on the configured database: opened, migrated, and cleared of what a crash left behind. */
@Configuration(proxyBeanMethods = false)
class LedgerConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(LedgerConfiguration.class);
    static final String SQLITE = "jdbc:sqlite:";
    private static final String POSTGRESQL = "jdbc:postgresql:";

    /**
     * A gateway whose machine dies in the middle of a write has the writers' turn until the server notices, which takes it
     * two hours by itself (PostgreSQL, tcp_keepalives_idle); all the others would wait. One that was only slow writes again.
     */
    private static final String LET_GO = "SET idle_in_transaction_session_timeout = '1min'";

    /** A server that is set up to answer before a commit is on its disk would forget sends that have been accepted. */
    private static final String DURABLE = "SELECT set_config('synchronous_commit', 'on', false)"
            + " WHERE current_setting('synchronous_commit') = 'off'";

    /**
     * Every commit survives a power cut: the log is flushed at each (sqlite.org, PRAGMA synchronous). The last is the
     * driver's: it would ask after every write which key was generated, a fifth of a write's time, and nobody listens.
     */
    private static final Map<String, String> SQLITE_PRAGMAS = Map.of(
            "journal_mode", "WAL", "synchronous", "FULL", "busy_timeout", "10000", "jdbc.get_generated_keys", "false");

    /**
     * A server that vanished without a word is noticed after a minute: what is written meanwhile is looked up over a new
     * connection. Seconds; whoever needs others writes them into the URL.
     */
    private static final Map<String, String> POSTGRESQL_PROPERTIES =
            Map.of("tcpKeepAlive", "true", "connectTimeout", "5", "socketTimeout", "60");

    /** For a connection, before the ledger counts as away. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    /** Whatever its home is; only the gateway that has that asks for it. */
    @Bean
    LedgerLock ledgerLock(DataSourceProperties ledger, CaravanProperties properties, Gateway gateway) {
        return new LedgerLock(LedgerCopy.source(ledger).map(file -> GatewayLock.ofLedger(file, properties.zone())));
    }

    /**
     * Keeps a second gateway away from a ledger that only one can have.
     *
     * @param lock empty for a ledger that several share
     */
    record LedgerLock(Optional<GatewayLock> lock) implements AutoCloseable {

        @Override
        public void close() throws IOException {
            if (lock.isPresent()) {
                lock.get().close();
            }
        }
    }

    @Bean
    @ConfigurationProperties("spring.datasource.hikari")
    HikariDataSource dataSource(DataSourceProperties properties, LedgerLock lock) throws IOException {
        HikariDataSource dataSource = properties
                .initializeDataSourceBuilder()
                .type(HikariDataSource.class)
                .build();
        dataSource.setPoolName("ledger");
        dataSource.setConnectionTimeout(LONGEST_WAIT.toMillis());
        String url = properties.determineUrl();
        if (url.startsWith(SQLITE)) {
            Path file = file(url);
            if (file.getParent() != null) {
                Files.createDirectories(file.getParent());
            }
            SQLITE_PRAGMAS.forEach(dataSource::addDataSourceProperty);
        } else if (url.startsWith(POSTGRESQL)) {
            dataSource.setConnectionInitSql(LET_GO + "; " + DURABLE);
            POSTGRESQL_PROPERTIES.forEach(dataSource::addDataSourceProperty);
        }
        return dataSource;
    }

    @Bean
    FlywayConfigurationCustomizer identityColumns() {
        return flyway -> {
            Dialect dialect = Dialect.of(flyway.getDataSource());
            flyway.placeholders(Map.of("identity", dialect.identity()));
        };
    }

    @Bean
    Store store(HikariDataSource dataSource, Gateway gateway, FlywayMigrationInitializer migrated) {
        return new Store(dataSource, gateway.id());
    }

    @Bean
    Blocklist blocklist(Store store) {
        return new Blocklist(store.write(DigestKey::of));
    }

    @Bean
    SendIds sendIds(Store store) {
        return new SendIds(store, InstantSource.system());
    }

    @Bean
    Acceptance acceptance() {
        return new Acceptance();
    }

    @Bean
    Transitions transitions(CaravanProperties properties, Accounts accounts) {
        return new Transitions(properties.inbox().stopBatchAtPercent(), accounts);
    }

    @Bean
    Settlements settlements(Gateway gateway, Transitions transitions) {
        return new Settlements(gateway.id(), transitions);
    }

    @Bean
    SendQueue sendQueue(Gateway gateway, Blocklist blocklist, Settlements settlements, Accounts accounts) {
        return new SendQueue(gateway.id(), blocklist, settlements, accounts);
    }

    @Bean
    Recovery recovery(Gateway gateway, Settlements settlements) {
        return new Recovery(gateway.id(), settlements);
    }

    @Bean
    StandIns standIns(Transitions transitions) {
        return new StandIns(transitions);
    }

    @Bean
    Deliveries deliveries(Transitions transitions) {
        return new Deliveries(transitions);
    }

    @Bean
    Checks checks() {
        return new Checks();
    }

    @Bean
    SendQueries sendQueries() {
        return new SendQueries();
    }

    @Bean
    BatchControl batchControl(Settlements settlements, Store store) {
        return new BatchControl(settlements, store.isShared() ? BatchControl.STEP_ON_SERVER : BatchControl.STEP);
    }

    @Bean
    SendControl sendControl(
            Store store,
            Settlements settlements,
            Transitions transitions,
            Accounts accounts,
            CaravanProperties properties) {
        Map<Category, Duration> expiries = new EnumMap<>(Category.class);
        for (Category category : Category.values()) {
            Duration written = properties.categories().of(category).expiresAfter();
            if (written != null) {
                expiries.put(category, written);
            }
        }
        return new SendControl(store, settlements, transitions, accounts, expiries);
    }

    @Bean
    Recipients recipients(Store store, Settlements settlements) {
        return new Recipients(store, settlements);
    }

    @Bean
    BatchStandings batchStandings(Accounts accounts) {
        return new BatchStandings(accounts);
    }

    @Bean
    Replies replies(Gateway gateway, Environment environment) {
        String broker = "native".equals(environment.getProperty("spring.artemis.mode"))
                ? environment.getProperty("spring.artemis.broker-url")
                : null;
        // Not as it is written: there may be a password in it.
        return new Replies(
                gateway.id(),
                broker == null
                        ? null
                        : UUID.nameUUIDFromBytes(broker.getBytes(StandardCharsets.UTF_8))
                                .toString());
    }

    @Bean
    Lanes lanes(Recovery recovery, Store store, Accounts accounts, Gateway gateway, CaravanProperties properties) {
        Lanes lanes = new Lanes(accounts);
        Succession succession = new Succession(store, gateway.id(), recovery, properties.home());
        List<String> names =
                accounts.all().stream().map(account -> account.name()).toList();
        Set<String> retried = retried(accounts);
        int interrupted = store.write(transaction -> {
            lanes.register(transaction, names);
            for (Account account : accounts.all()) {
                lanes.serve(transaction, account.name(), account.provider());
            }
            long now = System.currentTimeMillis();
            return recovery.recover(transaction, retried, now) + succession.takeOver(transaction, retried, now);
        });
        if (interrupted > 0) {
            LOG.warn(
                    "{} sends were under way when the gateway stopped; whether the provider got them is unknown, so they"
                            + " are held, unless their account says on-unknown: retry",
                    interrupted);
        }
        return lanes;
    }

    @Bean
    LaneControl laneControl(Accounts accounts, Lanes registered) {
        return new LaneControl(accounts);
    }

    @Bean
    Slots slots(SendQueue queue, Accounts accounts, Lanes registered) {
        return new Slots(queue, accounts);
    }

    private static Set<String> retried(Accounts accounts) {
        return accounts.all().stream()
                .filter(Account::retryUnknown)
                .map(Account::name)
                .collect(Collectors.toSet());
    }

    /** Says that this gateway is there when it has settled what it was sending at its last end. */
    @Bean
    Presence presence(
            Store store,
            Recovery recovery,
            Gateway gateway,
            Accounts accounts,
            Environment environment,
            Lanes settled) {
        // For tests, which have less time.
        Duration silence = environment.getProperty("presence.silence", Duration.class, Presence.SILENCE);
        return new Presence(store, recovery, gateway.id(), retried(accounts), silence);
    }

    @Bean
    Batches batches(Gateway gateway) {
        return new Batches(gateway.id());
    }

    @Bean
    Events events() {
        return new Events();
    }

    @Bean
    Inbound inbound() {
        return new Inbound();
    }

    @Bean
    Leases leases(Store store, Gateway gateway) {
        return new Leases(store, gateway.id());
    }

    @Bean
    Unconfirmed unconfirmed(Store store) {
        return new Unconfirmed(store);
    }

    @Bean
    Expiring expiring(Store store, Accounts accounts) {
        return new Expiring(store, accounts);
    }

    @Bean
    Outbox outbox() {
        return new Outbox();
    }

    /** The file of an SQLite ledger. */
    static Path file(String url) {
        return Path.of(url.substring(SQLITE.length()).replaceFirst("\\?.*", ""));
    }
}
