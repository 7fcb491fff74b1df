package dev.caravan.provider.wapcrm;

import dev.caravan.account.Account;
import dev.caravan.message.Category;
import dev.caravan.message.Content.Item;
import dev.caravan.message.Content.Media;
import dev.caravan.message.Content.Template;
import dev.caravan.message.Content.Text;
import dev.caravan.message.Send;
import java.math.BigInteger;
import java.util.List;
import java.util.regex.Pattern;

/** How a send becomes the body of {@code chatoperation}. */
final class WapCrmRequests {

    private static final Pattern WHOLE_NUMBER = Pattern.compile("0|[1-9]\\d*");

    private WapCrmRequests() {}

    static Object of(Send send, Account account) {
        Object line = identifier(account.setting("instance-id"));
        Object user = identifier(account.setting("user-id"));
        String number = send.to().digits();
        String category = category(send.category());
        if (send.content() instanceof Text text) {
            return new TextBody(line, user, number, 1, text.text(), category);
        }
        if (send.content() instanceof Media image) {
            Item file = image.first();
            return new ImageBody(line, user, number, 2, file.url(), file.filename(), category);
        }
        if (send.content() instanceof Template template) {
            return new TemplateBody(line, user, number, of(template), category);
        }
        throw new IllegalArgumentException(
                "type: WapCRM carries no " + send.content().type().word());
    }

    private static TemplateFields of(Template template) {
        Item header = template.header();
        return new TemplateFields(
                template.name(),
                template.parameters().entrySet().stream()
                        .map(parameter -> new Parameter(parameter.getKey(), parameter.getValue()))
                        .toList(),
                header == null ? null : new HeaderMedia(header.url(), header.filename()));
    }

    /** WapCRM has two words, and none makes no check of opt-outs; a one-time code is no marketing either. */
    private static String category(Category category) {
        if (category == null) {
            return null;
        }
        return switch (category) {
            case MARKETING -> "marketing";
            case TRANSACTIONAL, OTP -> "transactional";
        };
    }

    /** Older accounts have ids that are words, newer ones numbers; one with leading zeros cannot be a JSON number. */
    static Object identifier(String id) {
        return id != null && WHOLE_NUMBER.matcher(id).matches() ? new BigInteger(id) : id;
    }

    /** A text; {@code messageType} 1. */
    record TextBody(
            Object instanceID,
            Object userID,
            String chatPhoneNumber,
            int messageType,
            String messageText,
            String messageCategory) {}

    /** An image by URL; {@code messageType} 2. */
    record ImageBody(
            Object instanceID,
            Object userID,
            String chatPhoneNumber,
            int messageType,
            String fileurl,
            String filename,
            String messageCategory) {}

    /** An approved template, which has no {@code messageType}. */
    record TemplateBody(
            Object instanceID,
            Object userID,
            String chatPhoneNumber,
            TemplateFields template,
            String messageCategory) {}

    /** @param parameters the text inputs of body, header and buttons alike */
    record TemplateFields(String templateId, List<Parameter> parameters, HeaderMedia headerMedia) {}

    record Parameter(String paramKey, String value) {}

    record HeaderMedia(String url, String fileName) {}
}
