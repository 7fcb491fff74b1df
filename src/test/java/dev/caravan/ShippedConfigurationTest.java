package dev.caravan;

import static dev.caravan.ConfigurationRunner.bound;
import static dev.caravan.ConfigurationRunner.configured;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.context.ApplicationContext;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;

/** The files a user gets: application.yaml and the sandbox profile. */
class ShippedConfigurationTest {

    private static final Resource SHIPPED = new ClassPathResource("application.yaml");

    @Test
    void shippedConfigurationIsTheDefault() {
        CaravanProperties[] defaults = new CaravanProperties[1];
        configured("").run(context -> defaults[0] = context.getBean(CaravanProperties.class));

        configured(SHIPPED).run(context -> {
            assertThat(context.getBean(CaravanProperties.class)).isEqualTo(defaults[0]);
            assertThat(context.getEnvironment().getProperty("spring.datasource.url"))
                    .isEqualTo("jdbc:sqlite:./data/ledger/caravan.db");
        });
    }

    @Test
    void simulatorsAreLoadedInTheSandboxOnly() {
        String always = "classpath:routes/intake/*.camel.yaml,classpath:routes/delivery/*.camel.yaml,"
                + "classpath:routes/providers/*.camel.yaml,classpath:routes/outcomes/*.camel.yaml,"
                + "classpath:routes/care/*.camel.yaml,";

        bound(SHIPPED).run(context -> assertThat(routes(context)).isEqualTo(always));
        bound(new ClassPathResource("application-sandbox.yaml"), SHIPPED).run(context -> assertThat(routes(context))
                .isEqualTo(always + "classpath:routes/sandbox/*.camel.yaml"));
    }

    @Test
    void everyExampleCanBeSwitchedOn() throws IOException {
        String shipped = SHIPPED.getContentAsString(StandardCharsets.UTF_8);
        String switchedOn = shipped.lines()
                .map(line -> line.replaceFirst("^  #(?! \\S)", "  "))
                .collect(Collectors.joining("\n"));

        bound(new ByteArrayResource(switchedOn.getBytes(StandardCharsets.UTF_8), "application.yaml"))
                .withPropertyValues(
                        "MAYTAPI_API_KEY=a",
                        "MAYTAPI_WEBHOOK_TOKEN=a",
                        "WAPCRM_SECRET_KEY=a",
                        "EXPRESS_CHAT_API_KEY=a",
                        "TEXTER_API_TOKEN=a",
                        "PRATIKESNAF_API_KEY=a",
                        "PRATIKESNAF_API_SECRET=a",
                        "CARAVAN_JMS_PASSWORD=a")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    CaravanProperties properties = context.getBean(CaravanProperties.class);
                    assertThat(properties.accounts()).hasSize(5);
                    assertThat(properties.routing()).hasSize(2);
                    assertThat(properties.inbox().folders()).containsOnlyKeys("erp");
                    assertThat(properties.verdicts()).hasSize(1);
                });
    }

    @ParameterizedTest
    @MethodSource
    void everyKeyIsExplained(String key) throws IOException {
        assertThat(SHIPPED.getContentAsString(StandardCharsets.UTF_8)).containsPattern("[ #{]" + key + ":");
    }

    static Stream<String> everyKeyIsExplained() {
        return keys(CaravanProperties.class).distinct();
    }

    @Test
    void sandboxHasAnAccountOfEveryProviderServedByThisGateway() {
        bound(new ClassPathResource("application-sandbox.yaml"))
                .withPropertyValues("server.port=8123")
                .run(context -> {
                    CaravanProperties properties = context.getBean(CaravanProperties.class);
                    assertThat(properties.defaultAccount()).isEqualTo("maytapi-sandbox");
                    assertThat(properties.accounts())
                            .containsOnlyKeys(
                                    "maytapi-sandbox",
                                    "wapcrm-sandbox",
                                    "express-chat-sandbox",
                                    "texter-sandbox",
                                    "pratikesnaf-sandbox")
                            .allSatisfy((name, account) -> {
                                assertThat(name).isEqualTo(account.provider() + "-sandbox");
                                assertThat(account.baseUrl())
                                        .isEqualTo("http://127.0.0.1:8123/sandbox/" + account.provider());
                                assertThat(account.rate()).isEqualTo("20/1s");
                                assertThat(account.settings()).isNotEmpty();
                            });
                });
    }

    private static String routes(ApplicationContext context) {
        return context.getEnvironment().getProperty("camel.main.routes-include-pattern");
    }

    private static Stream<String> keys(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .flatMap(component -> Stream.concat(Stream.of(key(component)), nested(component.getGenericType())));
    }

    /** A key that no record component can be called has its name from an annotation of the constructor's parameter. */
    private static String key(RecordComponent component) {
        return Arrays.stream(component.getDeclaringRecord().getDeclaredConstructors())
                .flatMap(constructor -> Arrays.stream(constructor.getParameters()))
                .filter(parameter -> parameter.getName().equals(component.getName()))
                .map(parameter -> parameter.getAnnotation(Name.class))
                .filter(Objects::nonNull)
                .map(Name::value)
                .findFirst()
                .orElseGet(() -> dashed(component.getName()));
    }

    private static Stream<String> nested(Type type) {
        if (type instanceof ParameterizedType collection) {
            return Arrays.stream(collection.getActualTypeArguments()).flatMap(ShippedConfigurationTest::nested);
        }
        return type instanceof Class<?> ours && ours.isRecord() && ours.getEnclosingClass() == CaravanProperties.class
                ? keys(ours)
                : Stream.empty();
    }

    private static String dashed(String name) {
        return name.replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }
}
