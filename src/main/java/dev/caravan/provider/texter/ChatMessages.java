package dev.caravan.provider.texter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.message.Content;
import dev.caravan.message.Content.Buttons;
import dev.caravan.message.Content.Menu;
import dev.caravan.message.Content.Text;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Delivery;
import dev.caravan.provider.Notice.Report;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Tracking;
import dev.caravan.provider.Verdict;
import dev.caravan.provider.Verdict.Permanent;
import dev.caravan.provider.Verdict.Stale;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds sends among the messages of their chat. Texter reads a chat backwards from a time, 50 messages at once, and reads
 * no message by itself; so the question is about what stood in the chat soon after the send. That {@code tmpSendId} comes
 * back is our inference, tried because it would be a proof.
 */
final class ChatMessages implements Tracking {

    /** Our choice: enough for a file to be fetched and for clocks that differ, and few messages in one chat. */
    private static final Duration SOON = Duration.ofMinutes(10);

    private final Provider texter;

    ChatMessages(Provider texter) {
        this.texter = texter;
    }

    @Override
    public int together() {
        return 1;
    }

    @Override
    public boolean findsUnknown() {
        return true;
    }

    /** The time to read backwards from, in milliseconds. */
    @Override
    public Object question(List<Tracked> asked, Account account) {
        return String.valueOf(asked.get(0).at().plus(SOON).toEpochMilli());
    }

    @Override
    public Tracks read(Answer answer, List<Tracked> asked, Account account) {
        JsonNode rows = answer.json().path("messages");
        if (!answer.isSuccess() || !rows.isArray()) {
            return new Tracks.NotFound(verdict(answer, asked, account));
        }
        List<Message> messages = new ArrayList<>();
        for (JsonNode row : rows) {
            Message message = new Message(row);
            if (message.isOurs() && !message.ids().isEmpty()) {
                messages.add(message);
            }
        }
        List<Report> reports = new ArrayList<>();
        List<Echo> echoes = new ArrayList<>();
        List<Hint> hints = new ArrayList<>();
        for (Tracked send : asked) {
            if (send.messageId() == null) {
                Optional<Message> echo = messages.stream()
                        .filter(message -> send.id().equals(message.tmpSendId()))
                        .findFirst();
                echo.ifPresentOrElse(
                        message -> echoes.add(new Echo(send.id(), message.ids(), message.delivery())),
                        () -> messages.stream()
                                .filter(message -> message.isLike(send))
                                .forEach(message -> hints.add(
                                        new Hint(send.id(), message.ids().get(0), message.at()))));
            } else {
                messages.stream().filter(message -> message.isOneOf(send)).forEach(message -> message.report()
                        .ifPresent(reports::add));
            }
        }
        return new Tracks.Found(reports, echoes, hints);
    }

    /** A chat that was looked up may be gone. */
    private Verdict verdict(Answer answer, List<Tracked> asked, Account account) {
        if (answer.status() != 404) {
            return TexterAnswers.ofRead(answer, account, texter);
        }
        Permanent gone = new Permanent(TexterAnswers.NOT_FOUND, "Texter knows no such chat");
        return asked.get(0).send().to().isPhone() ? new Stale(gone) : gone;
    }

    /** A row of the chat. */
    private record Message(JsonNode row) {

        /** Rows of the system have no direction and no status. */
        boolean isOurs() {
            return !row.path("systemMessage").asBoolean(false)
                    && row.path("direction").asText("").equals("outgoing");
        }

        /** The provider's id, which reports name, and Texter's own. */
        List<String> ids() {
            return Stream.of(row.path("channelInfo").path("id"), row.path("_id"))
                    .map(id -> id.asText(""))
                    .filter(id -> !id.isBlank())
                    .distinct()
                    .toList();
        }

        boolean isOneOf(Tracked send) {
            return ids().stream()
                    .anyMatch(
                            id -> id.equals(send.messageId()) || send.otherIds().contains(id));
        }

        /** The same text, not earlier, and not known to be another send. */
        boolean isLike(Tracked send) {
            String text = textOf(send.send().content());
            return tmpSendId() == null
                    && text != null
                    && text.equals(row.path("text").asText(null))
                    && at() != null
                    && !at().isBefore(send.at());
        }

        String tmpSendId() {
            return row.path("tmpSendId").asText(null);
        }

        Instant at() {
            return TexterStatuses.time(row.path("timestamp"));
        }

        /** Whatever its status, it stands in the chat. */
        Delivery delivery() {
            return status().map(TexterStatuses::delivery)
                    .filter(delivery -> delivery != Delivery.UNMAPPED)
                    .orElse(Delivery.SENT);
        }

        Optional<Report> report() {
            JsonNode chat = row.path("chatChannelInfo");
            String recipient = Texter.digits(chat.path("id").asText(""));
            return status().map(status -> TexterStatuses.report(
                    ids(),
                    status,
                    row.path("error"),
                    chat.path("accountId").asText(null),
                    recipient.isEmpty() ? null : recipient,
                    since(status)));
        }

        private Optional<String> status() {
            return TexterStatuses.read(row.path("status"));
        }

        private Instant since(String status) {
            Instant since = null;
            for (JsonNode step : row.path("statusHistory")) {
                if (step.path("status").asText("").equals(status)) {
                    since = TexterStatuses.time(step.path("timestamp"));
                }
            }
            return since;
        }

        private static String textOf(Content content) {
            if (content instanceof Text text) {
                return text.text();
            }
            if (content instanceof Buttons buttons) {
                return buttons.text();
            }
            return content instanceof Menu menu ? menu.text() : null;
        }
    }
}
