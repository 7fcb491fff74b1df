package dev.caravan.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.caravan.provider.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * An answer out of a file: a raw body, {@code {status, headers, body}}, or a golden case that holds one.
 *
 * @param send the send that a golden case has with it, or null
 */
record GivenAnswer(Answer answer, JsonNode send) {

    private static final Set<String> PARTS = Set.of("status", "headers", "body");
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /**
     * @param status instead of the file's, else 200; or null
     * @param headers beside the file's
     * @throws CommandFailedException when the file cannot be read
     */
    static GivenAnswer read(Path file, Integer status, Map<String, String> headers) {
        String text = text(file);
        JsonNode json = json(text);
        boolean isCase = json.path("shows").isTextual() && isWhole(json.path("answer"));
        JsonNode whole = isCase ? json.path("answer") : json;
        Map<String, String> all = new HashMap<>();
        int stated = 200;
        if (isWhole(whole)) {
            stated = whole.path("status").intValue();
            whole.path("headers")
                    .properties()
                    .forEach(
                            header -> all.put(header.getKey(), header.getValue().asText()));
            JsonNode body = whole.path("body");
            text = body.isTextual() ? body.textValue() : body.isMissingNode() ? "" : body.toString();
        }
        all.putAll(headers);
        return new GivenAnswer(
                new Answer(status == null ? stated : status, all, text),
                isCase && json.path("send").isObject() ? json.path("send") : null);
    }

    /** A provider's own body can have a status too, but hardly as a number and nothing else beside it. */
    private static boolean isWhole(JsonNode json) {
        return json.path("status").isIntegralNumber()
                && json.has("body")
                && json.properties().stream().allMatch(field -> PARTS.contains(field.getKey()));
    }

    /** As much of it as is read of an answer. */
    private static String text(Path file) {
        try (InputStream input = Files.newInputStream(file)) {
            return new String(input.readNBytes(Answer.LONGEST_BODY), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw unreadable(file, unreadable);
        }
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException raw) {
            return MissingNode.getInstance();
        }
    }

    /** A file that holds one send. */
    static JsonNode send(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (JsonProcessingException malformed) {
            throw new CommandFailedException(
                    ExitCode.USAGE, Printable.line(file.toString()) + " is no JSON; write one send, as REST takes it");
        } catch (IOException unreadable) {
            throw unreadable(file, unreadable);
        }
    }

    private static CommandFailedException unreadable(Path file, IOException why) {
        return new CommandFailedException(
                ExitCode.USAGE,
                Printable.line(file.toString()) + " cannot be read: "
                        + why.getClass().getSimpleName());
    }
}
