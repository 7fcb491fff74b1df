package dev.caravan.care;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.caravan.intake.DropFolder;
import dev.caravan.ledger.Batch;
import dev.caravan.ledger.Keep;
import dev.caravan.outcome.DropFolderReports;
import dev.caravan.outcome.Endpoints;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeepingTest {

    private static final Duration CONTENT = Duration.ofDays(30);

    @TempDir
    Path home;

    private final MeterRegistry metrics = new SimpleMeterRegistry();
    private DropFolder inbox;
    private DropFolderReports reports;

    @BeforeEach
    void open() {
        inbox = new DropFolder(home, 1_000_000);
        reports = new DropFolderReports(inbox, Clock.system(DropFolder.ZONE));
    }

    @AfterEach
    void close() {
        inbox.close();
    }

    private Keeping keeping(int days) {
        Keep keep = new Keep(
                inbox.store(),
                "here",
                new Keep.Ages(CONTENT, Duration.ofDays(90), Duration.ofDays(400), Duration.ofDays(7)),
                List.of());
        return new Keeping(
                keep,
                new Endpoints(List.of(), List.of(), List.of()),
                inbox.files(),
                reports.reports(),
                CONTENT,
                InstantSource.offset(InstantSource.system(), Duration.ofDays(days)),
                metrics);
    }

    private Batch finished() throws IOException {
        Batch batch = inbox.drop("march.csv", "to,text\n+905301234567,hello\n123,oops\n");
        inbox.ledger().change("UPDATE send SET state = 'sent'");
        inbox.ledger().change("UPDATE batch SET unfinished = 0");
        reports.write(inbox.store()
                .read(transaction -> inbox.batches().find(transaction, batch.id()))
                .orElseThrow());
        return batch;
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(home)) {
            return all.filter(path -> !path.getFileName().toString().startsWith("ledger"))
                    .filter(Files::isRegularFile)
                    .map(path -> home.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void filesAndReportsGoWithTheContentOfTheirBatch() throws IOException {
        Batch batch = finished();

        keeping(29).rest();
        assertThat(files()).hasSize(3).contains(batch.path(), "reports/march.report.csv", "reports/march.rejected.csv");
        keeping(31).rest();

        assertThat(files()).isEmpty();
        assertThat(home.resolve(batch.path()).getParent()).doesNotExist();
        assertThat(metrics.counter("caravan.keep.deleted", "what", "file").count())
                .isEqualTo(3);
        Batch left = inbox.store()
                .read(transaction -> inbox.batches().find(transaction, batch.id()))
                .orElseThrow();
        assertThat(left.hasFile()).isFalse();
        assertThat(left.isFromFile()).isTrue();
        assertThat(left.accepted()).isEqualTo(1);
        assertThat(new String(reports.reports().live(left).readAllBytes()))
                .contains("sent")
                .contains("rejected");

        keeping(91).rest();
        assertThat(inbox.ledger().texts("SELECT id FROM batch")).isEmpty();
    }

    @Test
    void whatCannotBeDeletedHoldsUpNothingElse() throws IOException {
        for (int number = 0; number < 12; number++) {
            Batch batch = inbox.drop("stuck-%d.csv".formatted(number), "to,text\n+905301234567,%d\n".formatted(number));
            Path file = home.resolve(batch.path());
            Files.move(file, file.resolveSibling("moved"), StandardCopyOption.REPLACE_EXISTING);
            Files.createDirectories(file.resolve("nobody-expects-a-directory"));
        }
        inbox.ledger().change("UPDATE batch SET reported_at = 0, reported = changes, state = 'finished'");
        Batch batch = finished();
        Keeping keeping = keeping(31);

        for (int pass = 0; pass < 2; pass++) {
            assertThatIOException().isThrownBy(keeping::rest);
        }

        assertThat(home.resolve(batch.path())).doesNotExist();
    }

    @Test
    void refusedFilesGoWhenTheyWereRefusedLongAgoAndOthersStay() throws IOException {
        inbox.drop("empty.csv", "");
        Path someones = Files.writeString(home.resolve("refused/notes.csv"), "mine");
        Files.setLastModifiedTime(someones, FileTime.from(Instant.EPOCH));
        assertThat(files()).hasSize(3);

        keeping(29).rest();
        assertThat(files()).hasSize(3);
        keeping(31).rest();

        assertThat(files()).containsExactly("refused/notes.csv");
    }

    @Test
    void sendsAreCountedAsTheyLoseWhatTheyHad() throws IOException {
        finished();

        while (keeping(31).sends()) {
            // Until nothing is due.
        }

        assertThat(metrics.counter("caravan.keep.deleted", "what", "content").count())
                .isEqualTo(1);
        assertThat(inbox.ledger().text("SELECT recipient || content FROM send")).isEqualTo("erased");
    }
}
