package dev.caravan.provider.texter;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import dev.caravan.account.Account;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Lookup;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Verdict.Permanent;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Finds the chat of a phone number. Texter's search matches names and parts of numbers too, so a chat counts only when
 * it is a WhatsApp chat of exactly that number and, where the account has a {@code sender}, on that line of ours.
 */
final class ChatSearch implements Lookup {

    private final Provider texter;

    ChatSearch(Provider texter) {
        this.texter = texter;
    }

    @Override
    public Optional<String> given(Send send, Account account) {
        return send.to().isPhone() ? Optional.empty() : Optional.of(send.to().address());
    }

    /** The number and our line, so that the chat of another line is not used once {@code sender} changes. */
    @Override
    public String key(Send send, Account account) {
        String number = send.to().digits();
        String sender = sender(account);
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
            return new Finding.Failed(TexterAnswers.ofSearch(answer, account, texter));
        }
        Set<String> chats = StreamSupport.stream(rows.spliterator(), false)
                .filter(row -> isChatWith(send.to().digits(), row.path("channelInfo")))
                .filter(row -> isOnLine(sender(account), row.path("channelInfo")))
                .map(row -> row.path("_id").asText(""))
                .filter(id -> !id.isBlank())
                .collect(Collectors.toSet());
        return switch (chats.size()) {
            case 0 -> new Finding.NotFound(new Permanent("no-chat", noChat(rows.size(), body.path("total"))));
            case 1 -> new Finding.Found(chats.iterator().next(), null);
            default ->
                new Finding.Failed(new Permanent(
                        "ambiguous-chat",
                        "the number has " + chats.size()
                                + " WhatsApp chats; set the account's sender to the line to send from"));
        };
    }

    private static boolean isChatWith(String number, JsonNode channel) {
        return "whatsapp".equals(channel.path("name").asText(""))
                && number.equals(Texter.digits(channel.path("id").asText("")));
    }

    private static boolean isOnLine(String sender, JsonNode channel) {
        return sender.isEmpty()
                || sender.equals(Texter.digits(channel.path("accountId").asText("")));
    }

    private static String sender(Account account) {
        return Texter.digits(account.setting(Texter.SENDER, ""));
    }

    private static String noChat(int rows, JsonNode total) {
        return total.asInt() > rows
                ? "none of the first " + rows + " of " + total.asInt() + " chats found is with the number"
                : "the number has no WhatsApp chat with this line; Texter sends into existing chats only";
    }
}
