package dev.caravan;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;

/**
 * Refuses values below {@code caravan} that YAML reads as something else than what is written: {@code 012} as 10,
 * {@code +90} as 90, {@code 1:30} as 90, {@code NO} as false.
 */
final class WrittenValues {

    // Past an anchor or a tag, to the end of an unquoted scalar; numbers and truth values contain no space.
    private static final Pattern SCALAR = Pattern.compile("(?:[&!]\\S*\\s+)*([^\\s,\\]}]*)");

    private WrittenValues() {}

    /** @throws ConfigurationException naming the first such key */
    static void check(Iterable<PropertySource<?>> sources) {
        for (PropertySource<?> source : sources) {
            if (source instanceof EnumerablePropertySource<?> listed) {
                for (String key : listed.getPropertyNames()) {
                    if (key.startsWith(CaravanProperties.PREFIX + ".")) {
                        check(key, listed.getProperty(key), OriginLookup.getOrigin(source, key));
                    }
                }
            }
        }
    }

    private static void check(String key, Object value, Origin origin) {
        boolean reinterpreted = value instanceof Number || value instanceof Boolean;
        if (reinterpreted && origin instanceof TextResourceOrigin text && text.getLocation() != null) {
            // Neither text is repeated: it can be a credential.
            if (!written(text).equals(value.toString())) {
                throw new ConfigurationException(
                        key, "YAML reads it as something else than what is written at " + origin, "put it in quotes");
            }
        }
    }

    private static String written(TextResourceOrigin origin) {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(origin.getResource().getInputStream(), StandardCharsets.UTF_8))) {
            String line = lines.lines()
                    .skip(origin.getLocation().getLine())
                    .findFirst()
                    .orElse("");
            Matcher scalar = SCALAR.matcher(line);
            scalar.region(line.offsetByCodePoints(0, origin.getLocation().getColumn()), line.length());
            return scalar.lookingAt() ? scalar.group(1) : "";
        } catch (IOException gone) {
            throw new UncheckedIOException("the configuration could not be read again", gone);
        }
    }
}
