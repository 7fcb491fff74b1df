package dev.caravan.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/** The golden cases that the packs were built by, as they travel in the jar. */
final class GoldenCases {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SEND = "_send.json";
    private static final String ACCOUNT = "_account.json";

    private final List<Shown> answers = new ArrayList<>();
    private ObjectNode send = JSON.createObjectNode();
    private ObjectNode account = JSON.createObjectNode();

    /**
     * An answer to a send call that a case shows.
     *
     * @param file the name of the case's file
     * @param word the class of the verdict on it
     * @param body JSON, or a text where it is none
     */
    record Shown(String file, String word, JsonNode body) {}

    /** Those of a provider; there may be none. */
    static GoldenCases of(String provider) {
        GoldenCases cases = new GoldenCases();
        try {
            for (Resource file : new PathMatchingResourcePatternResolver()
                    .getResources("classpath*:golden/" + provider + "/*.json")) {
                cases.add(file.getFilename(), JSON.readTree(file.getContentAsByteArray()));
            }
        } catch (IOException damaged) {
            throw new UncheckedIOException("the golden cases of " + provider + " cannot be read", damaged);
        }
        return cases;
    }

    private void add(String file, JsonNode content) {
        if (file.equals(SEND)) {
            send = (ObjectNode) content;
        } else if (file.equals(ACCOUNT)) {
            account = (ObjectNode) content;
        } else if (content.has("answer") && content.has("verdict")) {
            answers.add(new Shown(
                    file,
                    content.path("verdict").path("class").asText(),
                    content.path("answer").path("body")));
        }
    }

    List<Shown> answers() {
        return List.copyOf(answers);
    }

    /** A plain send, to a number that nobody has. */
    ObjectNode send() {
        return send.deepCopy();
    }

    /** The sample of a setting, or null when there is none. */
    String setting(String name) {
        return account.path(name).textValue();
    }
}
