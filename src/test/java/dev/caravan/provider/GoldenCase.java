package dev.caravan.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.provider.Lookup.Finding;
import dev.caravan.provider.Verdict.AccountFault;
import dev.caravan.provider.Verdict.Misdelivered;
import dev.caravan.provider.Verdict.OptedOut;
import dev.caravan.provider.Verdict.Permanent;
import dev.caravan.provider.Verdict.Sent;
import dev.caravan.provider.Verdict.Stale;
import dev.caravan.provider.Verdict.Throttled;
import dev.caravan.provider.Verdict.Transient;
import dev.caravan.provider.Verdict.Unknown;
import dev.caravan.provider.Verdict.Wait;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A golden case: one file, which shows what becomes of a send on its way to a provider, or of the answer on its way back.
 * A field that is not listed here fails the case.
 *
 * @param shows one sentence, and how sure we are of it: S published by the provider, P pieced together, I inferred
 * @param account the account's settings; without it those of the folder's {@code _account.json}
 * @param send the canonical send; without it that of the folder's {@code _send.json}
 * @param bulk instead of a send: several that share a call
 * @param found what was looked up before, or null
 * @param request what must arrive at the provider, or null to leave that open
 * @param answer what the provider answers; with it comes the verdict
 * @param verdict what that means
 * @param refused instead of all of these: that intake refuses the send, and why
 * @param lookup instead of all of these: one look-up
 * @param senders instead of all of these: one list of those an account could send from
 * @param checkup instead of all of these: one read that tells whether an account could send
 * @param webhook instead of all of these: a body that the provider posts
 * @param tracking instead of a request and an answer: a question about sends
 */
record GoldenCase(
        @JsonProperty(required = true) String shows,
        Map<String, String> account,
        ObjectNode send,
        List<ObjectNode> bulk,
        String found,
        ExpectedRequest request,
        GivenAnswer answer,
        ExpectedVerdict verdict,
        Refusal refused,
        Asked lookup,
        AskedList senders,
        Checked checkup,
        Posted webhook,
        Tracked tracking) {

    static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /**
     * @param path what follows the base URL
     * @param query by name, decoded
     * @param headers those that the route sets besides Content-Type
     * @param body as JSON, or null for none
     */
    record ExpectedRequest(
            @JsonProperty(required = true) String method,
            @JsonProperty(required = true) String path,
            @JsonProperty(required = true) Map<String, String> query,
            @JsonProperty(required = true) Map<String, String> headers,
            JsonNode body) {}

    /** @param body a JSON value, or a string for raw text */
    record GivenAnswer(
            @JsonProperty(required = true) int status,
            @JsonProperty(required = true) Map<String, String> headers,
            @JsonProperty(required = true) JsonNode body) {

        String text() {
            return body.isTextual() ? body.textValue() : body.toString();
        }
    }

    record Refusal(@JsonProperty(required = true) String field, @JsonProperty(required = true) String code) {}

    /**
     * @param question what is asked; questions before it find nothing
     * @param request what must arrive at the provider for it, or null to leave that open
     */
    record Asked(
            @JsonProperty(required = true) JsonNode question,
            ExpectedRequest request,
            @JsonProperty(required = true) GivenAnswer answer,
            @JsonProperty(required = true) ExpectedFinding finding) {}

    /**
     * @param list the name of the list
     * @param request what must arrive at the provider for it, or null to leave that open
     * @param listed what the answer lists, each by its kind, id, name, number and state; null when it is no list
     * @param verdict what it means that it is none, else null
     */
    record AskedList(
            @JsonProperty(required = true) String list,
            ExpectedRequest request,
            @JsonProperty(required = true) GivenAnswer answer,
            List<ExpectedSender> listed,
            ExpectedVerdict verdict) {

        /** The listing that is expected; what this leaves open is taken from the one there is. */
        Listing like(Listing actual) {
            assertThat(listed == null).as("listed, or verdict").isNotEqualTo(verdict == null);
            return verdict == null
                    ? new Listing.Listed(
                            listed.stream().map(ExpectedSender::sender).toList())
                    : new Listing.NotListed(
                            verdict.like(actual instanceof Listing.NotListed refused ? refused.verdict() : null));
        }
    }

    /**
     * @param read the name of the read
     * @param request what must arrive at the provider for it, or null to leave that open
     */
    record Checked(
            @JsonProperty(required = true) String read,
            ExpectedRequest request,
            @JsonProperty(required = true) GivenAnswer answer,
            @JsonProperty(required = true) ExpectedStanding standing) {}

    /**
     * @param word good or bad
     * @param verdict of bad only
     */
    record ExpectedStanding(@JsonProperty(value = "class", required = true) String word, ExpectedVerdict verdict) {

        /** The standing that is expected; what this leaves open is taken from the one there is. */
        Checkup.Standing like(Checkup.Standing actual) {
            assertThat(verdict != null).as("verdict: of bad only").isEqualTo(word.equals("bad"));
            return switch (word) {
                case "good" ->
                    new Checkup.Standing.Good(actual instanceof Checkup.Standing.Good good ? good.note() : null);
                case "bad" ->
                    new Checkup.Standing.Bad(
                            verdict.like(actual instanceof Checkup.Standing.Bad bad ? bad.verdict() : null));
                default -> throw new AssertionError("standing.class: good or bad, not " + word);
            };
        }
    }

    /**
     * @param body as JSON
     * @param notices what it says, in its order; of each the fields that are written are compared
     * @param malformed whether it is no body of the provider's; then there are no notices
     */
    record Posted(@JsonProperty(required = true) JsonNode body, List<ExpectedNotice> notices, boolean malformed) {}

    /** One of the four kinds. */
    record ExpectedNotice(ObjectNode report, ObjectNode message, ObjectNode line, ObjectNode ignored) {

        void check(Notice actual) {
            if (report != null) {
                checkFields(report, actual, Notice.Report.class);
            } else if (message != null) {
                checkFields(message, actual, Notice.Message.class);
            } else if (line != null) {
                checkFields(line, actual, Notice.LineState.class);
            } else {
                checkFields(ignored, actual, Notice.Ignored.class);
            }
        }
    }

    /**
     * @param messageIds one send for each
     * @param unknown instead: one send whose fate is unknown
     * @param at when the sends were made; an instant of our choice when null
     * @param request what must arrive at the provider, or null to leave that open
     * @param reports of each the fields that are written are compared; as the hints and echoes
     * @param verdict instead of them: why there is no answer
     */
    record Tracked(
            List<String> messageIds,
            boolean unknown,
            String at,
            ExpectedRequest request,
            @JsonProperty(required = true) GivenAnswer answer,
            List<ObjectNode> reports,
            List<ObjectNode> echoes,
            List<ObjectNode> hints,
            ExpectedVerdict verdict) {

        void check(Tracking.Tracks actual) {
            if (verdict != null) {
                assertThat(actual)
                        .isInstanceOfSatisfying(Tracking.Tracks.NotFound.class, nothing -> assertThat(nothing.verdict())
                                .isEqualTo(verdict.like(nothing.verdict())));
                return;
            }
            assertThat(actual).isInstanceOfSatisfying(Tracking.Tracks.Found.class, found -> {
                checkAll(reports, found.reports());
                checkAll(echoes, found.echoes());
                checkAll(hints, found.hints());
            });
        }

        private static void checkAll(List<ObjectNode> expected, List<? extends Record> actual) {
            List<ObjectNode> some = expected == null ? List.of() : expected;
            assertThat(actual).hasSameSizeAs(some);
            for (int index = 0; index < some.size(); index++) {
                checkFields(some.get(index), actual.get(index), Object.class);
            }
        }
    }

    /** The fields that are written, against those of a record. */
    private static void checkFields(ObjectNode expected, Object actual, Class<?> type) {
        assertThat(actual).isInstanceOf(type);
        ObjectNode fields = JSON.createObjectNode();
        for (RecordComponent component : actual.getClass().getRecordComponents()) {
            try {
                fields.set(component.getName(), plain(component.getAccessor().invoke(actual)));
            } catch (ReflectiveOperationException unreadable) {
                throw new AssertionError(unreadable);
            }
        }
        expected.properties().forEach(field -> assertThat(fields.path(field.getKey()))
                .as(field.getKey() + " of " + actual)
                .isEqualTo(field.getValue()));
    }

    private static JsonNode plain(Object value) {
        if (value instanceof Delivery delivery) {
            return JSON.valueToTree(delivery.word());
        }
        return JSON.valueToTree(value instanceof Instant instant ? instant.toString() : value);
    }

    record ExpectedSender(
            @JsonProperty(required = true) String kind,
            @JsonProperty(required = true) String id,
            String name,
            String number,
            String state) {

        Sender sender() {
            return new Sender(Sender.Kind.valueOf(kind.toUpperCase(Locale.ROOT)), id, name, number, state);
        }
    }

    /**
     * @param word found, barred, not-found or failed
     * @param until an instant; absent or null: for as long as it is not refused
     */
    record ExpectedFinding(
            @JsonProperty(value = "class", required = true) String word,
            String value,
            String until,
            ExpectedVerdict verdict) {

        /** The finding that is expected; what this leaves open is taken from the one there is. */
        Finding like(Finding actual) {
            return switch (word) {
                case "found" -> {
                    assertThat(verdict).isNull();
                    yield new Finding.Found(value, until == null ? null : Instant.parse(until));
                }
                case "barred" -> new Finding.Barred(value, verdict.like(verdictOf(actual)));
                case "not-found" -> new Finding.NotFound(verdict.like(verdictOf(actual)));
                case "failed" -> new Finding.Failed(verdict.like(verdictOf(actual)));
                default -> throw new AssertionError("finding.class: found, barred, not-found or failed, not " + word);
            };
        }

        static String valueOf(Finding finding) {
            if (finding instanceof Finding.Barred barred) {
                return barred.value();
            }
            return finding instanceof Finding.Found found ? found.value() : null;
        }

        static Verdict verdictOf(Finding finding) {
            if (finding instanceof Finding.NotFound nothing) {
                return nothing.verdict();
            }
            if (finding instanceof Finding.Barred barred) {
                return barred.verdict();
            }
            return finding instanceof Finding.Failed failed ? failed.verdict() : null;
        }
    }

    /**
     * @param word {@link Verdict#word()}, but {@code misdelivered} for what is unknown because another recipient got it
     * @param code null for sent only
     * @param message absent to leave it open
     * @param pause of throttled only: a duration, an instant, {@code next-day} or {@code backoff}
     * @param otherwise of stale only: the word of the verdict when it has been looked up afresh already
     * @param providerMessageId of sent only: null when it cannot be tracked
     * @param otherIds of sent only: further ids; null for none
     */
    record ExpectedVerdict(
            @JsonProperty(value = "class", required = true) String word,
            String code,
            String message,
            String pause,
            String otherwise,
            String providerMessageId,
            List<String> otherIds) {

        /** The verdict that is expected; a message that this leaves open is taken from the one there is. */
        Verdict like(Verdict actual) {
            assertThat(code == null).as("code: of every verdict but sent").isEqualTo(word.equals("sent"));
            assertThat(pause != null).as("pause: of throttled only").isEqualTo(word.equals("throttled"));
            assertThat(otherwise != null).as("otherwise: of stale only").isEqualTo(word.equals("stale"));
            assertThat(providerMessageId == null || word.equals("sent"))
                    .as("providerMessageId: of sent only")
                    .isTrue();
            return verdict(word, message == null && actual != null ? actual.message() : message);
        }

        private Verdict verdict(String kind, String reason) {
            return switch (kind) {
                case "sent" -> new Sent(providerMessageId, otherIds == null ? List.of() : otherIds);
                case "permanent" -> new Permanent(code, reason);
                case "opted-out" -> new OptedOut(code, reason);
                case "throttled" -> new Throttled(code, reason, waiting(pause));
                case "transient" -> new Transient(code, reason);
                case "account" -> new AccountFault(code, reason);
                case "unknown" -> new Unknown(code, reason);
                case "misdelivered" -> new Misdelivered(code, reason);
                case "stale" -> new Stale(verdict(otherwise, reason));
                default -> throw new AssertionError("class: there is no verdict " + kind);
            };
        }

        private static Wait waiting(String pause) {
            if (pause.equals("backoff")) {
                return new Wait.Backoff();
            }
            if (pause.equals("next-day")) {
                return new Wait.NextDay();
            }
            return pause.startsWith("P") ? new Wait.For(Duration.parse(pause)) : new Wait.Until(Instant.parse(pause));
        }
    }

    /** Reads a file of a folder of golden cases. */
    static <T> T read(Path file, Class<T> type) {
        try {
            return JSON.readValue(file.toFile(), type);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(file.getFileName() + ": " + unreadable.getMessage(), unreadable);
        }
    }
}
