package dev.caravan.provider.texter;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import dev.caravan.account.Account;
import dev.caravan.message.Content.Template;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Lookup;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Verdict.Permanent;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the chat of a phone number. Texter's search matches names and parts of numbers too, so a chat counts only when
 * it is a WhatsApp chat of exactly that number and, where the account has a {@code sender}, on that line of ours. It is
 * open for {@link #WINDOW} after the person last wrote; after that WhatsApp takes templates only, which need no chat.
 */
final class ChatSearch implements Lookup {

    /** Public documentation: the time in which WhatsApp takes more than templates. */
    private static final Duration WINDOW = Duration.ofHours(24);

    private final Provider texter;

    ChatSearch(Provider texter) {
        this.texter = texter;
    }

    @Override
    public boolean isNeeded(Send send, Account account) {
        return !(send.content() instanceof Template);
    }

    @Override
    public Optional<String> given(Send send, Account account) {
        return send.to().isPhone() ? Optional.empty() : Optional.of(send.to().address());
    }

    /** The number and our line, so that the chat of another line is not used once {@code sender} changes. */
    @Override
    public String key(Send send, Account account) {
        String number = send.to().digits();
        String sender = Texter.sender(account);
        return sender.isEmpty() ? number : number + "@" + sender;
    }

    /**
     * The number in international digits, then as it is dialled within its country. Texter's published example searches
     * the latter; that the former is found is our inference.
     */
    @Override
    public List<Object> questions(Send send, Account account) {
        return Stream.concat(Stream.of(send.to().digits()), national(send.to().address()).stream())
                .distinct()
                .map(Object.class::cast)
                .toList();
    }

    private static Optional<String> national(String number) {
        PhoneNumberUtil numbers = PhoneNumberUtil.getInstance();
        try {
            return Optional.of(Texter.digits(numbers.format(numbers.parse(number, null), PhoneNumberFormat.NATIONAL)));
        } catch (NumberParseException noNumber) {
            return Optional.empty();
        }
    }

    @Override
    public Finding read(Answer answer, Send send, Account account) {
        JsonNode body = answer.json();
        JsonNode rows = body.path("data");
        if (!answer.isSuccess() || !rows.isArray()) {
            return new Finding.Failed(TexterAnswers.ofRead(answer, account, texter));
        }
        Map<String, JsonNode> chats = new HashMap<>();
        for (JsonNode row : rows) {
            String id = row.path("_id").asText("");
            if (!id.isBlank()
                    && isChatWith(send.to().digits(), row.path("channelInfo"))
                    && isOnLine(Texter.sender(account), row.path("channelInfo"))) {
                chats.put(id, row);
            }
        }
        if (chats.size() > 1) {
            return new Finding.Failed(new Permanent(
                    "ambiguous-chat",
                    "the number has " + chats.size()
                            + " WhatsApp chats; set the account's sender to the line to send from"));
        }
        return chats.entrySet().stream()
                .findFirst()
                .map(chat -> found(chat.getKey(), chat.getValue(), answer))
                .orElseGet(
                        () -> new Finding.NotFound(new Permanent("no-chat", noChat(rows.size(), body.path("total")))));
    }

    /** The answer's own date is compared, so both times are Texter's; without it Texter has to refuse the send itself. */
    private static Finding found(String chat, JsonNode row, Answer answer) {
        long lastIncoming = row.path("lastIncomingMessageTimestamp").asLong(0);
        if (lastIncoming <= 0) {
            return new Finding.Found(chat, null);
        }
        Instant closes = Instant.ofEpochMilli(lastIncoming).plus(WINDOW);
        boolean closed = date(answer).filter(closes::isBefore).isPresent();
        return closed
                ? new Finding.Barred(
                        chat,
                        new Permanent(
                                TexterAnswers.WINDOW_CLOSED,
                                "the person last wrote more than 24 hours ago, so WhatsApp takes a template only; send one"))
                : new Finding.Found(chat, closes);
    }

    private static Optional<Instant> date(Answer answer) {
        try {
            return Optional.ofNullable(answer.header("Date"))
                    .map(date -> ZonedDateTime.parse(date.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeParseException unreadable) {
            return Optional.empty();
        }
    }

    private static boolean isChatWith(String number, JsonNode channel) {
        return "whatsapp".equals(channel.path("name").asText(""))
                && number.equals(Texter.digits(channel.path("id").asText("")));
    }

    private static boolean isOnLine(String sender, JsonNode channel) {
        return sender.isEmpty()
                || sender.equals(Texter.digits(channel.path("accountId").asText("")));
    }

    private static String noChat(int rows, JsonNode total) {
        return total.asInt() > rows
                ? "none of the first " + rows + " of " + total.asInt() + " chats found is with the number"
                : "the number has no WhatsApp chat with this line; only a template can be sent to it, so send one";
    }
}
