package dev.caravan.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The keys of a JSON value and the types of what they hold; entries of an array count together.
 *
 * @param types the types at each path, such as {@code data.ids[]}; the whole has the empty path
 */
record Shape(Map<String, Set<String>> types) {

    static Shape of(JsonNode node) {
        Map<String, Set<String>> types = new TreeMap<>();
        collect("", node, types);
        return new Shape(types);
    }

    private static void collect(String path, JsonNode node, Map<String, Set<String>> types) {
        types.computeIfAbsent(path, unknown -> new TreeSet<>()).add(word(node.getNodeType()));
        node.properties()
                .forEach(field -> collect(
                        path.isEmpty() ? field.getKey() : path + "." + field.getKey(), field.getValue(), types));
        if (node.isArray()) {
            node.forEach(entry -> collect(path + "[]", entry, types));
        }
    }

    private static String word(JsonNodeType type) {
        return type == JsonNodeType.STRING ? "text" : type.name().toLowerCase(Locale.ROOT);
    }

    /** In what this one differs from another, each for people; empty when in nothing. */
    List<String> differences(Shape other) {
        List<String> differences = new ArrayList<>();
        Set<String> paths = new TreeSet<>(types.keySet());
        paths.addAll(other.types.keySet());
        String onlyInOne = null;
        for (String path : paths) {
            if (onlyInOne != null && isBelow(path, onlyInOne)) {
                continue;
            }
            Set<String> here = types.get(path);
            Set<String> there = other.types.get(path);
            String name = path.isEmpty() ? "the answer" : path;
            if (there == null) {
                differences.add(name + " is new: " + String.join(" or ", here));
                onlyInOne = path;
            } else if (here == null) {
                differences.add(name + " is missing");
                onlyInOne = path;
            } else if (!here.equals(there)) {
                differences.add(name + " is " + String.join(" or ", here) + ", not " + String.join(" or ", there));
            }
        }
        return differences;
    }

    private static boolean isBelow(String path, String other) {
        return path.startsWith(other + ".") || path.startsWith(other + "[]");
    }
}
