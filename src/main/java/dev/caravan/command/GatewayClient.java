package dev.caravan.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

/** A running gateway, as its interface shows it. No message has the key in it, and no redirect gets it. */
final class GatewayClient {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final String BATCHES = "/api/v1/batches";

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final URI address;
    private final String key;

    /** @param address everything before {@code /api}, without a slash at its end */
    GatewayClient(URI address, String key) {
        this.address = address;
        this.key = key;
    }

    /**
     * Posts a file, read while it is sent.
     *
     * @param contentType of what is in it
     * @param idempotencyKey or null
     * @throws CommandFailedException when it was not accepted
     */
    JsonNode post(Path file, String contentType, String idempotencyKey) {
        try {
            HttpRequest.Builder request =
                    request(BATCHES).header("Content-Type", contentType).POST(BodyPublishers.ofFile(file));
            if (idempotencyKey != null) {
                request.header("Idempotency-Key", idempotencyKey);
            }
            return read(send(request.build(), BodyHandlers.ofByteArray()));
        } catch (FileNotFoundException vanished) {
            throw new CommandFailedException(ExitCode.USAGE, "the file cannot be read any more");
        } catch (GatewayAwayException away) {
            requireKnownKey();
            throw new GatewayAwayException(
                    away.getMessage() + "\nRows may have been stored. Send the same file again: rows are recognised.");
        }
    }

    /**
     * A gateway that refuses a key hangs up while the file is still being sent, so that its answer can be lost with the
     * connection. Asked with an empty body it is not.
     */
    private void requireKnownKey() {
        HttpRequest question = request(BATCHES + "?dryRun=true")
                .header("Content-Type", "text/csv")
                .timeout(ANSWER)
                .POST(BodyPublishers.noBody())
                .build();
        try {
            HttpResponse<byte[]> answer = send(question, BodyHandlers.ofByteArray());
            if (answer.statusCode() == 401 || answer.statusCode() == 403) {
                check(answer.statusCode(), parse(answer.body()));
            }
        } catch (GatewayAwayException stillAway) {
            // The first answer stands.
        }
    }

    /**
     * How a batch stands.
     *
     * @throws GatewayAwayException also when it is not known: a gateway that starts listens before it answers
     */
    JsonNode batch(String id) {
        HttpResponse<byte[]> answer =
                send(request(batchPath(id)).timeout(ANSWER).GET().build(), BodyHandlers.ofByteArray());
        if (answer.statusCode() == 404) {
            throw new GatewayAwayException("the gateway does not know the batch");
        }
        return read(answer);
    }

    /** Where the report of a batch is. */
    URI report(String id) {
        return URI.create(address + batchPath(id) + "/report");
    }

    /** Writes the report of a batch to a file, which is whole or not there. */
    void download(String id, Path target) {
        Path unfinished = target.resolveSibling('.' + target.getFileName().toString() + ".part");
        try {
            HttpResponse<Path> answer = send(
                    request(batchPath(id) + "/report").GET().build(),
                    status -> status.statusCode() == 200
                            ? HttpResponse.BodySubscribers.ofFile(unfinished)
                            : HttpResponse.BodySubscribers.replacing(null));
            check(answer.statusCode(), null);
            Files.move(unfinished, target, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException unwritable) {
            throw new CommandFailedException(ExitCode.USAGE, "--report: " + target + " cannot be written");
        }
    }

    private static String batchPath(String id) {
        return BATCHES + '/' + id;
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(address + path)).header("Authorization", "Bearer " + key);
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> body) {
        try {
            return client.send(request, body);
        } catch (IOException away) {
            throw new GatewayAwayException("the gateway at " + address + " cannot be reached: "
                    + away.getClass().getSimpleName());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new GatewayAwayException("interrupted");
        }
    }

    private JsonNode read(HttpResponse<byte[]> answer) {
        JsonNode body = parse(answer.body());
        check(answer.statusCode(), body);
        if (body == null || !body.isObject()) {
            throw new CommandFailedException(
                    ExitCode.GATEWAY, address + " answers, but not as a gateway does; look at --url");
        }
        return body;
    }

    private static JsonNode parse(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException notJson) {
            return null;
        } catch (IOException impossible) {
            throw new IllegalStateException("bytes can always be read", impossible);
        }
    }

    /** @param problem the problem document of a refusal, or null */
    private void check(int status, JsonNode problem) {
        if (status >= 200 && status < 300) {
            return;
        }
        String detail =
                problem == null ? "" : Printable.line(problem.path("detail").asText(""));
        String said = (detail.isEmpty() ? "HTTP " + status : detail) + stored(problem);
        switch (status) {
            case 401 -> throw new CommandFailedException(ExitCode.GATEWAY, "the gateway refuses the key: " + said);
            case 403 -> throw new CommandFailedException(ExitCode.GATEWAY, "the key may not do this: " + said);
            case 408, 425, 429, 500, 502, 503, 504 ->
                throw new GatewayAwayException("the gateway cannot do this now: " + said);
            default -> {
                boolean isRefusal = problem != null && problem.hasNonNull("code");
                throw isRefusal && status != 404
                        ? new CommandFailedException(ExitCode.USAGE, "the gateway refuses the file: " + said)
                        : new CommandFailedException(
                                ExitCode.GATEWAY, address + " answers as no gateway does: " + said + "; look at --url");
            }
        }
    }

    private static String stored(JsonNode problem) {
        return problem != null && problem.hasNonNull("batch")
                ? " (" + Printable.count(problem.path("accepted").asLong(), "row", "rows")
                        + " of it are accepted as batch "
                        + Printable.line(problem.path("batch").asText()) + ")"
                : "";
    }
}
