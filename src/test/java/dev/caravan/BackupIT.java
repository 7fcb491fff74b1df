package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that is copied while it sends, goes on, dies with its disk, and comes back from the copy. */
class BackupIT {

    private static final int ROWS = 2_000;

    @TempDir
    private Path directory;

    @Test
    void aRestoredGatewaySendsNothingTwice() throws Exception {
        try (ProviderStub stub =
                new ProviderStub().latency(() -> ThreadLocalRandom.current().nextLong(11))) {
            String configuration = Installation.configuration(stub, "rate: 25/1s, timeout: 10s, concurrency: 8");
            Installation first = new Installation(Files.createDirectory(directory.resolve("first")), configuration);
            first.drop("sends.csv", rows("r", ROWS));
            String since;
            Path copy = directory.resolve("copy");
            try (GatewayProcess gateway = first.start()) {
                gateway.awaitThat("some are sent", () -> stub.acceptances() > 50);
                Installation.Ended backup = first.command(Map.of(), "backup", copy);
                assertThat(backup.exitCode()).as(backup.err()).isZero();
                since = Files.readString(copy.resolve("made-at")).strip();
                Installation.Ended refused = first.command(Map.of(), "recover", "--since", since);
                assertThat(refused.exitCode()).as("while it runs").isEqualTo(4);
                int copied = stub.acceptances();
                gateway.awaitThat("it sends on", () -> stub.acceptances() > copied + 50);
                gateway.kill();
            }

            Installation second = new Installation(Files.createDirectory(directory.resolve("second")), configuration);
            restore(copy, second.home());
            long queued = second.ledger().number("SELECT count(*) FROM send WHERE state IN ('queued', 'sending')");
            assertThat(queued).isPositive();
            Installation.Ended recovered = second.command(Map.of(), "recover", "--since", since);
            assertThat(recovered.exitCode()).as(recovered.err()).isZero();
            assertThat(recovered.out()).contains(queued + " sends became unknown");
            second.drop("more.csv", rows("n", 20));
            try (GatewayProcess gateway = second.start()) {
                gateway.awaitThat("new sends go out", () -> second.hasReport("more.report.csv"));
                gateway.awaitThat("the old batch is told of", () -> second.hasReport("sends.report.csv"));
                gateway.kill();
            }

            assertThat(stub.accepted().values()).as("times a text was accepted").containsOnly(1);
            Map<String, String> states = second.ledger().states();
            assertThat(states).hasSize(ROWS + 20);
            assertThat(Set.copyOf(states.values())).containsExactlyInAnyOrder("sent", "unknown");
            states.forEach((reference, state) -> {
                if (!stub.accepted().containsKey("The text of " + reference)) {
                    assertThat(state).as(reference).isEqualTo("unknown");
                }
            });
            assertThat(states.values().stream().filter("unknown"::equals).count())
                    .isEqualTo(queued);
        }
    }

    private static String rows(String prefix, int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(row -> "%1$s-%2$d,+90530%2$07d,The text of %1$s-%2$d".formatted(prefix, row))
                .collect(Collectors.joining("\n", "reference,to,text\n", "\n"));
    }

    private static void restore(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
