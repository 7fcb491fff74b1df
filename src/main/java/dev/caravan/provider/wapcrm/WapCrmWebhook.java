package dev.caravan.provider.wapcrm;

import static dev.caravan.provider.wapcrm.WapCrmAnswers.field;
import static dev.caravan.provider.wapcrm.WapCrmAnswers.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.provider.Notice;
import dev.caravan.provider.Webhook;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What WapCRM posts to the one address that a company has: one delivery report, or inbound messages, which a
 * {@code messages} array tells apart. Neither names a company or a recipient; keys count whatever their case.
 */
final class WapCrmWebhook implements Webhook {

    /** A chat with one person; a group's ends otherwise, and stays as it is. */
    private static final Pattern PERSON = Pattern.compile("\\+?(\\d+)(?:@c\\.us|@s\\.whatsapp\\.net)?");

    private static final String PLAIN_TEXT = "chat";

    @Override
    public List<Notice> read(JsonNode body) {
        if (!body.isObject()) {
            throw new IllegalArgumentException("WapCRM posts a JSON object");
        }
        String line = text(field(body, "InstanceID"));
        JsonNode messages = field(body, "messages");
        if (messages.isArray()) {
            return messages.valueStream().map(message -> inbound(message, line)).toList();
        }
        JsonNode status = field(body, "Status");
        JsonNode name = field(body, "StatusText");
        if (text(status) != null || text(name) != null) {
            return List.of(report(body, status, name, line));
        }
        throw new IllegalArgumentException("there is neither an array messages nor a Status or StatusText");
    }

    private static Notice report(JsonNode body, JsonNode status, JsonNode name, String line) {
        String messageId = text(field(body, "InstanceMessageID"));
        if (messageId == null) {
            throw new IllegalArgumentException("InstanceMessageID: a report names its message");
        }
        return MessageStatus.report(messageId, status, name, field(body, "ReasonDetailForNotSent"), line);
    }

    private static Notice inbound(JsonNode message, String line) {
        if (!message.isObject()) {
            return new Notice.Ignored("a message that is no object");
        }
        if (field(message, "fromMe").asBoolean()) {
            return new Notice.Ignored("a message of our own");
        }
        boolean isText = PLAIN_TEXT.equals(field(message, "type").asText(PLAIN_TEXT));
        return new Notice.Message(
                text(field(message, "id")),
                line,
                from(text(field(message, "chatId"))),
                isText ? text(field(message, "body")) : null);
    }

    private static String from(String chat) {
        if (chat == null) {
            return null;
        }
        Matcher person = PERSON.matcher(chat);
        return person.matches() ? person.group(1) : chat;
    }

    /** An {@code InstanceID} is a number in reports and a text in inbound messages. */
    @Override
    public boolean concerns(Account told, String line, Account other) {
        return told.setting("secret-key", "").equals(other.setting("secret-key"))
                && (line == null || line.equals(other.setting("instance-id")));
    }

    @Override
    public List<String> registration(String url, Account account) {
        return List.of(
                "WapCRM posts to one address per company, and publishes no call that sets it.",
                "Have the webhook activated for the company, in the web application or by WapCRM, with this address:",
                "",
                "  " + url,
                "",
                "It serves every account with the same secret-key: reports name the line they are about.",
                "Nothing that arrives there is signed, so whoever knows the address can report: keep it to yourselves.");
    }
}
