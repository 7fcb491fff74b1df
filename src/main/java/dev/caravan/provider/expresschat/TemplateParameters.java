package dev.caravan.provider.expresschat;

import dev.caravan.message.Content.Item;
import dev.caravan.message.Content.Template;
import dev.caravan.message.InvalidSendException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What goes into the places of a template, in the components that Express-Chat's public documentation shows. That has
 * a document in the header and texts in the body; an image, a video and a document's name in the header are our
 * inference from the Cloud API, whose components these are.
 */
final class TemplateParameters {

    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final String IMAGE = "image";
    private static final String VIDEO = "video";
    private static final String DOCUMENT = "document";

    /** What the Cloud API takes in a header. */
    private static final Map<String, Set<String>> ENDINGS = Map.of(
            IMAGE, Set.of("jpg", "jpeg", "png"),
            VIDEO, Set.of("mp4", "3gp"),
            DOCUMENT, Set.of("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt"));

    private TemplateParameters() {}

    /** @throws InvalidSendException naming the field of a template that cannot be sent as it is */
    static void check(Template template) {
        if (template.language() != null) {
            throw new InvalidSendException(
                    "template.language",
                    "unsupported",
                    "a template's id stands for one language at Express-Chat; leave the language out");
        }
        checkParameters(template);
        if (template.header() != null) {
            checkHeader(template.header());
        }
    }

    private static void checkParameters(Template template) {
        Set<String> keys = template.parameters().keySet();
        long numbers = keys.stream().filter(TemplateParameters::isNumber).count();
        if (numbers == 0) {
            return;
        }
        if (numbers < keys.size()) {
            throw new InvalidSendException(
                    "template.parameters",
                    "mixed-parameters",
                    "WhatsApp takes either numbers or names as keys of the parameters; write only one kind");
        }
        for (int number = 1; number <= keys.size(); number++) {
            if (!keys.contains(Integer.toString(number))) {
                throw new InvalidSendException(
                        "template.parameters",
                        "missing-parameter",
                        "numbered parameters begin with '1' and leave out none; add '" + number + "'");
            }
        }
    }

    private static void checkHeader(Item header) {
        if (!ExpressChat.WEB_URL.matcher(header.url()).matches()) {
            throw new InvalidSendException(
                    "template.header.url", "unsupported-url", "Express-Chat takes an http(s) URL; write one");
        }
        if (kind(header) == null) {
            throw new InvalidSendException(
                    "template.header",
                    "unsupported-file",
                    "the filename or else the URL must end as an image (.jpg, .png), a video (.mp4, .3gp) or a document"
                            + " (.pdf, .docx, .txt) does; write header.filename");
        }
    }

    /** The components of a template that has been checked, none where it has no places. */
    static List<Component> of(Template template) {
        List<Component> components = new ArrayList<>();
        if (template.header() != null) {
            components.add(new Component("header", List.of(file(template.header()))));
        }
        if (!template.parameters().isEmpty()) {
            components.add(new Component("body", texts(template.parameters())));
        }
        return components;
    }

    private static FileParameter file(Item header) {
        String kind = kind(header);
        return switch (kind) {
            case IMAGE -> new FileParameter(kind, new Link(header.url(), null), null, null);
            case VIDEO -> new FileParameter(kind, null, new Link(header.url(), null), null);
            default -> new FileParameter(kind, null, null, new Link(header.url(), header.filename()));
        };
    }

    /** The numbered ones by their number, the named ones as they were written. */
    private static List<TextParameter> texts(Map<String, String> parameters) {
        if (parameters.keySet().stream().allMatch(TemplateParameters::isNumber)) {
            return parameters.entrySet().stream()
                    .sorted(Comparator.comparing(parameter -> Integer.valueOf(parameter.getKey())))
                    .map(parameter -> new TextParameter("text", null, parameter.getValue()))
                    .toList();
        }
        return parameters.entrySet().stream()
                .map(parameter -> new TextParameter("text", parameter.getKey(), parameter.getValue()))
                .toList();
    }

    private static boolean isNumber(String key) {
        return NUMBER.matcher(key).matches();
    }

    /** What the header is by the end of its name or of its URL; null when neither tells. */
    private static String kind(Item header) {
        return Stream.of(header.filename(), header.url().replaceFirst("[?#].*", ""))
                .filter(Objects::nonNull)
                .map(name -> name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT))
                .flatMap(ending -> ENDINGS.entrySet().stream()
                        .filter(kind -> kind.getValue().contains(ending))
                        .map(Map.Entry::getKey))
                .findFirst()
                .orElse(null);
    }

    /** The places of the {@code header} or of the {@code body}, in their order. */
    record Component(String type, List<? extends Record> parameters) {}

    /** A text; {@code parameter_name} where the places of the template have names. */
    record TextParameter(String type, String parameter_name, String text) {}

    /** A file: the field of its type holds it. */
    record FileParameter(String type, Link image, Link video, Link document) {}

    /** @param filename shown with a document, or null */
    record Link(String link, String filename) {}
}
