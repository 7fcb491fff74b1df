package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.AccountDraft;
import dev.caravan.account.Accounts;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UnconfirmedTest extends OnLedger {

    private static final long HOUR = Duration.ofHours(1).toMillis();

    private final LedgerParts watched = LedgerParts.with(
            AccountDraft.named("main").confirmWithin(Duration.ofHours(1)).account());

    private Unconfirmed unconfirmed;

    @BeforeEach
    void watch() {
        unconfirmed = new Unconfirmed(ledger.store());
    }

    @Test
    void sendsThatStaySentForTooLongAreToldOnceAndTogether() {
        sendAt("main", NOW);
        sendAt("main", NOW + 1);
        sendAt("main", NOW + 2);

        unconfirmed.tell(NOW + HOUR - 1);
        assertThat(told()).as("none is late yet").isEmpty();
        unconfirmed.tell(NOW + HOUR + 1);
        unconfirmed.tell(NOW + HOUR + 1);
        assertThat(told()).containsExactly("main " + detail(2, NOW));
        unconfirmed.tell(NOW + 2 * HOUR);
        unconfirmed.tell(NOW + 3 * HOUR);
        assertThat(told()).containsExactly("main " + detail(2, NOW), "main " + detail(1, NOW + 2));
    }

    @Test
    void whatWasConfirmedInTimeIsNotToldOf() {
        List<String> ids = List.of(sendAt("main", NOW), sendAt("main", NOW), sendAt("main", NOW));
        ledger.change("UPDATE send SET state = 'delivered' WHERE id = ?", ids.get(0));
        ledger.change("UPDATE send SET state = 'failed' WHERE id = ?", ids.get(1));

        unconfirmed.tell(NOW + HOUR);

        assertThat(told()).containsExactly("main " + detail(1, NOW));
    }

    @Test
    void accountsThatAreNotWatchedAreNotToldOf() {
        sendAt("other", NOW);

        unconfirmed.tell(NOW + 1_000 * HOUR);

        assertThat(told()).isEmpty();
    }

    @Test
    void aSendThatIsSentAgainIsWatchedAnew() {
        String id = sendAt("main", NOW);
        unconfirmed.tell(NOW + HOUR);
        ledger.change("UPDATE send SET state = 'queued', ready = 1, due_at = ? WHERE id = ?", NOW, id);
        settleAt("main", NOW + 2 * HOUR);

        unconfirmed.tell(NOW + 3 * HOUR - 1);
        assertThat(told()).hasSize(1);
        unconfirmed.tell(NOW + 3 * HOUR);
        assertThat(told()).last().isEqualTo("main " + detail(1, NOW + 2 * HOUR));
    }

    @Test
    void aSendThatSomebodySaysWasSentIsWatchedFromThenOn() {
        String id = admit(draft()).get(0);
        settle(claim(), unknown());
        watched.sendControl(ledger.store(), new Accounts(List.of(account("main")), List.of(), null))
                .resolve(id, State.SENT, "wamid", new ByHand("anne", null), NOW + HOUR);

        unconfirmed.tell(NOW + 2 * HOUR - 1);
        assertThat(told()).isEmpty();
        unconfirmed.tell(NOW + 2 * HOUR);
        assertThat(told()).containsExactly("main " + detail(1, NOW));
    }

    private String sendAt(String account, long now) {
        admit(draft().account(account));
        return settleAt(account, now);
    }

    private String settleAt(String account, long now) {
        Attempt attempt = write(transaction -> watched.queue().claim(transaction, account, null, false, now))
                .orElseThrow();
        write(transaction -> watched.settlements().settle(transaction, attempt, sent("wamid"), now));
        return attempt.id();
    }

    private static String detail(long count, long oldest) {
        return "{\"count\":" + count + ",\"oldest\":" + oldest + "}";
    }

    private List<String> told() {
        return ledger.texts("SELECT account || ' ' || detail FROM event WHERE type = 'unconfirmed' ORDER BY id");
    }
}
