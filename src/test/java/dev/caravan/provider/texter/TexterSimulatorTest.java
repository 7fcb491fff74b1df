package dev.caravan.provider.texter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.caravan.account.Account;
import dev.caravan.account.AccountDraft;
import dev.caravan.message.Content;
import dev.caravan.message.Content.Button;
import dev.caravan.message.Content.Buttons;
import dev.caravan.message.Content.Contact;
import dev.caravan.message.Content.Contacts;
import dev.caravan.message.Content.Item;
import dev.caravan.message.Content.Location;
import dev.caravan.message.Content.Media;
import dev.caravan.message.Content.Menu;
import dev.caravan.message.Content.Row;
import dev.caravan.message.Content.Section;
import dev.caravan.message.Content.Template;
import dev.caravan.message.Content.Text;
import dev.caravan.message.ContentType;
import dev.caravan.message.Priority;
import dev.caravan.message.Recipient;
import dev.caravan.message.Send;
import dev.caravan.provider.Answer;
import dev.caravan.provider.Checkup.Standing;
import dev.caravan.provider.Delivery;
import dev.caravan.provider.Lookup.Finding;
import dev.caravan.provider.Notice.Report;
import dev.caravan.provider.Reading;
import dev.caravan.provider.Simulator.Call;
import dev.caravan.provider.Simulator.Conduct;
import dev.caravan.provider.Simulator.Reply;
import dev.caravan.provider.Tracking.Echo;
import dev.caravan.provider.Tracking.Tracked;
import dev.caravan.provider.Tracking.Tracks;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The simulator and the pack understand each other. */
class TexterSimulatorTest {

    private static final JsonMapper JSON = JsonMapper.builder()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();
    private static final Template TEMPLATE =
            new Template("order_info", "en", Map.of("1", "Ada"), new Item("https://files.example.com/a.pdf", "a.pdf"));
    private static final String CHAT = "ffffffffffff";

    private final Texter texter = new Texter();
    private final TexterSimulator simulator = new TexterSimulator();
    private final Account account = AccountDraft.named("texter")
            .of("texter")
            .settings(Map.of("project-id", "example", "api-token", "token"))
            .account();

    static Stream<Content> contents() {
        Item file = new Item("https://files.example.com/a", null);
        return Stream.of(
                new Text("Hello"),
                new Media(ContentType.IMAGE, List.of(file, file), null),
                new Media(ContentType.VIDEO, List.of(file), null),
                new Media(ContentType.AUDIO, List.of(file), null),
                new Media(ContentType.DOCUMENT, List.of(file), null),
                new Location(32.08, 34.78, null, null),
                new Contacts(List.of(new Contact("Ada", List.of("+972522234567")))),
                new Buttons("Choose", List.of(new Button("yes", "Yes"))),
                new Menu("Choose", "Open", List.of(new Section("A", List.of(new Row("r1", "Row", null))))),
                TEMPLATE);
    }

    @ParameterizedTest
    @MethodSource("contents")
    void everyTypeIsTakenAndReportedAndFoundAgain(Content content) {
        Send send = send("+972522234567", content);

        Reply reply = send(send);

        Reading.Accepted accepted = (Reading.Accepted) texter.read(reply.answer(), send, account);
        List<Report> reports = reports(reply);
        assertThat(reports.stream().map(Report::delivery).distinct())
                .containsExactly(Delivery.SENT, Delivery.DELIVERED, Delivery.READ);
        Tracks.Found found = track(new Tracked("S1", accepted.messageId(), accepted.otherIds(), send, Instant.now()));
        assertThat(found.reports()).isNotEmpty().allSatisfy(report -> assertThat(report.messageIds())
                .containsAnyElementsOf(reports.stream()
                        .flatMap(one -> one.messageIds().stream())
                        .toList()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "template"})
    void messageThatIsTakenAndAnsweredWithAnErrorIsReportedAllTheSame(String type) {
        Send send = send("+972522230500", type.equals("text") ? new Text("Hello") : TEMPLATE);

        Reply reply = send(send);

        assertThat(reply.answer().status()).isEqualTo(500);
        assertThat(reports(reply)).hasSize(3);
    }

    @Test
    void messageThatIsTakenAndAnsweredWithAnErrorIsProvedByOurId() {
        Send send = send("+972522230500", new Text("Hello"));
        Instant before = Instant.now();
        send(send);

        Tracks.Found found = track(new Tracked("S1", null, List.of(), send, before));

        assertThat(found.echoes()).extracting(Echo::id).containsExactly("S1");
    }

    @ParameterizedTest
    @CsvSource({"0502, CUTS", "0504, SILENT", "0610, ANSWERS"})
    void messageThatIsTakenMayHaveAnAnswerThatDoesNotArrive(String ending, Conduct conduct) {
        Reply reply = send(send("+97252223" + ending, new Text("Hello")));

        assertThat(reply.conduct()).isEqualTo(conduct);
        assertThat(reports(reply)).isNotEmpty();
    }

    @Test
    void failureIsToldByBothEvents() {
        List<Report> reports = reports(send(send("+972522230610", new Text("Hello"))));

        assertThat(reports)
                .extracting(Report::delivery)
                .containsExactly(Delivery.SENT, Delivery.FAILED, Delivery.FAILED);
        assertThat(reports).last().extracting(Report::code).isEqualTo("131026");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "template"})
    void messageWithoutAnIdIsNotReported(String type) {
        Send send = send("+972522230200", type.equals("text") ? new Text("Hello") : TEMPLATE);

        Reply reply = send(send);

        assertThat(texter.read(reply.answer(), send, account)).isEqualTo(new Reading.Accepted(null));
        assertThat(reply.reports()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0400, 200", "0401, 403", "0429, 429", "0503, 503"})
    void messageThatIsNotTakenIsNotReported(String ending, int status) {
        for (Content content : List.of(new Text("Hello"), TEMPLATE)) {
            Send send = send("+97252223" + ending, content);

            Reply reply = send(send);

            assertThat(reply.answer().status()).isEqualTo(status);
            assertThat(texter.read(reply.answer(), send, account)).isNotInstanceOf(Reading.Accepted.class);
            assertThat(reply.reports()).isEmpty();
        }
    }

    @Test
    void messageThatIsTooFastIsTakenTheSecondTime() {
        Send send = send("+972522230429", new Text("Hello"));
        send(send);

        assertThat(send(send).answer().status()).isEqualTo(200);
    }

    @Test
    void numberWithoutAChatHasOneOnceATemplateHasGoneToIt() {
        String number = "+972522230404";
        assertThat(search(number)).isInstanceOf(Finding.NotFound.class);

        assertThat(send(send(number, TEMPLATE)).answer().status()).isEqualTo(200);

        assertThat(search(number)).isInstanceOf(Finding.Found.class);
        assertThat(send(send(number, new Text("Hello"))).answer().status()).isEqualTo(400);
    }

    @Test
    void windowIsOpenForADay() {
        assertThat(search("+972522234567"))
                .isInstanceOfSatisfying(
                        Finding.Found.class, found -> assertThat(found.until()).isAfter(Instant.now()));
        assertThat(search("+972522230470")).isInstanceOf(Finding.Barred.class);
    }

    @Test
    void messageForAClosedWindowIsRefusedAndATemplateIsNot() {
        Send send = send("+972522230470", new Text("Hello"));

        assertThat(texter.read(send(send).answer(), send, account)).isInstanceOf(Reading.Refused.class);
        assertThat(send(send("+972522230470", TEMPLATE)).answer().status()).isEqualTo(200);
    }

    @Test
    void labelsShowThatTheTokenIsAccepted() {
        assertThat(texter.checkup().orElseThrow().read("labels", call("GET", "/labels", Map.of(), ""), account))
                .isInstanceOf(Standing.Good.class);
        assertThat(simulator
                        .reply(new Call("GET", "/labels", Map.of(), Map.of("Authorization", "Bearer wrong"), ""))
                        .answer()
                        .status())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{'type': 'text'}",
                "{'type': 'text', 'text': 5}",
                "{'type': 'text', 'text': 'a', 'tmpSendId': 1}",
                "{'type': 'media', 'media': []}",
                "{'type': 'media', 'media': [{'mediaType': 'sticker', 'url': 'https://files.example.com/a'}]}",
                "{'type': 'buttons', 'text': 'a', 'buttons': [{'title': 'A'}]}",
                "{'type': 'list', 'text': 'a', 'list': {'sections': [{'rows': [{'title': 'A', 'payload': 'a'}]}]}}",
                "{'type': 'contacts', 'contacts': [{}]}",
                "{'type': 'location', 'location': {'latitude': '1', 'longitude': 2}}",
                "{'type': 'template'}",
            })
    void messageThatTheDocumentationDoesNotAllowIsRefused(String body) {
        Answer answer = call("POST", "/messages/send/" + CHAT + "972522234567", Map.of(), body.replace('\'', '"'));

        assertThat(answer.status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{'templateName': 'a b', 'to': '972522234567'}",
                "{'templateName': 'a', 'to': 972522234567}",
                "{'templateName': 'a', 'to': 'Ada'}",
                "{'templateName': 'a', 'to': '12'}",
                "{'templateName': 'a', 'to': '972522234567', 'language': 1}",
                "{'templateName': 'a', 'to': '972522234567', 'body': {'1': 'a'}}",
                "{'templateName': 'a', 'to': '972522234567', 'body': ['a\\nb']}",
                "{'templateName': 'a', 'to': '972522234567', 'header': {'type': 'audio', 'url': 'https://a.example'}}",
            })
    void templateThatTheDocumentationDoesNotAllowIsRefused(String body) {
        assertThat(call("POST", "/whatsapp/templates/send", Map.of(), body.replace('\'', '"'))
                        .status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0522234567", "972522234567", "+972 52-223-4567"})
    void templateGoesToANumberInAnyOfItsForms(String to) {
        Answer answer =
                call("POST", "/whatsapp/templates/send", Map.of(), "{\"templateName\": \"a\", \"to\": \"" + to + "\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(track(new Tracked(
                                "S1",
                                answer.json().path("messageId").asText(),
                                List.of(),
                                send("+972522234567", TEMPLATE),
                                Instant.now()))
                        .reports())
                .hasSize(1);
    }

    @Test
    void messagesOfAChatAreReadBackwardsFromATimeAndAnId() {
        assertThat(call("GET", "/messages/chat/" + CHAT + "972522234567", Map.of("beforeTime", "1"), "")
                        .status())
                .isEqualTo(400);
    }

    private static Send send(String to, Content content) {
        return new Send(
                null, null, new Recipient(to), null, content, null, null, null, Priority.NORMAL, null, Map.of());
    }

    private Reply send(Send send) {
        String path = send.content() instanceof Template
                ? "/whatsapp/templates/send"
                : "/messages/send/" + CHAT + send.to().digits();
        return simulator.reply(new Call(
                "POST",
                path,
                Map.of(),
                Map.of("Authorization", "Bearer token"),
                json(texter.request(send, account, "S1"))));
    }

    private static String json(Object body) {
        try {
            return JSON.writeValueAsString(body);
        } catch (JsonProcessingException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private List<Report> reports(Reply reply) {
        return reply.reports().stream()
                .flatMap(body -> texter.webhook().orElseThrow().read(new Answer(200, Map.of(), body).json()).stream())
                .map(Report.class::cast)
                .toList();
    }

    private Tracks.Found track(Tracked tracked) {
        String before = String.valueOf(texter.tracking().orElseThrow().question(List.of(tracked), account));
        Answer answer = call(
                "GET",
                "/messages/chat/" + CHAT + tracked.send().to().digits(),
                Map.of("beforeTime", before, "beforeId", "0".repeat(24)),
                "");
        return (Tracks.Found) texter.tracking().orElseThrow().read(answer, List.of(tracked), account);
    }

    private Finding search(String number) {
        Send send = send(number, new Text("Hello"));
        Answer answer = call("GET", "/chats/search", Map.of("search", send.to().digits()), "");
        Map<String, String> dated = Map.of(
                "Date",
                DateTimeFormatter.RFC_1123_DATE_TIME.format(Instant.now().atZone(ZoneOffset.UTC)));
        return texter.lookup().orElseThrow().read(new Answer(200, dated, answer.body()), send, account);
    }

    private Answer call(String method, String path, Map<String, String> query, String body) {
        return simulator
                .reply(new Call(method, path, query, Map.of("Authorization", "Bearer token"), body))
                .answer();
    }
}
