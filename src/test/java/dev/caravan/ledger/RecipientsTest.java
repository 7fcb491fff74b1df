package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.caravan.ledger.Recipients.Erased;
import dev.caravan.ledger.Recipients.Full;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecipientsTest extends OnLedger {

    private static final String ALI = "+905301112233";
    private static final String EVA = "+905304445566";
    private static final ByHand ANNE = new ByHand("anne", "asked in writing");

    private Recipients recipients;

    @BeforeEach
    void make() {
        recipients = new Recipients(ledger.store(), parts.settlements());
    }

    @Test
    void exportsEverySendWithItsContentAndHistory() {
        List<String> ids =
                admit(draft().to(ALI), draft().to(EVA), draft().to(ALI).account("other"));
        settle(claim(), sent("wamid"));

        ledger.change("INSERT INTO further_id (message_id, send) VALUES ('wamid-2', ?)", ids.get(0));

        List<Full> all = all(recipients.sends(ALI, Reach.ALL));

        assertThat(all).extracting(full -> full.send().id()).containsExactly(ids.get(0), ids.get(2));
        assertThat(all.get(0).content()).contains("hello");
        assertThat(all.get(0).history()).extracting(SendEvent::status).containsExactly("sent");
        assertThat(all).extracting(Full::furtherIds).containsExactly(List.of("wamid-2"), List.of());
        assertThat(all(recipients.sends(ALI, new Reach(null, Set.of("other"))))).hasSize(1);
    }

    private static <T> List<T> all(Stream<List<T>> some) {
        return some.flatMap(List::stream).toList();
    }

    @Test
    void erasesWhoItWasAndWhatWasSaidAndNothingOfOthers() {
        openBatch("b", "march");
        List<String> ids = admit(
                draft().to(ALI).of("b", 1).reference("order-1"),
                draft().to(EVA).of("b", 2),
                draft().to(ALI).of("b", 3).reference("ali 0530 111 22 33"),
                draft().to(ALI).account("other").dueAt(NOW + 9));
        countAccepted("b", 3);
        settle(claim(), sent("wamid-of-ali"));
        settle(claim(), sent("wamid-of-eva"));
        settle(claim(), failed().after(new Settlement.Call(400, 7L, "Al is a bad number")));

        Erased erased = recipients.erase(ALI, Reach.ALL, ALI::equals, ANNE, NOW + 1);

        assertCounters();
        assertThat(erased).isEqualTo(new Erased(3, 0));
        assertThat(ledger.texts("SELECT recipient || ' ' || state || ' ' || content || ' '"
                        + " || coalesce(provider_message_id, '-') || ' ' || coalesce(reference, '-') || ' '"
                        + " || coalesce(idempotency_key, '-') || ' ' || coalesce(error_message, '-')"
                        + " FROM send WHERE recipient <> '" + EVA + "' ORDER BY id"))
                .containsExactly(
                        "erased sent  - order-1 r default order-1 -",
                        "erased failed  - erased - erased",
                        "erased cancelled  - - - erased");
        assertThat(ledger.texts(
                        "SELECT status || ' ' || coalesce(provider_message_id, '-') || ' '"
                                + " || coalesce(error_message, '-') || ' ' || coalesce(actor, '-') || ' '"
                                + " || coalesce(reason, '-') FROM history WHERE send = ? ORDER BY sequence",
                        ids.get(3)))
                .containsExactly("cancelled - erased anne erased", "erased - - anne asked in writing");
        assertThat(ledger.text("SELECT recipient || ' ' || provider_message_id FROM send WHERE id = ?", ids.get(1)))
                .isEqualTo(EVA + " wamid-of-eva");
        assertThat(everything())
                .doesNotContain(ALI, "of-ali", "0530 111", "bad number", "Al is")
                .contains("hello");
        assertThat(recipients.erase(ALI, Reach.ALL, ALI::equals, ANNE, NOW + 2).sends())
                .isZero();
    }

    private String everything() {
        return String.join(
                "\n",
                ledger.texts("SELECT recipient || content || coalesce(reference, '') || coalesce(idempotency_key, '')"
                        + " || coalesce(provider_message_id, '') || coalesce(error_message, '') FROM send"
                        + " UNION ALL SELECT coalesce(error_message, '') || coalesce(provider_message_id, '')"
                        + " || coalesce(reason, '') || coalesce(detail, '') || coalesce(answer, '') FROM history"));
    }

    @Test
    void anErasureIsNoOutcome() {
        admit(draft().to(ALI));
        settle(claim(), sent("wamid"));

        recipients.erase(ALI, Reach.ALL, ALI::equals, ANNE, NOW);

        List<Outbox.Entry> entries = read(transaction -> outbox.after(transaction, 0, 10));
        assertThat(entries).extracting(Outbox.Entry::status).containsExactly("sent");
        assertThat(entries).extracting(Outbox.Entry::recipient).containsExactly("erased");
    }

    @Test
    void leavesWhatIsBeingSentUntilItHasItsEnd() {
        String id = admit(draft().to(ALI)).get(0);
        Attempt attempt = claim();

        assertThat(recipients.erase(ALI, Reach.ALL, ALI::equals, ANNE, NOW)).isEqualTo(new Erased(0, 1));
        assertThat(settle(attempt, sent("wamid"))).isTrue();
        assertThat(recipients.erase(ALI, Reach.ALL, ALI::equals, ANNE, NOW).sends())
                .isEqualTo(1);
        assertThat(state(id)).isEqualTo("sent");
    }

    @Test
    void whatIsErasedIsNotSentAgainAndStillRecognised() {
        String id = admit(draft().to(ALI).reference("order-1")).get(0);
        settle(claim(), failed());
        recipients.erase(ALI, Reach.ALL, ALI::equals, ANNE, NOW);

        assertThat(insert(draft().to(ALI).reference("order-1").send()))
                .hasValueSatisfying(existing -> assertThat(existing.id()).isEqualTo(id));
        assertThat(ledger.text("SELECT digests FROM send")).isEqualTo("to=a text=b");
    }

    @Test
    void nobodyIsAskedOrToldOfWhatIsErased() {
        admit(draft().to(ALI));
        settle(claim(), sent("wamid"));
        ledger.change("UPDATE send SET check_at = ?, confirm_at = ?", NOW, NOW);

        recipients.erase(ALI, Reach.ALL, ALI::equals, ANNE, NOW);

        assertThat(ledger.number("SELECT count(*) FROM send WHERE check_at IS NOT NULL OR confirm_at IS NOT NULL"))
                .isZero();
    }

    @Test
    void erasesThemFromRowsThatBecameNoSend() {
        write(transaction -> {
            for (String to : List.of("0530 111 22 33", EVA)) {
                outbox.notAccepted(
                        transaction,
                        "b",
                        1,
                        2,
                        "duplicate",
                        "duplicate",
                        "repeats",
                        "x",
                        "{\"namespace\":\"default\",\"account\":\"main\",\"to\":\"" + to
                                + "\",\"reference\":\"a 905301112233\"}",
                        NOW);
            }
            return null;
        });

        recipients.erase(ALI, new Reach("shop", Set.of()), "0530 111 22 33"::equals, ANNE, NOW);
        assertThat(everything()).contains("0530 111 22 33");
        assertThat(all(recipients.unsent(new Reach("shop", Set.of()), "0530 111 22 33"::equals)))
                .isEmpty();
        assertThat(all(recipients.unsent(Reach.ALL, "0530 111 22 33"::equals)))
                .extracting(
                        UnsentRow::batch,
                        UnsentRow::row,
                        UnsentRow::line,
                        UnsentRow::status,
                        UnsentRow::repeats,
                        unsent -> unsent.detail().path("reference").asText())
                .containsExactly(tuple("b", 1L, 2L, "duplicate", "x", "a 905301112233"));
        recipients.erase(ALI, new Reach("default", Set.of("main")), "0530 111 22 33"::equals, ANNE, NOW);

        assertThat(all(recipients.unsent(Reach.ALL, "0530 111 22 33"::equals))).isEmpty();
        assertThat(ledger.texts("SELECT detail FROM history ORDER BY id"))
                .containsExactly(
                        "{\"namespace\":\"default\",\"account\":\"main\",\"to\":\"erased\",\"reference\":\"erased\"}",
                        "{\"namespace\":\"default\",\"account\":\"main\",\"to\":\"" + EVA
                                + "\",\"reference\":\"a 905301112233\"}");
    }

    @Test
    void whatIsOfNoSendIsErasedOnlyByWhoMaySeeAllNamespacesOfItsAccount() {
        for (String account : List.of("main", "other")) {
            ledger.change(
                    "INSERT INTO inbound (event_id, account, provider, body, received_at) VALUES ('e', ?, 'pigeon', ?, 1)",
                    account,
                    "{\"from\":\"905301112233\"}");
            for (String to : List.of("905301112233", "905304445566")) {
                ledger.change(
                        "INSERT INTO report (account, message_ids, status, recipient, received_at, due_at)"
                                + " VALUES (?, ?, 'sent', ?, 1, 1)",
                        account,
                        "[\"to-" + to + "\"]",
                        to);
            }
            ledger.change(
                    "INSERT INTO recipient_pace (account, recipient, starts, until) VALUES (?, ?, '1 2', 3)",
                    account,
                    ALI);
        }

        ledger.change("UPDATE report SET recipient = NULL, raw = 'to +90 530 111 22 33' WHERE account = 'other'"
                + " AND recipient = '905301112233'");

        for (Reach reach : List.of(new Reach("shop", Set.of()), new Reach(null, Set.of("other")), Reach.ALL)) {
            List<Long> before = ofNoSend();
            List<Long> found = found(reach);
            assertThat(found).containsOnly(reach.namespace() == null ? 1L : 0L);

            recipients.erase(ALI, reach, ALI::equals, ANNE, NOW);

            assertThat(ofNoSend())
                    .as("what is found goes, and nothing else")
                    .isEqualTo(IntStream.range(0, 3)
                            .mapToObj(table -> before.get(table) - found.get(table))
                            .toList());
            assertThat(found(reach)).containsOnly(0L);
        }
        assertThat(ofNoSend()).containsExactly(0L, 2L, 0L);
    }

    private List<Long> found(Reach reach) {
        return List.of(
                (long) all(recipients.inbound(ALI, reach)).size(),
                (long) all(recipients.reports(ALI, reach)).size(),
                (long) recipients.paces(ALI, reach).size());
    }

    private List<Long> ofNoSend() {
        return Stream.of("inbound", "report", "recipient_pace")
                .map(table -> ledger.number("SELECT count(*) FROM " + table))
                .toList();
    }

    @Test
    void findsAndErasesAnyNumberOfWhatIsOfNoSend() {
        for (int number = 0; number < 61; number++) {
            ledger.change(
                    "INSERT INTO inbound (event_id, account, provider, body, received_at) VALUES ('e', 'main', 'pigeon', ?, 1)",
                    number == 30 ? "{}" : "{\"from\":\"905301112233\"}");
        }

        assertThat(all(recipients.inbound(ALI, Reach.ALL))).hasSize(60);
        recipients.erase(ALI, Reach.ALL, ALI::equals, ANNE, NOW);

        assertThat(ledger.texts("SELECT body FROM inbound")).containsExactly("{}");
    }

    @Test
    void erasesAnyNumberInSteps() {
        write(transaction -> {
            for (int number = 0; number < 1_201; number++) {
                parts.acceptance()
                        .insert(
                                transaction,
                                draft().to(number == 700 ? EVA : ALI).send());
            }
            return null;
        });

        assertThat(recipients.erase(ALI, Reach.ALL, ALI::equals, ANNE, NOW).sends())
                .isEqualTo(1_200);
        assertThat(ledger.texts("SELECT state FROM send WHERE recipient = ?", EVA))
                .containsExactly("queued");
        assertCounters();
    }
}
