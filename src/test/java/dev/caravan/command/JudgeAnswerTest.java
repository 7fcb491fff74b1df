package dev.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers out of files, judged with a configuration and nothing else. */
class JudgeAnswerTest {

    private static final Path CASES = Path.of("src", "test", "resources", "providers");

    @TempDir
    private Path directory;

    private final Console console = configured();

    @Test
    void bodyIsJudgedByTheProvidersOwnTable() throws IOException {
        Path body = file("{\"success\": true, \"data\": {\"chatId\": \"c\", \"msgId\": \"m-1\"}}");

        assertThat(console.run("verdict", "--provider", "maytapi", "--answer", body))
                .isEqualTo(ExitCode.WELL);

        assertThat(console.err()).isEmpty();
        assertThat(console.out())
                .contains("verdict   sent\n", "id        m-1\n", "because   maytapi accepted it\n", "the send  sent\n")
                .contains("account   goes on");
    }

    @Test
    void statusAndHeadersAreThoseOfTheCommandLine() throws IOException {
        Path body = file("<html>slow down</html>");

        console.run("verdict", "--provider=texter", "--answer", body, "--status=429", "--header", "Retry-After: 7");

        assertThat(console.out())
                .contains("answer    HTTP 429 of texter\n", "verdict   throttled\n", "wait      7 s\n")
                .contains("because   ", "the send  queued: it goes on with its account\n")
                .contains("account   sends nothing until about ");
    }

    @Test
    void wholeAnswerAndGoldenCaseAreReadAsWhatTheyAre() throws IOException {
        Path whole = file("{\"status\": 503, \"headers\": {}, \"body\": {\"message\": \"later\"}}");

        console.run("verdict", "--provider", "maytapi", "--answer", whole);
        console.run(
                "verdict",
                "--provider",
                "maytapi",
                "--answer",
                CASES.resolve("maytapi/http-429-with-retry-after.json"));

        assertThat(console.out())
                .contains("HTTP 503 of maytapi\nverdict   transient\n", "message   later\n")
                .contains("tried again after about 1 s, then longer each time")
                .contains("HTTP 429 of maytapi\nverdict   throttled\n", "wait      7 s\n");
    }

    @Test
    void refusalThatNoTableHasIsSaidToBeOne() throws IOException {
        console.run(
                "verdict", "--provider", "maytapi", "--answer", file("{\"success\": false, \"message\": \"pigeons\"}"));

        assertThat(console.out())
                .contains(
                        "verdict   permanent\n",
                        "message   pigeons\n",
                        "the send  failed; it is not sent again by itself")
                .contains("A row of caravan.verdicts can say what it means.");
    }

    @Test
    void rowsOfTheConfigurationComeFirstWhereTheyAreMeant() throws IOException {
        Path body = file("{\"success\": false, \"message\": \"pigeons\"}");
        Console configured = configured(
                "--caravan.verdicts[0].account=main",
                "--caravan.verdicts[0].match.text=Pigeons",
                "--caravan.verdicts[0].verdict=throttled",
                "--caravan.verdicts[0].wait=90s");

        configured.run("verdict", "--account", "main", "--answer", body);
        assertThat(configured.out())
                .contains("verdict   throttled\n", "wait      1 min 30 s\n", "because   row 1 of caravan.verdicts\n");

        configured.run("verdict", "--provider", "maytapi", "--answer", body);
        assertThat(configured.out()).contains("verdict   permanent\n");
    }

    @Test
    void refusedLookUpSaysWhatComesAfterIt() throws IOException {
        console.run("verdict", "--provider", "pratikesnaf", "--answer", file("{}"), "--status", "401");

        assertThat(console.out())
                .contains("verdict   stale\n", "looked up afresh, and it is tried again, once")
                .contains("then      refused again after that, it is account");
    }

    @Test
    void unknownSaysThatNothingIsSentAgainUnlessTheAccountWantsIt() throws IOException {
        Console retrying = configured("--caravan.accounts.main.on-unknown=retry");

        console.run("verdict", "--account", "main", "--answer", file(""), "--status", "500");
        retrying.run("verdict", "--account", "main", "--answer", file(""), "--status", "500");

        assertThat(console.out()).contains("the send  unknown: held, and not sent again by itself");
        assertThat(retrying.out()).contains("on-unknown: retry, so it may arrive twice");
    }

    @Test
    void answerForAnotherNumberIsNoAnswerToTheSend() throws IOException {
        Path created = CASES.resolve("texter/answer-created.json");
        Path other = directory.resolve("send.json");

        console.run("verdict", "--provider", "texter", "--answer", created);
        assertThat(console.out()).contains("verdict   sent\n");

        Files.writeString(other, "{\"to\": \"+972522234568\", \"text\": \"Hi\"}");
        console.run("verdict", "--provider", "texter", "--answer", created, "--send", other);
        assertThat(console.out()).contains("verdict   unknown\n", "code      wrong-recipient\n", "account   pauses");
    }

    @Test
    void credentialsAndControlCharactersStayOffTheTerminal() throws IOException {
        Path body = file("{\"success\": false, \"message\": \"key hush-hush \\u001b[31mis wrong\"}");

        console.run("verdict", "--account", "main", "--answer", body);

        assertThat(console.out()).contains("key *** ?[31mis wrong").doesNotContain("hush-hush");
    }

    @Test
    void mistakesAreNamed() throws IOException {
        Path body = file("{}");
        assertThat(console.run("verdict", "--answer", body)).isEqualTo(ExitCode.USAGE);
        assertThat(console.run("verdict", "--provider", "pigeon", "--answer", body))
                .isEqualTo(ExitCode.USAGE);
        assertThat(console.run("verdict", "--account", "none", "--answer", body))
                .isEqualTo(ExitCode.USAGE);
        assertThat(console.run("verdict", "--account", "main", "--provider", "texter", "--answer", body))
                .isEqualTo(ExitCode.USAGE);
        assertThat(console.run("verdict", "--provider", "maytapi", "--answer", directory.resolve("none")))
                .isEqualTo(ExitCode.USAGE);
        assertThat(console.run("verdict", "--provider", "maytapi", "--answer", body, "--header", "Retry-After"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(console.run("verdict", "--provider", "maytapi", "--answer", body, "--status", "42"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(console.run("verdict", "--provider", "maytapi", "--answer", body, "--send", body))
                .isEqualTo(ExitCode.USAGE);

        assertThat(console.err().lines().filter(line -> !line.startsWith("See:")))
                .satisfiesExactly(
                        line -> assertThat(line).contains("--provider: write whose answer it is, or --account"),
                        line -> assertThat(line).contains("--provider: no provider is named pigeon"),
                        line -> assertThat(line).contains("--account: no account is named 'none'; there are [main]"),
                        line -> assertThat(line).contains("--provider: account main is one of maytapi"),
                        line -> assertThat(line).contains("none cannot be read"),
                        line -> assertThat(line).contains("--header: write a name, a colon and a value"),
                        line -> assertThat(line).contains("--status: write an HTTP status"),
                        line -> assertThat(line).contains("--send: ", "to"));
    }

    private Path file(String text) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "answer-", ".json"), text);
    }

    private static Console configured(String... more) {
        List<String> account = List.of(
                "--caravan.accounts.main.provider=maytapi",
                "--caravan.accounts.main.settings.product-id=p",
                "--caravan.accounts.main.settings.phone-id=1",
                "--caravan.accounts.main.settings.api-key=hush-hush");
        return new Console(
                Map.of(), Stream.concat(account.stream(), Stream.of(more)).toList());
    }
}
