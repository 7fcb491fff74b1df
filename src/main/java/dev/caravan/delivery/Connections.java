package dev.caravan.delivery;

import dev.caravan.account.Account;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** The HTTP endpoint of each account, with a pool of its own, so that a slow account takes no connection from another. */
final class Connections {

    private static final Timeout CONNECT = Timeout.ofSeconds(10);

    /**
     * A connection idle for longer is checked before it is used, and one older than a minute is not used again: a
     * provider that closed it meanwhile would turn a good send into an unknown one.
     */
    private static final TimeValue CHECK_AFTER = TimeValue.ofSeconds(1);

    private static final TimeValue LONGEST_LIFE = TimeValue.ofMinutes(1);

    private static final ManagedHttpClientConnectionFactory WHOLE_HEADS = ManagedHttpClientConnectionFactory.builder()
            .responseParserFactory(WholeHeadParser::new)
            .build();

    /** For a question that somebody, or a lane, waits for; a send has its account's time-out. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** One for all: each account's own would read the trust store once more. */
    private final TlsSocketStrategy encryption = DefaultClientTlsStrategy.createDefault();

    private final Queue<AccountPool> pools = new ConcurrentLinkedQueue<>();
    private final Map<String, Endpoint> sending = new ConcurrentHashMap<>();
    private final Map<String, Endpoint> asking = new ConcurrentHashMap<>();

    /**
     * Step {@code connection}: the endpoint of the exchange's account, for the call. A question that no send waits for goes
     * over a connection of its own, so that no send waits for one after its claim.
     */
    void connect(Exchange exchange) {
        Account account = exchange.getVariable(Turn.ACCOUNT, Account.class);
        boolean asks = Turn.of(exchange).isAsking();
        CamelContext context = exchange.getContext();
        exchange.setVariable(
                Turn.CONNECTION,
                asks
                        ? asking.computeIfAbsent(account.name(), name -> forAsking(context, account))
                        : sending.computeIfAbsent(account.name(), name -> forSending(context, account)));
    }

    /** Step {@code close-idle-connections}. */
    void closeIdle(Exchange exchange) {
        closeIdle(LONGEST_LIFE);
    }

    void closeIdle(TimeValue longest) {
        pools.forEach(pool -> pool.closeIdle(longest));
    }

    /** As many connections as the account makes calls at once, look-ups included. */
    private Endpoint forSending(CamelContext context, Account account) {
        return endpoint(context, account, "connections-" + account.name(), account.concurrency(), account.timeout());
    }

    private Endpoint forAsking(CamelContext context, Account account) {
        Duration timeout = account.timeout().compareTo(PATIENCE) < 0 ? account.timeout() : PATIENCE;
        return endpoint(context, account, "questions-" + account.name(), 1, timeout);
    }

    /** One at a time: Camel's registry is a plain map, and the component looks through all of it for each endpoint. */
    private synchronized Endpoint endpoint(
            CamelContext context, Account account, String pool, int connections, Duration timeout) {
        AccountPool made = pool(connections, timeout);
        pools.add(made);
        context.getRegistry().bind(pool, made);
        return context.getEndpoint(account.baseUrl() + "?throwExceptionOnFailure=false&copyHeaders=false"
                + "&clientConnectionManager=#" + pool + "&responseTimeout=" + timeout.toMillis()
                + "&connectionRequestTimeout=" + timeout.toMillis());
    }

    private AccountPool pool(int connections, Duration timeout) {
        return new AccountPool(PoolingHttpClientConnectionManagerBuilder.create()
                .setConnectionFactory(WHOLE_HEADS)
                .setTlsSocketStrategy(encryption)
                .setMaxConnPerRoute(connections)
                .setMaxConnTotal(connections)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(CONNECT)
                        .setSocketTimeout(Timeout.of(timeout))
                        .setValidateAfterInactivity(CHECK_AFTER)
                        .setTimeToLive(LONGEST_LIFE)
                        .build())
                .build());
    }
}
