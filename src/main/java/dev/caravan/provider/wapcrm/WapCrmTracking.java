package dev.caravan.provider.wapcrm;

import static dev.caravan.provider.wapcrm.WapCrmAnswers.field;
import static dev.caravan.provider.wapcrm.WapCrmAnswers.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.caravan.account.Account;
import dev.caravan.provider.Answer;
import dev.caravan.provider.HttpVerdicts;
import dev.caravan.provider.Judge;
import dev.caravan.provider.Notice;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Reading;
import dev.caravan.provider.Tracking;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Asks {@code message-status} after sends with an id, and {@code messagelistforphone} after one without. The latter's
 * rows have no id, so a message of the same text is a hint and no more.
 */
final class WapCrmTracking implements Tracking {

    /** The most ids that {@code message-status} takes. */
    static final int MOST_IDS = 100;

    static final String NOTHING_FOUND = "626";

    private final Provider provider;

    WapCrmTracking(Provider provider) {
        this.provider = provider;
    }

    @Override
    public int together() {
        return MOST_IDS;
    }

    @Override
    public boolean findsUnknown() {
        return true;
    }

    @Override
    public Object question(List<Tracked> asked, Account account) {
        Object line = WapCrmRequests.identifier(account.setting("instance-id"));
        Tracked first = asked.get(0);
        return first.messageId() == null
                ? new Question(line, null, first.send().to().digits())
                : new Question(line, asked.stream().map(Tracked::messageId).toList(), null);
    }

    /**
     * The route takes the path by what is asked.
     *
     * @param messageIDs for {@code message-status}, or null
     * @param chatPhoneNumber for {@code messagelistforphone}, or null
     */
    record Question(Object instanceID, List<String> messageIDs, String chatPhoneNumber) {}

    @Override
    public Tracks read(Answer answer, List<Tracked> asked, Account account) {
        Reading reading = WapCrmAnswers.read(answer);
        if (reading instanceof Reading.Refused refused && NOTHING_FOUND.equals(refused.code())) {
            return found(List.of(), List.of());
        }
        if (!(reading instanceof Reading.Accepted)) {
            return new Tracks.NotFound(Judge.judge(provider, answer, reading, account));
        }
        JsonNode data = field(answer.json(), "data");
        Tracked first = asked.get(0);
        if (first.messageId() == null) {
            return data.isArray()
                    ? found(List.of(), ConversationRows.hints(data, first))
                    : new Tracks.NotFound(HttpVerdicts.of(answer, "no list of messages"));
        }
        return rows(data)
                .map(rows -> found(reports(rows, asked), List.of()))
                .orElseGet(() -> new Tracks.NotFound(HttpVerdicts.of(answer, "no list of statuses")));
    }

    private static Tracks found(List<Notice.Report> reports, List<Hint> hints) {
        return new Tracks.Found(reports, List.of(), hints);
    }

    /**
     * The documented list, also when it stands without its envelope, or what may come for one id, of which no shape is
     * documented: an object, or nothing but the status.
     */
    private static Optional<List<JsonNode>> rows(JsonNode data) {
        JsonNode messages = field(data, "messages");
        JsonNode list = messages.isArray() ? messages : data;
        if (list.isArray()) {
            return Optional.of(list.valueStream().filter(JsonNode::isObject).toList());
        }
        return text(status(data)) == null ? Optional.empty() : Optional.of(List.of(data));
    }

    /** Of rows that say something about a message that was asked after. */
    private static List<Notice.Report> reports(List<JsonNode> rows, List<Tracked> asked) {
        Set<String> ids = asked.stream().map(Tracked::messageId).collect(Collectors.toSet());
        return rows.stream()
                .map(row -> report(row, ids))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Notice.Report> report(JsonNode row, Set<String> asked) {
        String named = text(field(row, "messageID"));
        String id = named == null && asked.size() == 1 ? asked.iterator().next() : named;
        boolean isKnown = field(row, "found").asBoolean(true);
        if (!asked.contains(id) || !isKnown || text(status(row)) == null) {
            return Optional.empty();
        }
        JsonNode reason = field(row, "reasonDetailForNotSent");
        return Optional.of(MessageStatus.report(id, status(row), MissingNode.getInstance(), reason, null));
    }

    private static JsonNode status(JsonNode row) {
        if (row.isNumber() || row.isTextual()) {
            return row;
        }
        JsonNode status = field(row, "messageStatus");
        return status.isMissingNode() ? field(row, "status") : status;
    }
}
