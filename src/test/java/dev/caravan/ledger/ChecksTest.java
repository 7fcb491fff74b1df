package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.caravan.ledger.Checks.Due;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChecksTest extends OnLedger {

    private static final long LATER = NOW + Duration.ofDays(30).toMillis();

    private final Checks checks = new Checks();

    @Test
    void aSendIsAskedAboutLessAndLessOftenAndForADayAtMost() {
        begin(sent("wamid.1"), false);

        assertThat(questions())
                .containsExactly(
                        "PT10S",
                        "PT40S",
                        "PT2M40S",
                        "PT12M40S",
                        "PT1H12M40S",
                        "PT4H12M40S",
                        "PT10H12M40S",
                        "PT22H12M40S");
        assertThat(take(10, LATER)).isEmpty();
    }

    @Test
    void anAccountWhoseProviderReportsIsAskedLaterAndLess() {
        begin(sent("wamid.1"), true);

        assertThat(questions()).containsExactly("PT10M", "PT1H10M", "PT4H10M", "PT10H10M", "PT22H10M");
    }

    @Test
    void aQuestionThatCouldOnlyBeAskedLateHasNoneAfterItBeyondTheDay() {
        begin(sent("wamid.1"), false);

        assertThat(take(10, NOW + Duration.ofHours(24).toMillis())).hasSize(1);
        assertThat(take(10, LATER)).isEmpty();
    }

    @Test
    void whatIsAskedAboutSaysWhenItWasSentAndUnderWhichId() {
        String id = begin(sent("wamid.1"), false);
        ledger.change("INSERT INTO further_id (message_id, send) VALUES ('file-1', ?)", id);

        assertThat(take(10, NOW + 10_000))
                .containsExactly(new Due(
                        id,
                        "wamid.1",
                        List.of("file-1"),
                        "{\"to\":\"+905301234567\",\"type\":\"text\",\"text\":\"hello\"}",
                        NOW));
        assertThat(take(10, NOW + 10_000)).as("it has its next question later").isEmpty();
    }

    @Test
    void sendsWithAnIdAreTakenTogether() {
        List<String> ids = new ArrayList<>();
        for (int number = 1; number <= 5; number++) {
            ids.add(begin(sent("wamid." + number), false));
        }

        assertThat(take(3, NOW + 10_000)).extracting(Due::id).isSubsetOf(ids).hasSize(3);
        assertThat(take(3, NOW + 10_000)).extracting(Due::id).isSubsetOf(ids).hasSize(2);
    }

    @Test
    void aSendOfUnknownFateIsTakenAlone() {
        String lost = begin(unknown(), false);
        ledger.change("UPDATE send SET check_at = check_at - 1");
        String sent = begin(sent("wamid.1"), false);
        String sentToo = begin(sent("wamid.2"), false);
        String lostToo = begin(unknown(), false);
        ledger.change("UPDATE send SET check_at = check_at + 1 WHERE id = ?", lostToo);

        assertThat(take(10, NOW + 20_000)).extracting(Due::id, Due::messageId).containsExactly(tuple(lost, null));
        assertThat(take(10, NOW + 20_000)).extracting(Due::id).containsExactlyInAnyOrder(sent, sentToo);
        assertThat(take(10, NOW + 20_000)).extracting(Due::id).containsExactly(lostToo);
        assertThat(take(10, NOW + 20_000)).isEmpty();
    }

    @Test
    void whatIsReadOrHasFailedIsAskedAboutNoMore() {
        String id = begin(sent("wamid.1"), false);

        for (String state : List.of("read", "failed", "queued", "sending", "cancelled")) {
            ledger.change("UPDATE send SET state = ? WHERE id = ?", state, id);
            assertThat(accountsDue(NOW + 10_000)).as(state).isEmpty();
        }
        ledger.change("UPDATE send SET state = 'delivered' WHERE id = ?", id);
        assertThat(accountsDue(NOW + 10_000)).containsExactly("main");
    }

    @Test
    void whatWasErasedOrSettledWithoutAnIdIsDropped() {
        String erased = begin(sent("wamid.1"), false);
        String settled = begin(unknown(), false);
        ledger.change("UPDATE send SET content = '' WHERE id = ?", erased);
        ledger.change("UPDATE send SET state = 'sent' WHERE id = ?", settled);

        assertThat(take(10, NOW + 10_000)).isEmpty();
        assertThat(accountsDue(LATER)).isEmpty();
    }

    @Test
    void anAccountIsDueWhenItsSendIsAndWhileItRuns() {
        begin(sent("wamid.1"), false);

        assertThat(accountsDue(NOW + 9_999)).isEmpty();
        assertThat(accountsDue(NOW + 10_000)).containsExactly("main");
        assertThat(isDue("other")).isFalse();
        write(transaction -> parts.laneControl().pause(transaction, "main", "http-401", NOW));
        assertThat(accountsDue(NOW + 10_000)).isEmpty();
        assertThat(take(10, NOW + 10_000)).isEmpty();
        write(transaction -> parts.laneControl().recover(transaction, "main", NOW + 1, NOW + 1));
        hold("main", NOW + 20_000);
        assertThat(isDue("main")).isFalse();
        assertThat(take(10, NOW + 20_000)).hasSize(1);
    }

    @Test
    void whatACrashLeftUnknownIsAskedAboutToo() {
        admit(draft());
        claim();
        recover(NOW);

        adopt(NOW);
        adopt(NOW + 5_000);

        assertThat(take(10, NOW + 10_000)).hasSize(1);
        ledger.change("UPDATE send SET check_at = NULL");
        adopt(NOW + 20_000);
        assertThat(accountsDue(LATER)).as("what has been asked about enough").isEmpty();
    }

    @Test
    void whatHasBeenUnknownForADayIsLeftToPeople() {
        admit(draft());
        claim();
        recover(NOW);

        adopt(NOW + Duration.ofDays(1).toMillis());

        assertThat(accountsDue(LATER)).isEmpty();
    }

    /** A send with this result, whose provider will be asked. */
    private String begin(Settlement settlement, boolean reported) {
        admit(draft());
        Attempt attempt = claim();
        settle(attempt, settlement);
        write(transaction -> {
            checks.begin(transaction, attempt.id(), reported, NOW);
            return null;
        });
        return attempt.id();
    }

    @Test
    void whatWasSentThroughAnotherProviderIsAskedAboutNoMore() {
        admit(draft());
        settle(claim(), sent("wamid"));
        ledger.change("UPDATE send SET check_at = ?, provider = 'raven'", NOW);

        assertThat(take(10, NOW + 10_000)).isEmpty();
        assertThat(isDue("main")).isFalse();
    }

    /** When the one send is asked about, from its result on, if that is done as soon as it is due. */
    private List<String> questions() {
        List<String> questions = new ArrayList<>();
        String due = ledger.text("SELECT check_at FROM send");
        while (due != null) {
            long now = Long.parseLong(due);
            assertThat(take(10, now - 1)).isEmpty();
            assertThat(take(10, now)).hasSize(1);
            questions.add(Duration.ofMillis(now - NOW).toString());
            due = ledger.text("SELECT check_at FROM send");
        }
        return questions;
    }

    private List<Due> take(int together, long now) {
        return write(transaction -> checks.take(transaction, "main", "pigeon", together, now));
    }

    private void adopt(long now) {
        write(transaction -> {
            checks.adopt(transaction, "main", false, now);
            return null;
        });
    }

    private void hold(String account, long until) {
        write(transaction -> {
            parts.laneControl().hold(transaction, account, until);
            return null;
        });
    }

    private boolean isDue(String account) {
        return read(transaction -> checks.isDue(transaction, account, NOW + 10_000));
    }

    private List<String> accountsDue(long now) {
        return read(transaction -> checks.accountsDue(transaction, now));
    }
}
