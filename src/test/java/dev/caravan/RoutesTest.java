package dev.caravan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import dev.caravan.RouteFile.Part;
import dev.caravan.provider.Directory;
import dev.caravan.provider.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Processor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/** The linter of the route files: what Camel would accept silently, or notice only when a send comes by. */
class RoutesTest {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^}:]+)(?::([^}]*))?}}");
    private static final Pattern SECRET = Pattern.compile("(?i)settings|key|token|password|secret");
    private static final String DIRECT = "direct:";
    private static final String OF_EACH_PROVIDER = "{{provider}}";
    private static final String OF_THE_ACCOUNT = "${variable.account.provider}";
    private static final String OF_EACH_OPERATION = "direct:${variable.operation}";
    private static final String LOOKUP = "-lookup";
    private static final String SENDERS = "-senders";
    private static final String CHECKUP = "-checkup";
    private static final String TRACKING = "-tracking";

    /** Camel would repeat a failed step: past the throttle, past the claim, and so as a second message. */
    private static final Set<String> REPEATING =
            Set.of("onException", "errorHandler", "routeConfiguration", "routeConfigurationId", "redeliveryPolicy");

    private static JsonSchema schema;

    @BeforeAll
    static void readSchema() throws IOException {
        try (InputStream json = RoutesTest.class.getResourceAsStream("/schema/camelYamlDsl.json")) {
            schema = JsonSchemaFactory.getInstance(VersionFlag.V4).getSchema(json);
        }
    }

    static List<RouteFile> files() throws IOException {
        return RouteFile.all();
    }

    static List<Provider> providers() {
        return Packs.all();
    }

    @ParameterizedTest
    @MethodSource("files")
    void fileIsNamedAsCamelsDesignersExpect(RouteFile file) {
        assertThat(file.path().getFileName().toString()).matches("[a-z0-9]+(-[a-z0-9]+)*\\.camel\\.yaml");
    }

    @ParameterizedTest
    @MethodSource("files")
    void fileIsValidAgainstCamelsSchema(RouteFile file) {
        Set<ValidationMessage> faults = schema.validate(file.content());

        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyRouteAndStepSaysWhatItIs(RouteFile file) {
        assertThat(file.parts()).allSatisfy(part -> {
            assertThat(part.text("id")).as("the id of %s", part.where()).matches("[a-z0-9]+(-[a-z0-9]+)*");
            assertThat(part.text("description"))
                    .as("the description of %s %s", part.where(), part.text("id"))
                    .isNotBlank();
        });
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyTemplateParameterIsExplained(RouteFile file) {
        for (JsonNode entry : file.content()) {
            assertThat(entry.path("routeTemplate").path("parameters")).allSatisfy(parameter -> assertThat(
                            parameter.path("description").asText())
                    .as("the description of parameter %s", parameter.path("name"))
                    .isNotBlank());
        }
    }

    @Test
    void idsAreUniqueOverAllFiles() throws IOException {
        List<String> ids = allParts().map(part -> part.text("id")).toList();

        assertThat(ids).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyPlaceholderIsAParameterOrAKeyOfTheConfiguration(RouteFile file) {
        for (JsonNode entry : file.content()) {
            JsonNode route = entry.elements().next();
            Set<String> parameters = RouteFile.parameters(route);
            for (MatchResult placeholder : placeholders(route)) {
                String name = placeholder.group(1);
                if (!parameters.contains(name)) {
                    assertThat(name).as("a placeholder in %s", file).startsWith("caravan.");
                    assertThat(placeholder.group(2))
                            .as(
                                    "the default of {{%s}} in %s, which the application has in CaravanProperties",
                                    name, file)
                            .isEqualTo(configuredDefault(name));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyTemplateParameterIsUsed(RouteFile file) {
        for (JsonNode entry : file.content()) {
            JsonNode route = entry.elements().next();
            Set<String> used = new HashSet<>();
            placeholders(route).forEach(placeholder -> used.add(placeholder.group(1)));

            assertThat(used).containsAll(RouteFile.parameters(route));
        }
    }

    @Test
    void everyDirectCallHasARouteAndEveryDirectRouteACaller() throws IOException {
        Set<String> routes = new HashSet<>();
        Set<String> called = new HashSet<>();
        List<String> operations = operations();
        allParts().forEach(part -> {
            String uri = part.text("uri");
            if (uri.equals(OF_EACH_OPERATION)) {
                called.addAll(operations);
            } else if (uri.startsWith(DIRECT)) {
                (part.kind().equals("from") ? routes : called).addAll(substituted(uri));
            }
        });

        assertThat(routes).isEqualTo(called);
    }

    @ParameterizedTest
    @MethodSource("providers")
    void everyProviderHasAFileOfItsNameWithItsRoute(Provider provider) throws IOException {
        Path path = Path.of("routes", "providers", provider.name() + ".camel.yaml");
        List<String> consumed = RouteFile.all().stream()
                .filter(file -> file.path().equals(path))
                .flatMap(file -> file.parts().stream())
                .filter(part -> part.kind().equals("from"))
                .map(part -> part.text("uri"))
                .toList();

        assertThat(consumed).as("what %s consumes", path).containsExactlyElementsOf(routesOf(provider));
    }

    @Test
    void everyProviderRouteHasAProvider() throws IOException {
        try (Stream<Path> routes = Files.list(Path.of("routes", "providers"))) {
            assertThat(routes.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(providers().stream()
                            .map(provider -> provider.name() + ".camel.yaml")
                            .toList());
        }
    }

    @Test
    void everyProcessorIsABeanAndEveryBeanAStep() throws IOException {
        Set<String> used = new HashSet<>();
        allParts().filter(part -> part.kind().equals("process")).forEach(part -> used.add(part.text("ref")));

        assertThat(used).isEqualTo(processorBeans());
    }

    @Test
    void noAddressHoldsASecret() throws IOException {
        assertThat(allParts()).allSatisfy(part -> {
            List<String> written = new ArrayList<>(RouteFile.texts(part.node().path("parameters")));
            part.node().path("parameters").fieldNames().forEachRemaining(written::add);
            written.add(part.text("uri"));
            if (!part.kind().equals("routeTemplate")) {
                assertThat(written)
                        .as("addresses get logged; %s %s", part.where(), part.text("id"))
                        .noneMatch(text -> SECRET.matcher(text).find());
            }
        });
    }

    @ParameterizedTest
    @MethodSource("files")
    void noRouteLetsCamelRepeatAStep(RouteFile file) {
        assertThat(REPEATING).allSatisfy(key -> assertThat(file.content().findValue(key))
                .as("%s in %s", key, file)
                .isNull());
    }

    private static Stream<Part> allParts() throws IOException {
        return RouteFile.all().stream().flatMap(file -> file.parts().stream());
    }

    private static List<MatchResult> placeholders(JsonNode route) {
        return RouteFile.texts(route).stream()
                .flatMap(text -> PLACEHOLDER.matcher(text).results())
                .toList();
    }

    /** As a call of each operation of the REST door makes of it. */
    private static List<String> operations() throws IOException {
        return allParts()
                .filter(part -> part.kind().equals(RouteFile.VERB))
                .map(part -> DIRECT + part.text("id"))
                .toList();
    }

    /** As an account of each provider makes of it. */
    private static List<String> substituted(String uri) {
        if (!uri.contains(OF_EACH_PROVIDER) && !uri.contains(OF_THE_ACCOUNT)) {
            return List.of(uri);
        }
        return providers().stream()
                .filter(provider -> !uri.endsWith(LOOKUP) || provider.lookup().isPresent())
                .filter(provider -> !uri.endsWith(SENDERS) || hasLists(provider))
                .filter(provider -> !uri.endsWith(CHECKUP) || provider.checkup().isPresent())
                .filter(provider ->
                        !uri.endsWith(TRACKING) || provider.tracking().isPresent())
                .map(provider ->
                        uri.replace(OF_EACH_PROVIDER, provider.name()).replace(OF_THE_ACCOUNT, provider.name()))
                .toList();
    }

    private static List<String> routesOf(Provider provider) {
        String send = DIRECT + provider.name();
        List<String> routes = new ArrayList<>(List.of(send));
        if (provider.lookup().isPresent()) {
            routes.add(send + LOOKUP);
        }
        if (hasLists(provider)) {
            routes.add(send + SENDERS);
        }
        if (provider.checkup().isPresent()) {
            routes.add(send + CHECKUP);
        }
        if (provider.tracking().isPresent()) {
            routes.add(send + TRACKING);
        }
        return routes;
    }

    private static boolean hasLists(Provider provider) {
        return provider.directory() instanceof Directory.Lists;
    }

    private static Set<String> processorBeans() {
        StandardEnvironment everything = new StandardEnvironment();
        everything.setActiveProfiles("sandbox");
        ClassPathScanningCandidateComponentProvider scanner =
                new ClassPathScanningCandidateComponentProvider(false, everything);
        scanner.addIncludeFilter(new AnnotationTypeFilter(Configuration.class));
        Set<String> names = new HashSet<>();
        for (BeanDefinition found : scanner.findCandidateComponents("dev.caravan")) {
            Class<?> type = ClassUtils.resolveClassName(found.getBeanClassName(), RoutesTest.class.getClassLoader());
            Arrays.stream(type.getDeclaredMethods())
                    .filter(method -> method.isAnnotationPresent(Bean.class))
                    .filter(method -> method.getReturnType() == Processor.class)
                    .forEach(method -> names.addAll(
                            List.of(method.getAnnotation(Bean.class).value())));
        }
        return names;
    }

    /** The default of a key of the configuration, as its record declares it. */
    private static String configuredDefault(String key) {
        Class<?> type = CaravanProperties.class;
        RecordComponent last = null;
        for (String name : key.substring("caravan.".length()).split("\\.")) {
            last = Arrays.stream(type.getRecordComponents())
                    .filter(component -> component.getName().equals(camelCase(name)))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("there is no key " + key));
            type = last.getType();
        }
        int index = Arrays.asList(last.getDeclaringRecord().getRecordComponents()).stream()
                .map(RecordComponent::getName)
                .toList()
                .indexOf(last.getName());
        DefaultValue otherwise = last.getDeclaringRecord()
                .getDeclaredConstructors()[0]
                .getParameters()[index]
                .getAnnotation(DefaultValue.class);
        return otherwise == null ? null : otherwise.value()[0];
    }

    private static String camelCase(String dashed) {
        return Pattern.compile("-([a-z])").matcher(dashed).replaceAll(match -> match.group(1)
                .toUpperCase());
    }
}
