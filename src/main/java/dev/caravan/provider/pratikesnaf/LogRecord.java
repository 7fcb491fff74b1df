package dev.caravan.provider.pratikesnaf;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Delivery;
import dev.caravan.provider.HttpVerdicts;
import dev.caravan.provider.Judge;
import dev.caravan.provider.Notice;
import dev.caravan.provider.Provider;
import dev.caravan.provider.Tracking;
import dev.caravan.provider.Verdict;
import dev.caravan.provider.VerdictRow;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A message in PratikEsnaf's log, where it is found by its {@code log_id} only. Of the states {@code delivered} is
 * published for messages and {@code bekliyor} for something else; the others are our inference. The time in a record is
 * that of sending, whatever the state, so a report has none.
 */
final class LogRecord implements Tracking {

    private static final int NOT_FOUND = 404;

    /** By the folded word, see {@link VerdictRow#fold}. */
    private static final Map<String, Delivery> STATES = Map.ofEntries(
            Map.entry("bekliyor", Delivery.SENT),
            Map.entry("kuyrukta", Delivery.SENT),
            Map.entry("pending", Delivery.SENT),
            Map.entry("queued", Delivery.SENT),
            Map.entry("gonderildi", Delivery.SENT),
            Map.entry("sent", Delivery.SENT),
            Map.entry("iletildi", Delivery.DELIVERED),
            Map.entry("teslim edildi", Delivery.DELIVERED),
            Map.entry("delivered", Delivery.DELIVERED),
            Map.entry("okundu", Delivery.READ),
            Map.entry("read", Delivery.READ),
            Map.entry("seen", Delivery.READ),
            Map.entry("hata", Delivery.FAILED),
            Map.entry("basarisiz", Delivery.FAILED),
            Map.entry("failed", Delivery.FAILED),
            Map.entry("error", Delivery.FAILED));

    private final Provider pratikEsnaf;

    LogRecord(Provider pratikEsnaf) {
        this.pratikEsnaf = pratikEsnaf;
    }

    @Override
    public int together() {
        return 1;
    }

    /** No call lists the log, so without its id a message is not found. */
    @Override
    public boolean findsUnknown() {
        return false;
    }

    /** The {@code log_id} as it stands in a path. */
    @Override
    public Object question(List<Tracked> asked, Account account) {
        return URLEncoder.encode(asked.get(0).messageId(), StandardCharsets.UTF_8)
                .replace("+", "%20");
    }

    @Override
    public Tracks read(Answer answer, List<Tracked> asked, Account account) {
        if (answer.status() == NOT_FOUND) {
            return new Tracks.Found(List.of(), List.of(), List.of());
        }
        Verdict verdict = Judge.judge(pratikEsnaf, answer, PratikEsnafAnswers.read(answer), account);
        if (!(verdict instanceof Verdict.Sent)) {
            return new Tracks.NotFound(verdict);
        }
        JsonNode found = answer.json().path("data");
        String logId = asked.get(0).messageId();
        String state = found.path("durum").asText("");
        if (state.isBlank() || !found.path("id").asText(logId).equals(logId)) {
            return new Tracks.NotFound(HttpVerdicts.of(answer, "no record of the message that was asked about"));
        }
        return new Tracks.Found(List.of(report(logId, state, found.path("alici"))), List.of(), List.of());
    }

    private static Notice.Report report(String logId, String state, JsonNode recipient) {
        Delivery delivery = STATES.getOrDefault(word(state), Delivery.UNMAPPED);
        String digits = recipient.asText("").replaceAll("\\D", "");
        return new Notice.Report(
                List.of(logId),
                delivery,
                state,
                delivery == Delivery.FAILED ? "delivery-failed" : null,
                null,
                null,
                digits.isEmpty() ? null : digits,
                null);
    }

    private static String word(String state) {
        return VerdictRow.fold(state).strip().replaceAll("[\\s_-]+", " ");
    }
}
