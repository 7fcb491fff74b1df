package dev.caravan.provider.texter;

import static dev.caravan.provider.Source.INFERRED;
import static dev.caravan.provider.Source.PUBLIC;
import static dev.caravan.provider.Source.SEND_PAGE;

import dev.caravan.message.Content.Item;
import dev.caravan.message.Content.Media;
import dev.caravan.message.Content.Template;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.Send;
import dev.caravan.provider.Limit;
import dev.caravan.provider.Limit.Measure;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What Texter does not take. The lengths of titles are those of WhatsApp, which refuses longer ones only after Texter has
 * accepted them.
 */
final class TexterChecks {

    static final List<Limit> LIMITS = List.of(
            new Limit(Measure.TEXT_CHARACTERS, 4096, SEND_PAGE),
            new Limit(Measure.MEDIA_ITEMS, 10, SEND_PAGE),
            new Limit(Measure.BUTTONS, 3, SEND_PAGE),
            new Limit(Measure.BUTTON_TITLE_CHARACTERS, 20, INFERRED),
            new Limit(Measure.LIST_ROWS, 10, SEND_PAGE),
            new Limit(Measure.LIST_BUTTON_CHARACTERS, 20, PUBLIC),
            new Limit(Measure.ROW_TITLE_CHARACTERS, 24, INFERRED));

    private static final Pattern PUBLIC_URL = Pattern.compile("(?i)https?://.+");
    private static final Pattern TEMPLATE_NAME = Pattern.compile("[a-zA-Z0-9_-]+");
    private static final Pattern NOT_IN_PARAMETERS = Pattern.compile("[\\r\\n\\t]| {5}");

    private TexterChecks() {}

    /** @throws InvalidSendException naming the field that Texter would not carry as it is */
    static void check(Send send) {
        if (send.content() instanceof Media media) {
            checkMedia(media);
        } else if (send.content() instanceof Template template) {
            checkTemplate(send, template);
        }
    }

    private static void checkMedia(Media media) {
        if (media.caption() != null) {
            throw new InvalidSendException(
                    "text",
                    "unsupported",
                    "Texter documents no caption for media; send the text as a message of its own");
        }
        for (int index = 0; index < media.items().size(); index++) {
            checkItem(
                    media.items().size() == 1 ? "media" : "media[" + index + "]",
                    media.items().get(index));
        }
    }

    private static void checkItem(String field, Item item) {
        if (item.filename() != null) {
            throw new InvalidSendException(
                    field + ".filename", "unsupported", "Texter documents no file name for media; leave it out");
        }
        checkUrl(field, item);
    }

    private static void checkUrl(String field, Item item) {
        if (!PUBLIC_URL.matcher(item.url()).matches()) {
            throw new InvalidSendException(
                    field + ".url",
                    "unsupported-url",
                    "Texter fetches media itself; write an http(s) URL that it can reach");
        }
    }

    private static void checkTemplate(Send send, Template template) {
        if (!send.to().isPhone()) {
            throw new InvalidSendException(
                    "to", "number-needed", "Texter sends templates to numbers, not into chats; write the number");
        }
        if (send.replyTo() != null) {
            throw new InvalidSendException(
                    "replyTo", "unsupported", "Texter documents no answer by template; leave replyTo out");
        }
        if (!TEMPLATE_NAME.matcher(template.name()).matches()) {
            throw new InvalidSendException(
                    "template.name",
                    "invalid-name",
                    "names of Texter's templates consist of the letters a to z, digits, _ and -");
        }
        checkParameters(template.parameters());
        if (template.header() != null) {
            checkUrl("template.header", template.header());
        }
    }

    private static void checkParameters(Map<String, String> parameters) {
        for (int position = 1; position <= parameters.size(); position++) {
            String value = parameters.get(String.valueOf(position));
            if (value == null) {
                throw new InvalidSendException(
                        "template.parameters",
                        "not-positional",
                        "Texter knows the parameters of a template by their position: name them 1, 2, 3, without a gap");
            }
            if (NOT_IN_PARAMETERS.matcher(value).find()) {
                throw new InvalidSendException(
                        "template.parameters." + position,
                        "unsupported-space",
                        "Texter takes no line breaks, no tabs and no five spaces in a row in a template's parameter");
            }
        }
    }
}
