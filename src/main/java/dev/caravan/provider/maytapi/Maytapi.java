package dev.caravan.provider.maytapi;

import static dev.caravan.message.ContentType.AUDIO;
import static dev.caravan.message.ContentType.BUTTONS;
import static dev.caravan.message.ContentType.CONTACTS;
import static dev.caravan.message.ContentType.DOCUMENT;
import static dev.caravan.message.ContentType.IMAGE;
import static dev.caravan.message.ContentType.LOCATION;
import static dev.caravan.message.ContentType.TEXT;
import static dev.caravan.message.ContentType.VIDEO;
import static dev.caravan.provider.Source.PUBLIC;
import static dev.caravan.provider.Source.SEND_PAGE;

import dev.caravan.account.Account;
import dev.caravan.account.Pace;
import dev.caravan.account.Spacing;
import dev.caravan.message.Content.Location;
import dev.caravan.message.Content.Media;
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
import dev.caravan.provider.Webhook;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What Maytapi carries. It drives a WhatsApp Web session of an ordinary number, so it knows groups and no approved
 * templates, and publishes neither text lengths nor file sizes. There is no call that tells what became of a message:
 * that comes by an acknowledgement or not at all.
 */
final class Maytapi implements Provider {

    static final String NAME = "maytapi";
    static final String PRODUCT_ID = "product-id";
    static final String PHONE_ID = "phone-id";

    private static final String GROUP = "@g.us";
    private static final Pattern MEDIA_URL =
            Pattern.compile("(?i)https?://.+|data:[^,]*;base64,[a-z0-9+/]++={0,2}", Pattern.DOTALL);

    private static final Map<ContentType, Source> TYPES = Map.ofEntries(
            Map.entry(TEXT, SEND_PAGE),
            Map.entry(IMAGE, SEND_PAGE),
            Map.entry(VIDEO, SEND_PAGE),
            Map.entry(AUDIO, SEND_PAGE),
            Map.entry(DOCUMENT, SEND_PAGE),
            Map.entry(LOCATION, PUBLIC),
            Map.entry(CONTACTS, PUBLIC),
            Map.entry(BUTTONS, PUBLIC));

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String defaultBaseUrl() {
        return "https://api.maytapi.com/api";
    }

    /** Our choice: Maytapi publishes no rate, and a phone that sends evenly and fast looks like a machine. */
    @Override
    public Pace defaultPace() {
        return Pace.of(Spacing.parse("3s..7s"));
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.required(PRODUCT_ID, "The product's id, a UUID from the console's token page."),
                Setting.required(PHONE_ID, "The number that Maytapi gave the sending phone, from its phone list."),
                Setting.required("api-key", "The token from the console's token page, sent as x-maytapi-key.")
                        .asSecret());
    }

    /** Buttons are marked beta in the documentation: some accounts may find that they fail. */
    @Override
    public Map<ContentType, Source> types() {
        return TYPES;
    }

    /** One field holds the file, and one the card. */
    @Override
    public List<Limit> limits() {
        return List.of(new Limit(Measure.MEDIA_ITEMS, 1, SEND_PAGE), new Limit(Measure.CONTACTS, 1, PUBLIC));
    }

    /** What each is, and to which sends it belongs: {@link MaytapiOptions}. */
    @Override
    public Set<String> options() {
        return MaytapiOptions.NAMES;
    }

    /** A group id: older ones are a number, a dash and a time, newer ones digits only; both end the same. */
    @Override
    public boolean isOwnId(String to) {
        return to.endsWith(GROUP) && to.length() > GROUP.length();
    }

    @Override
    public void check(Send send, Account account) {
        MaytapiOptions.check(send);
        if (send.content() instanceof Media media
                && !MEDIA_URL.matcher(media.first().url()).matches()) {
            throw new InvalidSendException(
                    "media.url",
                    "invalid-url",
                    "media.url: Maytapi takes an http(s) URL or data:<type>;base64,<content>, and no path");
        }
        if (send.content() instanceof Location location && location.address() != null) {
            throw new InvalidSendException(
                    "location.address",
                    "unsupported",
                    "location.address: Maytapi shows a place's name only; leave it out or write it into location.name");
        }
    }

    @Override
    public Object request(Send send, Account account) {
        return MaytapiBodies.of(send);
    }

    @Override
    public Reading read(Answer answer, Send send, Account account) {
        return MaytapiAnswers.read(answer);
    }

    @Override
    public List<VerdictRow> verdicts() {
        return MaytapiAnswers.VERDICTS;
    }

    @Override
    public Directory directory() {
        return new PhoneList(this);
    }

    @Override
    public Optional<Checkup> checkup() {
        return Optional.of(new PhoneCheck(new PhoneList(this)));
    }

    @Override
    public Optional<Webhook> webhook() {
        return Optional.of(new MaytapiWebhook());
    }
}
