package dev.caravan.provider.pratikesnaf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.message.Content.Text;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Bulk;
import dev.caravan.provider.Reading;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One text to many recipients, whose answer has counts only: unless all got it or nobody did, nobody can tell who. The
 * server spaces such messages out, so the call takes long.
 */
final class BulkText implements Bulk {

    /** What is said of the token, the address or the form of a request; anything else may come after part has been sent. */
    private static final Set<Integer> BEFORE_READING = Set.of(401, 403, 404, 405, 413, 415);

    @Override
    public int most(Account account) {
        return Integer.parseInt(account.setting(PratikEsnaf.BULK, "1"));
    }

    @Override
    public boolean together(Send one, Send other) {
        return one.content() instanceof Text text
                && text.equals(other.content())
                && one.options().equals(other.options());
    }

    @Override
    public Object request(List<Send> sends, Account account) {
        Send first = sends.get(0);
        List<Recipient> recipients = sends.stream()
                .map(send -> new Recipient(send.to().address(), send.name()))
                .toList();
        return new BulkBody(recipients, ((Text) first.content()).text(), PratikEsnaf.typeId(first, account));
    }

    @Override
    public Reading read(Answer answer, int count) {
        JsonNode body = answer.json();
        if (answer.isSuccess() && PratikEsnafAnswers.isAccepted(body)) {
            return counted(body, count);
        }
        boolean refusedAtOnce = answer.status() / 100 == 3 || BEFORE_READING.contains(answer.status());
        return refusedAtOnce
                ? new Reading.Unclear(PratikEsnafAnswers.reason(body))
                : new Reading.Doubtful("bulk-unclear", "the bulk call broke off: part of it may have been sent");
    }

    private static Reading counted(JsonNode body, int count) {
        boolean whole = Stream.of("total", "sent", "failed").map(body::path).allMatch(JsonNode::canConvertToInt)
                && body.path("total").intValue() == count;
        int sent = body.path("sent").intValue();
        int failed = body.path("failed").intValue();
        if (whole && sent == count && failed == 0) {
            return new Reading.Accepted(null);
        }
        if (whole && sent == 0 && failed == count) {
            return new Reading.Refused("bulk-refused", "PratikEsnaf sent it to nobody");
        }
        return new Reading.Doubtful(
                "bulk-unclear", "PratikEsnaf says how many got it, not who: " + sent + " sent, " + failed + " failed");
    }

    /** A text to many, with its kind of sending. */
    record BulkBody(List<Recipient> alicilar, String mesaj, Object tur_id) {}

    /** A recipient: number with its plus sign, and name for the provider's log. */
    record Recipient(String telefon, String isim) {}
}
