package dev.caravan.provider.pratikesnaf;

import static dev.caravan.message.ContentType.DOCUMENT;
import static dev.caravan.message.ContentType.IMAGE;
import static dev.caravan.message.ContentType.TEXT;
import static dev.caravan.provider.Source.SEND_PAGE;

import dev.caravan.account.Account;
import dev.caravan.account.Pace;
import dev.caravan.account.Spacing;
import dev.caravan.message.Content.Media;
import dev.caravan.message.Content.Text;
import dev.caravan.message.ContentType;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Bulk;
import dev.caravan.provider.Checkup;
import dev.caravan.provider.Directory;
import dev.caravan.provider.Limit;
import dev.caravan.provider.Limit.Measure;
import dev.caravan.provider.Lookup;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Reading;
import dev.caravan.provider.Setting;
import dev.caravan.provider.Source;
import dev.caravan.provider.Tracking;
import dev.caravan.provider.VerdictRow;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What PratikEsnaf carries and how a send becomes the body of its call. */
final class PratikEsnaf implements Provider {

    static final String NAME = "pratikesnaf";
    static final String TOKEN = "token";
    static final String API_KEY = "api-key";
    static final String API_SECRET = "api-secret";

    static final String BULK = "bulk";

    private static final String TYPE_ID = "type-id";
    private static final String TYPE_ID_OPTION = "tur_id";
    private static final String GENERAL = "10";
    private static final Pattern WHOLE_NUMBER = Pattern.compile("\\d{1,9}");

    /** {@code http:}, {@code data:} and the like, or a URL without its scheme. */
    private static final Pattern URL = Pattern.compile("(?i)([a-z][a-z0-9+.-]+:|//).*", Pattern.DOTALL);

    private static final Pattern PDF = Pattern.compile("(?i).+\\.pdf");

    private static final Map<ContentType, Source> TYPES =
            Map.ofEntries(Map.entry(TEXT, SEND_PAGE), Map.entry(IMAGE, SEND_PAGE), Map.entry(DOCUMENT, SEND_PAGE));

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String defaultBaseUrl() {
        return "https://api.pratikesnaf.com";
    }

    /** Our choice: PratikEsnaf spaces out bulk messages against a ban, but does not say so of single ones. */
    @Override
    public Pace defaultPace() {
        return Pace.of(Spacing.parse("5s..10s"));
    }

    @Override
    public int defaultConcurrency() {
        return 1;
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.optional(TOKEN, "A bearer token; instead of api-key and api-secret.")
                        .asSecret(),
                Setting.optional(API_KEY, "The API key for which Caravan obtains a token and renews it.")
                        .asSecret(),
                Setting.optional(API_SECRET, "The secret that belongs to api-key.")
                        .asSecret(),
                Setting.optional(
                        TYPE_ID,
                        "tur_id, the kind of sending, for texts without that option; 10, general, if not set."),
                Setting.optional(
                        BULK,
                        "The most recipients of one bulk call, for the equal texts of a batch; its answer has counts only,"
                                + " so on any doubt all of them are unknown. Never if not set."));
    }

    @Override
    public Map<ContentType, Source> types() {
        return TYPES;
    }

    /** Its file call has room for one path; of lengths and sizes it publishes no limit. */
    @Override
    public List<Limit> limits() {
        return List.of(new Limit(Measure.MEDIA_ITEMS, 1, SEND_PAGE));
    }

    /** {@code tur_id}: the kind of sending of a text, a whole number. */
    @Override
    public Set<String> options() {
        return Set.of(TYPE_ID_OPTION);
    }

    @Override
    public void check(Account account) {
        boolean hasToken = isSet(account, TOKEN);
        boolean hasKey = isSet(account, API_KEY);
        boolean hasSecret = isSet(account, API_SECRET);
        if (hasToken && (hasKey || hasSecret)) {
            throw new IllegalArgumentException("token: set it, or api-key and api-secret, not both");
        }
        if (!hasToken && !(hasKey && hasSecret)) {
            throw new IllegalArgumentException("token: set it, or api-key and api-secret together");
        }
        if (!WHOLE_NUMBER.matcher(account.setting(TYPE_ID, GENERAL)).matches()) {
            throw new IllegalArgumentException("type-id: write a whole number");
        }
        checkBulk(account);
    }

    private static void checkBulk(Account account) {
        if (!isSet(account, BULK)) {
            return;
        }
        if (!account.setting(BULK).matches("[2-9]|[1-9]\\d{1,3}")) {
            throw new IllegalArgumentException("bulk: write how many recipients a call may have, from 2 to 9999");
        }
        Duration needed = Duration.ofSeconds(Math.max(60, 10L * Integer.parseInt(account.setting(BULK))));
        if (account.timeout().compareTo(needed) < 0) {
            throw new IllegalArgumentException(
                    "bulk: the server spaces bulk messages out, and a call that ends before it"
                            + " leaves all of them unknown; set the account's timeout to " + needed.toSeconds()
                            + "s or more");
        }
    }

    static boolean isSet(Account account, String setting) {
        return !account.setting(setting, "").isBlank();
    }

    @Override
    public void check(Send send, Account account) {
        if (send.replyTo() != null) {
            throw new InvalidSendException(
                    "replyTo", "unsupported", "PratikEsnaf cannot answer a message; leave replyTo out");
        }
        Object typeId = send.options().get(TYPE_ID_OPTION);
        if (typeId != null && !(typeId instanceof Integer)) {
            throw new InvalidSendException("options.tur_id", "invalid-option", "tur_id is a whole number");
        }
        if (send.content() instanceof Media media) {
            checkFile(media);
            if (typeId != null) {
                throw new InvalidSendException(
                        "options.tur_id", "unsupported", "PratikEsnaf takes tur_id with a text only; leave it out");
            }
        }
    }

    private static void checkFile(Media media) {
        String path = media.first().url();
        if (URL.matcher(path).matches()) {
            throw new InvalidSendException(
                    "media.url",
                    "unsupported-url",
                    "PratikEsnaf neither fetches a URL nor takes an upload; write the path of a file on its server");
        }
        if (media.type() == DOCUMENT && !PDF.matcher(path).matches()) {
            throw new InvalidSendException(
                    "media.url",
                    "unsupported-file",
                    "PratikEsnaf takes PDF and image files; a document's path ends in .pdf");
        }
        if (media.first().filename() != null) {
            throw new InvalidSendException(
                    "media.filename", "unsupported", "PratikEsnaf shows the file's own name; leave it out");
        }
    }

    @Override
    public Object request(Send send, Account account) {
        String telefon = send.to().address();
        if (send.content() instanceof Text text) {
            return new TextBody(telefon, text.text(), send.name(), typeId(send, account));
        }
        if (send.content() instanceof Media media) {
            return new FileBody(telefon, media.first().url(), media.caption());
        }
        throw new IllegalArgumentException(
                "type: PratikEsnaf carries no " + send.content().type().word());
    }

    static Object typeId(Send send, Account account) {
        Object option = send.options().get(TYPE_ID_OPTION);
        return option == null ? Integer.valueOf(account.setting(TYPE_ID, GENERAL)) : option;
    }

    @Override
    public Reading read(Answer answer, Send send, Account account) {
        return PratikEsnafAnswers.read(answer);
    }

    @Override
    public List<VerdictRow> verdicts() {
        return PratikEsnafAnswers.VERDICTS;
    }

    @Override
    public Optional<Bulk> bulk() {
        return Optional.of(new BulkText());
    }

    @Override
    public Optional<Lookup> lookup() {
        return Optional.of(new TokenRequest(this));
    }

    @Override
    public Directory directory() {
        return new AccountList(this);
    }

    @Override
    public Optional<Checkup> checkup() {
        return Optional.of(new DefaultAccount(new AccountList(this)));
    }

    @Override
    public Optional<Tracking> tracking() {
        return Optional.of(new LogRecord(this));
    }

    /** A text: number with its plus sign, message, the recipient's name for the provider's log, kind of sending. */
    record TextBody(String telefon, String mesaj, String isim, Object tur_id) {}

    /** A file on the provider's server, by its path, with its caption. */
    record FileBody(String telefon, String dosya_yolu, String mesaj) {}
}
