package dev.caravan.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The OpenAPI document, as tests read it. */
final class Contract {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonMetaSchema DIALECT = JsonMetaSchema.builder(JsonMetaSchema.getV202012())
            .keyword(new NonValidationKeyword("components"))
            .build();
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.builder()
            .metaSchema(DIALECT)
            .defaultMetaSchemaIri(DIALECT.getIri())
            .build();
    private static final List<String> METHODS = List.of("get", "post", "put", "patch", "delete");

    private final JsonNode document;

    private Contract(JsonNode document) {
        this.document = document;
    }

    static Contract read() {
        try (InputStream yaml = Contract.class.getResourceAsStream("/openapi/caravan.yaml")) {
            JsonNode document = new YAMLMapper().readTree(yaml);
            close(document.path("components").path("schemas"));
            return new Contract(document);
        } catch (IOException unreadable) {
            throw new AssertionError("the contract cannot be read", unreadable);
        }
    }

    /** Answers may gain fields, and clients shall pass over them; but those we give must be in the document. */
    private static void close(JsonNode node) {
        if (node instanceof ObjectNode object && object.has("properties") && !object.has("additionalProperties")) {
            object.put("additionalProperties", false);
        }
        node.forEach(Contract::close);
    }

    /** @param method in capitals */
    record Operation(String id, String method, String path, JsonNode node) {

        private boolean isAt(String place) {
            return Pattern.matches(path.replaceAll("\\{[^}]*}", "[^/]+"), place);
        }
    }

    /** Every operation by its id. */
    Map<String, Operation> operations() {
        Map<String, Operation> operations = new TreeMap<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    if (METHODS.contains(method.getKey())) {
                        String id = method.getValue().path("operationId").asText();
                        Operation operation = new Operation(
                                id,
                                method.getKey().toUpperCase(java.util.Locale.ROOT),
                                path.getKey(),
                                method.getValue());
                        assertThat(operations.put(id, operation))
                                .as("another operation " + id)
                                .isNull();
                    }
                }));
        return operations;
    }

    /** A code of a problem or a rejected row. */
    record Code(String code, List<Integer> statuses, boolean retry, String meaning, String remedy) {}

    List<Code> codes() {
        List<Code> codes = new ArrayList<>();
        for (JsonNode entry : document.path("x-codes")) {
            List<Integer> statuses = new ArrayList<>();
            entry.path("status").forEach(status -> statuses.add(status.asInt()));
            codes.add(new Code(
                    entry.path("code").asText(),
                    statuses,
                    entry.path("retry").asBoolean(),
                    entry.path("meaning").asText(),
                    entry.path("do").asText()));
        }
        return codes;
    }

    /** Holds an answer against what the document says of its operation and status. */
    void check(String method, String path, HttpResponse<String> answer) {
        String type = answer.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
        operations().values().stream()
                .filter(operation -> operation.method().equals(method) && operation.isAt(path))
                .min((one, other) ->
                        Boolean.compare(one.path().contains("{"), other.path().contains("{")))
                .ifPresent(operation -> checkDeclared(operation, answer, type));
        if (type.equals(Problem.MEDIA_TYPE)) {
            checkProblem(answer);
        }
    }

    private void checkDeclared(Operation operation, HttpResponse<String> answer, String type) {
        String where = operation.id() + " " + answer.statusCode();
        JsonNode response = resolved(operation.node().path("responses").path(String.valueOf(answer.statusCode())));
        assertThat(response.isMissingNode())
                .as("%s is not in the contract", where)
                .isFalse();
        response.path("headers").properties().forEach(header -> {
            JsonNode declared = resolved(header.getValue());
            if (declared.path("required").asBoolean()) {
                assertThat(answer.headers().firstValue(header.getKey()))
                        .as("%s of %s", header.getKey(), where)
                        .isPresent();
            }
            answer.headers()
                    .firstValue(header.getKey())
                    .ifPresent(value -> checkSchema(
                            where,
                            declared.path("schema"),
                            JSON.getNodeFactory().textNode(value)));
        });
        if (!response.has("content")) {
            assertThat(answer.body()).as("the body of %s", where).isEmpty();
            return;
        }
        JsonNode content = response.path("content").path(type);
        assertThat(content.isMissingNode())
                .as("%s of %s is not in the contract", type, where)
                .isFalse();
        if (type.endsWith("json")) {
            checkSchema(where, content.path("schema"), json(answer.body()));
        }
    }

    private void checkSchema(String where, JsonNode schema, JsonNode value) {
        ObjectNode whole = schema.deepCopy();
        // Where its references lead.
        whole.set("components", document.path("components"));
        assertThat(SCHEMAS.getSchema(whole).validate(value))
                .as(where + ": " + value)
                .isEmpty();
    }

    private void checkProblem(HttpResponse<String> answer) {
        JsonNode problem = json(answer.body());
        assertThat(problem.path("status").asInt()).isEqualTo(answer.statusCode());
        String code = problem.path("code").asText();
        assertThat(codes()).as("the code %s", code).anySatisfy(known -> {
            assertThat(known.code()).isEqualTo(code);
            assertThat(known.statuses()).contains(answer.statusCode());
        });
    }

    private JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").asText().substring(1)) : node;
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException malformed) {
            throw new AssertionError("no JSON: " + text, malformed);
        }
    }
}
