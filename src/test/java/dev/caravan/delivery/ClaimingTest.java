package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.ledger.Draft;
import dev.caravan.ledger.LedgerParts;
import dev.caravan.ledger.TemporaryLedger;
import dev.caravan.message.SendJson;
import dev.caravan.provider.Providers;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A claim by a gateway that the others may have taken for gone. */
class ClaimingTest {

    private final LedgerParts parts = LedgerParts.of("here");
    private final UnderWay underWay = new UnderWay();
    private final AtomicLong stay = new AtomicLong(1);

    @TempDir
    private Path directory;

    private TemporaryLedger ledger;
    private Claiming claiming;

    @BeforeEach
    void open() {
        ledger = TemporaryLedger.sqlite(directory);
        ledger.store().write(transaction -> {
            parts.lanes().register(transaction, List.of("main"));
            return parts.acceptance()
                    .insert(
                            transaction,
                            Draft.draft()
                                    .content("{\"to\":\"+905301234567\",\"type\":\"text\",\"text\":\"hello\"}")
                                    .expiresAt(Long.MAX_VALUE)
                                    .send());
        });
        claiming = new Claiming(
                ledger.store(),
                parts.queue(),
                parts.slots(),
                new StoredSends(new SendJson(ZoneOffset.UTC)),
                new Providers(List.of(new AskablePigeon())),
                underWay,
                stay::get);
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    @Test
    void nothingIsClaimedByAGatewayThatIsNotSureThatItIsThere() {
        stay.set(0);
        Turn turn = turn(found -> {});

        claiming.claim(exchange(turn));

        assertThat(turn.attempt()).isNull();
        assertThat(turn.heldUntil()).isGreaterThan(System.currentTimeMillis());
        assertThat(state()).isEqualTo("queued 0");
    }

    @Test
    void aCallThatWaitedWhileTheGatewayWasSilentDoesNotBegin() {
        Turn turn = turn(new Turn.ClaimListener() {
            @Override
            public void claimed(boolean found) {
                assertThat(found).isTrue();
            }

            @Override
            public void awaitCall() {
                assertThat(state()).isEqualTo("sending 1");
                stay.set(2);
            }
        });

        assertThatIllegalStateException().isThrownBy(() -> claiming.claim(exchange(turn)));
        turn.over();

        assertThat(underWay.broken()).hasSize(1);
        assertThat(underWay.broken()).noneMatch(UnderWay.Broken::isCallPossible);
    }

    @Test
    void aClaimInOneStayIsCalled() {
        Turn turn = turn(found -> {});

        claiming.claim(exchange(turn));

        assertThat(turn.attempt().number()).isEqualTo(1);
        assertThat(state()).isEqualTo("sending 1");
    }

    private String state() {
        return ledger.text("SELECT state || ' ' || attempt FROM send");
    }

    private static Turn turn(Turn.ClaimListener listener) {
        Account account = AccountDraft.named("main").account();
        return new Turn(account, 0, listener);
    }

    private static Exchange exchange(Turn turn) {
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        exchange.setVariable(Turn.VARIABLE, turn);
        return exchange;
    }
}
