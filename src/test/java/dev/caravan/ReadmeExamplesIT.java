package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The calls that the README shows, made as they stand there to the sandbox it tells the reader to start. */
class ReadmeExamplesIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern BLOCK = Pattern.compile("```sh\\n(curl .+?)\\n```", Pattern.DOTALL);
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
    private static final Pattern KEY = Pattern.compile("Key of this sandbox run: (\\S+)");

    @TempDir
    private Path directory;

    @Test
    void everyCallIsAnsweredAsTheReadmeSays() throws Exception {
        List<String> calls = BLOCK.matcher(Files.readString(Path.of("README.md")))
                .results()
                .map(block -> block.group(1))
                .toList();
        try (GatewayProcess gateway = new Installation(directory)
                .start(
                        "--spring.profiles.active=sandbox",
                        "--caravan.jms.listen=tcp://127.0.0.1:" + Installation.freePort())
                .awaitReady()) {
            String key = KEY.matcher(gateway.output())
                    .results()
                    .map(match -> match.group(1))
                    .findFirst()
                    .orElseThrow();

            assertThat(calls).hasSize(5);
            HttpResponse<String> accepted = call(calls.get(0), gateway, key);
            assertThat(accepted.statusCode()).isEqualTo(202);
            String id = JSON.readTree(accepted.body()).path("id").asText();
            assertThat(accepted.headers().firstValue("Location")).contains("/api/v1/sends/" + id);
            HttpResponse<String> again = call(calls.get(0), gateway, key);
            assertThat(again.statusCode()).isEqualTo(200);
            assertThat(again.headers().firstValue("Idempotency-Replayed")).contains("true");
            assertThat(JSON.readTree(again.body()).path("id").asText()).isEqualTo(id);
            assertThat(JSON.readTree(call(calls.get(1), gateway, key).body()).path("items"))
                    .extracting(item -> item.path("id").asText())
                    .containsExactly(id);
            JsonNode rehearsed = JSON.readTree(call(calls.get(2), gateway, key).body());
            assertThat(rehearsed.path("rejected").asInt()).isEqualTo(1);
            assertThat(JSON.readTree(call(calls.get(3), gateway, key).body())
                            .path("count")
                            .asInt(-1))
                    .isZero();
            assertThat(call(calls.get(4), gateway, key).statusCode()).isBetween(200, 201);
        }
    }

    /** What curl would do: {@code -H}, {@code -d} and {@code --data-binary} are all the README uses. */
    private static HttpResponse<String> call(String command, GatewayProcess gateway, String key)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>();
        for (MatchResult word : WORD.matcher(command.replace("\\\n", " ").replace("$KEY", key))
                .results()
                .toList()) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2) != null ? word.group(2) : word.group(3));
        }
        HttpRequest.Builder request = HttpRequest.newBuilder();
        for (int index = 1; index < words.size(); index++) {
            String word = words.get(index);
            if (word.equals("-s")) {
                continue;
            }
            switch (word) {
                case "-H" -> {
                    String[] header = words.get(++index).split(": ", 2);
                    request.header(header[0], header[1]);
                }
                case "-d", "--data-binary" -> request.POST(body(words.get(++index)));
                default -> request.uri(URI.create(word.replace("http://127.0.0.1:8080", gateway.url())));
            }
        }
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    private static BodyPublisher body(String written) throws IOException {
        return written.startsWith("@")
                ? BodyPublishers.ofFile(Path.of(written.substring(1)))
                : BodyPublishers.ofString(written);
    }
}
