package dev.caravan.command;

import static dev.caravan.command.GatewayStub.KEY;
import static dev.caravan.command.GatewayStub.receipt;
import static dev.caravan.command.GatewayStub.standing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file handed to a gateway, and watched to its end. */
class SendFileTest {

    private static final String TEXT = "to,text\n+905301234501,Hi\n+905301234502,Hi\n";

    @TempDir
    private Path directory;

    private GatewayStub gateway;
    private Path file;
    private final Console console = new Console(Map.of("CARAVAN_KEY", KEY), List.of());

    @BeforeEach
    void start() throws IOException {
        gateway = new GatewayStub();
        file = Files.writeString(directory.resolve("orders.csv"), TEXT);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void fileIsPostedAndWatchedUntilEverySendHasItsEnd() {
        gateway.standsAt(
                standing("reading", 2, "\"queued\":2"),
                standing("read", 2, "\"queued\":1,\"sent\":1"),
                standing("finished", 2, "\"sent\":1,\"delivered\":1"));

        assertThat(send("--idempotency-key", "run-7")).isEqualTo(ExitCode.WELL);

        assertThat(gateway.body()).isEqualTo(TEXT);
        assertThat(gateway.requests().get(0)).isEqualTo("POST /api/v1/batches text/csv run-7");
        assertThat(console.out())
                .isEqualTo(
                        """
                        orders.csv is batch 01M7YSQJG6GZJ2MP6RRY3XYY5M: 2 sends, 1 duplicate, 0 rows rejected

                        0 of 2 done, 1.5/s, about 1 s left
                        2 of 2 done
                        1 delivered, 1 sent

                        The report is at %s/api/v1/batches/01M7YSQJG6GZJ2MP6RRY3XYY5M/report
                        """
                                .formatted(gateway.url()));
    }

    @Test
    void sendThatFailsIsToldByTheExitCode() {
        gateway.standsAt(standing("finished", 2, "\"sent\":1,\"failed\":1"));

        assertThat(send()).isEqualTo(ExitCode.SOME_FAILED);

        assertThat(console.out()).contains("1 failed, 1 sent");
    }

    @Test
    void rejectedRowsAreShownWithTheirLines() {
        gateway.answersPost(
                202,
                receipt(
                        1,
                        2,
                        "{\"row\":2,\"line\":3,\"field\":\"to\",\"code\":\"invalid-number\",\"reason\":\"to: too short\"}"));
        gateway.standsAt(standing("finished", 1, "\"sent\":1"));

        assertThat(send()).isEqualTo(ExitCode.SOME_FAILED);

        assertThat(console.out())
                .contains("2 rows rejected", "Rejected\n  line 3: to: too short\n  and 1 more; --all and the report");
    }

    @Test
    void withoutWaitingItEndsAtOnce() {
        assertThat(send("--no-wait")).isEqualTo(ExitCode.WELL);

        assertThat(gateway.requests()).hasSize(1);
    }

    @Test
    void reportIsWritten() {
        gateway.standsAt(standing("finished", 2, "\"sent\":2"));

        assertThat(send("--report", directory.resolve("ends.csv"))).isEqualTo(ExitCode.WELL);

        assertThat(directory.resolve("ends.csv")).hasContent("line,status\n2,sent\n");
        assertThat(directory).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void gatewayMayBeStartedAnewMeanwhile() throws IOException {
        gateway.standsAt(standing("read", 2, "\"queued\":2"));
        CompletableFuture<Integer> sending = CompletableFuture.supplyAsync(this::send);
        await().until(() -> gateway.requests().size() > 2);

        gateway.goAway();
        await().until(() -> console.out().contains("done"));
        gateway.standsAt(standing("finished", 2, "\"sent\":2"));
        gateway.comeBack();

        assertThat(sending.join()).isEqualTo(ExitCode.WELL);
    }

    @Test
    void gatewayThatStaysAwayIsGivenUp() {
        gateway.standsAt(standing("read", 2, "\"queued\":2"));
        CompletableFuture<Integer> sending = CompletableFuture.supplyAsync(this::send);
        await().until(() -> gateway.requests().size() > 2);

        gateway.goAway();

        assertThat(sending.join()).isEqualTo(ExitCode.GATEWAY);
        assertThat(console.err()).contains("cannot be reached");
    }

    @Test
    void gatewayThatIsNotThereIsSaidSo() {
        gateway.goAway();

        assertThat(send()).isEqualTo(ExitCode.GATEWAY);

        assertThat(console.err()).contains("the gateway at " + gateway.url() + " cannot be reached");
    }

    @Test
    void wrongKeyIsRefusedAndNeverShown() {
        String wrong = "cvn_wrong-wrong-wrong";

        assertThat(send("--key", wrong)).isEqualTo(ExitCode.GATEWAY);

        assertThat(console.err()).contains("the gateway refuses the key: This key is not known.");
        assertThat(console.out() + console.err()).doesNotContain(wrong, KEY);
    }

    @Test
    void keyCanStandInAFile() throws IOException {
        Path key = Files.writeString(directory.resolve("key.txt"), KEY + "\n");
        Console other = new Console();

        assertThat(other.run("send", file, "--no-wait", "--url", gateway.url() + "/", "--key", "@" + key))
                .isEqualTo(ExitCode.WELL);
    }

    @Test
    void keyThatCannotBeOneIsNotRepeated() {
        assertThat(send("--key", "hush\r\nX-Other: 1")).isEqualTo(ExitCode.USAGE);

        assertThat(console.err()).contains("--key").doesNotContain("hush");
    }

    @Test
    void withoutAKeyItIsSaidHowToGiveOne() {
        Console other = new Console();

        assertThat(other.run("send", file, "--url", gateway.url())).isEqualTo(ExitCode.USAGE);

        assertThat(other.err()).contains("--key @FILE", "CARAVAN_KEY");
        assertThat(gateway.requests()).isEmpty();
    }

    @Test
    void refusedFileAndFullQueueAreToldApart() {
        gateway.answersPost(422, "{\"code\":\"unreadable-body\",\"detail\":\"It has a header, but no rows\"}");
        assertThat(send()).isEqualTo(ExitCode.USAGE);

        gateway.answersPost(
                429,
                "{\"code\":\"queue-full\",\"detail\":\"As many wait as may\",\"batch\":\"01M7YSQJG6GZJ2MP6RRY3XYY5M\","
                        + "\"accepted\":500}");
        assertThat(send()).isEqualTo(ExitCode.GATEWAY);

        assertThat(console.err())
                .contains("refuses the file: It has a header, but no rows")
                .contains("As many wait as may (500 rows of it are accepted as batch", "Send the same file again");
    }

    @Test
    void answerOfSomethingElseIsNoGateway() {
        gateway.answersPost(404, "<html>");
        assertThat(send()).isEqualTo(ExitCode.GATEWAY);
        gateway.answersPost(200, "<html>");
        assertThat(send()).isEqualTo(ExitCode.GATEWAY);

        assertThat(console.err().lines()).allSatisfy(line -> assertThat(line).contains("--url"));
    }

    @Test
    void addressMustBeOne() {
        for (String url : List.of("ftp://x", "http://user:hush@x", "http://x?key=hush", "hush", "http://a b")) {
            assertThat(new Console(Map.of("CARAVAN_KEY", KEY), List.of()).run("send", file, "--url", url))
                    .isEqualTo(ExitCode.USAGE);
        }
        assertThat(send("--charset", "klingon")).isEqualTo(ExitCode.USAGE);
        assertThat(console.err()).doesNotContain("hush");
    }

    @Test
    void extensionSaysWhatIsInTheFile() throws IOException {
        Path lines = Files.writeString(directory.resolve("orders.JSONL"), "{}");
        Path text = Files.writeString(directory.resolve("orders.txt"), "{}");

        assertThat(console.run("send", lines, "--no-wait", "--url", gateway.url()))
                .isEqualTo(ExitCode.WELL);
        assertThat(send("--no-wait", "--charset", "windows-1254")).isEqualTo(ExitCode.WELL);
        assertThat(console.run("send", text, "--no-wait", "--url", gateway.url()))
                .isEqualTo(ExitCode.USAGE);
        assertThat(console.run("send", directory.resolve("none.csv"))).isEqualTo(ExitCode.USAGE);

        assertThat(gateway.requests())
                .containsExactly(
                        "POST /api/v1/batches application/x-ndjson null",
                        "POST /api/v1/batches text/csv; charset=windows-1254 null");
        assertThat(console.err()).contains("orders.txt is neither", "none.csv does not exist");
    }

    private int send(Object... more) {
        Object[] arguments = new Object[more.length + 4];
        arguments[0] = "send";
        arguments[1] = file;
        arguments[2] = "--url";
        arguments[3] = gateway.url();
        System.arraycopy(more, 0, arguments, 4, more.length);
        return console.run(arguments);
    }
}
