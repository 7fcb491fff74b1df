package dev.caravan.provider.texter;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.account.Account;
import dev.caravan.provider.Notice;
import dev.caravan.provider.Webhook;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * The events that Texter posts to a subscription, one in each body. Delivery reports are documented publicly; the shape of
 * messages that come in is not, so they are no concern of ours. A failure comes twice where both events are subscribed to.
 */
final class TexterEvents implements Webhook {

    private static final String STATUS_CHANGED = "messageStatusChanged";
    private static final String FAILED = TexterStatuses.FAILED;

    @Override
    public List<Notice> read(JsonNode body) {
        JsonNode name = body.path("eventName");
        if (!name.isTextual()) {
            throw new IllegalArgumentException("eventName: every event of Texter has one, a text");
        }
        return switch (name.textValue()) {
            case STATUS_CHANGED -> {
                JsonNode event = event(body);
                String status = TexterStatuses.read(event.path("messageStatus"))
                        .orElseThrow(() -> new IllegalArgumentException(
                                "eventData.messageStatus: a change of status names it, a number"));
                yield reports(event, status);
            }
            case FAILED -> reports(event(body), FAILED);
            default -> List.of(new Notice.Ignored("an event other than " + STATUS_CHANGED + " and " + FAILED));
        };
    }

    private static JsonNode event(JsonNode body) {
        JsonNode event = body.path("eventData");
        if (!event.isObject()) {
            throw new IllegalArgumentException("eventData: a delivery report has it, an object");
        }
        return event;
    }

    /** One for each id: nobody says that they are all of one message. */
    private static List<Notice> reports(JsonNode event, String status) {
        Set<String> ids = ids(event.path("externalId"));
        if (ids.isEmpty()) {
            return List.of(new Notice.Ignored("a delivery report without a message id"));
        }
        return ids.stream()
                .<Notice>map(id -> TexterStatuses.report(
                        List.of(id),
                        status,
                        event.path("error"),
                        null,
                        null,
                        TexterStatuses.time(event.path("timestamp"))))
                .toList();
    }

    /** A message that failed before WhatsApp had it may have none. */
    private static Set<String> ids(JsonNode externalId) {
        Set<String> ids = new LinkedHashSet<>();
        if (externalId.isTextual()) {
            ids.add(externalId.textValue());
        } else if (!externalId.isArray() && !externalId.isNull() && !externalId.isMissingNode()) {
            throw new IllegalArgumentException("eventData.externalId: message ids are a list of texts");
        }
        for (JsonNode id : externalId) {
            if (!id.isTextual()) {
                throw new IllegalArgumentException("eventData.externalId: a message id is a text");
            }
            ids.add(id.textValue());
        }
        ids.removeIf(String::isBlank);
        return ids;
    }

    @Override
    public boolean concerns(Account told, String line, Account other) {
        return Objects.equals(told.setting(Texter.PROJECT_ID), other.setting(Texter.PROJECT_ID));
    }

    @Override
    public List<String> registration(String url, Account account) {
        return List.of(
                "Texter reports through two subscriptions, " + STATUS_CHANGED + " and " + FAILED + ".",
                "Its documentation has a ready-made document for each. Save them as " + STATUS_CHANGED + ".json and "
                        + FAILED + ".json,",
                "and import them with an API token that has the scopes Create scenarios and Manage scenarios on behalf"
                        + " of user:",
                imported(STATUS_CHANGED, url, account),
                imported(FAILED, url, account),
                "Texter answers 201 with the _id of the subscription. It signs nothing: the address is the secret.");
    }

    private static String imported(String event, String url, Account account) {
        return "jq '.data.actions[0].params.url = \"" + url + "\"' " + event + ".json | curl -fsS -X POST"
                + " -H \"Authorization: Bearer $API_TOKEN\" -H 'Content-Type: application/json' --data-binary @- "
                + account.baseUrl() + "/scenarios/manage/import";
    }
}
