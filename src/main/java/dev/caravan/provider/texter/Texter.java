package dev.caravan.provider.texter;

import static dev.caravan.message.ContentType.AUDIO;
import static dev.caravan.message.ContentType.BUTTONS;
import static dev.caravan.message.ContentType.CONTACTS;
import static dev.caravan.message.ContentType.DOCUMENT;
import static dev.caravan.message.ContentType.IMAGE;
import static dev.caravan.message.ContentType.LIST;
import static dev.caravan.message.ContentType.LOCATION;
import static dev.caravan.message.ContentType.TEMPLATE;
import static dev.caravan.message.ContentType.TEXT;
import static dev.caravan.message.ContentType.VIDEO;
import static dev.caravan.provider.Source.PUBLIC;
import static dev.caravan.provider.Source.SEND_PAGE;

import dev.caravan.account.Account;
import dev.caravan.account.Pace;
import dev.caravan.account.Rate;
import dev.caravan.message.Content.Template;
import dev.caravan.message.ContentType;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Checkup;
import dev.caravan.provider.Directory;
import dev.caravan.provider.Limit;
import dev.caravan.provider.Lookup;
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

/** What Texter carries, and under which settings. */
final class Texter implements Provider {

    static final String NAME = "texter";
    static final String PROJECT_ID = "project-id";

    private static final String API_TOKEN = "api-token";
    private static final String SENDER = "sender";

    private static final Pattern CHAT_ID = Pattern.compile("[0-9a-fA-F]{24}");

    private static final Map<ContentType, Source> TYPES = Map.ofEntries(
            Map.entry(TEXT, SEND_PAGE),
            Map.entry(IMAGE, SEND_PAGE),
            Map.entry(VIDEO, PUBLIC),
            Map.entry(AUDIO, PUBLIC),
            Map.entry(DOCUMENT, PUBLIC),
            Map.entry(LOCATION, SEND_PAGE),
            Map.entry(CONTACTS, SEND_PAGE),
            Map.entry(BUTTONS, SEND_PAGE),
            Map.entry(LIST, SEND_PAGE),
            Map.entry(TEMPLATE, PUBLIC));

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String defaultBaseUrl() {
        return "https://{project-id}.texterchat.com/server/api/v2";
    }

    /** Our choice: no rate is published, and a public import tool pauses between its calls to stay under one. */
    @Override
    public Pace defaultPace() {
        return Pace.of(Rate.parse("1/1s"));
    }

    @Override
    public List<Setting> settings() {
        return List.of(
                Setting.required(PROJECT_ID, "The project's id, the first part of its texterchat.com address."),
                Setting.required(
                                API_TOKEN,
                                "A token with the scopes Send session message, Send template messages, List all chats"
                                        + " and View all chats; Texter shows it once.")
                        .asSecret(),
                Setting.optional(
                        SENDER,
                        "The account id of our line, its number in digits; needed when a phone has several chats, and"
                                + " the line that templates come from."));
    }

    @Override
    public Map<ContentType, Source> types() {
        return TYPES;
    }

    @Override
    public List<Limit> limits() {
        return TexterChecks.LIMITS;
    }

    /** A chat id: 24 hexadecimal digits. */
    @Override
    public boolean isOwnId(String to) {
        return CHAT_ID.matcher(to).matches();
    }

    @Override
    public void check(Send send, Account account) {
        TexterChecks.check(send);
    }

    @Override
    public void check(Account account) {
        String sender = account.setting(SENDER);
        if (sender != null && digits(sender).isEmpty()) {
            throw new IllegalArgumentException("sender: write the account id of the line in digits, or leave it out");
        }
    }

    @Override
    public Object request(Send send, Account account) {
        return request(send, account, null);
    }

    @Override
    public Object request(Send send, Account account, String sendId) {
        return send.content() instanceof Template template
                ? TexterTemplates.of(template, send.to(), account)
                : TexterBodies.of(send, sendId);
    }

    @Override
    public Directory directory() {
        return new Directory.None(
                "Texter publishes no list of its lines; the line of a chat is its channelInfo.accountId");
    }

    @Override
    public Reading read(Answer answer, Send send, Account account) {
        return TexterAnswers.read(answer, send);
    }

    @Override
    public List<VerdictRow> verdicts() {
        return TexterAnswers.VERDICTS;
    }

    @Override
    public Optional<Lookup> lookup() {
        return Optional.of(new ChatSearch(this));
    }

    @Override
    public Optional<Checkup> checkup() {
        return Optional.of(new TokenCheck(this));
    }

    @Override
    public Optional<Webhook> webhook() {
        return Optional.of(new TexterEvents());
    }

    @Override
    public Optional<Tracking> tracking() {
        return Optional.of(new ChatMessages(this));
    }

    /** The account id of our line in digits, or nothing. */
    static String sender(Account account) {
        return digits(account.setting(SENDER, ""));
    }

    static String digits(String text) {
        return text.replaceAll("\\D", "");
    }
}
