package dev.caravan.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.caravan.ledger.Batch;
import dev.caravan.ledger.DigestKey;
import dev.caravan.ledger.LedgerException;
import dev.caravan.message.PhoneNumbers;
import dev.caravan.message.SendJson;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The end of a batch that came in a request, and of one that came in a file, when the ledger is away just then. */
class RequestBatchesTest {

    @TempDir
    private Path home;

    private DropFolder inbox;
    private RequestBatches requests;

    @BeforeEach
    void open() {
        inbox = new DropFolder(home, 100);
        requests =
                new RequestBatches(inbox.store(), inbox.batches(), inbox.store().write(DigestKey::of), 10);
    }

    @AfterEach
    void close() {
        inbox.close();
    }

    @Test
    void aBatchWhoseEndCouldNotBeNotedIsFinishedLater() throws Exception {
        BatchReading reading = read();
        letTheLedgerRefuse();
        assertThatExceptionOfType(LedgerException.class).isThrownBy(() -> requests.finish(reading.batch()));
        assertThat(batch(reading.batch()).paused()).isEqualTo("held");
        letTheLedgerTake();

        requests.finishInterrupted();

        assertThat(batch(reading.batch()).state()).isEqualTo("read");
        assertThat(batch(reading.batch()).paused()).isNull();
    }

    @Test
    void aBatchThatIsBeingReadIsNotFinished() throws Exception {
        BatchReading reading = read();

        requests.finishInterrupted();

        assertThat(batch(reading.batch()).isReading()).isTrue();
    }

    @Test
    void aFileWhoseEndCouldNotBeNotedIsFinishedLater() throws Exception {
        inbox.holdAbove(10);
        letTheLedgerRefuse();
        Path file = inbox.put(null, "sends.csv", "to,text\n+905301234567,hello\n");
        assertThatExceptionOfType(LedgerException.class).isThrownBy(() -> inbox.poll(file));
        assertThat(file).doesNotExist();
        letTheLedgerTake();

        inbox.restart();

        assertThat(inbox.batch(file).state()).isEqualTo("read");
        assertThat(inbox.batch(file).paused()).isNull();
    }

    private BatchReading read() throws Exception {
        Rows rows = BodyRows.open(
                new ByteArrayInputStream("to,text\n+905301234567,hello\n".getBytes(StandardCharsets.UTF_8)),
                MediaKind.CSV,
                null);
        Origin origin = new Origin(
                "key:hub", "default", null, Set.of(), null, new PhoneNumbers("TR"), new SendJson(DropFolder.ZONE));
        BatchReading reading = requests.open(origin, "hub", null, null, rows);
        List<Row> all = rows.next(10);
        assertThat(inbox.admission().admit(reading, all)).isTrue();
        return reading;
    }

    private Batch batch(String id) {
        return inbox.store()
                .read(transaction -> inbox.batches().find(transaction, id))
                .orElseThrow();
    }

    private void letTheLedgerRefuse() {
        inbox.ledger()
                .change(
                        "CREATE TRIGGER refusal BEFORE UPDATE OF state ON batch BEGIN SELECT RAISE(ABORT, 'away'); END");
    }

    private void letTheLedgerTake() {
        inbox.ledger().change("DROP TRIGGER refusal");
    }
}
