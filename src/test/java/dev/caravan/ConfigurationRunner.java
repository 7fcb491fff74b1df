package dev.caravan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;

/** Starts nothing but the configuration, with one provider of the test's own. */
final class ConfigurationRunner {

    /** An account that lacks nothing. */
    static final String ACCOUNT =
            """
            caravan:
              accounts:
                main:
                  provider: pigeon
                  settings: { loft-id: "012", key: "top-secret" }
            """;

    private ConfigurationRunner() {}

    static ApplicationContextRunner configured(String yaml) {
        return configured(new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8), "test.yaml"));
    }

    static ApplicationContextRunner configured(Resource yaml) {
        return bound(yaml).withUserConfiguration(AccountsConfiguration.class).withBean(Pigeon.class);
    }

    /** Reads the properties, of the first file that has them, and makes no accounts of them, which would need their providers. */
    static ApplicationContextRunner bound(Resource... yaml) {
        return new ApplicationContextRunner()
                .withUserConfiguration(PropertiesConfiguration.class)
                .withInitializer(context -> {
                    try {
                        for (Resource file : yaml) {
                            new YamlPropertySourceLoader()
                                    .load(file.getDescription(), file)
                                    .forEach(context.getEnvironment().getPropertySources()::addLast);
                        }
                    } catch (IOException unreadable) {
                        throw new UncheckedIOException(unreadable);
                    }
                });
    }
}
