package dev.caravan;

import dev.caravan.account.QuietHours;
import dev.caravan.account.Rate;
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
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.validation.FieldError;

/**
 * Says in words what is wrong with the configuration. Takes the place of Spring Boot's own words for keys below
 * {@code caravan}, because those repeat the value, which can be a credential under a misspelt key.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ConfigurationFailureAnalyzer implements FailureAnalyzer {

    private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of(CaravanProperties.PREFIX);

    /** The types read by parsers of ours. */
    private static final Set<Class<?>> PARSED = Set.of(Rate.class, QuietHours.class);

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
        BindException refused = cause(failure, BindException.class);
        if (refused == null || !isOurs(refused.getName())) {
            return null;
        }
        BindValidationException invalid = cause(refused, BindValidationException.class);
        return invalid == null ? unreadable(refused, failure) : invalid(invalid, failure);
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

    private static FailureAnalysis invalid(BindValidationException invalid, Throwable failure) {
        String keys = invalid.getValidationErrors().getAllErrors().stream()
                .map(FieldError.class::cast)
                .map(error -> key(error.getField()) + ": " + error.getDefaultMessage())
                .sorted()
                .collect(Collectors.joining(System.lineSeparator()));
        return new FailureAnalysis(
                keys, "Correct it, or leave the key out. A duration needs its unit, as 30s or 7d.", failure);
    }

    /** The key as it is documented, of a path through the records: {@code api.keys[hub].replyOn}. */
    private static String key(String path) {
        String dashed = path.replaceAll("\\[([^]]*\\D[^]]*)]", ".$1").replaceAll("([a-z])([A-Z])", "$1-$2");
        return CaravanProperties.PREFIX + "." + dashed.toLowerCase(Locale.ROOT);
    }

    private static FailureAnalysis unreadable(BindException unreadable, Throwable failure) {
        ConfigurationProperty property = unreadable.getProperty();
        Class<?> type = unreadable.getTarget().getType().resolve(Object.class);
        String key = unreadable.getName() + ": ";
        if (property != null && "".equals(property.getValue())) {
            return new FailureAnalysis(
                    key + "is empty" + origin(property), "Write a value, or leave the key out.", failure);
        }
        String action = type.isEnum() ? "Write one of " + words(type) + "." : "Correct it, or leave the key out.";
        return new FailureAnalysis(key + problem(unreadable, type) + origin(property), action, failure);
    }

    // Only a parser's own reason is repeated: a converter's holds the value.
    private static String problem(BindException unreadable, Class<?> type) {
        Throwable root = NestedExceptionUtils.getMostSpecificCause(unreadable);
        boolean parsed = root.getClass() == IllegalArgumentException.class && PARSED.contains(type);
        return parsed ? root.getMessage() : "cannot be read as " + type.getSimpleName();
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
        String end = clause.endsWith(".") ? "" : ".";
        return clause.substring(0, 1).toUpperCase(Locale.ROOT) + clause.substring(1) + end;
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
