package dev.caravan.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.intake.Admitted.Accepted;
import dev.caravan.intake.Admitted.Rejected;
import dev.caravan.intake.Admitted.Repeated;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.ByHand;
import dev.caravan.ledger.Claim;
import dev.caravan.ledger.Scope;
import dev.caravan.ledger.State;
import dev.caravan.message.Category;
import dev.caravan.message.PhoneNumbers;
import dev.caravan.message.Priority;
import dev.caravan.message.SendJson;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sends that come alone or in a message, up to the ledger; and what blocks and categories do to any send. */
class AdmissionAloneTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TEXT =
            """
            {"reference": "order-1", "to": "+905301234567", "text": "hello"}""";

    @TempDir
    private Path home;

    private DropFolder inbox;

    @BeforeEach
    void open() {
        inbox = new DropFolder(home, 100);
    }

    @AfterEach
    void close() {
        inbox.close();
    }

    @Test
    void aSendIsQueuedInNoBatch() {
        Admitted admitted = admit(TEXT);

        assertThat(admitted).isInstanceOfSatisfying(Accepted.class, accepted -> {
            assertThat(accepted.state()).isEqualTo(State.QUEUED);
            assertThat(accepted.account()).isEqualTo("main");
            assertThat(row(
                            accepted.id(),
                            "state || ' ' || ready || ' ' || coalesce(batch, '-') || ' '"
                                    + " || coalesce(row_number, '-') || ' ' || reference"))
                    .isEqualTo("queued 1 - - order-1");
        });
        assertThat(inbox.arrivals()).containsExactly("main");
    }

    @Test
    void whatIsAcceptedLaterHasTheGreaterIdAlsoWhenTheClockIsSetBackMeanwhile() {
        String first = accepted(admit(TEXT)).id();
        inbox.setClock(Duration.ofHours(-1));

        String second = accepted(admit(TEXT.replace("order-1", "order-2"))).id();

        assertThat(second).isGreaterThan(first);
    }

    @Test
    void aKeyThatMayNotUseAnAccountNeverFailsOverToIt() {
        inbox.ledger().change("UPDATE account SET paused = 'hand' WHERE name = 'main'");
        String french = TEXT.replace("+905301234567", "+33612345678");

        String own = accepted(admit(origin("default", Set.of("main")), french)).id();
        String anyone = accepted(admit(french.replace("order-1", "order-2"))).id();

        assertThat(row(own, "account || ' ' || barred")).isEqualTo("main crm");
        assertThat(row(anyone, "account || ' ' || coalesce(barred, '-')")).isEqualTo("crm -");
    }

    @Test
    void theSameReferenceAndContentIsTheSameSend() {
        String first = accepted(admit(TEXT)).id();

        assertThat(admit(TEXT.replace("}", ", \"priority\": \"high\", \"sendAt\": \"2099-01-01T00:00:00Z\"}")))
                .isEqualTo(new Repeated(first, State.QUEUED));
        assertThat(sends()).isEqualTo(1);
    }

    @Test
    void theSameReferenceIsTheSameSendThoughItsExpiryHasPassedMeanwhile() throws Exception {
        String first = accepted(admit(TEXT)).id();
        String late = TEXT.replace("}", ", \"expiresAt\": \"2020-01-01T00:00:00Z\"}");

        assertThat(admit(late)).isEqualTo(new Repeated(first, State.QUEUED));
        assertThat(inbox.fates(inbox.drop("late.jsonl", late))).containsExactly("1 duplicate duplicate");
        for (String other : List.of(late.replace("hello", "good bye"), late.replace("order-1", "order-2"))) {
            assertThat(admit(other)).isInstanceOfSatisfying(Rejected.class, rejected -> assertThat(rejected.code())
                    .isEqualTo("expired"));
        }
        assertThat(sends()).isEqualTo(1);
    }

    @Test
    void theSameReferenceWithOtherContentIsRefusedAndNamesTheEarlierSend() {
        String first = accepted(admit(TEXT)).id();

        assertThat(admit(TEXT.replace("hello", "good bye"))).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.code()).isEqualTo("reference-conflict");
            assertThat(rejected.earlier()).isEqualTo(first);
            assertThat(rejected.reason()).contains(first, "text").doesNotContain("good bye");
        });
        assertThat(sends()).isEqualTo(1);
    }

    @Test
    void aSendWithoutAReferenceIsANewOneEachTime() {
        String anonymous = "{\"to\": \"+905301234567\", \"text\": \"hello\"}";

        assertThat(accepted(admit(anonymous)).id())
                .isNotEqualTo(accepted(admit(anonymous)).id());
    }

    @Test
    void aReferenceIsOneSendWhicheverDoorItComesThrough() throws Exception {
        inbox.drop("sends.csv", "reference,to,text\norder-1,+905301234567,hello\n");

        assertThat(admit(TEXT)).isInstanceOf(Repeated.class);
        assertThat(sends()).isEqualTo(1);
    }

    @Test
    void theSameReferenceInAnotherNamespaceIsAnotherSend() {
        admit(TEXT);

        assertThat(admit(origin("shop", Set.of()), TEXT)).isInstanceOf(Accepted.class);
    }

    @Test
    void ofManyAtOnceWithOneReferenceExactlyOneIsAccepted() throws InterruptedException, ExecutionException {
        ExecutorService callers = Executors.newFixedThreadPool(16);
        List<Future<Admitted>> answers = new ArrayList<>();
        for (int caller = 0; caller < 64; caller++) {
            answers.add(callers.submit(() -> admit(TEXT)));
        }
        Set<String> ids = new HashSet<>();
        int accepted = 0;
        for (Future<Admitted> answer : answers) {
            if (answer.get() instanceof Accepted one) {
                accepted++;
                ids.add(one.id());
            } else if (answer.get() instanceof Repeated one) {
                ids.add(one.id());
            }
        }
        callers.shutdown();

        assertThat(accepted).isEqualTo(1);
        assertThat(ids).as("all name the one send").hasSize(1);
        assertThat(sends()).isEqualTo(1);
    }

    @Test
    void ofSeveralTheInvalidOnesAreRefusedAndTheOthersStay() {
        List<Admitted> admitted = inbox.admission()
                .admit(
                        origin("default", Set.of()),
                        List.of(incoming(TEXT), incoming("{\"to\": \"5\"}"), incoming(TEXT.replace("-1", "-2"))));

        assertThat(admitted.get(0)).isInstanceOf(Accepted.class);
        assertThat(admitted.get(1)).isInstanceOfSatisfying(Rejected.class, rejected -> assertThat(rejected.field())
                .isEqualTo("text"));
        assertThat(admitted.get(2)).isInstanceOf(Accepted.class);
    }

    @Test
    void aCallerUsesItsAccountsOnly() {
        assertThat(admit(origin("default", Set.of("crm")), TEXT))
                .isInstanceOfSatisfying(
                        Rejected.class, rejected -> assertThat(rejected.code()).isEqualTo("account-not-allowed"));
        assertThat(admit(origin("default", Set.of("main")), TEXT)).isInstanceOf(Accepted.class);
    }

    @Test
    void aFullQueueStoresNothing() {
        inbox.ledger().change("UPDATE account SET queued = 100 WHERE name = 'main'");

        assertThatExceptionOfType(QueueFullException.class)
                .isThrownBy(() -> admit(TEXT))
                .withMessageContaining("caravan.accounts.main.max-queued");
        assertThat(sends()).isZero();
    }

    @Test
    void aBlockedRecipientGetsAFailedSend() {
        block("+905301234567", Scope.ALL);

        Accepted blocked = accepted(admit(TEXT));

        assertThat(blocked.state()).isEqualTo(State.FAILED);
        assertThat(row(blocked.id(), "state || ' ' || error_code || ' ' || sequence"))
                .isEqualTo("failed blocked 1");
        assertThat(inbox.ledger().text("SELECT queued FROM account WHERE name = 'main'"))
                .isEqualTo("0");
        assertThat(inbox.ledger().texts("SELECT status || ' ' || error_code FROM history WHERE send = ?", blocked.id()))
                .containsExactly("failed blocked");
    }

    @Test
    void whoRefusesMarketingStillGetsTheRest() {
        block("+905301234567", Scope.MARKETING);

        assertThat(accepted(admit(TEXT.replace("}", ", \"category\": \"marketing\"}")))
                        .state())
                .isEqualTo(State.FAILED);
        assertThat(accepted(admit(TEXT.replace("-1", "-2").replace("}", ", \"category\": \"otp\"}")))
                        .state())
                .isEqualTo(State.QUEUED);
    }

    @Test
    void theRowsOfABatchToBlockedRecipientsFailAndCount() throws Exception {
        block("+905301234567", Scope.ALL);

        var batch = inbox.drop("sends.csv", "to,text\n+905301234567,hello\n+905301234568,hello\n");

        assertThat(inbox.fates(batch)).containsExactly("1 failed blocked", "2 queued");
        assertThat(batch.unfinished()).isEqualTo(1);
        assertThat(batch.accepted()).isEqualTo(2);
    }

    @Test
    void whoIsBlockedAfterAdmissionIsMetAtTheClaim() {
        String first = accepted(admit(TEXT)).id();
        String second =
                accepted(admit(TEXT.replace("-1", "-2").replace("567", "568"))).id();
        block("+905301234567", Scope.ALL);

        Claim claim = inbox.store()
                .write(transaction ->
                        inbox.parts().slots().claim(transaction, "main", null, System.currentTimeMillis()));

        assertThat(claim).isInstanceOfSatisfying(Claim.Claimed.class, claimed -> assertThat(
                        claimed.attempt().id())
                .isEqualTo(second));
        assertThat(row(first, "state || ' ' || error_code || ' ' || attempt")).isEqualTo("failed blocked 0");
        assertThat(inbox.ledger().text("SELECT queued FROM account WHERE name = 'main'"))
                .isEqualTo("0");
    }

    @Test
    void theListHoldsNoNumber() {
        block("+905301234567", Scope.ALL);

        List<Blocklist.Entry> entries =
                inbox.store().read(transaction -> inbox.blocklist().of(transaction, "+905301234567"));
        assertThat(entries).extracting(Blocklist.Entry::source).containsExactly("test");
        assertThat(inbox.ledger().text("SELECT recipient FROM block")).doesNotContain("5301234567");
    }

    @Test
    void aCategoryStandsForItsPriorityAndItsExpiry() {
        String otp =
                accepted(admit(TEXT.replace("}", ", \"category\": \"otp\"}"))).id();
        String own = accepted(
                        admit(TEXT.replace("-1", "-2").replace("}", ", \"category\": \"OTP\", \"priority\": \"low\"}")))
                .id();
        String plain = accepted(admit(TEXT.replace("-1", "-3"))).id();

        assertThat(row(otp, "priority || ' ' || (expires_at - accepted_at)"))
                .isEqualTo("0 " + Duration.ofMinutes(5).toMillis());
        assertThat(row(own, "priority")).isEqualTo("2");
        assertThat(row(plain, "priority || ' ' || (expires_at - accepted_at)"))
                .isEqualTo("1 " + Duration.ofDays(7).toMillis());
    }

    @Test
    void aMessagesPriorityComesBeforeThatOfTheCategory() {
        Admitted admitted = inbox.admission()
                .admit(
                        origin("default", Set.of()),
                        List.of(new Incoming(
                                node(TEXT.replace("}", ", \"category\": \"otp\"}")), Priority.LOW, null, null)))
                .get(0);

        assertThat(row(accepted(admitted).id(), "priority")).isEqualTo("2");
    }

    @Test
    void anOriginsCategoryHoldsForSendsThatNameNone() {
        Origin marketing = new Origin(
                "news",
                "default",
                null,
                Set.of(),
                Category.MARKETING,
                new PhoneNumbers("TR"),
                new SendJson(DropFolder.ZONE));

        assertThat(row(accepted(admit(marketing, TEXT)).id(), "category")).isEqualTo("marketing");
        assertThat(row(
                        accepted(admit(marketing, TEXT.replace("-1", "-2").replace("}", ", \"category\": \"otp\"}")))
                                .id(),
                        "category"))
                .isEqualTo("otp");
    }

    @Test
    void whoWaitsForTheEndIsNotedWithTheSend() {
        Admitted admitted = inbox.admission()
                .admit(
                        origin("default", Set.of()),
                        List.of(new Incoming(
                                node(TEXT), null, null, new Incoming.Reply("queue://billing", "c-1", null))))
                .get(0);
        inbox.admission()
                .admit(
                        origin("default", Set.of()),
                        List.of(new Incoming(
                                node(TEXT), null, null, new Incoming.Reply("queue://billing", "c-2", null))));

        assertThat(row(accepted(admitted).id(), "replies")).isEqualTo("1");
        assertThat(inbox.ledger().texts("SELECT correlation FROM reply WHERE sequence IS NULL ORDER BY id"))
                .containsExactly("c-1", "c-2");
        inbox.store().write(transaction -> {
            String id = accepted(admitted).id();
            return inbox.parts()
                    .settlements()
                    .cancel(transaction, id, new ByHand("tester", "a test"), System.currentTimeMillis());
        });
        assertThat(inbox.ledger().texts("SELECT correlation || ' ' || sequence FROM reply ORDER BY id"))
                .containsExactly("c-1 1", "c-2 1");
    }

    @Test
    void aRequestThatComesAgainWaitsOnce() {
        for (String request : List.of("m-1#0", "m-1#1", "m-2#0", "m-1#0", "m-1#1")) {
            inbox.admission()
                    .admit(
                            origin("default", Set.of()),
                            List.of(new Incoming(
                                    node(TEXT), null, null, new Incoming.Reply("queue://billing", "c-1", request))));
        }

        assertThat(inbox.ledger().texts("SELECT request FROM reply ORDER BY id"))
                .containsExactly("m-1#0", "m-1#1", "m-2#0");
    }

    @Test
    void aHeldBatchIsSetAsideUntilItIsReleased() throws Exception {
        inbox.holdAbove(2);

        var large = inbox.drop("large.csv", "to,text\n+905301234567,a\n+905301234567,b\n+905301234567,c\n");
        var small = inbox.drop("small.csv", "to,text\n+905301234568,a\n");

        assertThat(large.paused()).isEqualTo("held");
        assertThat(small.paused()).isNull();
        assertThat(inbox.ledger().texts("SELECT DISTINCT ready FROM send WHERE batch = ?", large.id()))
                .containsExactly("2");
    }

    private Admitted admit(String json) {
        return admit(origin("default", Set.of()), json);
    }

    private Admitted admit(Origin origin, String json) {
        return inbox.admission().admit(origin, List.of(incoming(json))).get(0);
    }

    private static Incoming incoming(String json) {
        return new Incoming(node(json), null, null, null);
    }

    private static ObjectNode node(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (JsonProcessingException broken) {
            throw new IllegalArgumentException(broken);
        }
    }

    private static Origin origin(String namespace, Set<String> accounts) {
        return new Origin(
                "key:hub", namespace, null, accounts, null, new PhoneNumbers("TR"), new SendJson(DropFolder.ZONE));
    }

    private static Accepted accepted(Admitted admitted) {
        assertThat(admitted).isInstanceOf(Accepted.class);
        return (Accepted) admitted;
    }

    private void block(String recipient, Scope scope) {
        inbox.store().write(transaction -> inbox.blocklist()
                .add(transaction, recipient, scope, "test", System.currentTimeMillis()));
    }

    private String row(String id, String columns) {
        return inbox.ledger().text("SELECT " + columns + " FROM send WHERE id = ?", id);
    }

    private long sends() {
        return inbox.ledger().number("SELECT count(*) FROM send");
    }
}
