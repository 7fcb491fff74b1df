package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Account;
import dev.caravan.account.Pace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.RepeatedTest;

/** The endpoints of accounts, each made when it is needed first. */
class ConnectionsTest {

    @RepeatedTest(10)
    void endpointsOfManyAccountsCanBeMadeAtOnce() throws Exception {
        int accounts = 32;
        CountDownLatch go = new CountDownLatch(1);
        Connections connections = new Connections();
        ExecutorService threads = Executors.newFixedThreadPool(accounts);
        CamelContext context = new DefaultCamelContext();
        try {
            context.start();
            List<Future<Object>> made = new ArrayList<>();
            for (int number = 0; number < accounts; number++) {
                Account account =
                        new AskablePigeon().account("a" + number, "http://127.0.0.1:1/a" + number, Pace.UNLIMITED, 1);
                made.add(threads.submit(() -> {
                    Exchange exchange = new DefaultExchange(context);
                    exchange.setVariable(Turn.VARIABLE, Turn.withoutClaim(account));
                    exchange.setVariable(Turn.ACCOUNT, account);
                    go.await();
                    connections.connect(exchange);
                    return exchange.getVariable(Turn.CONNECTION);
                }));
            }
            go.countDown();
            for (Future<Object> one : made) {
                assertThat(one.get(10, TimeUnit.SECONDS)).isNotNull();
            }
        } finally {
            threads.shutdownNow();
            context.stop();
        }
    }
}
