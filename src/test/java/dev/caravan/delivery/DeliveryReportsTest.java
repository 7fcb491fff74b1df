package dev.caravan.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.account.Accounts;
import dev.caravan.account.Pace;
import dev.caravan.ledger.Draft;
import dev.caravan.ledger.LedgerParts;
import dev.caravan.ledger.NewSend;
import dev.caravan.ledger.TemporaryLedger;
import dev.caravan.message.ContentType;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Delivery;
import dev.caravan.provider.Notice;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Providers;
import dev.caravan.provider.Reading;
import dev.caravan.provider.Setting;
import dev.caravan.provider.Source;
import dev.caravan.provider.VerdictRow;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a provider without a webhook says of sends when it is asked. */
class DeliveryReportsTest {

    private static final long NOW = 1_800_000_000_000L;

    private final LedgerParts parts = LedgerParts.of("here");
    private final Account main = account("main");
    private final Account other = account("other");

    @TempDir
    private Path directory;

    private TemporaryLedger ledger;
    private DeliveryReports reports;

    @BeforeEach
    void open() {
        ledger = TemporaryLedger.sqlite(directory);
        reports = new DeliveryReports(
                new Accounts(List.of(main, other), List.of(), null),
                new Providers(List.of(new Silent())),
                ledger.store(),
                parts.deliveries(),
                parts.laneControl());
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    @Test
    void anAnswerIsAboutTheAccountThatWasAsked() {
        String own = send("main", "sent", "1");
        String foreign = send("other", "sent", "1");

        apply(new Notice.Report(List.of("1"), Delivery.READ, "okundu", null, null, null, null, null));

        assertThat(reports.concerned(main, "any line")).containsExactly(main);
        assertThat(state(own)).isEqualTo("read");
        assertThat(state(foreign)).isEqualTo("sent");
    }

    @Test
    void wordsOfAProviderAreKeptAsTheDatabaseCanHoldThem() {
        String id = send("main", "sent", "a b");

        apply(new Notice.Report(
                List.of("a\u0000b"), Delivery.FAILED, "4\u0000", "6\n0", "x".repeat(501), null, null, null));

        assertThat(ledger.text("SELECT state || ' ' || error_code || ' ' || length(error_message) FROM send"))
                .isEqualTo("failed 6 0 500");
        assertThat(ledger.text("SELECT detail FROM history WHERE send = ?", id)).isEqualTo("{\"raw\":\"4 \"}");
    }

    @ParameterizedTest
    @CsvSource({"SENT, sent", "DELIVERED, delivered", "READ, read", "FAILED, failed", "DELETED, sent", "UNMAPPED, sent"
    })
    void aSendOfUnknownFateIsWhatItsProviderSaysWhenItKnowsItByOurId(Delivery delivery, String state) {
        String id = send("main", "unknown", null);

        assertThat(settleUnknown(id, delivery)).isTrue();

        assertThat(state(id)).isEqualTo(state);
        assertThat(ledger.text("SELECT provider_message_id FROM send")).isEqualTo("first");
        assertThat(ledger.texts("SELECT message_id FROM further_id")).containsExactly("second");
        assertThat(settleUnknown(id, delivery)).isFalse();
    }

    @Test
    void aHintIsHistoryForWhoeverResolvesTheSend() {
        String id = send("main", "unknown", null);

        ledger.store().write(transaction -> {
            reports.hint(transaction, id, "m", Instant.ofEpochMilli(NOW - 5), NOW);
            reports.hint(transaction, id, null, null, NOW);
            return null;
        });

        assertThat(ledger.texts(
                        "SELECT status || ' ' || coalesce(provider_message_id, '-') || ' ' || detail FROM history"
                                + " ORDER BY id"))
                .containsExactly("hint m {\"at\":1799999999995}", "hint - {}");
        assertThat(state(id)).isEqualTo("unknown");
    }

    private void apply(Notice.Report report) {
        ledger.store().write(transaction -> {
            reports.apply(transaction, main, List.of(report), NOW);
            return null;
        });
    }

    private boolean settleUnknown(String id, Delivery delivery) {
        return ledger.store()
                .write(transaction ->
                        reports.settleUnknown(transaction, id, List.of("first", "second"), delivery, NOW));
    }

    private String send(String account, String state, String messageId) {
        NewSend send = Draft.draft().account(account).send();
        ledger.store().write(transaction -> parts.acceptance().insert(transaction, send));
        ledger.change(
                "UPDATE send SET state = ?, provider_message_id = ?, provider = 'silent' WHERE id = ?",
                state,
                messageId,
                send.id());
        return send.id();
    }

    private String state(String id) {
        return ledger.text("SELECT state FROM send WHERE id = ?", id);
    }

    private static Account account(String name) {
        return AccountDraft.named(name).of("silent").account();
    }

    private static final class Silent implements Provider {

        @Override
        public String name() {
            return "silent";
        }

        @Override
        public String defaultBaseUrl() {
            return "http://127.0.0.1";
        }

        @Override
        public Pace defaultPace() {
            return Pace.UNLIMITED;
        }

        @Override
        public List<Setting> settings() {
            return List.of();
        }

        @Override
        public Map<ContentType, Source> types() {
            return Map.of();
        }

        @Override
        public Object request(Send send, Account account) {
            return Map.of();
        }

        @Override
        public Reading read(Answer answer, Send send, Account account) {
            return new Reading.Accepted(null);
        }

        @Override
        public List<VerdictRow> verdicts() {
            return List.of();
        }
    }
}
