package dev.caravan.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.message.ContentType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/** A harmless send of each type, which says what it is. */
final class SampleSends {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String to;
    private final Map<ContentType, String> mediaUrls;
    private final Instant now;

    /**
     * @param mediaUrls of the files to send, by their types
     * @param now stands in texts, so that no provider takes one for a repetition
     */
    SampleSends(String to, Map<ContentType, String> mediaUrls, Instant now) {
        this.to = to;
        this.mediaUrls = mediaUrls;
        this.now = now.truncatedTo(ChronoUnit.SECONDS);
    }

    /** @throws CommandFailedException when it takes what only the caller has: a file, a template */
    ObjectNode of(ContentType type) {
        ObjectNode send = JSON.createObjectNode().put("to", to).put("type", type.word());
        switch (type) {
            case TEXT -> send.put("text", text());
            case IMAGE, VIDEO, DOCUMENT -> {
                send.putObject("media").put("url", mediaUrl(type));
                send.put("text", text());
            }
            case AUDIO -> send.putObject("media").put("url", mediaUrl(type));
            case LOCATION ->
                send.putObject("location")
                        .put("latitude", 41.0082)
                        .put("longitude", 28.9784)
                        .put("name", "Caravan test");
            case CONTACTS ->
                send.putArray("contacts")
                        .addObject()
                        .put("name", "Caravan test")
                        .putArray("phones")
                        .add(to);
            case BUTTONS -> {
                send.put("text", text());
                send.putArray("buttons").add(entry("yes", "Yes")).add(entry("no", "No"));
            }
            case LIST -> {
                send.put("text", text());
                send.putObject("list")
                        .put("button", "Choose")
                        .putArray("sections")
                        .addObject()
                        .put("title", "Caravan test")
                        .putArray("rows")
                        .add(entry("one", "One"))
                        .add(entry("two", "Two"));
            }
            case TEMPLATE ->
                throw new CommandFailedException(
                        ExitCode.USAGE,
                        "--types: a template is one of your own; write --send FILE with a send of it instead");
        }
        return send;
    }

    /**
     * A sample file as its provider may take it, which refused a field: without the caption it has no place for, or with
     * the name it asks for, that of the URL. Nothing when there is no other form.
     */
    static Optional<ObjectNode> otherwise(ObjectNode sample, String refused) {
        ObjectNode other = sample.deepCopy();
        if (!(other.get("media") instanceof ObjectNode media)) {
            return Optional.empty();
        }
        if (refused.equals("text") && other.remove("text") != null) {
            return Optional.of(other);
        }
        String path = media.path("url").asText().replaceFirst("[?#].*", "");
        String name = path.substring(path.lastIndexOf('/') + 1);
        if (refused.equals("media.filename") && !media.has("filename") && !name.isEmpty()) {
            media.put("filename", name);
            return Optional.of(other);
        }
        return Optional.empty();
    }

    /** A send of the caller's own, to the number that was named. */
    ObjectNode of(JsonNode own) {
        if (!(own instanceof ObjectNode written)) {
            throw new CommandFailedException(ExitCode.USAGE, "--send: write one send, as REST takes it");
        }
        return written.deepCopy().put("to", to);
    }

    private String mediaUrl(ContentType type) {
        String url = mediaUrls.get(type);
        if (url == null) {
            throw new CommandFailedException(
                    ExitCode.USAGE,
                    "--media-url: write where the " + type.word() + " is, as " + type.word()
                            + "=https://files.example.com/test");
        }
        return url;
    }

    private String text() {
        return "Caravan test, " + now;
    }

    private static ObjectNode entry(String id, String title) {
        return JSON.createObjectNode().put("id", id).put("title", title);
    }
}
