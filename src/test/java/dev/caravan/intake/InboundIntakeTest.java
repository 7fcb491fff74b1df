package dev.caravan.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.Packs;
import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.Blocklist.Entry;
import dev.caravan.ledger.Inbound;
import dev.caravan.ledger.Scope;
import dev.caravan.ledger.TemporaryLedger;
import dev.caravan.message.PhoneNumbers;
import dev.caravan.provider.Notice.Message;
import dev.caravan.provider.Providers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InboundIntakeTest {

    private static final Inbound.Body BODY = Inbound.Body.of("{}");

    private static final long NOW = 1_800_000_000_000L;
    private static final Account TOLD = account("told");
    private static final Account MEANT = account("meant");

    private final Blocklist blocklist = new Blocklist(new byte[32]);

    @TempDir
    private Path directory;

    private TemporaryLedger ledger;

    @BeforeEach
    void open() {
        ledger = TemporaryLedger.sqlite(directory);
    }

    @AfterEach
    void close() {
        ledger.close();
    }

    @Test
    void whoeverWritesOneOfTheWordsGetsNothingMore() {
        accept(intake(true), List.of(TOLD), message("905301234567", "Stop."));

        assertThat(blocked("+905301234567")).singleElement().satisfies(entry -> {
            assertThat(entry.scope()).isEqualTo(Scope.ALL);
            assertThat(entry.source()).isEqualTo("opt-out told");
            assertThat(entry.at()).isEqualTo(NOW);
        });
    }

    @Test
    void aNumberFromAbroadIsNotTakenForOneOfTheRegion() {
        accept(intake(true), List.of(TOLD), message("972501234567", "stop"));

        assertThat(blocked("+972501234567")).hasSize(1);
    }

    @Test
    void aNumberOfANewKindIsBlockedAsItIs() {
        accept(intake(true), List.of(TOLD), message("90999123456", "stop"));

        assertThat(blocked("+90999123456")).hasSize(1);
    }

    @Test
    void otherWordsBlockNobody() {
        accept(intake(true), List.of(TOLD), message("905301234567", "stop calling me Ali"));
        accept(intake(true), List.of(TOLD), message("905301234567", null));

        assertThat(ledger.number("SELECT count(*) FROM block")).isZero();
        assertThat(ledger.number("SELECT count(*) FROM inbound")).isOne();
    }

    @ParameterizedTest
    @CsvSource({"120363025246125486@g.us", "905301234567-1523456789", "905301234567-1523456789@g.us", "123", "''"})
    void aGroupIsNotBlocked(String from) {
        accept(intake(true), List.of(TOLD), message(from, "STOP"));

        assertThat(ledger.number("SELECT count(*) FROM block")).isZero();
    }

    @Test
    void somebodyUnknownIsNotBlocked() {
        accept(intake(true), List.of(TOLD), message(null, "STOP"));

        assertThat(ledger.number("SELECT count(*) FROM block")).isZero();
    }

    @Test
    void theAccountIsTheOneWhoseLineGotItOrElseTheOneItWasPostedTo() {
        accept(intake(true), List.of(MEANT), message("905301234567", "STOP"));
        accept(intake(true), List.of(MEANT, TOLD), message("905301234568", "STOP"));
        accept(intake(true), List.of(), message("905301234569", "STOP"));

        assertThat(ledger.texts("SELECT source FROM block ORDER BY source"))
                .containsExactly("opt-out meant", "opt-out told", "opt-out told");
        assertThat(ledger.texts("SELECT account || ' ' || provider || ' ' || body FROM inbound ORDER BY id"))
                .containsExactly("meant maytapi {}", "told maytapi {}");
    }

    @Test
    void nothingIsKeptWhenNoEndpointWantsIt() {
        accept(intake(false), List.of(TOLD), message("905301234567", "STOP"));

        assertThat(ledger.number("SELECT count(*) FROM inbound")).isZero();
        assertThat(blocked("+905301234567")).hasSize(1);
    }

    private InboundIntake intake(boolean wanted) {
        return new InboundIntake(
                new Inbound(),
                wanted,
                blocklist,
                new OptOutWords(List.of("STOP")),
                new Providers(Packs.all()),
                new PhoneNumbers("TR"));
    }

    private void accept(InboundIntake intake, List<Account> concerned, Message message) {
        ledger.store().write(transaction -> {
            intake.accept(transaction, TOLD, concerned, message, BODY, NOW);
            return null;
        });
    }

    private List<Entry> blocked(String recipient) {
        return ledger.store().read(transaction -> blocklist.of(transaction, recipient));
    }

    private static Message message(String from, String text) {
        return new Message("wamid.1", null, from, text);
    }

    private static Account account(String name) {
        return AccountDraft.named(name).of("maytapi").account();
    }
}
