package dev.caravan;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Says in words what is wrong with the configuration. Takes the place of Spring Boot's own words for keys below
 * {@code caravan}, because those repeat the value, which can be a credential under a misspelt key.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ConfigurationFailureAnalyzer implements FailureAnalyzer {

    private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of(CaravanProperties.PREFIX);

    @Override
    public FailureAnalysis analyze(Throwable failure) {
        ConfigurationException ours = cause(failure, ConfigurationException.class);
        if (ours != null) {
            return new FailureAnalysis(ours.key() + ": " + ours.problem(), sentence(ours.remedy()), failure);
        }
        UnboundConfigurationPropertiesException unknown = cause(failure, UnboundConfigurationPropertiesException.class);
        if (unknown != null) {
            return unknown(unknown.getUnboundProperties(), failure);
        }
        BindException unreadable = cause(failure, BindException.class);
        return unreadable == null ? null : unreadable(unreadable, failure);
    }

    private static FailureAnalysis unknown(Set<ConfigurationProperty> properties, Throwable failure) {
        if (properties.stream().anyMatch(property -> !isOurs(property.getName()))) {
            return null;
        }
        String keys = properties.stream()
                .map(property -> property.getName() + ": there is no such key" + origin(property))
                .collect(Collectors.joining(System.lineSeparator()));
        return new FailureAnalysis(keys, "Correct the spelling or the indentation, or remove it.", failure);
    }

    private static FailureAnalysis unreadable(BindException unreadable, Throwable failure) {
        if (!isOurs(unreadable.getName()) || cause(unreadable, BindValidationException.class) != null) {
            return null;
        }
        Class<?> type = unreadable.getTarget().getType().resolve(Object.class);
        String problem = unreadable.getName() + ": " + problem(unreadable, type) + origin(unreadable.getProperty());
        String action = type.isEnum() ? "Write one of " + words(type) + "." : "Correct it, or leave the key out.";
        return new FailureAnalysis(problem, action, failure);
    }

    // Only a parser's own reason is repeated: a converter's holds the value.
    private static String problem(BindException unreadable, Class<?> type) {
        Throwable root = unreadable;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        boolean parsed = root.getClass() == IllegalArgumentException.class
                && type.getName().startsWith("dev.caravan");
        return parsed && !type.isEnum() ? root.getMessage() : "cannot be read as " + type.getSimpleName();
    }

    private static String words(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                .collect(Collectors.joining(", "));
    }

    private static boolean isOurs(ConfigurationPropertyName name) {
        return PREFIX.equals(name) || PREFIX.isAncestorOf(name);
    }

    private static String origin(ConfigurationProperty property) {
        return property == null || property.getOrigin() == null ? "" : " (" + property.getOrigin() + ")";
    }

    private static String sentence(String clause) {
        return clause.substring(0, 1).toUpperCase(Locale.ROOT) + clause.substring(1) + ".";
    }

    private static <T extends Throwable> T cause(Throwable failure, Class<T> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
        }
        return null;
    }
}
