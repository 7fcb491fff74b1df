package dev.caravan.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.caravan.api.Contract.Code;
import dev.caravan.api.Contract.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds routes, codes and their documentation against the contract, without starting anything. */
class ContractTest {

    /** Operations of the contract that no route serves yet. */
    private static final Set<String> PENDING = Set.of();

    /** Served as a file. */
    private static final String ITSELF = "get-contract";

    /** Called by providers, by an address with a token instead of a key. */
    private static final String WEBHOOK = "receive-notices";

    private static final List<Path> ROUTES =
            List.of(Path.of("routes", "intake", "rest.camel.yaml"), Path.of("routes", "intake", "webhooks.camel.yaml"));
    private static final Path SOURCES = Path.of("src", "main", "java");
    private static final Path ERRORS = Path.of("docs", "errors.md");

    /** A refusal's code: the second text of its making, or the one after a status. */
    private static final Pattern REFUSAL = Pattern.compile(
            "(?:InvalidSendException|ProblemException|Problem|Problem\\.of)\\(\\s*(?:\\d{3}|[^,;{}]+?),\\s*\"([a-z]+(?:-[a-z]+)*)\"");

    private final Contract contract = Contract.read();

    @Test
    void everyOperationHasARouteAndEveryRouteAnOperation() throws IOException {
        Map<String, String> routes = new HashMap<>();
        for (Path file : ROUTES) {
            for (JsonNode entry : new YAMLMapper().readTree(file.toFile())) {
                JsonNode rest = entry.path("rest");
                rest.properties().stream()
                        .filter(field -> field.getValue().isArray())
                        .forEach(method -> method.getValue()
                                .forEach(verb -> routes.put(
                                        verb.path("routeId").asText(),
                                        method.getKey().toUpperCase(Locale.ROOT) + " "
                                                + rest.path("path").asText()
                                                + verb.path("path").asText())));
            }
        }
        Map<String, String> operations = new HashMap<>();
        for (Operation operation : contract.operations().values()) {
            if (!PENDING.contains(operation.id()) && !operation.id().equals(ITSELF)) {
                operations.put(operation.id(), operation.method() + " " + operation.path());
            }
        }

        assertThat(routes).isEqualTo(operations);
        assertThat(contract.operations().keySet()).containsAll(PENDING);
    }

    @Test
    void everyOperationDescribesEveryAnswerThatSecurityAndFaultsMayGive() {
        assertThat(contract.operations().values())
                .filteredOn(operation -> !Set.of(ITSELF, WEBHOOK).contains(operation.id()))
                .allSatisfy(operation -> {
                    assertThat(operation.node().path("responses").fieldNames())
                            .toIterable()
                            .as(operation.id())
                            .contains("401", "403", "429", "500", "503");
                    assertThat(operation.node().path("security").path(0).path("key"))
                            .as("the scope of %s", operation.id())
                            .hasSize(1);
                });
    }

    @Test
    void aReportIsRefusedWithoutAWordOfKeysAndScopes() {
        JsonNode operation = contract.operations().get(WEBHOOK).node();

        assertThat(operation.path("responses").fieldNames())
                .toIterable()
                .containsExactly("200", "400", "404", "413", "429", "500", "503");
        assertThat(operation.path("security")).isEmpty();
    }

    @Test
    void codesAreUniqueAndOfOneForm() {
        assertThat(contract.codes())
                .extracting(Code::code)
                .doesNotHaveDuplicates()
                .allMatch(code -> code.matches("[a-z]+(-[a-z]+)*"));
    }

    @Test
    void everyCodeOfARefusalIsInTheContract() throws IOException {
        Set<String> known = contract.codes().stream().map(Code::code).collect(toSet());
        Set<String> used = new TreeSet<>();
        try (Stream<Path> sources = Files.walk(SOURCES)) {
            for (Path source : sources.filter(Files::isRegularFile).toList()) {
                REFUSAL.matcher(Files.readString(source)).results().forEach(match -> used.add(match.group(1)));
            }
        }

        assertThat(used).contains("invalid-number", "unsupported-url", "reference-mismatch", "not-found");
        assertThat(known).containsAll(used);
    }

    /** To write it anew after a change of the contract, delete it and run this. */
    @Test
    void errorsAreDocumentedAsTheContractHasThem() throws IOException {
        String documented = contract.codes().stream()
                .map(code -> "| `%s` | %s | %s | %s | %s |"
                        .formatted(
                                code.code(),
                                code.statuses().stream().map(String::valueOf).collect(joining(", ")),
                                code.retry() ? "yes" : "no",
                                code.meaning(),
                                code.remedy()))
                .collect(joining(
                        "\n",
                        """
                        # What is refused, and why

                        Every refusal of the REST door is a problem document (RFC 9457, `application/problem+json`) with one of these
                        codes. Rejected rows of a batch and messages in the queue of invalid ones have them too. This list is made of
                        `x-codes` in `src/main/resources/openapi/caravan.yaml`.

                        | code | status | again later? | means | what to do |
                        | --- | --- | --- | --- | --- |
                        """,
                        "\n"));
        if (!Files.exists(ERRORS)) {
            Files.createDirectories(ERRORS.getParent());
            Files.writeString(ERRORS, documented, UTF_8);
        }

        assertThat(Files.readString(ERRORS)).isEqualTo(documented);
    }
}
