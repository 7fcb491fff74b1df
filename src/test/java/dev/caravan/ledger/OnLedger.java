package dev.caravan.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.ledger.Settlement.Call;
import dev.caravan.ledger.Settlement.Cause;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests on a ledger of their own: on SQLite as they stand, on PostgreSQL as parts of {@link PostgresLedgerIT}. */
abstract class OnLedger {

    static final long NOW = 1_800_000_000_000L;

    final LedgerParts parts = LedgerParts.of("here");
    final Outbox outbox = new Outbox();
    final Batches batches = new Batches("gateway");

    @TempDir
    Path directory;

    TemporaryLedger ledger;

    TemporaryLedger open() {
        return TemporaryLedger.sqlite(directory);
    }

    @BeforeEach
    void openLedger() {
        ledger = open();
        write(transaction -> {
            parts.lanes().register(transaction, List.of("main", "other"));
            return null;
        });
    }

    @AfterEach
    void closeLedger() {
        ledger.close();
    }

    <T> T write(Store.Work<T> work) {
        return ledger.store().write(work);
    }

    <T> T read(Store.Work<T> work) {
        return ledger.store().read(work);
    }

    /** Stores sends that must be new. */
    List<String> admit(Draft... drafts) {
        List<String> ids = new ArrayList<>();
        for (Draft draft : drafts) {
            NewSend send = draft.send();
            if (write(transaction -> parts.acceptance().insert(transaction, send))
                    .isPresent()) {
                throw new IllegalStateException("not new: " + send);
            }
            ids.add(send.id());
        }
        return ids;
    }

    /** Claims the best due send of the account {@code main}, or null. */
    Attempt claim() {
        return claim(NOW);
    }

    Attempt claim(long now) {
        return write(transaction -> parts.queue().claim(transaction, "main", null, false, now))
                .orElse(null);
    }

    boolean settle(Attempt attempt, Settlement settlement) {
        return write(transaction -> parts.settlements().settle(transaction, attempt, settlement, NOW));
    }

    Optional<ExistingSend> insert(NewSend send) {
        return write(transaction -> parts.acceptance().insert(transaction, send));
    }

    boolean settleUnclaimed(String id, Settlement settlement) {
        return write(transaction -> parts.settlements().settleUnclaimed(transaction, "main", id, settlement, NOW));
    }

    List<String> makeReady(long now) {
        return write(transaction -> parts.queue().makeReady(transaction, now));
    }

    int expire(long now) {
        return write(transaction -> parts.settlements().expire(transaction, now));
    }

    int recover(long now) {
        return write(transaction -> parts.recovery().recover(transaction, Set.of("other"), now));
    }

    /** Others have heard nothing of a gateway for long. */
    void goAway(String gateway) {
        ledger.change("INSERT INTO presence (gateway, beats, gone) VALUES (?, 7, 1)", gateway);
    }

    void comeBack(String gateway) {
        ledger.change("UPDATE presence SET gone = 0 WHERE gateway = ?", gateway);
    }

    String state(String send) {
        return ledger.text("SELECT state FROM send WHERE id = ?", send);
    }

    void openBatch(String id) {
        openBatch(id, id);
    }

    Batch openBatch(String id, String stem) {
        return write(transaction -> batches.open(
                transaction, id, stem + ".csv", null, "default", "work/" + stem, stem, name -> false, false, NOW));
    }

    /** What a reader of the batch does in the transaction that stores its sends. */
    void countAccepted(String batch, long accepted) {
        write(transaction -> {
            batches.advance(transaction, batch, 0, accepted, accepted, 0, 0);
            return null;
        });
    }

    /** The counters kept beside the sends agree with the sends. */
    void assertCounters() {
        assertThat(ledger.texts("SELECT name || ' ' || queued FROM account ORDER BY name"))
                .as("account.queued")
                .isEqualTo(ledger.texts("SELECT name || ' ' || (SELECT count(*) FROM send"
                        + " WHERE send.account = account.name AND state = 'queued') FROM account ORDER BY name"));
        assertThat(ledger.texts("SELECT id || ' ' || unfinished FROM batch ORDER BY id"))
                .as("batch.unfinished")
                .isEqualTo(ledger.texts("SELECT id || ' ' || (SELECT count(*) FROM send"
                        + " WHERE send.batch = batch.id AND state IN ('queued', 'sending')) FROM batch ORDER BY id"));
    }

    static Account account(String name) {
        return AccountDraft.named(name).account();
    }

    static Settlement sent(String providerMessageId) {
        return Settlement.sent(providerMessageId).after(answered(200));
    }

    static Settlement failed() {
        return Settlement.of(State.FAILED, new Cause("permanent", "bad", "bad number"))
                .after(answered(400));
    }

    static Settlement unknown() {
        return Settlement.of(State.UNKNOWN, new Cause("unknown", "no-answer", "no answer came"));
    }

    static Settlement queuedUntil(long dueAt) {
        return Settlement.queued(dueAt, new Cause("transient", "http-503", "busy"))
                .after(answered(503));
    }

    private static Call answered(int httpStatus) {
        return new Call(httpStatus, null, null);
    }
}
