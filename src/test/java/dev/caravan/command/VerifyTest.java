package dev.caravan.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.delivery.ProviderStub;
import dev.caravan.delivery.ProviderStub.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sends by the routes that ship to a provider on this machine, without a ledger. */
@Timeout(120)
class VerifyTest {

    private static final String TAKEN = "{\"success\": true, \"data\": {\"chatId\": \"%s@c.us\", \"msgId\": \"m-1\"}}";
    private static final String MINE = "+905301234599";
    private static final String CHAT = "{\"total\": 1, \"data\": [{\"_id\": \"000000000000000000000001\","
            + " \"channelInfo\": {\"name\": \"whatsapp\", \"id\": \"%s\", \"accountId\": \"908500000000\"}}]}";

    @TempDir
    private Path directory;

    private ProviderStub stub;
    private Path kept;
    private volatile Function<Request, byte[]> answering = request -> http(200, TAKEN.formatted(MINE.substring(1)));

    @BeforeEach
    void startStub() throws IOException {
        kept = directory.resolve("kept");
        stub = new ProviderStub(
                (request, connection) -> connection.getOutputStream().write(answering.apply(request)));
    }

    @AfterEach
    void stopStub() throws IOException {
        stub.close();
    }

    @Test
    void oneMessageOfEachTypeIsSentWhenSomebodySaysYes() throws IOException {
        Console console = maytapi();
        console.answer("y");

        assertThat(console.run(
                        "verify",
                        "main",
                        "--to",
                        "0530 123 45 99",
                        "--types",
                        "text,image",
                        "--media-url",
                        "image=https://files.example.com/a.jpg?b=c",
                        "--out",
                        kept))
                .as(console.err())
                .isEqualTo(ExitCode.WELL);

        assertThat(console.out())
                .contains(
                        "This really sends 2 WhatsApp messages (text, image) to +905301234599 from account main at maytapi.")
                .contains(
                        "Go on? [y/N]", "text: sent, id m-1", "image: sent, id m-1", "answered as in the golden case ");
        assertThat(stub.requests())
                .extracting(request -> new ObjectMapper().readTree(request.body()))
                .satisfiesExactly(
                        text -> assertThat(text.path("message").asText()).startsWith("Caravan test, 2"),
                        image -> assertThat(image.path("message").asText())
                                .isEqualTo("https://files.example.com/a.jpg?b=c"));
        assertThat(directory.resolve("data")).as("home").doesNotExist();
        assertThat(kept.resolve("maytapi")).isDirectoryContaining("glob:**/image-sent.json");
        JsonNode golden = new ObjectMapper()
                .readTree(kept.resolve("maytapi/text-sent.json").toFile());
        assertThat(golden.toString()).doesNotContain("hush", "1234599");
        assertThat(golden.path("account").path("api-key").asText()).isEqualTo("***");
        assertThat(golden.path("send").path("to").asText()).isEqualTo("0" + "5301234567");
        assertThat(golden.path("request").path("method").asText()).isEqualTo("POST");
        assertThat(golden.path("request").path("path").asText())
                .isEqualTo("/00000000-0000-0000-0000-000000000000/1/sendMessage");
        assertThat(golden.path("request").path("headers").toString()).isEqualTo("{\"x-maytapi-key\":\"***\"}");
        assertThat(golden.path("request").path("body").path("to_number").asText())
                .isEqualTo("905301234567");
        assertThat(golden.path("answer").path("status").asInt()).isEqualTo(200);
        assertThat(golden.path("answer")
                        .path("body")
                        .path("data")
                        .path("chatId")
                        .asText())
                .isEqualTo("905301234567@c.us");
        assertThat(golden.path("verdict").toString()).isEqualTo("{\"class\":\"sent\",\"providerMessageId\":\"m-1\"}");
    }

    @Test
    void nothingIsSentUnlessSomebodySaysYes() {
        Console console = maytapi();

        assertThat(console.run("verify", "main", "--to", MINE, "--out", kept)).isEqualTo(ExitCode.USAGE);
        console.answer("");
        assertThat(console.run("verify", "main", "--to", MINE, "--out", kept)).isEqualTo(ExitCode.USAGE);

        assertThat(console.err()).contains("Nobody is there to confirm it", "--yes", "Nothing was sent.");
        assertThat(stub.requests()).isEmpty();
        assertThat(kept).doesNotExist();
    }

    @Test
    void whatTheAccountCannotCarryIsFoundBeforeAnythingIsSent() throws IOException {
        Console console = maytapi();
        Path send = Files.writeString(directory.resolve("send.json"), "{\"type\": \"text\"}");

        assertThat(console.run("verify", "main", "--to", MINE, "--types", "text,list", "--yes"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(console.run("verify", "main", "--to", "12", "--yes")).isEqualTo(ExitCode.USAGE);
        assertThat(console.run("verify", "main", "--to", MINE, "--send", send, "--yes"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(console.run("verify", "main", "--to", MINE, "--types", "image", "--yes"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(console.run("verify", "main", "--to", MINE, "--types", "template", "--yes"))
                .isEqualTo(ExitCode.USAGE);
        assertThat(console.run("verify", "main", "--to", MINE, "--types", "pigeon", "--yes"))
                .isEqualTo(ExitCode.USAGE);

        assertThat(console.err())
                .contains("Nothing was sent. The list cannot be: provider maytapi of account main carries no list")
                .contains("The text cannot be: ")
                .contains("--media-url: write where the image is")
                .contains("--types: a template is one of your own")
                .contains("--types: there is no type 'pigeon'");
        assertThat(stub.requests()).isEmpty();
    }

    @Test
    void answerOfAnotherShapeIsSaidToBeOne() {
        answering = request ->
                http(200, "{\"success\": true, \"data\": {\"chatId\": \"c\", \"msgId\": \"m-1\", \"pigeons\": 2}}");
        Console console = maytapi();

        assertThat(console.run("verify", "main", "--to", MINE, "--yes", "--out", kept))
                .isEqualTo(ExitCode.SOME_FAILED);

        assertThat(console.out())
                .contains("answered otherwise than in the golden case ", "data.pigeons is new: number");
    }

    @Test
    void restIsNotSentAfterARefusalOfTheAccount() {
        answering = request -> http(401, "{\"success\": false, \"message\": \"hush-hush is no token of ours\"}");
        Console console = maytapi();

        assertThat(console.run("verify", "main", "--to", MINE, "--types", "text,location", "--yes", "--out", kept))
                .isEqualTo(ExitCode.SOME_FAILED);

        assertThat(console.out())
                .contains("text: account http-401: *** is no token of ours", "because ", "The rest was not sent")
                .doesNotContain("hush-hush", "location: ");
        assertThat(stub.requests()).hasSize(1);
        assertThat(kept.resolve("maytapi/text-account.json")).content().doesNotContain("hush-hush");
    }

    @Test
    void providerThatIsNotThereIsNamedWithoutItsCredential() throws IOException {
        stub.close();
        Console console = maytapi();

        assertThat(console.run("verify", "main", "--to", MINE, "--yes", "--out", kept))
                .isEqualTo(ExitCode.SOME_FAILED);

        assertThat(console.out()).contains("text: transient not-connected").doesNotContain("hush-hush");
        assertThat(kept.resolve("maytapi")).isEmptyDirectory();
    }

    @Test
    void nothingIsSentThatCouldNotBeKept() throws IOException {
        Files.writeString(kept, "a file");
        Console console = maytapi();

        assertThat(console.run("verify", "main", "--to", MINE, "--yes", "--out", kept))
                .isEqualTo(ExitCode.USAGE);

        assertThat(console.err()).contains("--out: nothing can be kept there");
        assertThat(stub.requests()).isEmpty();
    }

    @Test
    void whatIsLookedUpFirstIsNotKept() throws IOException {
        answering = request -> request.path().endsWith("/token")
                ? http(200, "{\"success\": true, \"data\": {\"token\": \"token-of-today\"}}")
                : http(200, "{\"ok\": true, \"log_id\": 42}");
        Console console = configured(
                "provider=pratikesnaf",
                "settings.api-key=hush-hush",
                "settings.api-secret=hush-hush-hush",
                "rate=unlimited");

        console.run("verify", "main", "--to", MINE, "--yes", "--out", kept);

        assertThat(console.out()).contains("text: sent, id 42");
        assertThat(stub.requests()).hasSize(2);
        assertThat(kept.resolve("pratikesnaf/text-sent.json"))
                .content()
                .contains("\"Authorization\": \"Bearer found\"")
                .doesNotContain("token-of-today", "hush");
    }

    @Test
    void lookUpThatFailsSendsNothing() {
        answering = request -> http(401, "{\"success\": false, \"message\": \"unknown\"}");
        Console console =
                configured("provider=pratikesnaf", "settings.api-key=hush-hush", "settings.api-secret=hush-hush-hush");

        assertThat(console.run("verify", "main", "--to", MINE, "--yes", "--out", kept))
                .isEqualTo(ExitCode.SOME_FAILED);

        assertThat(console.out()).contains("text: account http-401", "because the look-up before the send says so");
        assertThat(stub.requests()).hasSize(1);
    }

    @Test
    void sampleFilesAreWrittenAsTheirProviderTakesThem() throws IOException {
        answering = request -> request.path().contains("/chats/search")
                ? http(200, CHAT.formatted(MINE.substring(1)))
                : http(200, "{\"success\": true, \"messages\": [{\"channelInfo\": {\"id\": \"wamid.1\"}}]}");
        Console texter = configured(
                "provider=texter", "rate=unlimited", "settings.project-id=p", "settings.api-token=hush-hush");
        runImage(texter);
        assertThat(texter.out()).as(texter.err()).contains("image: sent, id wamid.1");

        answering = request -> http(200, "{\"status\": true, \"statusCode\": \"\", \"data\": \"wamid.2\"}");
        Console wapCrm = configured(
                "provider=wapcrm",
                "rate=unlimited",
                "settings.secret-key=hush-hush",
                "settings.instance-id=15",
                "settings.user-id=1");
        runImage(wapCrm);
        assertThat(wapCrm.out()).as(wapCrm.err()).contains("image: sent, id wamid.2");
        List<Request> requests = stub.requests();
        Request last = requests.get(requests.size() - 1);
        JsonNode body = new ObjectMapper().readTree(last.body());
        assertThat(body.path("filename").asText()).isEqualTo("a.jpg");
    }

    private void runImage(Console console) {
        console.run(
                "verify",
                "main",
                "--to",
                MINE,
                "--types",
                "image",
                "--media-url",
                "https://files.example.com/a.jpg?b=c",
                "--yes",
                "--out",
                kept);
    }

    private Console maytapi() {
        return configured(
                "provider=maytapi",
                "rate=unlimited",
                "settings.product-id=product-of-ours",
                "settings.phone-id=1",
                "settings.api-key=hush-hush");
    }

    private Console configured(String... account) {
        List<String> configuration = new ArrayList<>(List.of(
                "--caravan.home=" + directory.resolve("data"), "--caravan.accounts.main.base-url=" + stub.baseUrl()));
        for (String key : account) {
            configuration.add("--caravan.accounts.main." + key);
        }
        return new Console(Map.of(), configuration);
    }

    private static byte[] http(int status, String body) {
        return ProviderStub.http(status, Map.of(), body);
    }
}
