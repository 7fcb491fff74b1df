package dev.caravan.provider.texter;

import dev.caravan.account.Account;
import dev.caravan.message.Content.Item;
import dev.caravan.message.Content.Template;
import dev.caravan.message.Recipient;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The body of the template call, which needs no chat. The keys are those of public documentation, except for that of the
 * header: only its inner keys are known.
 */
final class TexterTemplates {

    private static final Set<String> IMAGES = Set.of("jpg", "jpeg", "png");
    private static final Set<String> VIDEOS = Set.of("mp4", "3gp");
    private static final String DOCUMENT = "document";

    private TexterTemplates() {}

    /** @param template with parameters named 1, 2, 3 and so on */
    static TemplateBody of(Template template, Recipient to, Account account) {
        List<String> values = IntStream.rangeClosed(1, template.parameters().size())
                .mapToObj(position -> template.parameters().get(String.valueOf(position)))
                .toList();
        String sender = Texter.sender(account);
        return new TemplateBody(
                template.name(),
                to.digits(),
                template.language(),
                values.isEmpty() ? null : values,
                template.header() == null ? null : header(template.header()),
                sender.isEmpty() ? null : sender);
    }

    private static Header header(Item file) {
        String type = type(file);
        return new Header(type, file.url(), type.equals(DOCUMENT) ? file.filename() : null);
    }

    /** By the ending of the name, or else of the URL's path. */
    private static String type(Item file) {
        String name = file.filename() == null ? file.url().replaceFirst("[?#].*", "") : file.filename();
        String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        if (IMAGES.contains(ending)) {
            return "image";
        }
        return VIDEOS.contains(ending) ? "video" : DOCUMENT;
    }

    record TemplateBody(
            String templateName, String to, String language, List<String> body, Header header, String from) {}

    record Header(String type, String url, String filename) {}
}
