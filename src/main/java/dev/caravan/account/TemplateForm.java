package dev.caravan.account;

import dev.caravan.message.Content;
import dev.caravan.message.Content.Template;
import dev.caravan.message.Content.Text;
import dev.caravan.message.InvalidSendException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a template of sends is at one account: a template of the provider's, or a plain text where the provider knows no
 * templates.
 *
 * @param name the name or id it has at the provider; null when it is a text
 * @param language instead of the send's; null to leave that
 * @param parameters the send's parameter, by the provider's; empty to pass them on as they are
 * @param text with <code>{{parameter}}</code> where the send's parameters go; null when it is a template
 */
public record TemplateForm(String name, String language, Map<String, String> parameters, String text) {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\s*([^{}]+?)\\s*}}");

    public TemplateForm {
        if ((name == null) == (text == null)) {
            throw new IllegalArgumentException("write either name (or id) or text");
        }
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /**
     * @throws InvalidSendException when the template of the send lacks a parameter that this form needs, or has a file that
     *     a text has no room for
     */
    Content of(Template written) {
        if (text != null) {
            if (written.header() != null) {
                throw new InvalidSendException(
                        "template.header",
                        "unsupported",
                        "template " + written.name() + " is a plain text at this account; leave its header out");
            }
            Matcher placeholder = PLACEHOLDER.matcher(text);
            return new Text(placeholder.replaceAll(found -> Matcher.quoteReplacement(value(written, found.group(1)))));
        }
        Map<String, String> values = new LinkedHashMap<>();
        parameters.forEach((theirs, ours) -> values.put(theirs, value(written, ours)));
        return new Template(
                name,
                language == null ? written.language() : language,
                parameters.isEmpty() ? written.parameters() : values,
                written.header());
    }

    private static String value(Template written, String parameter) {
        String value = written.parameters().get(parameter);
        if (value == null) {
            throw new InvalidSendException(
                    "template.parameters",
                    "missing-parameter",
                    "template " + written.name() + " needs the parameter '" + parameter + "'; add it");
        }
        return value;
    }
}
