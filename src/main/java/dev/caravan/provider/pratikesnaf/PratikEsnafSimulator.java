package dev.caravan.provider.pratikesnaf;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Delivery;
import dev.caravan.provider.Fate;
import dev.caravan.provider.FateCounter;
import dev.caravan.provider.SimulatedMessages;
import dev.caravan.provider.SimulatedMessages.Taken;
import dev.caravan.provider.Simulator;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * PratikEsnaf simulated: the token call, the text call, the file call, the list of accounts and the log. Their successes
 * are documented, and of the states in the log {@code delivered}; the other states and every refusal are invented, since
 * none is published. PratikEsnaf reports nothing of its own accord.
 */
final class PratikEsnafSimulator implements Simulator {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String WRONG = "wrong";
    private static final Duration TOKEN_LIFE = Duration.ofHours(24);
    private static final String TOKEN_PATH = "/api/v1/auth/token";
    private static final String ROOT = "/api/v1/whatsapp/";
    private static final String LIST = AccountList.NAME;
    private static final String TEXT = "gonder";
    private static final String FILE = "dosya-gonder";
    private static final String BULK = "toplu-gonder";
    private static final String RECORD = "durum/";
    private static final Pattern BEARER = Pattern.compile("Bearer (\\S.*)");
    private static final Pattern NUMBER = Pattern.compile("\\+[1-9]\\d{6,14}");
    private static final Pattern URL = Pattern.compile("(?i)[a-z][a-z0-9+.-]+:.*", Pattern.DOTALL);
    private static final Set<String> TEXT_FIELDS = Set.of("telefon", "mesaj", "isim", "tur_id");
    private static final Set<String> FILE_FIELDS = Set.of("telefon", "dosya_yolu", "mesaj");

    /** Without an offset in the log: our inference that it is the provider's own. */
    private static final ZoneOffset ZONE = ZoneOffset.ofHours(3);

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);

    private final FateCounter counter = new FateCounter();
    private final SimulatedMessages log = new SimulatedMessages();

    @Override
    public String provider() {
        return PratikEsnaf.NAME;
    }

    @Override
    public Reply reply(Call call) {
        if (call.path().equals(TOKEN_PATH)) {
            return Reply.of(call.method().equals("POST") ? token(read(call.body())) : wrongMethod());
        }
        if (!call.path().startsWith(ROOT)) {
            return Reply.of(refusal(404, "Not found"));
        }
        String name = call.path().substring(ROOT.length());
        boolean sends = name.equals(TEXT) || name.equals(FILE) || name.equals(BULK);
        if (!sends && !name.equals(LIST) && !name.startsWith(RECORD)) {
            return Reply.of(refusal(404, "Not found"));
        }
        if (!call.method().equals(sends ? "POST" : "GET")) {
            return Reply.of(wrongMethod());
        }
        if (!isAuthorized(call)) {
            return Reply.of(refusal(401, "Unauthorized"));
        }
        if (!sends) {
            return Reply.of(name.equals(LIST) ? json(200, accounts()) : record(name.substring(RECORD.length())));
        }
        JsonNode body = read(call.body());
        if (name.equals(BULK)) {
            return Reply.of(bulk(body));
        }
        String fault = name.equals(TEXT) ? textFault(body) : fileFault(body);
        return fault == null ? send(body) : Reply.of(refusal(400, fault));
    }

    private static Answer wrongMethod() {
        return refusal(405, "Method not allowed");
    }

    private static boolean isAuthorized(Call call) {
        Matcher bearer = BEARER.matcher(String.valueOf(call.header("Authorization")));
        return bearer.matches() && !bearer.group(1).equals(WRONG);
    }

    private static Answer token(JsonNode body) {
        if (!isFilled(body, "api_key") || !isFilled(body, "api_secret")) {
            return refusal(422, "api_key and api_secret are required");
        }
        if (body.path("api_key").asText("").equals(WRONG)
                || body.path("api_secret").asText("").equals(WRONG)) {
            return json(401, JSON.createObjectNode().put("success", false).put("message", "Invalid credentials"));
        }
        ObjectNode answer = JSON.createObjectNode().put("success", true);
        answer.putObject("data")
                .put("token", UUID.randomUUID().toString())
                .put(
                        "expires_at",
                        Instant.now()
                                .plus(TOKEN_LIFE)
                                .truncatedTo(ChronoUnit.SECONDS)
                                .toString())
                .put("token_type", "Bearer");
        return json(200, answer);
    }

    /** What is wrong with a text by the documented rules, or null. */
    private static String textFault(JsonNode body) {
        if (!isFilled(body, "mesaj")) {
            return "mesaj is required";
        }
        if (body.has("isim") && !body.path("isim").isTextual()) {
            return "isim must be a text";
        }
        if (body.has("tur_id") && !body.path("tur_id").isIntegralNumber()) {
            return "tur_id must be a whole number";
        }
        return commonFault(body, TEXT_FIELDS);
    }

    /** What is wrong with a file by the documented rules, or null. */
    private static String fileFault(JsonNode body) {
        if (!isFilled(body, "dosya_yolu")
                || URL.matcher(body.path("dosya_yolu").asText("")).matches()) {
            return "dosya_yolu must be a path on the server";
        }
        if (body.has("mesaj") && !body.path("mesaj").isTextual()) {
            return "mesaj must be a text";
        }
        return commonFault(body, FILE_FIELDS);
    }

    private static String commonFault(JsonNode body, Set<String> fields) {
        if (!NUMBER.matcher(body.path("telefon").asText("")).matches()) {
            return "telefon must be a number with its country code";
        }
        for (var names = body.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!fields.contains(name)) {
                return "unknown field " + name;
            }
        }
        return null;
    }

    private static boolean isFilled(JsonNode body, String field) {
        return body.path(field).isTextual() && !body.path(field).asText("").isBlank();
    }

    /** Counts whom it would have sent to; numbers that meet another fate than acceptance have failed. */
    private Answer bulk(JsonNode body) {
        JsonNode recipients = body.path("alicilar");
        if (!isFilled(body, "mesaj") || !recipients.isArray() || recipients.isEmpty()) {
            return refusal(400, "alicilar and mesaj are required");
        }
        int sent = 0;
        for (JsonNode recipient : recipients) {
            String number = recipient.path("telefon").asText("");
            if (!NUMBER.matcher(number).matches()) {
                return refusal(400, "telefon must be a number with its country code");
            }
            sent += Fate.of(number).isTaken() ? 1 : 0;
        }
        return json(
                200,
                JSON.createObjectNode()
                        .put("ok", true)
                        .put("total", recipients.size())
                        .put("sent", sent)
                        .put("failed", recipients.size() - sent));
    }

    private Reply send(JsonNode body) {
        String number = body.path("telefon").asText("");
        Fate fate = Fate.of(number);
        Answer answer =
                counter.strikes(fate, number, body.toString()) ? struck(fate, body) : json(200, taken(fate, body));
        return new Reply(answer, fate.conduct(), List.of());
    }

    private Answer struck(Fate fate, JsonNode body) {
        return switch (fate) {
            case PERMANENT -> refusal(200, "Invalid phone number");
            case ACCOUNT -> refusal(200, "WhatsApp hesabı bağlı değil");
            case THROTTLED ->
                new Answer(
                        429,
                        Map.of("Retry-After", "1"),
                        refusal(429, "Too many requests").body());
            case TRANSIENT -> refusal(503, "Service unavailable");
            case UNKNOWN -> {
                taken(fate, body);
                yield refusal(500, "Internal server error");
            }
            case UNTRACKABLE -> json(200, JSON.createObjectNode().put("ok", true));
            case ACCEPTED, CUT, SILENT, UNDELIVERED, DISORDERED, UNREPORTED -> json(200, taken(fate, body));
        };
    }

    /** Writes a message into the log, and answers that it is taken. */
    private ObjectNode taken(Fate fate, JsonNode body) {
        int logId = ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE);
        String number = body.path("telefon").asText("").substring(1);
        String text = body.path("mesaj").asText(null);
        log.add(new Taken(Integer.toString(logId), number, text, null, fate, Instant.now()));
        String random = UUID.randomUUID().toString().replace("-", "").toUpperCase(Locale.ROOT);
        return JSON.createObjectNode()
                .put("ok", true)
                .put("log_id", logId)
                .put("message_id", "BAE5" + random.substring(0, 12));
    }

    private Answer record(String logId) {
        Optional<Taken> found = log.find(logId);
        if (found.isEmpty()) {
            return refusal(404, "Kayıt bulunamadı");
        }
        Taken message = found.get();
        ObjectNode answer = JSON.createObjectNode().put("ok", true);
        answer.putObject("data")
                .put("id", Integer.valueOf(message.id()))
                .put("durum", state(message.delivery(Instant.now())))
                .put("alici", "+" + message.number())
                .put("gonderim_zamani", TIME.format(message.at().atOffset(ZONE)));
        return json(200, answer);
    }

    private static String state(Delivery delivery) {
        return switch (delivery) {
            case SENT, DELETED, UNMAPPED -> "gönderildi";
            case DELIVERED -> "delivered";
            case READ -> "okundu";
            case FAILED -> "hata";
        };
    }

    private static ObjectNode accounts() {
        ObjectNode answer = JSON.createObjectNode().put("ok", true);
        answer.putArray("data")
                .addObject()
                .put("id", 1)
                .put("isim", "Main Account")
                .put("telefon", "+905551234567")
                .put("durum", "connected")
                .put("varsayilan", true);
        return answer;
    }

    private static Answer refusal(int status, String message) {
        return json(status, JSON.createObjectNode().put("ok", false).put("message", message));
    }

    private static Answer json(int status, JsonNode body) {
        return new Answer(status, Map.of("Content-Type", "application/json"), body.toString());
    }

    private static JsonNode read(String body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException notJson) {
            return MissingNode.getInstance();
        }
    }
}
