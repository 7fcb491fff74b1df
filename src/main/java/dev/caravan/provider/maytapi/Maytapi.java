package dev.caravan.provider.maytapi;

import static dev.caravan.message.ContentType.AUDIO;
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
import dev.caravan.message.Content.Text;
import dev.caravan.message.ContentType;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Directory;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Reading;
import dev.caravan.provider.Setting;
import dev.caravan.provider.Source;
import dev.caravan.provider.VerdictRow;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What Maytapi carries and how a send becomes the body of {@code sendMessage}. */
final class Maytapi implements Provider {

    static final String NAME = "maytapi";

    private static final String SKIP_FILTER = "skip_filter";
    private static final String GROUP = "@g.us";
    private static final Pattern MEDIA_URL = Pattern.compile("(?i)(https?://|data:).+", Pattern.DOTALL);

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
                Setting.required("product-id", "The product's id, a UUID from the console's token page."),
                Setting.required("phone-id", "The number that Maytapi gave the sending phone, from its phone list."),
                Setting.required("api-key", "The token from the console's token page, sent as x-maytapi-key.")
                        .asSecret());
    }

    @Override
    public Map<ContentType, Source> types() {
        return Map.ofEntries(
                Map.entry(TEXT, SEND_PAGE),
                Map.entry(IMAGE, SEND_PAGE),
                Map.entry(VIDEO, SEND_PAGE),
                Map.entry(AUDIO, SEND_PAGE),
                Map.entry(DOCUMENT, SEND_PAGE),
                Map.entry(LOCATION, PUBLIC));
    }

    /** {@code skip_filter: true} lets a message past the filter that drops repetitions within a conversation. */
    @Override
    public Set<String> options() {
        return Set.of(SKIP_FILTER);
    }

    /** A group id: older ones are a number, a dash and a time, newer ones digits only; both end the same. */
    @Override
    public boolean isOwnId(String to) {
        return to.endsWith(GROUP) && to.length() > GROUP.length();
    }

    @Override
    public void check(Send send, Account account) {
        Object skipFilter = send.options().get(SKIP_FILTER);
        if (skipFilter != null && !(skipFilter instanceof Boolean)) {
            throw new InvalidSendException(
                    "options.skip_filter", "invalid-option", "options.skip_filter: write true or false");
        }
        if (send.content() instanceof Media media) {
            checkMedia(media);
        }
        if (send.content() instanceof Location location && location.address() != null) {
            throw new InvalidSendException(
                    "location.address",
                    "unsupported",
                    "location.address: Maytapi shows a place's name only; leave it out or write it into location.name");
        }
    }

    private static void checkMedia(Media media) {
        if (media.items().size() > 1) {
            throw new InvalidSendException(
                    "media", "too-many", "media: Maytapi takes 1 file per message; make a send of each");
        }
        if (!MEDIA_URL.matcher(media.first().url()).matches()) {
            throw new InvalidSendException(
                    "media.url", "invalid-url", "media.url: Maytapi takes an http(s) URL or a data: URI, and no path");
        }
    }

    @Override
    public Object request(Send send, Account account) {
        String to = send.to().digits();
        String replyTo = send.replyTo();
        Object skipFilter = send.options().get(SKIP_FILTER);
        if (send.content() instanceof Text text) {
            return new TextBody(to, "text", text.text(), replyTo, skipFilter);
        }
        if (send.content() instanceof Media media) {
            String url = media.first().url();
            String filename = media.first().filename();
            return new MediaBody(to, "media", url, media.caption(), filename, replyTo, skipFilter);
        }
        if (send.content() instanceof Location place) {
            return new LocationBody(
                    to, "location", place.latitude(), place.longitude(), place.name(), replyTo, skipFilter);
        }
        throw new IllegalArgumentException(
                "type: Maytapi carries no " + send.content().type().word());
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

    /** A text to a number or a group. */
    record TextBody(String to_number, String type, String message, String reply_to, Object skip_filter) {}

    /** A file by URL or data URI with its caption; Maytapi itself tells image, video, audio and document apart. */
    record MediaBody(
            String to_number,
            String type,
            String message,
            String text,
            String filename,
            String reply_to,
            Object skip_filter) {}

    /** A place, with its name as the text. */
    record LocationBody(
            String to_number,
            String type,
            double latitude,
            double longitude,
            String text,
            String reply_to,
            Object skip_filter) {}
}
