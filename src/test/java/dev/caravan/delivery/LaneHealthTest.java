package dev.caravan.delivery;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.account.Accounts;
import dev.caravan.ledger.LedgerParts;
import dev.caravan.ledger.NewSend;
import dev.caravan.ledger.TemporaryLedger;
import dev.caravan.provider.Providers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.Status;

/** What health and gauges say of lanes, from a ledger of their own. */
class LaneHealthTest {

    private final LedgerParts parts = LedgerParts.of("here");
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @TempDir
    private Path directory;

    private TemporaryLedger ledger;

    @BeforeEach
    void open() {
        ledger = TemporaryLedger.sqlite(directory);
        ledger.store().write(transaction -> {
            parts.lanes().register(transaction, List.of("main", "other"));
            return null;
        });
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    @Test
    void aPausedLaneIsShownWithItsReasonAndTheGatewayStaysUp() {
        ledger.store().write(transaction -> parts.laneControl().pause(transaction, "main", "http-401: key refused", 1));
        ledger.store().write(transaction -> {
            parts.laneControl().hold(transaction, "other", System.currentTimeMillis() + 60_000);
            return null;
        });

        Health health = new LaneHealth(
                        ledger.store(),
                        parts.lanes(),
                        new Accounts(List.of(), List.of(), null),
                        new Checkups(null, new Providers(List.of()), new Lookups(new Providers(List.of()))))
                .health();

        assertThat(health.getStatus()).isEqualTo(Status.UP);
        assertThat(health.getDetails().get("main"))
                .isEqualTo(Map.of("state", "paused by account", "queued", 0L, "reason", "http-401: key refused"));
        assertThat(health.getDetails().get("other").toString()).contains("state=throttled", "throttled-until=");
    }

    @Test
    void gaugesTellDepthPauseAndTheWaitOfTheNextDueSend() {
        admit("main", System.currentTimeMillis() - 90_000);
        admit("main", System.currentTimeMillis() - 30_000);
        ledger.store().write(transaction -> parts.laneControl().pause(transaction, "other", "refused", 1));
        admit("other", 1);
        ledger.change("UPDATE send SET state = 'unknown', ready = 0 WHERE account = 'other'");

        new LaneGauges(
                        ledger.store(),
                        parts.lanes(),
                        new Accounts(List.of(account("main"), account("other")), List.of(), null))
                .bindTo(registry);

        assertThat(gauge("caravan.lane.queued", "main")).isEqualTo(2);
        assertThat(gauge("caravan.lane.paused", "main")).isZero();
        assertThat(gauge("caravan.lane.paused", "other")).isEqualTo(1);
        assertThat(gauge("caravan.lane.oldest.due", "main")).isBetween(89.0, 150.0);
        assertThat(gauge("caravan.lane.oldest.due", "other")).isZero();
        assertThat(gauge("caravan.lane.unknown", "main")).isZero();
        assertThat(gauge("caravan.lane.unknown", "other")).isEqualTo(1);
    }

    private double gauge(String name, String account) {
        return registry.get(name).tag("account", account).gauge().value();
    }

    private void admit(String account, long dueAt) {
        NewSend send = draft().account(account).dueAt(dueAt).send();
        ledger.store().write(transaction -> parts.acceptance().insert(transaction, send));
    }

    private static Account account(String name) {
        return AccountDraft.named(name).of("maytapi").account();
    }
}
