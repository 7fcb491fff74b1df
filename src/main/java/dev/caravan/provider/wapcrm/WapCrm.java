package dev.caravan.provider.wapcrm;

import static dev.caravan.message.ContentType.IMAGE;
import static dev.caravan.message.ContentType.TEMPLATE;
import static dev.caravan.message.ContentType.TEXT;
import static dev.caravan.provider.Source.PUBLIC;
import static dev.caravan.provider.Source.SEND_PAGE;

import dev.caravan.account.Account;
import dev.caravan.account.Pace;
import dev.caravan.account.Rate;
import dev.caravan.message.Content.Item;
import dev.caravan.message.Content.Media;
import dev.caravan.message.Content.Template;
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
import dev.caravan.provider.Tracking;
import dev.caravan.provider.VerdictRow;
import dev.caravan.provider.Webhook;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** What WapCRM carries, and what it must be told of an account. */
final class WapCrm implements Provider {

    static final String NAME = "wapcrm";
    static final String DEFAULT_PATH = "/api/chatoperation";

    /** Code points; beyond it WapCRM answers 601. */
    static final int LONGEST_TEXT = 1000;

    /** Digits only; a number of Türkiye has exactly 12 of them, any other at least 9. */
    static final Pattern NUMBER = Pattern.compile("90\\d{10}|(?!90)\\d{9,}");

    static final Pattern WEB_URL = Pattern.compile("(?i)https?://.+");

    /** What may stand in a header: a line break or a space from a badly read secret must not get there. */
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]+");

    /** A name in Camel's own space would steer the call, and could put the key into its address. */
    private static final Pattern HEADER = Pattern.compile("(?i)(?!camel)[a-z][a-z0-9-]*");

    private static final Pattern PATH = Pattern.compile("/[^?#\\s]*");
    private static final Pattern WHOLE_NUMBER = Pattern.compile("0|[1-9]\\d*");

    private static final Map<ContentType, Source> TYPES =
            Map.ofEntries(Map.entry(TEXT, SEND_PAGE), Map.entry(IMAGE, SEND_PAGE), Map.entry(TEMPLATE, PUBLIC));

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String defaultBaseUrl() {
        return "https://cxapi.wapcrm.net";
    }

    /** Our choice: the quota per minute is set per customer and published nowhere. */
    @Override
    public Pace defaultPace() {
        return Pace.of(Rate.parse("20/1m"));
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.required("secret-key", "The company's key, from Settings > API in the web application.")
                        .asSecret(),
                Setting.required("instance-id", "The sending line, instanceID in the list of instances."),
                Setting.required("user-id", "The sending user, userID in the list of users; a real person's."),
                Setting.optional(
                        "secret-key-header",
                        "X-CIB-SecretKey",
                        "The header that carries the key: X-CIB-SecretKey or X-WapCrm-SecretKey."),
                Setting.optional("path", DEFAULT_PATH, "The path of the send call."));
    }

    @Override
    public Map<ContentType, Source> types() {
        return TYPES;
    }

    @Override
    public List<Limit> limits() {
        return List.of(
                new Limit(Measure.TEXT_CHARACTERS, LONGEST_TEXT, PUBLIC), new Limit(Measure.MEDIA_ITEMS, 1, SEND_PAGE));
    }

    @Override
    public void check(Account account) {
        require(account.setting("secret-key", ""), KEY, "secret-key: write the key without spaces or line breaks");
        require(
                account.setting("secret-key-header"),
                HEADER,
                "secret-key-header: write X-CIB-SecretKey or X-WapCrm-SecretKey");
        require(
                account.setting("path"),
                PATH,
                "path: write it from its first slash and without a query, as " + DEFAULT_PATH);
    }

    private static void require(String value, Pattern form, String otherwise) {
        if (!form.matcher(value).matches()) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    @Override
    public void check(Send send, Account account) {
        if (!NUMBER.matcher(send.to().digits()).matches()) {
            throw new InvalidSendException(
                    "to",
                    "invalid-number",
                    "WapCRM takes numbers of 9 digits or more, and of exactly 12 for Türkiye; write all of them");
        }
        if (send.replyTo() != null) {
            throw new InvalidSendException(
                    "replyTo", "unsupported", "WapCRM cannot answer a message; leave replyTo out");
        }
        if (send.content() instanceof Media image) {
            checkImage(image);
        }
        if (send.content() instanceof Template template) {
            checkTemplate(template, account);
        }
    }

    /** Whether {@code messageText} is shown with an image is documented nowhere, so a caption could be lost unseen. */
    private static void checkImage(Media image) {
        checkUrl("media.url", image.first());
        if (image.first().filename() == null || image.first().filename().isBlank()) {
            throw new InvalidSendException(
                    "media.filename", "missing", "WapCRM needs the name of the file; write it into media.filename");
        }
        if (image.caption() != null && !image.caption().isBlank()) {
            throw new InvalidSendException(
                    "text",
                    "unsupported",
                    "WapCRM is not known to show a caption with an image; make a send of its own of the text");
        }
    }

    /**
     * A language cannot be said, as each is a template of its own. It may stand in the send when the configuration says
     * which template the account has for it.
     */
    private static void checkTemplate(Template template, Account account) {
        boolean isConfigured = account.templates().values().stream()
                .anyMatch(form -> template.name().equals(form.name()));
        if (template.language() != null && !isConfigured) {
            throw new InvalidSendException(
                    "template.language",
                    "unsupported",
                    "WapCRM has a template of its own for each language; leave the language out and name that template,"
                            + " here or in caravan.templates");
        }
        if (template.header() != null) {
            checkUrl("template.header.url", template.header());
        }
    }

    private static void checkUrl(String field, Item file) {
        if (!WEB_URL.matcher(file.url()).matches()) {
            throw new InvalidSendException(
                    field, "unsupported-url", "WapCRM takes an http(s) URL that anybody can read; write one");
        }
    }

    @Override
    public Object request(Send send, Account account) {
        return WapCrmRequests.of(send, account);
    }

    @Override
    public Reading read(Answer answer, Send send, Account account) {
        return WapCrmAnswers.read(answer);
    }

    @Override
    public List<VerdictRow> verdicts() {
        return WapCrmAnswers.VERDICTS;
    }

    @Override
    public Directory directory() {
        return new LinesAndUsers(this);
    }

    @Override
    public Optional<Checkup> checkup() {
        return Optional.of(new LineAndUserCheck(new LinesAndUsers(this)));
    }

    @Override
    public Optional<Webhook> webhook() {
        return Optional.of(new WapCrmWebhook());
    }

    @Override
    public Optional<Tracking> tracking() {
        return Optional.of(new WapCrmTracking(this));
    }
}
