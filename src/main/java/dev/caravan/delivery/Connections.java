package dev.caravan.delivery;

import dev.caravan.account.Account;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
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

    private final Map<String, Endpoint> endpoints = new ConcurrentHashMap<>();

    /** Step {@code connection}: the endpoint of the exchange's account, for the call. */
    void connect(Exchange exchange) {
        Account account = exchange.getVariable(Turn.ACCOUNT, Account.class);
        exchange.setVariable(
                Turn.CONNECTION,
                endpoints.computeIfAbsent(account.name(), name -> endpoint(exchange.getContext(), account)));
    }

    private static Endpoint endpoint(CamelContext context, Account account) {
        String pool = "connections-" + account.name();
        context.getRegistry().bind(pool, pool(account));
        return context.getEndpoint(account.baseUrl() + "?throwExceptionOnFailure=false&copyHeaders=false"
                + "&clientConnectionManager=#" + pool + "&responseTimeout="
                + account.timeout().toMillis());
    }

    /** As many connections as the account makes calls at once, look-ups included. */
    private static HttpClientConnectionManager pool(Account account) {
        return PoolingHttpClientConnectionManagerBuilder.create()
                .setMaxConnPerRoute(account.concurrency())
                .setMaxConnTotal(account.concurrency())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(CONNECT)
                        .setSocketTimeout(Timeout.of(account.timeout()))
                        .setValidateAfterInactivity(CHECK_AFTER)
                        .setTimeToLive(LONGEST_LIFE)
                        .build())
                .build();
    }
}
