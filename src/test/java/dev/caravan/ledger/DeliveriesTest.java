package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Accounts;
import dev.caravan.ledger.Deliveries.Effect;
import dev.caravan.ledger.Deliveries.Kept;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeliveriesTest extends OnLedger {

    private static final List<String> MAIN = List.of("main");
    private static final long LATER = NOW + Duration.ofMinutes(5).toMillis();

    private final Deliveries deliveries = parts.deliveries();

    @ParameterizedTest
    @CsvSource({
        "sent, sent, sent",
        "sent, delivered, delivered",
        "sent, read, read",
        "sent, failed, failed",
        "delivered, sent, delivered",
        "delivered, delivered, delivered",
        "delivered, read, read",
        "delivered, failed, delivered",
        "read, sent, read",
        "read, delivered, read",
        "read, read, read",
        "read, failed, read",
        "failed, sent, failed",
        "failed, delivered, delivered",
        "failed, read, read",
        "failed, failed, failed",
        "unknown, sent, sent",
        "unknown, delivered, delivered",
        "unknown, read, read",
        "unknown, failed, failed",
        "queued, read, queued",
        "sending, read, sending",
        "cancelled, read, cancelled",
        "expired, read, expired",
    })
    void aSendGoesForwardAndNeverBack(String from, String reported, String to) {
        openBatch("b");
        String id = admit(draft().of("b", 1)).get(0);
        countAccepted("b", 1);
        settle(claim(), sent("wamid"));
        boolean unfinished = from.equals("queued") || from.equals("sending");
        ledger.change("UPDATE send SET state = ? WHERE id = ?", from, id);
        ledger.change("UPDATE account SET queued = ? WHERE name = 'main'", from.equals("queued") ? 1 : 0);
        ledger.change("UPDATE batch SET unfinished = ?, failed = ?", unfinished ? 1 : 0, from.equals("failed") ? 1 : 0);
        long outcomes = ledger.number("SELECT count(*) FROM history");

        Effect effect = apply(report(State.of(reported), "wamid"));

        assertThat(state(id)).isEqualTo(to);
        assertThat(effect != Effect.NOTHING).isEqualTo(!from.equals(to));
        assertThat(ledger.number("SELECT count(*) FROM history")).isEqualTo(outcomes + (from.equals(to) ? 0 : 1));
        assertThat(ledger.number("SELECT failed FROM batch")).isEqualTo(to.equals("failed") ? 1 : 0);
        assertCounters();
        assertThat(apply(report(State.of(reported), "wamid"))).as("told again").isEqualTo(Effect.NOTHING);
    }

    @Test
    void eachChangeIsAnOutcomeWithItsHistoryAndMakesTheReportAnew() {
        openBatch("b");
        String id = admit(draft().of("b", 1)).get(0);
        countAccepted("b", 1);
        settle(claim(), sent("wamid"));
        long changes = ledger.number("SELECT changes FROM batch");

        apply(new Reported(List.of("wamid"), State.DELIVERED, "2 Delivered", null, null, null, null, NOW + 7));

        assertThat(ledger.text("SELECT provider_message_id || ' ' || sent_at || ' ' || changed_at FROM send"))
                .isEqualTo("wamid " + NOW + " " + LATER);
        assertThat(ledger.number("SELECT changes FROM batch")).isGreaterThan(changes);
        Outbox.Entry outcome = outcomes().get(1);
        assertThat(outcome.status()).isEqualTo("delivered");
        assertThat(outcome.providerMessageId()).isEqualTo("wamid");
        assertThat(outcome.sequence()).isEqualTo(2);
        assertThat(outcome.batch()).isEqualTo("b");
        SendEvent event = history(id).get(1);
        assertThat(event.status()).isEqualTo("delivered");
        assertThat(event.raw()).isEqualTo("2 Delivered");
        assertThat(event.reportedAt()).isEqualTo(NOW + 7);
        assertThat(event.at()).isEqualTo(LATER);
        assertThat(history(id).get(0).raw()).isNull();
    }

    @Test
    void whatDidNotArriveSaysWhyAndAStateThatItDidTakesThatBack() {
        String id = admit(draft()).get(0);
        settle(claim(), sent("wamid"));

        apply(new Reported(List.of("wamid"), State.FAILED, "4", "131026", "no WhatsApp", null, null, null));

        assertThat(ledger.text("SELECT error_class || ' ' || error_code || ' ' || error_message FROM send"))
                .isEqualTo("permanent 131026 no WhatsApp");

        assertThat(apply(report(State.READ, "wamid"))).isEqualTo(Effect.REVIVED);

        assertThat(ledger.text("SELECT state || coalesce(error_class, '-') || coalesce(error_code, '-')"
                        + " || coalesce(error_message, '-') FROM send"))
                .isEqualTo("read---");
        assertThat(history(id)).extracting(SendEvent::status).containsExactly("sent", "failed", "read");
    }

    @Test
    void aFailureWithoutWordsHasSomeOfOurs() {
        admit(draft());
        settle(claim(), sent("wamid"));

        apply(report(State.FAILED, "wamid"));

        assertThat(ledger.text("SELECT error_code || ' ' || error_message FROM send"))
                .isEqualTo("undelivered the provider reports that it did not arrive");
    }

    @Test
    void aSendIsFoundByAnyOfItsIdsUntilItIsSentAgain() {
        String id = admit(draft()).get(0);
        settle(claim(), Settlement.sent("first", "second", "third"));

        assertThat(apply(report(State.DELIVERED, "none", "third"))).isEqualTo(Effect.CHANGED);
        assertThat(history(id).get(1).providerMessageId()).isEqualTo("first");

        apply(report(State.READ, "second"));
        ledger.change("UPDATE send SET state = 'failed' WHERE id = ?", id);
        SendControl control =
                parts.sendControl(ledger.store(), new Accounts(List.of(account("main")), List.of(), null));
        assertThat(control.retry(id, false, new ByHand("anne", null), LATER)).isEmpty();
        settle(claim(LATER), sent("fourth"));

        assertThat(apply(report(State.READ, "first", "second", "third"))).isEqualTo(Effect.UNMATCHED);
        assertThat(ledger.number("SELECT count(*) FROM further_id")).isZero();
    }

    @Test
    void theNewestSendOfTheAccountsConcernedIsMeant() {
        String older = admit(draft()).get(0);
        settle(claim(), sent("7"));
        String newer = admit(draft()).get(0);
        settle(claim(), sent("7"));
        String elsewhere = admit(draft().account("other")).get(0);
        settle(
                write(transaction -> parts.queue().claim(transaction, "other", null, false, NOW))
                        .orElseThrow(),
                sent("7"));

        apply(report(State.READ, "7"));

        assertThat(List.of(state(older), state(newer), state(elsewhere))).containsExactly("sent", "read", "sent");
        assertThat(apply(List.of(), report(State.READ, "7"))).isEqualTo(Effect.UNMATCHED);
        assertThat(apply(List.of("none", "other"), report(State.READ, "7"))).isEqualTo(Effect.CHANGED);
        assertThat(state(elsewhere)).isEqualTo("read");
    }

    @Test
    void deletedIsHistoryAndNoState() {
        String id = admit(draft()).get(0);
        settle(claim(), sent("wamid"));
        apply(report(State.DELIVERED, "wamid"));

        apply(report(null, "wamid"));
        apply(report(null, "wamid"));

        assertThat(state(id)).isEqualTo("delivered");
        assertThat(history(id)).extracting(SendEvent::status).containsExactly("sent", "delivered", "deleted");
        assertThat(outcomes()).extracting(Outbox.Entry::status).containsExactly("sent", "delivered");
        Optional<Integer> latest = read(transaction -> outbox.sequence(transaction, id));
        assertThat(latest).as("what a repeated message is told").contains(2);
    }

    @Test
    void anUnknownSendThatItsProviderKnowsIsSettled() {
        openBatch("b");
        String id = admit(draft().of("b", 1)).get(0);
        countAccepted("b", 1);
        settle(claim(), unknown());

        assertThat(settleUnknown(id, List.of("wamid", "other"), State.SENT)).isTrue();

        assertThat(ledger.text("SELECT state || ' ' || provider_message_id || ' ' || sent_at || ' '"
                        + " || coalesce(error_code, '-') FROM send"))
                .isEqualTo("sent wamid " + NOW + " -");
        assertThat(history(id)).extracting(SendEvent::status).containsExactly("unknown", "sent");
        assertCounters();
        assertThat(settleUnknown(id, List.of("wamid"), State.FAILED)).isFalse();
        assertThat(apply(report(State.READ, "other"))).isEqualTo(Effect.CHANGED);
    }

    @Test
    void aHintIsNotedOnceAndOnlyAtAnUnknownSend() {
        String id = admit(draft()).get(0);
        settle(claim(), unknown());

        hint(id, "wamid", NOW + 1);
        hint(id, "wamid", NOW + 1);
        hint(id, null, NOW + 2);
        hint(id, null, NOW + 2);
        assertThat(state(id)).isEqualTo("unknown");
        settleUnknown(id, List.of("wamid"), State.SENT);
        hint(id, "late", NOW + 3);

        assertThat(history(id)).extracting(SendEvent::status).containsExactly("unknown", "hint", "hint", "sent");
        assertThat(history(id)).extracting(SendEvent::reportedAt).containsExactly(null, NOW + 1, NOW + 2, null);
        assertThat(outcomes()).extracting(Outbox.Entry::status).containsExactly("unknown", "sent");
    }

    @Test
    void aReportOnNobodysMessageIsKeptOnceAndTriedLessAndLessOften() {
        Reported report = new Reported(
                List.of("a", "b"), State.FAILED, "4 NotSent", "600", "no such line", "12", "905301234567", NOW - 1);
        keep(report);
        keep(report);

        assertThat(due(NOW + 999)).isEmpty();
        Kept kept = due(NOW + 1_000).get(0);
        assertThat(kept.report()).isEqualTo(report);
        assertThat(kept.account()).isEqualTo("main");
        List<Long> waits = new ArrayList<>();
        long now = NOW + 1_000;
        while (postpone(kept, now)) {
            long due = ledger.number("SELECT due_at FROM report");
            waits.add((due - now) / 1_000);
            now = due;
            kept = due(now).get(0);
        }

        assertThat(waits.subList(0, 13))
                .containsExactly(2L, 4L, 8L, 16L, 32L, 64L, 128L, 256L, 512L, 1024L, 2048L, 3600L, 3600L);
        assertThat(now - NOW)
                .isBetween(
                        Duration.ofDays(3).toMillis(),
                        Duration.ofDays(3).plusHours(1).toMillis());
        assertThat(due(Long.MAX_VALUE)).isEmpty();
    }

    @Test
    void aKeptReportThatAnotherGatewayPutOffIsPutOffOnce() {
        keep(report(null, "a"));
        Kept kept = due(NOW + 1_000).get(0);
        assertThat(kept.report().state()).as("deleted").isNull();

        postpone(kept, NOW + 1_000);
        long due = ledger.number("SELECT due_at FROM report");
        postpone(kept, NOW + 60_000);

        assertThat(ledger.number("SELECT due_at FROM report")).isEqualTo(due);
        write(transaction -> {
            deliveries.forget(transaction, kept);
            return null;
        });
        assertThat(due(Long.MAX_VALUE)).isEmpty();
    }

    @Test
    void aKeptReportHintsAtTheUnknownSendsToItsRecipient() {
        String number = admit(draft()).get(0);
        settle(claim(), unknown());
        String group = admit(draft().to("12036@g.us")).get(0);
        settle(claim(), unknown());
        String sent = admit(draft()).get(0);
        settle(claim(), sent("wamid"));
        String elsewhere = admit(draft().account("other")).get(0);
        ledger.change("UPDATE send SET state = 'unknown' WHERE id = ?", elsewhere);
        keep(reportTo("905301234567", "a"));
        keep(reportTo("12036@g.us", "b"));
        keep(reportTo(null, "c"));

        for (Kept kept : due(NOW + 1_000)) {
            write(transaction -> {
                deliveries.hint(transaction, "pigeon", MAIN, kept, LATER);
                return null;
            });
        }

        assertThat(ledger.texts("SELECT send || ' ' || provider_message_id FROM history WHERE status = 'hint'"
                        + " ORDER BY id"))
                .containsExactly(number + " a", group + " b");
        assertThat(history(sent)).extracting(SendEvent::status).containsExactly("sent");
    }

    @Test
    void aReportHintsAtNoSendThatWasAcceptedAfterIt() {
        admit(draft());
        settle(claim(), unknown());
        keep(reportTo("905301234567", "a"));
        ledger.change("UPDATE report SET received_at = ?", NOW - 1);

        Kept kept = due(NOW + 1_000).get(0);
        write(transaction -> {
            deliveries.hint(transaction, "pigeon", MAIN, kept, LATER);
            return null;
        });

        assertThat(ledger.number("SELECT count(*) FROM history WHERE status = 'hint'"))
                .isZero();
    }

    @Test
    void whatIsReportedDoesNotCountAsAnEndOfTheBatchReachedLately() {
        openBatch("b");
        admit(draft().of("b", 1));
        countAccepted("b", 1);
        settle(claim(), sent("wamid"));
        Batch batch = read(transaction -> batches.find(transaction, "b")).orElseThrow();
        BatchStandings standings = new BatchStandings(new Accounts(List.of(account("main")), List.of(), null));
        double before =
                read(transaction -> standings.of(transaction, batch, LATER)).rate();
        ledger.change("UPDATE history SET at = ?", LATER);
        double ended =
                read(transaction -> standings.of(transaction, batch, LATER)).rate();

        apply(report(State.FAILED, "wamid"));
        apply(report(null, "wamid"));
        apply(report(State.DELIVERED, "wamid"));

        assertThat(before).isZero();
        assertThat(ended).isPositive();
        BatchStandings.Standing standing = read(transaction -> standings.of(transaction, batch, LATER));
        assertThat(standing.rate()).isEqualTo(ended);
        assertThat(standing.counts()).isEqualTo(Map.of(State.DELIVERED, 1L));
    }

    @Test
    void anErasedSendLeavesNothingOfWhatWasReported() {
        admit(draft());
        settle(claim(), Settlement.sent("wamid", "other"));
        apply(new Reported(List.of("wamid"), State.DELIVERED, "to 905301234567", null, null, null, null, null));
        keep(reportTo("905301234567", "a"));
        keep(reportTo("905309999999", "b"));

        new Recipients(ledger.store(), parts.settlements())
                .erase("+905301234567", Reach.ALL, number -> false, new ByHand("anne", null), LATER);

        assertThat(ledger.texts("SELECT recipient FROM report")).containsExactly("905309999999");
        assertThat(ledger.number("SELECT count(*) FROM further_id")).isZero();
        assertThat(ledger.number("SELECT count(*) FROM history WHERE detail IS NOT NULL"))
                .isZero();
        assertThat(apply(report(State.READ, "wamid", "other"))).isEqualTo(Effect.UNMATCHED);
    }

    @Test
    void whatAnAccountSentThroughAnotherProviderIsNotFound() {
        String id = admit(draft()).get(0);
        settle(claim(), sent("wamid"));

        Effect effect = write(
                transaction -> deliveries.apply(transaction, "another", MAIN, report(State.READ, "wamid"), LATER));

        assertThat(effect).isEqualTo(Effect.UNMATCHED);
        assertThat(state(id)).isEqualTo("sent");
    }

    @Test
    void idsThatNoIndexCanHoldAreNotKept() {
        write(transaction -> {
            deliveries.keep(transaction, "main", report(State.READ, "x".repeat(10_000)), LATER);
            return null;
        });

        assertThat(ledger.number("SELECT count(*) FROM report")).isZero();
    }

    private Effect apply(Reported report) {
        return apply(MAIN, report);
    }

    private Effect apply(List<String> accounts, Reported report) {
        return write(transaction -> deliveries.apply(transaction, "pigeon", accounts, report, LATER));
    }

    private List<Outbox.Entry> outcomes() {
        return read(transaction -> outbox.after(transaction, 0, 10));
    }

    private boolean settleUnknown(String id, List<String> messageIds, State state) {
        return write(transaction -> deliveries.settleUnknown(transaction, id, messageIds, state, LATER));
    }

    private void hint(String id, String messageId, long at) {
        write(transaction -> {
            deliveries.hint(transaction, id, messageId, null, at, LATER);
            return null;
        });
    }

    private void keep(Reported report) {
        write(transaction -> {
            deliveries.keep(transaction, "main", report, NOW);
            return null;
        });
    }

    private List<Kept> due(long now) {
        return read(transaction -> deliveries.due(transaction, 10, now));
    }

    private boolean postpone(Kept kept, long now) {
        return write(transaction -> deliveries.postpone(transaction, kept, now));
    }

    private List<SendEvent> history(String id) {
        return read(transaction -> new SendQueries().history(transaction, id));
    }

    /** @param state null when it was deleted */
    private static Reported report(State state, String... messageIds) {
        return new Reported(List.of(messageIds), state, null, null, null, null, null, null);
    }

    private static Reported reportTo(String recipient, String messageId) {
        return new Reported(List.of(messageId), State.SENT, "1", null, null, null, recipient, null);
    }
}
