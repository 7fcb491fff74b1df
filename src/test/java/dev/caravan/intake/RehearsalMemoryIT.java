package dev.caravan.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.caravan.Packs;
import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.account.Accounts;
import dev.caravan.account.Pace;
import dev.caravan.account.Rate;
import dev.caravan.message.PhoneNumbers;
import dev.caravan.message.SendJson;
import dev.caravan.provider.Providers;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rehearsal keeps what tells rows apart, and none of their texts. */
class RehearsalMemoryIT {

    private static final int ROWS = 500_000;

    @TempDir
    private Path directory;

    @Test
    void halfAMillionSendsAreRehearsedInASmallHeap() throws IOException, InterruptedException {
        Path file = directory.resolve("large.csv");
        try (BufferedWriter csv = Files.newBufferedWriter(file)) {
            csv.write("reference,to,text\n");
            for (int row = 0; row < ROWS; row++) {
                csv.write("order-" + row + ",+905301234567,\"Your order " + row + " has shipped" + "!".repeat(200)
                        + "\"\n");
            }
        }
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx112m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RehearsalMemoryIT.class.getName(),
                        file.toString())
                .redirectErrorStream(true)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(output.strip()).endsWith(ROWS + " in " + (ROWS - 1) + " s");
        } finally {
            process.destroyForcibly();
        }
    }

    /** The other process. */
    public static void main(String[] arguments) throws IOException {
        Account account = AccountDraft.named("main")
                .of("maytapi")
                .pace(Pace.of(Rate.parse("1/1s")))
                .concurrency(4)
                .account();
        Accounts accounts = new Accounts(List.of(account), List.of(), account);
        Rehearsal rehearsal = new Rehearsal(
                new Examination(accounts, new Providers(Packs.all()), Map.of()),
                accounts,
                null,
                new byte[32],
                Duration.ofDays(7),
                InstantSource.system());
        Origin origin = new Origin(
                null,
                "default",
                null,
                Set.of(),
                null,
                new PhoneNumbers("TR"),
                new SendJson(ZoneId.of("Europe/Istanbul")));
        FileFormat format = new FileFormat(UTF_8, null, Map.of(), Map.of(), "charset");
        try (Rows rows = CsvRows.open(Path.of(arguments[0]), format)) {
            Rehearsed rehearsed = rehearsal.rehearse(origin, null, rows, 1_000);
            System.out.println(
                    rehearsed.accepted() + " in " + rehearsed.accounts().get(0).seconds() + " s");
        }
    }
}
