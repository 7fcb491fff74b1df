package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.ledger.Keep.Ages;
import dev.caravan.ledger.Keep.Swept;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KeepTest extends OnLedger {

    private static final String ALI = "+905301112233";
    private static final long DAY = Duration.ofDays(1).toMillis();
    private static final Ages AGES =
            new Ages(Duration.ofDays(30), Duration.ofDays(90), Duration.ofDays(400), Duration.ofDays(7));

    private Keep keep(String... endpoints) {
        return new Keep(ledger.store(), "gateway", AGES, List.of(endpoints));
    }

    private static void sweep(Keep keep, long now) {
        while (keep.sweep(now).isPresent()) {
            // Until nothing is due.
        }
    }

    private String kept(String send) {
        return ledger.text(
                "SELECT state || ' ' || kept || ' ' || recipient || ' ' || length(content) FROM send WHERE id = ?",
                send);
    }

    private long histories(String send) {
        return ledger.number("SELECT count(*) FROM history WHERE send = ?", send);
    }

    @Test
    void contentGoesFirstTheRecordLaterAndTheReferenceLast() {
        String id = admit(draft().to(ALI).reference("order-1")).get(0);
        Attempt attempt = claim();
        settle(
                attempt,
                new Settlement(
                        State.SENT,
                        0,
                        false,
                        "id-of-" + ALI,
                        List.of("other-of-" + ALI),
                        new Settlement.Cause(null, null, "to " + ALI),
                        Settlement.Call.NONE));
        Keep keep = keep();

        sweep(keep, NOW + 29 * DAY);
        assertThat(kept(id)).startsWith("sent 0 " + ALI);

        sweep(keep, NOW + 31 * DAY);
        assertThat(kept(id)).isEqualTo("sent 1 erased 0");
        assertThat(histories(id)).isEqualTo(1);
        assertThat(ledger.texts("SELECT coalesce(error_message, '') || coalesce(provider_message_id, '') FROM history"
                        + " UNION ALL SELECT coalesce(error_message, '') || coalesce(provider_message_id, '') FROM send"
                        + " UNION ALL SELECT message_id FROM further_id"))
                .noneMatch(text -> text.contains(ALI));

        sweep(keep, NOW + 92 * DAY);
        assertThat(kept(id)).isEqualTo("sent 2 erased 0");
        assertThat(histories(id)).isZero();
        assertThat(insert(draft().reference("order-1").send()))
                .get()
                .extracting(ExistingSend::id, ExistingSend::digests, ExistingSend::state)
                .containsExactly(id, "to=a text=b", State.SENT);

        sweep(keep, NOW + 402 * DAY);
        assertThat(ledger.texts("SELECT id FROM send")).isEmpty();
        assertThat(ledger.texts("SELECT from_id FROM keep")).isEmpty();
        assertThat(insert(draft().reference("order-1").send())).isEmpty();
    }

    @Test
    void aSendWithoutAReferenceIsDeletedWithItsRecord() {
        admit(draft(), draft().key("f cells 1"));
        settle(claim(), sent("a"));
        settle(claim(), sent("b"));
        Keep keep = keep();

        sweep(keep, NOW + 31 * DAY);
        assertThat(ledger.texts("SELECT id FROM send")).hasSize(2);
        sweep(keep, NOW + 92 * DAY);

        assertThat(ledger.texts("SELECT id FROM send")).isEmpty();
        assertCounters();
    }

    @Test
    void aSendIsCountedFromItsEndAndNotFromItsAcceptance() {
        String queued = admit(draft().to(ALI)).get(0);
        Keep keep = keep();
        sweep(keep, NOW + 40 * DAY);
        assertThat(kept(queued)).startsWith("queued 0 " + ALI);
        Attempt attempt = claim();
        write(transaction -> parts.settlements().settle(transaction, attempt, sent("a"), NOW + 41 * DAY));

        sweep(keep, NOW + 70 * DAY);
        assertThat(kept(queued)).startsWith("sent 0 " + ALI);
        sweep(keep, NOW + 101 * DAY);
        assertThat(kept(queued)).isEqualTo("sent 1 erased 0");
    }

    @Test
    void aSendOfUnknownFateKeepsItsContentAsLongAsItsRecord() {
        String id = admit(draft().to(ALI).reference("order-1")).get(0);
        settle(claim(), unknown());
        Keep keep = keep();

        sweep(keep, NOW + 80 * DAY);
        assertThat(kept(id)).startsWith("unknown 0 " + ALI);
        sweep(keep, NOW + 92 * DAY);
        assertThat(kept(id)).isEqualTo("unknown 2 erased 0");
    }

    @Test
    void whoSettlesASendAfterItsRecordIsGoneLeavesNothingBehind() {
        String id = admit(draft().to(ALI).reference("order-1")).get(0);
        settle(claim(), unknown());
        Keep keep = keep();
        sweep(keep, NOW + 92 * DAY);
        ledger.change(
                "INSERT INTO history (send, sequence, at, status, reason) VALUES (?, 9, ?, 'sent', 'they called')",
                id,
                NOW + 93 * DAY);

        sweep(keep, NOW + 402 * DAY);

        assertThat(ledger.texts("SELECT id FROM send")).isEmpty();
        assertThat(histories(id)).isZero();
    }

    @Test
    void nothingGoesBeforeEveryEndpointHasBeenTold() {
        write(transaction -> {
            Feed.OUTCOMES.register(transaction, "quick");
            Feed.OUTCOMES.register(transaction, "slow");
            return null;
        });
        String id = admit(draft().to(ALI)).get(0);
        settle(claim(), sent("a"));
        tell("quick");
        Keep keep = keep("quick", "slow");

        sweep(keep, NOW + 200 * DAY);
        assertThat(kept(id)).startsWith("sent 0 " + ALI);
        tell("slow");
        sweep(keep, NOW + 201 * DAY);
        assertThat(ledger.texts("SELECT id FROM send")).isEmpty();
    }

    private void tell(String endpoint) {
        write(transaction -> {
            List<Outbox.Entry> entries = outbox.after(transaction, 0, 100);
            Feed.OUTCOMES.delivered(
                    transaction, endpoint, entries.get(entries.size() - 1).id());
            return null;
        });
    }

    @Test
    void goesInSmallStepsAndFindsEverySend() {
        int all = 2 * Keep.BLOCK + 7;
        List<Draft> drafts = new ArrayList<>();
        for (int index = 0; index < all; index++) {
            drafts.add(draft().to(ALI));
        }
        admit(drafts.toArray(Draft[]::new));
        ledger.change("UPDATE send SET state = 'sent', changed_at = ?", NOW);
        Keep keep = keep();
        List<Swept> steps = new ArrayList<>();
        Optional<Swept> step = keep.sweep(NOW + 31 * DAY);
        while (step.isPresent()) {
            steps.add(step.get());
            step = keep.sweep(NOW + 31 * DAY);
        }

        assertThat(steps).containsExactly(new Swept(Keep.BLOCK, 0, 0), new Swept(Keep.BLOCK, 0, 0), new Swept(7, 0, 0));
        assertThat(ledger.number("SELECT count(*) FROM send WHERE kept = 1")).isEqualTo(all);
    }

    @Test
    void twoGatewaysDoNoHarmToEachOther() {
        admit(draft(), draft().reference("a"));
        settle(claim(), sent("a"));
        settle(claim(), sent("b"));
        Keep one = keep();
        Keep other = keep();
        for (long day = 25; day < 120; day++) {
            one.sweep(NOW + day * DAY);
            other.sweep(NOW + day * DAY);
        }

        assertThat(ledger.texts("SELECT reference || ' ' || kept FROM send")).containsExactly("a 2");
        assertThat(ledger.number("SELECT count(*) FROM keep")).isEqualTo(1);
    }

    @Test
    void aBatchLosesItsFileAndThenItsRecord() {
        openBatch("b", "march");
        admit(draft().of("b", 1).key("f one 1"));
        write(transaction -> {
            batches.advance(transaction, "b", 0, 2, 1, 0, 1);
            outbox.notAccepted(transaction, "b", 2, 3, "rejected", "bad", "to: bad", null, "{\"to\":\"0530\"}", NOW);
            batches.finishReading(transaction, "b", Long.MAX_VALUE, NOW);
            return null;
        });
        settle(claim(), sent("a"));
        write(transaction -> {
            batches.reported(
                    transaction,
                    "b",
                    batches.find(transaction, "b").orElseThrow().changes(),
                    NOW + DAY);
            return null;
        });
        Keep keep = keep();

        assertThat(keep.over(10, NOW + 30 * DAY)).isEmpty();
        assertThat(keep.over(10, NOW + 32 * DAY)).extracting(Batch::path).containsExactly("work/march");
        assertThat(new Keep(ledger.store(), "elsewhere", AGES, List.of()).over(10, NOW + 32 * DAY))
                .isEmpty();
        keep.erase("b");
        assertThat(keep.over(10, NOW + 32 * DAY)).isEmpty();
        assertThat(ledger.text("SELECT coalesce(detail, '-') || ' ' || error_message || ' ' || error_code FROM history"
                        + " WHERE send IS NULL"))
                .isEqualTo("- erased bad");
        List<Batches.RowContent> rows = read(transaction -> batches.contents(transaction, "b", 1, 2));
        assertThat(rows).hasSize(2);
        assertThat(keep.deleteBatches(10, NOW + 80 * DAY)).isZero();
        assertThat(keep.deleteBatches(10, NOW + 92 * DAY)).isEqualTo(1);
        assertThat(ledger.texts("SELECT id FROM batch")).isEmpty();
        assertThat(ledger.texts("SELECT id FROM history WHERE send IS NULL")).isEmpty();
    }

    @Test
    void whatWasReadOfAFileGoesAlsoWhenItsGatewayIsGone() {
        openBatch("file", "march");
        write(transaction -> {
            batches.openRequest(transaction, "request", "hub", "default", false, NOW);
            for (String batch : List.of("file", "request")) {
                batches.advance(transaction, batch, 0, 1, 0, 0, 1);
                outbox.notAccepted(transaction, batch, 1, 2, "rejected", "bad", "to: bad", null, "{}", NOW);
            }
            batches.finishReading(transaction, "request", Long.MAX_VALUE, NOW);
            batches.reported(transaction, "request", 0, NOW);
            return null;
        });
        Keep elsewhere = new Keep(ledger.store(), "elsewhere", AGES, List.of());
        long later = NOW + 32 * DAY;
        assertThat(elsewhere.eraseElsewhere(10, later)).isZero();

        goAway("gateway");
        assertThat(elsewhere.eraseElsewhere(10, NOW + 29 * DAY)).isZero();
        assertThat(elsewhere.eraseElsewhere(10, later)).isEqualTo(1);
        assertThat(elsewhere.eraseElsewhere(10, later)).isZero();
        assertThat(ledger.texts("SELECT batch FROM history WHERE detail IS NOT NULL"))
                .containsExactly("request");
        assertThat(elsewhere.over(10, later)).extracting(Batch::id).containsExactly("request");

        comeBack("gateway");
        assertThat(keep().deleteBatches(10, NOW + 500 * DAY))
                .as("its file is there")
                .isZero();
        write(transaction -> {
            batches.finishReading(transaction, "file", Long.MAX_VALUE, NOW);
            batches.reported(transaction, "file", 0, NOW);
            return null;
        });
        assertThat(keep().over(10, later)).extracting(Batch::id).containsExactlyInAnyOrder("file", "request");
    }

    @Test
    void aBatchIsKeptAsLongAsItsReportIsBehind() {
        openBatch("b", "march");
        ledger.change(
                "UPDATE batch SET state = 'finished', changes = 2, reported = 1, reported_at = ? WHERE id = 'b'", NOW);

        assertThat(keep().over(10, NOW + 500 * DAY)).isEmpty();
    }

    @Test
    void eventsAndWhatRecipientsWroteGoToo() {
        write(transaction -> {
            Feed.EVENTS.register(transaction, "log");
            new Events().lanePaused(transaction, "main", "hand", null, NOW);
            new Inbound().keep(transaction, "main", "pigeon", Inbound.Body.of("{}"), NOW);
            return null;
        });
        Keep keep = keep();

        assertThat(keep.deleteEvents(List.of("log"), NOW + 92 * DAY)).isZero();
        write(transaction -> {
            Feed.EVENTS.delivered(transaction, "log", 1);
            return null;
        });
        assertThat(keep.deleteEvents(List.of("log"), NOW + 89 * DAY)).isZero();
        assertThat(keep.deleteEvents(List.of("log"), NOW + 92 * DAY)).isEqualTo(1);
        assertThat(keep.deleteInbound(List.of("http"), NOW + 32 * DAY)).isZero();
        assertThat(keep.deleteInbound(List.of(), NOW + 29 * DAY)).isZero();
        assertThat(keep.deleteInbound(List.of(), NOW + 32 * DAY)).isEqualTo(1);
    }
}
