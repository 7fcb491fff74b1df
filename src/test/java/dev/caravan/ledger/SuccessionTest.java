package dev.caravan.ledger;

import static dev.caravan.ledger.Draft.draft;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** On SQLite alone: a ledger that gateways share is never one's own. */
class SuccessionTest extends OnLedger {

    private final LedgerParts before = LedgerParts.of("before");
    private final Batches here = new Batches("here");

    @Test
    void whatAnotherWasSendingIsHeldOrSentAgainAndNobodyWaitsBehindItForEver() {
        admit(draft(), draft().account("other"));
        write(transaction -> before.queue().claim(transaction, "main", null, false, NOW));
        write(transaction -> before.queue().claim(transaction, "other", null, false, NOW));

        assertThat(start()).isEqualTo(2);

        assertThat(ledger.texts("SELECT account || ' ' || state || ' ' || error_code FROM send ORDER BY account"))
                .containsExactly("main unknown interrupted", "other queued interrupted");
        assertThat(ledger.texts("SELECT send FROM history WHERE status = 'unknown'"))
                .hasSize(1);
        assertThat(start()).isZero();
        assertCounters();
    }

    @Test
    void batchesWhoseFilesAreInThisHomeAndThoseOfRequestsAreItsOwn() throws IOException {
        openBatchOf("before", "b1", "work/b1-sends.csv");
        openBatchOf("before", "b2", "done/2027-01-15/sends.csv");
        write(transaction -> new Batches("before").openRequest(transaction, "b3", "hub", "default", false, NOW));
        putFile("work/b1-sends.csv");
        putFile("done/2027-01-15/sends.csv");

        start();

        assertThat(read(here::running))
                .extracting(Batch::id, Batch::here)
                .containsExactly(tuple("b1", true), tuple("b2", true), tuple("b3", true));
        assertThat(ledger.texts("SELECT gateway FROM presence")).isEmpty();
        assertThat(ledger.texts("SELECT type FROM event")).isEmpty();
    }

    @Test
    void batchesWhoseFilesAreElsewhereAreThoseOfAGatewayThatIsGoneUntilTheyAreInThisHome() throws IOException {
        openBatchOf("before", "reading", "work/reading-sends.csv");
        openBatchOf("before", "read", "done/2027-01-15/sends.csv");
        admit(draft());
        write(transaction -> LedgerParts.of("a third").queue().claim(transaction, "main", null, false, NOW));
        write(transaction -> {
            batches.finishReading(transaction, "read", Long.MAX_VALUE, NOW);
            return null;
        });

        start();

        assertThat(read(here::running)).isEmpty();
        assertThat(toReport()).containsExactly("read");
        write(transaction -> {
            here.reported(transaction, "read", Batches.NO_REPORT, NOW);
            return null;
        });
        assertThat(toReport()).isEmpty();
        start();
        assertThat(ledger.texts("SELECT type || ' ' || detail FROM event WHERE type = 'gateway-gone'"))
                .as("told once")
                .containsExactly("gateway-gone {\"gateway\":\"before\",\"interrupted\":0,\"files\":1}");

        putFile("work/reading-sends.csv");
        putFile("done/2027-01-15/sends.csv");
        start();
        assertThat(read(here::running)).extracting(Batch::id).containsExactly("reading");
        assertThat(toReport()).containsExactly("read");
    }

    @Test
    void aFileOfItsOwnIsNotTakenForAnothers() throws IOException {
        openBatchOf("before", "b1", "done/2027-01-15/sends.csv");
        openBatchOf("here", "b2", "done/2027-01-15/sends.csv");
        putFile("done/2027-01-15/sends.csv");

        start();

        assertThat(read(here::running)).extracting(Batch::id).containsExactly("b2");
    }

    @Test
    void whoGoesByAnEarlierIdAgainHasWhatItLeft() {
        openBatchOf("here", "b1", "work/b1-sends.csv");
        start("between");
        assertThat(ledger.texts("SELECT gateway FROM presence WHERE gone = 1")).containsExactly("here");

        start();

        assertThat(read(here::running)).extracting(Batch::id).containsExactly("b1");
        assertThat(ledger.texts("SELECT gateway FROM presence")).isEmpty();
    }

    @Test
    void repliesThatAnotherOwesAreGivenAlsoThoseWhoseSendHasNoEndYet() {
        Replies theirs = new Replies("before", null);
        Replies own = new Replies("here", null);
        List<String> sends = admit(draft(), draft());
        write(transaction -> {
            theirs.register(transaction, sends.get(0), "answers", null, "one", NOW);
            theirs.register(transaction, sends.get(1), "answers", null, "two", NOW);
            own.register(transaction, sends.get(1), "answers", null, "two", NOW);
            return null;
        });
        settle(claim(), sent("1"));

        start();
        settle(claim(), sent("2"));

        List<Replies.Due> due = read(transaction -> own.due(transaction, 10));
        assertThat(due).extracting(Replies.Due::send).as("each once").containsExactlyInAnyOrderElementsOf(sends);
    }

    private int start() {
        return start("here");
    }

    private int start(String gateway) {
        return write(transaction -> new Succession(ledger.store(), gateway, parts.recovery(), directory)
                .takeOver(transaction, Set.of("other"), NOW + 60));
    }

    private void openBatchOf(String gateway, String id, String path) {
        write(transaction -> new Batches(gateway)
                .open(transaction, id, "sends.csv", null, "default", path, id, name -> false, false, NOW));
    }

    private void putFile(String path) throws IOException {
        Path file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "to,text\n");
    }

    private List<String> toReport() {
        return read(transaction -> here.toReport(transaction, NOW + 1)).stream()
                .map(Batch::id)
                .toList();
    }
}
