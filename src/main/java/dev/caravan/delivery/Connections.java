package dev.caravan.delivery;

import dev.caravan.account.Account;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** The connections of one account, so that a slow account takes none from another. */
final class Connections {

    private static final Timeout CONNECT = Timeout.ofSeconds(10);

    /**
     * A connection idle for longer is checked before it is used, and one older than a minute is not used again: a
     * provider that closed it meanwhile would turn a good send into an unknown one.
     */
    private static final TimeValue CHECK_AFTER = TimeValue.ofSeconds(1);

    private static final TimeValue LONGEST_LIFE = TimeValue.ofMinutes(1);

    private Connections() {}

    /** As many connections as the account makes calls at once, look-ups included. */
    static HttpClientConnectionManager of(Account account) {
        PoolingHttpClientConnectionManager connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setMaxConnPerRoute(account.concurrency())
                .setMaxConnTotal(account.concurrency())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(CONNECT)
                        .setSocketTimeout(Timeout.of(account.timeout()))
                        .setValidateAfterInactivity(CHECK_AFTER)
                        .setTimeToLive(LONGEST_LIFE)
                        .build())
                .build();
        return connections;
    }
}
