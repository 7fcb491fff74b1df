package dev.caravan.provider.maytapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.message.Content.Text;
import dev.caravan.message.Priority;
import dev.caravan.message.Recipient;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Delivery;
import dev.caravan.provider.Fate;
import dev.caravan.provider.Notice;
import dev.caravan.provider.Reading;
import dev.caravan.provider.Simulator.Call;
import dev.caravan.provider.Simulator.Conduct;
import dev.caravan.provider.Simulator.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MaytapiSimulatorTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, String> KEY = Map.of("X-Maytapi-Key", "any");

    private final MaytapiSimulator simulator = new MaytapiSimulator();
    private final Maytapi pack = new Maytapi();

    static Stream<JsonNode> goldenBodies() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(Path.of("src/test/resources/providers/maytapi"))) {
            files = all.sorted().toList();
        }
        Stream.Builder<JsonNode> bodies = Stream.builder();
        for (Path file : files) {
            JsonNode body = JSON.readTree(file.toFile()).path("request").path("body");
            if (body.isObject()) {
                bodies.add(body);
            }
        }
        return bodies.build();
    }

    @ParameterizedTest
    @MethodSource("goldenBodies")
    void everyBodyThatThePackMakesIsTaken(JsonNode body) {
        Reply reply = send(body.toString());

        assertThat(reply.answer().body()).contains("\"success\":true");
        assertThat(delivered(reply)).containsExactly(Delivery.SENT, Delivery.DELIVERED, Delivery.READ);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "Hello",
                "",
                "{'type':'text','message':'Hello'}",
                "{'to_number':'90 530','type':'text','message':'Hello'}",
                "{'to_number':'905301234567','type':'poll','message':'Hello'}",
                "{'to_number':'905301234567','type':'text','message':''}",
                "{'to_number':'905301234567','type':'text','message':'Hello','skip_filter':'true'}",
                "{'to_number':'905301234567','type':'text','message':'Hello','reply_to':5}",
                "{'to_number':'905301234567','type':'media','message':'/files/a.jpg'}",
                "{'to_number':'905301234567','type':'media','message':'data:image/png,AAAA'}",
                "{'to_number':'905301234567','type':'location','latitude':41.0}",
                "{'to_number':'905301234567','type':'contact','message':'905301234567'}",
                "{'to_number':'905301234567','type':'vcard','message':'BEGIN:VCARD'}",
                "{'to_number':'905301234567','type':'vcard','message':{'displayName':'Ada','vcard':'Ada'}}",
                "{'to_number':'905301234567','type':'link','message':'example'}",
                "{'to_number':'905301234567','type':'reaction','message':'x'}",
                "{'to_number':'905301234567','type':'edit','message':'x'}",
                "{'to_number':'905301234567','type':'buttons','message':'Body','buttons':[]}",
                "{'to_number':'905301234567','type':'buttons','message':'Body','buttons':[{'id':'a','title':'b'}]}",
            })
    void bodyThatTheDocumentationDoesNotAllowIsRefused(String body) {
        Reply reply = send(body.replace('\'', '"'));

        assertThat(reply.answer().status()).isEqualTo(400);
        assertThat(reply.reports()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Fate.class,
            names = {"ACCEPTED", "UNREPORTED", "UNKNOWN", "SILENT", "CUT"})
    void reportsAreThoseOfTheFate(Fate fate) {
        Reply reply = send(text("90530123" + (fate.ending().isEmpty() ? "4567" : fate.ending()), "Hello"));

        assertThat(reply.conduct()).isEqualTo(fate.conduct());
        assertThat(delivered(reply)).isEqualTo(fate.deliveries());
    }

    @Test
    void messageThatDoesNotArriveIsJustNotAcknowledgedAnyFurther() {
        assertThat(delivered(send(text("905301230610", "Hello")))).containsExactly(Delivery.SENT);
    }

    @Test
    void reportsCanComeTwiceAndInTheWrongOrder() {
        assertThat(delivered(send(text("905301230611", "Hello"))))
                .containsExactly(Delivery.READ, Delivery.DELIVERED, Delivery.DELIVERED, Delivery.SENT);
    }

    @Test
    void acknowledgementsNameTheMessageThatWasAnswered() {
        Reply reply = send(text("905301234567", "Hello"));

        assertThat(read(reply.answer()))
                .isInstanceOfSatisfying(
                        Reading.Accepted.class,
                        accepted -> assertThat(reports(reply)).isNotEmpty().allSatisfy(report -> {
                            assertThat(report.messageIds()).containsExactly(accepted.messageId());
                            assertThat(report.recipient()).isEqualTo("905301234567");
                            assertThat(report.at()).isNotNull();
                        }));
    }

    @Test
    void messageWithoutAnIdHasNoReports() {
        Reply reply = send(text("905301230200", "Hello"));

        assertThat(read(reply.answer())).isEqualTo(new Reading.Accepted(null));
        assertThat(reply.reports()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"THROTTLED, 1", "TRANSIENT, 2"})
    void refusalThatPassesIsFollowedByAnAcceptance(Fate fate, int refusals) {
        String body = text("90530123" + fate.ending(), "Hello");
        for (int call = 1; call <= refusals; call++) {
            Reply refused = send(body);
            assertThat(refused.answer().isSuccess()).isFalse();
            assertThat(refused.reports()).isEmpty();
        }

        Reply accepted = send(body);

        assertThat(accepted.answer().isSuccess()).isTrue();
        assertThat(accepted.conduct()).isEqualTo(Conduct.ANSWERS);
        assertThat(accepted.reports()).isNotEmpty();
    }

    @Test
    void fourthTimeOfTheSameMessageIsTakenAndNeverAcknowledged() {
        String body = text("905301234567", "Hello");
        for (int time = 1; time <= 3; time++) {
            assertThat(send(body).reports()).isNotEmpty();
        }

        Reply filtered = send(body);

        assertThat(filtered.answer().isSuccess()).isTrue();
        assertThat(filtered.reports()).isEmpty();
        assertThat(send(text("905301234568", "Hello")).reports()).isNotEmpty();
        assertThat(send(body.replace("}", ",\"skip_filter\":true}")).reports()).isNotEmpty();
    }

    @Test
    void filterRemembersThreeDifferentMessages() {
        RepetitionFilter filter = new RepetitionFilter();
        for (int time = 1; time <= 3; time++) {
            assertThat(filter.passes("chat", "a")).isTrue();
        }
        assertThat(filter.passes("chat", "b")).isTrue();
        assertThat(filter.passes("chat", "c")).isTrue();
        assertThat(filter.passes("chat", "a")).isFalse();

        assertThat(filter.passes("chat", "d")).isTrue();

        assertThat(filter.passes("chat", "a")).isTrue();
    }

    @Test
    void whatIsNoCallOfItsIsRefused() {
        assertThat(reply("GET", "/product/1/sendMessage", KEY, "").answer().status())
                .isEqualTo(405);
        assertThat(reply("POST", "/product/listPhones", KEY, "").answer().status())
                .isEqualTo(405);
        assertThat(reply("POST", "/sendMessage", KEY, "").answer().status()).isEqualTo(404);
        assertThat(reply("GET", "/product/1/purgeQueue", KEY, "").answer().status())
                .isEqualTo(404);
        assertThat(reply("POST", "/product/1/sendMessage", Map.of(), text("905301234567", "Hello"))
                        .answer()
                        .status())
                .isEqualTo(401);
        assertThat(reply("GET", "/product/listPhones", Map.of("x-maytapi-key", "wrong"), "")
                        .answer()
                        .status())
                .isEqualTo(401);
        assertThat(reply("POST", "/product/wrong/sendMessage", KEY, text("905301234567", "Hello"))
                        .answer()
                        .body())
                .contains("You dont own the phone");
    }

    private Reading read(Answer answer) {
        Send send = new Send(
                null,
                null,
                new Recipient("+905301234567"),
                null,
                new Text("Hello"),
                null,
                null,
                null,
                Priority.NORMAL,
                null,
                Map.of());
        return pack.read(answer, send, null);
    }

    private List<Delivery> delivered(Reply reply) {
        return reports(reply).stream().map(Notice.Report::delivery).toList();
    }

    private List<Notice.Report> reports(Reply reply) {
        return reply.reports().stream()
                .map(MaytapiSimulatorTest::json)
                .flatMap(body -> pack.webhook().orElseThrow().read(body).stream())
                .map(Notice.Report.class::cast)
                .toList();
    }

    private static JsonNode json(String text) {
        return new Answer(200, Map.of(), text).json();
    }

    private Reply send(String body) {
        return reply("POST", "/product/1/sendMessage", KEY, body);
    }

    private Reply reply(String method, String path, Map<String, String> headers, String body) {
        return simulator.reply(new Call(method, path, Map.of(), headers, body));
    }

    private static String text(String number, String text) {
        return "{\"to_number\":\"%s\",\"type\":\"text\",\"message\":\"%s\"}".formatted(number, text);
    }
}
