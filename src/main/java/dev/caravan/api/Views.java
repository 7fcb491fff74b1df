package dev.caravan.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.account.Account;
import dev.caravan.ledger.Batch;
import dev.caravan.ledger.BatchStandings;
import dev.caravan.ledger.Blocklist;
import dev.caravan.ledger.Deliveries.Kept;
import dev.caravan.ledger.Inbound.Arrival;
import dev.caravan.ledger.Lanes.Standing;
import dev.caravan.ledger.RecipientPace;
import dev.caravan.ledger.Reported;
import dev.caravan.ledger.SendEvent;
import dev.caravan.ledger.SendQueries;
import dev.caravan.ledger.SendRecord;
import dev.caravan.ledger.UnsentRow;
import dev.caravan.outcome.IsoTime;
import java.time.ZoneId;
import java.util.List;

/** The ledger's records as the contract's JSON; what has no value is left out. */
final class Views {

    private final ZoneId zone;

    /** @param zone whose offset times are written with */
    Views(ZoneId zone) {
        this.zone = zone;
    }

    /** {@code SendView} with its history. */
    ObjectNode of(SendRecord send, List<SendEvent> history) {
        ObjectNode view = of(send);
        ArrayNode events = view.putArray("history");
        history.forEach(event -> events.add(of(event)));
        return view;
    }

    /** {@code SendView} without history. */
    ObjectNode of(SendRecord send) {
        ObjectNode view = JsonNodeFactory.instance.objectNode();
        put(view, "id", send.id());
        put(view, "namespace", send.namespace());
        put(view, "reference", send.reference());
        if (send.batch() != null) {
            view.put("batch", send.batch()).put("row", send.row());
        }
        put(view, "account", send.account());
        put(view, "provider", send.provider());
        put(view, "to", send.recipient());
        put(view, "type", send.type());
        put(view, "category", send.category());
        put(view, "priority", send.priority().word());
        put(view, "status", send.state().word());
        put(view, "providerMessageId", send.providerMessageId());
        view.put("attempts", send.attempts());
        putError(view, send.errorClass(), send.errorCode(), send.errorMessage());
        put(view, "run", send.run());
        putTime(view, "acceptedAt", send.acceptedAt());
        putTime(view, "dueAt", send.dueAt());
        putTime(view, "expiresAt", send.expiresAt());
        putTime(view, "changedAt", send.changedAt());
        putTime(view, "sentAt", send.sentAt());
        return view;
    }

    /** {@code BatchView}. */
    ObjectNode of(Batch batch, BatchStandings.Standing standing) {
        ObjectNode view = JsonNodeFactory.instance.objectNode();
        put(view, "id", batch.id());
        put(view, "source", batch.source());
        put(view, "name", batch.name());
        put(view, "namespace", batch.namespace());
        put(view, "state", batch.state());
        put(view, "paused", batch.paused());
        view.put("accepted", batch.accepted());
        view.put("duplicates", batch.duplicates());
        view.put("rejected", batch.rejected());
        ObjectNode counts = view.putObject("counts");
        standing.counts().forEach((state, count) -> counts.put(state.word(), count));
        view.put("rate", standing.rate());
        putTime(view, "estimatedEnd", standing.end());
        putTime(view, "createdAt", batch.createdAt());
        return view;
    }

    /** {@code SendPage}. */
    ObjectNode page(SendQueries.Page page) {
        ObjectNode view = JsonNodeFactory.instance.objectNode();
        ArrayNode items = view.putArray("items");
        page.sends().forEach(send -> items.add(of(send)));
        return view.put("next", page.next());
    }

    /** {@code DeadLetters}. */
    ObjectNode deadLetters(List<SendQueries.DeadLetters> kinds) {
        ObjectNode view = JsonNodeFactory.instance.objectNode();
        ArrayNode items = view.putArray("items");
        for (SendQueries.DeadLetters kind : kinds) {
            ObjectNode item = items.addObject().put("status", kind.state().word());
            put(item, "error", kind.error());
            item.put("account", kind.account()).put("count", kind.count());
            putTime(item, "newest", kind.newest());
        }
        return view;
    }

    /**
     * {@code AccountView}.
     *
     * @param oldestDue when the send that is next became due, in milliseconds, or null
     * @param now in milliseconds
     */
    ObjectNode of(Account account, Standing standing, Long oldestDue, long now) {
        ObjectNode view = JsonNodeFactory.instance.objectNode();
        view.put("name", account.name());
        view.put("provider", account.provider());
        if (standing.paused() != null) {
            view.put("state", "paused");
            view.put("pausedBy", standing.paused());
            put(view, "reason", standing.reason());
            putTime(view, "since", standing.since());
        } else if (standing.notBefore() > now) {
            view.put("state", "throttled");
            putTime(view, "until", standing.notBefore());
        } else {
            view.put("state", "running");
        }
        view.put("depth", standing.queued());
        view.put("rate", account.pace().written());
        putTime(view, "oldestDue", oldestDue);
        return view;
    }

    /** {@code BlockView}. */
    ObjectNode of(Blocklist.Entry entry) {
        ObjectNode view = JsonNodeFactory.instance.objectNode();
        view.put("scope", entry.scope().word());
        view.put("source", entry.source());
        putTime(view, "createdAt", entry.at());
        return view;
    }

    /** {@code UnsentRow}. */
    ObjectNode of(UnsentRow row) {
        ObjectNode view = JsonNodeFactory.instance.objectNode();
        view.put("batch", row.batch()).put("row", row.row()).put("line", row.line());
        putTime(view, "at", row.at());
        put(view, "status", row.status());
        putError(view, row.errorClass(), row.errorCode(), row.errorMessage());
        put(view, "repeats", row.repeats());
        return view.setAll(row.detail());
    }

    /** {@code InboundView}. */
    ObjectNode of(Arrival arrival) {
        ObjectNode view = JsonNodeFactory.instance.objectNode();
        put(view, "account", arrival.account());
        put(view, "provider", arrival.provider());
        putTime(view, "receivedAt", arrival.receivedAt());
        put(view, "body", arrival.body());
        return view;
    }

    /** {@code ReportView}. */
    ObjectNode of(Kept kept) {
        ObjectNode view = JsonNodeFactory.instance.objectNode();
        Reported report = kept.report();
        put(view, "account", kept.account());
        put(view, "line", report.line());
        report.messageIds().forEach(view.putArray("messageIds")::add);
        put(view, "status", report.status());
        put(view, "raw", report.raw());
        putError(view, null, report.code(), report.reason());
        put(view, "to", report.recipient());
        putTime(view, "reportedAt", report.at());
        putTime(view, "receivedAt", kept.receivedAt());
        return view;
    }

    /** {@code PaceView}. */
    ObjectNode of(RecipientPace.Starts starts) {
        ObjectNode view = JsonNodeFactory.instance.objectNode();
        put(view, "account", starts.account());
        ArrayNode at = view.putArray("starts");
        starts.at().forEach(start -> at.add(IsoTime.of(start, zone)));
        return view;
    }

    private ObjectNode of(SendEvent event) {
        ObjectNode view = JsonNodeFactory.instance.objectNode();
        view.put("sequence", event.sequence());
        putTime(view, "at", event.at());
        put(view, "status", event.status());
        view.put("attempt", event.attempt());
        putTime(view, "startedAt", event.startedAt());
        if (event.took() != null) {
            view.put("tookMillis", event.took());
        }
        if (event.httpStatus() != null) {
            view.put("httpStatus", event.httpStatus());
        }
        put(view, "answer", event.answer());
        putError(view, event.errorClass(), event.errorCode(), event.errorMessage());
        put(view, "providerMessageId", event.providerMessageId());
        put(view, "actor", event.actor());
        put(view, "reason", event.reason());
        put(view, "raw", event.raw());
        putTime(view, "reportedAt", event.reportedAt());
        return view;
    }

    private static void putError(ObjectNode view, String errorClass, String code, String message) {
        if (errorClass != null || code != null) {
            ObjectNode error = view.putObject("error");
            put(error, "class", errorClass);
            put(error, "code", code);
            put(error, "message", message);
        }
    }

    private static void put(ObjectNode view, String field, String value) {
        if (value != null) {
            view.put(field, value);
        }
    }

    private void putTime(ObjectNode view, String field, Long millis) {
        if (millis != null) {
            view.put(field, IsoTime.of(millis, zone));
        }
    }
}
