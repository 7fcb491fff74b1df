package dev.caravan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * A file of routes, as a linter looks at it.
 *
 * @param path from the project's directory
 * @param content a list of routes and route templates
 */
record RouteFile(Path path, JsonNode content) {

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Path DIRECTORY = Path.of("routes");

    private static final String REST = "rest";

    /** The kind of a part that is an operation of the REST door. */
    static final String VERB = "verb";

    /** What holds one or more things that happen, beside the entries of {@code steps}. */
    private static final Set<String> BRANCHES = Set.of("when", "otherwise", "doCatch", "doFinally", "onFallback");

    /**
     * Something that must say what it is: a route, what it begins with, a step, a branch.
     *
     * @param kind {@code route}, {@code from}, {@code verb}, or the step's name in Camel
     * @param node its options
     * @param where it stands, for messages
     */
    record Part(String kind, JsonNode node, String where) {

        String text(String field) {
            return node.path(field).asText("");
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }

    static List<RouteFile> all() throws IOException {
        List<Path> paths;
        try (Stream<Path> below = Files.walk(DIRECTORY)) {
            paths = below.filter(Files::isRegularFile).sorted().toList();
        }
        List<RouteFile> files = new ArrayList<>();
        for (Path path : paths) {
            files.add(new RouteFile(path, YAML.readTree(path.toFile())));
        }
        return files;
    }

    /** Every route, step and branch, in the order in which they are written. */
    List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        for (JsonNode entry : content) {
            Map.Entry<String, JsonNode> route = entry.properties().iterator().next();
            parts.add(new Part(route.getKey(), route.getValue(), path + ": " + route.getKey()));
            collect(route.getValue(), route.getValue().path("id").asText("a route"), parts);
            if (route.getKey().equals(REST)) {
                route.getValue().properties().stream()
                        .filter(field -> field.getValue().isArray())
                        .forEach(method -> method.getValue().forEach(verb -> parts.add(verb(method.getKey(), verb))));
            }
        }
        return parts;
    }

    /** An operation of the REST door: a route that Camel makes, whose id is the operation's. */
    private Part verb(String method, JsonNode verb) {
        ObjectNode route = verb.deepCopy();
        route.set("id", verb.path("routeId"));
        route.set("uri", verb.path("to"));
        return new Part(
                VERB, route, path + ": " + method + " " + verb.path("path").asText());
    }

    private void collect(JsonNode node, String route, List<Part> parts) {
        String where = path + ": in " + route;
        BiConsumer<String, JsonNode> part = (kind, options) -> {
            parts.add(new Part(kind, options, where + ", " + kind));
            collect(options, route, parts);
        };
        node.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (field.getKey().equals("from")) {
                part.accept("from", value);
            } else if (field.getKey().equals("steps")) {
                value.forEach(step -> step.properties().forEach(one -> part.accept(one.getKey(), one.getValue())));
            } else if (BRANCHES.contains(field.getKey())) {
                (value.isArray() ? value : List.of(value)).forEach(branch -> part.accept(field.getKey(), branch));
            }
        });
    }

    /** The names of a template's parameters; none for a route. */
    static Set<String> parameters(JsonNode template) {
        Set<String> names = new HashSet<>();
        template.path("parameters")
                .forEach(parameter -> names.add(parameter.path("name").asText()));
        return names;
    }

    /** Every text in a part of the file, its keys apart. */
    static List<String> texts(JsonNode node) {
        if (node.isValueNode()) {
            return List.of(node.asText());
        }
        List<String> texts = new ArrayList<>();
        node.forEach(child -> texts.addAll(texts(child)));
        return texts;
    }
}
