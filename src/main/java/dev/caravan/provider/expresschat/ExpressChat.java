package dev.caravan.provider.expresschat;

import static dev.caravan.message.ContentType.DOCUMENT;
import static dev.caravan.message.ContentType.IMAGE;
import static dev.caravan.message.ContentType.TEMPLATE;
import static dev.caravan.message.ContentType.TEXT;
import static dev.caravan.provider.Source.INFERRED;
import static dev.caravan.provider.Source.PUBLIC;
import static dev.caravan.provider.Source.SEND_PAGE;

import dev.caravan.account.Account;
import dev.caravan.account.Pace;
import dev.caravan.account.Rate;
import dev.caravan.message.Content.Item;
import dev.caravan.message.Content.Media;
import dev.caravan.message.Content.Template;
import dev.caravan.message.Content.Text;
import dev.caravan.message.ContentType;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Checkup;
import dev.caravan.provider.Directory;
import dev.caravan.provider.Limit;
import dev.caravan.provider.Limit.Measure;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Reading;
import dev.caravan.provider.Setting;
import dev.caravan.provider.Source;
import dev.caravan.provider.VerdictRow;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What Express-Chat carries and how a send becomes the body of {@code send-message} or {@code send-template}. */
final class ExpressChat implements Provider {

    static final String NAME = "express-chat";
    static final Pattern WEB_URL = Pattern.compile("(?i)https?://.+");

    /** What may stand in a header: a line break or a space from a badly read secret must not get there. */
    private static final Pattern HEADER = Pattern.compile("[\\x21-\\x7e]+");

    private static final String API_KEY = "api-key";
    private static final String AUTH_TYPE = "auth-type";
    private static final String TAGS = "tags";
    private static final String ASSIGN_TO = "assignTo";

    private static final Map<ContentType, Source> TYPES = Map.ofEntries(
            Map.entry(TEXT, SEND_PAGE),
            Map.entry(IMAGE, SEND_PAGE),
            Map.entry(DOCUMENT, SEND_PAGE),
            Map.entry(TEMPLATE, PUBLIC));

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String defaultBaseUrl() {
        return "https://api.v7.express-chat.com";
    }

    /** Our choice: Express-Chat publishes no limit. */
    @Override
    public Pace defaultPace() {
        return Pace.of(Rate.parse("1/1s"));
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.required(API_KEY, "The key of the bot, which also fixes the sending line.")
                        .asSecret(),
                Setting.optional("user-name", "The recipient's name for sends without one; the number by default."),
                Setting.optional(
                        AUTH_TYPE,
                        "Sent as the header authType, which newer pages show as Key; no such header by default."));
    }

    @Override
    public Map<ContentType, Source> types() {
        return TYPES;
    }

    /** The figure for texts is WhatsApp's own ceiling: Express-Chat names none. */
    @Override
    public List<Limit> limits() {
        return List.of(
                new Limit(Measure.TEXT_CHARACTERS, 4096, INFERRED), new Limit(Measure.MEDIA_ITEMS, 1, SEND_PAGE));
    }

    /**
     * {@code tags: ["…"]} labels the recipient in Express-Chat; {@code assignTo: "agent@example.com"} hands the chat to
     * an agent, with a template only. Both by public documentation other than the page on sending.
     */
    @Override
    public Set<String> options() {
        return Set.of(TAGS, ASSIGN_TO);
    }

    @Override
    public void check(Account account) {
        if (!HEADER.matcher(account.setting(API_KEY, "")).matches()) {
            throw new IllegalArgumentException("api-key: write the key without spaces or line breaks");
        }
        if (!HEADER.matcher(account.setting(AUTH_TYPE, "Key")).matches()) {
            throw new IllegalArgumentException("auth-type: write it without spaces or line breaks, as Key");
        }
    }

    @Override
    public void check(Send send, Account account) {
        if (send.replyTo() != null) {
            throw new InvalidSendException(
                    "replyTo", "unsupported", "Express-Chat cannot answer a message; leave replyTo out");
        }
        checkOptions(send);
        if (send.content() instanceof Media media) {
            checkMedia(media);
        }
        if (send.content() instanceof Template template) {
            TemplateParameters.check(template);
        }
    }

    private static void checkOptions(Send send) {
        Object tags = send.options().get(TAGS);
        if (tags != null && !isListOfTexts(tags)) {
            throw new InvalidSendException("options.tags", "invalid-option", "tags is a list of texts");
        }
        Object agent = send.options().get(ASSIGN_TO);
        if (agent != null && !(agent instanceof String text && !text.isBlank())) {
            throw new InvalidSendException(
                    "options.assignTo", "invalid-option", "assignTo is a text: the e-mail address of an agent");
        }
        if (agent != null && send.content().type() != TEMPLATE) {
            throw new InvalidSendException(
                    "options.assignTo",
                    "unsupported",
                    "Express-Chat takes assignTo with a template only; leave it out");
        }
    }

    private static boolean isListOfTexts(Object tags) {
        return tags instanceof List<?> list && list.stream().allMatch(String.class::isInstance);
    }

    private static void checkMedia(Media media) {
        if (!WEB_URL.matcher(media.first().url()).matches()) {
            throw new InvalidSendException(
                    "media.url", "unsupported-url", "Express-Chat takes an http(s) URL; write one");
        }
        if (media.type() == DOCUMENT && !isNamedByItsUrl(media.first())) {
            throw new InvalidSendException(
                    "media.filename",
                    "unsupported",
                    "Express-Chat has no field for a document's name; leave it out or let media.url end with it");
        }
    }

    /** An image is shown without its name, a document with it, so only a document's name could be lost. */
    private static boolean isNamedByItsUrl(Item document) {
        String path = document.url().replaceFirst("[?#].*", "");
        return document.filename() == null || path.endsWith("/" + document.filename());
    }

    @Override
    public Object request(Send send, Account account) {
        String number = send.to().digits();
        String name = userName(send, account, number);
        Object tags = send.options().get(TAGS);
        String type = send.content().type().word();
        if (send.content() instanceof Text text) {
            return new Body(name, number, type, new TextMessage(text.text()), tags);
        }
        if (send.content() instanceof Media media) {
            MediaMessage message = new MediaMessage(media.first().url(), media.caption(), type);
            return new Body(name, number, type, message, tags);
        }
        if (send.content() instanceof Template template) {
            return new TemplateBody(
                    name,
                    number,
                    template.name(),
                    send.options().get(ASSIGN_TO),
                    tags,
                    TemplateParameters.of(template));
        }
        throw new IllegalArgumentException("type: Express-Chat carries no " + type);
    }

    private static String userName(Send send, Account account, String number) {
        String name = send.name() == null ? "" : send.name();
        return name.isBlank() ? account.setting("user-name", number) : name;
    }

    @Override
    public Directory directory() {
        return new Directory.None(
                "Express-Chat has no list of lines: the key of a bot stands for the one line it sends from");
    }

    @Override
    public Optional<Checkup> checkup() {
        return Optional.of(new TemplateList(this));
    }

    @Override
    public Reading read(Answer answer, Send send, Account account) {
        return ExpressChatAnswers.read(answer);
    }

    @Override
    public List<VerdictRow> verdicts() {
        return ExpressChatAnswers.VERDICTS;
    }

    /** A message; {@code userName} is the recipient's name, no login. */
    record Body(String userName, String wa_id, String type, Object message, Object tags) {}

    record TextMessage(String text) {}

    /** A file by URL with its caption. The documentation contradicts itself on whether {@code type} belongs here too. */
    record MediaMessage(String source, String label, String type) {}

    /**
     * A template by its id, which stands for one language. Without parameters {@code params} is there, and empty.
     *
     * @param assignTo the agent who gets the chat, or null
     */
    record TemplateBody(
            String userName,
            String wa_id,
            String templateId,
            Object assignTo,
            Object tags,
            List<TemplateParameters.Component> params) {}
}
