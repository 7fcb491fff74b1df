package dev.caravan.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.caravan.account.Account;
import dev.caravan.delivery.Tryout.Call;
import dev.caravan.delivery.Tryout.Tried;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Verdict;
import dev.caravan.provider.Verdict.Throttled;
import dev.caravan.provider.Verdict.Wait;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;

/** An exchange with a provider as a golden case: a candidate, which somebody has to read before it becomes one. */
final class VerifiedCase {

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** The others tell of the provider's servers, and change. */
    private static final List<String> HEADERS = List.of("Content-Type", "Retry-After");

    private static final DefaultPrettyPrinter PRINTER = new DefaultPrettyPrinter(
                    Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER))
            .withObjectIndenter(new DefaultIndenter("  ", "\n"))
            .withArrayIndenter(new DefaultIndenter("  ", "\n"));

    private static final String UNWRITABLE =
            "--out: nothing can be kept there; name a directory that can be written to";

    private VerifiedCase() {}

    /** The class of a verdict as golden cases name it. */
    static String word(Verdict verdict) {
        if (verdict instanceof Verdict.Misdelivered) {
            return "misdelivered";
        }
        return verdict instanceof Verdict.OptedOut ? "opted-out" : verdict.word();
    }

    /** The body of an answer as golden cases have it: JSON, or a text where it is none. */
    static JsonNode body(Answer answer) {
        return json(answer.body());
    }

    private static JsonNode json(String text) {
        try {
            JsonNode node = JSON.readTree(text);
            // A bare word in quotes would be taken for raw text.
            return node.isContainerNode() ? node : TextNode.valueOf(text);
        } catch (JsonProcessingException raw) {
            return TextNode.valueOf(text);
        }
    }

    /**
     * The case.
     *
     * @param send as it was asked for
     * @param today of the exchange
     */
    static ObjectNode of(JsonNode send, Tried tried, Account account, Redaction redaction, LocalDate today) {
        ObjectNode written = JSON.createObjectNode();
        String type = send.path("type").asText("send");
        written.put("shows", "Seen on " + today + ": " + type + ", " + word(tried.verdict()));
        written.set("account", redaction.settings(account));
        written.set("send", redaction.json(send));
        if (tried.found() != null) {
            written.put("found", redaction.text(tried.found()));
        }
        if (tried.call() != null) {
            written.set("request", request(tried.call(), redaction));
        }
        if (tried.answer() != null) {
            ObjectNode answer = written.putObject("answer");
            answer.put("status", tried.answer().status());
            ObjectNode headers = answer.putObject("headers");
            for (String name : HEADERS) {
                if (tried.answer().header(name) != null) {
                    headers.put(name, redaction.text(tried.answer().header(name)));
                }
            }
            answer.set("body", redaction.json(body(tried.answer())));
            written.set("verdict", verdict(tried.verdict(), redaction));
        }
        return written;
    }

    private static ObjectNode request(Call call, Redaction redaction) {
        ObjectNode request = JSON.createObjectNode();
        request.put("method", call.method());
        request.put("path", redaction.text(call.path()));
        ObjectNode query = request.putObject("query");
        if (call.query() != null) {
            for (String pair : call.query().split("&")) {
                String[] both = pair.split("=", 2);
                query.put(decoded(both[0]), redaction.text(both.length == 1 ? "" : decoded(both[1])));
            }
        }
        ObjectNode headers = request.putObject("headers");
        for (Map.Entry<String, String> header : call.headers().entrySet()) {
            headers.put(header.getKey(), redaction.text(header.getValue()));
        }
        if (call.body() != null && !call.body().isEmpty()) {
            request.set("body", redaction.json(json(call.body())));
        }
        return request;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static ObjectNode verdict(Verdict verdict, Redaction redaction) {
        ObjectNode written = JSON.createObjectNode().put("class", word(verdict));
        if (verdict instanceof Verdict.Sent sent) {
            if (sent.providerMessageId() != null) {
                written.put("providerMessageId", redaction.text(sent.providerMessageId()));
            }
            if (!sent.otherIds().isEmpty()) {
                sent.otherIds().forEach(written.putArray("otherIds")::add);
            }
            return written;
        }
        written.put("code", verdict.code() == null ? null : redaction.text(verdict.code()));
        if (verdict instanceof Throttled throttled) {
            written.put("pause", pause(throttled.pause()));
        }
        return written;
    }

    private static String pause(Wait wait) {
        if (wait instanceof Wait.For length) {
            return length.duration().toString();
        }
        if (wait instanceof Wait.Until until) {
            return until.instant().toString();
        }
        return wait instanceof Wait.NextDay ? "next-day" : "backoff";
    }

    /**
     * Makes the directory for cases, before anything is sent that could not be kept.
     *
     * @throws CommandFailedException when nothing can be written there
     */
    static void prepare(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException failed) {
            throw unwritable(failed);
        }
        if (!Files.isWritable(directory)) {
            throw new CommandFailedException(ExitCode.USAGE, UNWRITABLE);
        }
    }

    /**
     * Writes a case, beside those that are there.
     *
     * @return its file
     */
    static Path write(ObjectNode written, Path directory, String name) {
        try {
            byte[] text = (JSON.writer(PRINTER).writeValueAsString(written) + "\n").getBytes(StandardCharsets.UTF_8);
            for (int number = 1; ; number++) {
                Path file = directory.resolve(name + (number == 1 ? "" : "-" + number) + ".json");
                try {
                    return Files.write(file, text, StandardOpenOption.CREATE_NEW);
                } catch (FileAlreadyExistsException taken) {
                    // The next number is tried.
                }
            }
        } catch (IOException failed) {
            throw unwritable(failed);
        }
    }

    private static CommandFailedException unwritable(IOException why) {
        return new CommandFailedException(
                ExitCode.USAGE, UNWRITABLE + " (" + why.getClass().getSimpleName() + ")");
    }
}
