package dev.caravan.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SendJsonTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final SendJson json = new SendJson(ZoneId.of("Europe/Istanbul"));

    static Stream<Content> everyContent() {
        Item picture = new Item("https://example.com/ş.jpg?a=b|c", "resim ş.jpg");
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("2", "second");
        parameters.put("1", "first\nline");
        return Stream.of(
                new Text("Siparişiniz yola çıktı. הזמנה 👨‍👩‍👧 \u202E\t\r\n ' \" \\ {{x}}"),
                new Text(" spaces stay "),
                new Media(ContentType.IMAGE, List.of(picture), "caption"),
                new Media(ContentType.IMAGE, List.of(picture, new Item("http://example.com", null)), null),
                new Media(ContentType.VIDEO, List.of(new Item("/uploads/a film.mp4", null)), null),
                new Media(ContentType.AUDIO, List.of(new Item("data:audio/ogg;base64,AAAA", null)), null),
                new Media(ContentType.DOCUMENT, List.of(new Item("HTTPS://example.com/a.pdf", "a.pdf")), "read"),
                new Location(41.0082, 28.9784, "Office", "Street 1"),
                new Location(-90, 180, null, null),
                new Contacts(List.of(
                        new Contact("John Doe", List.of("+905301234567", "0212 123 45 67")),
                        new Contact("Ayşe", List.of("1")))),
                new Buttons("Choose", List.of(new Button("yes", "Yes"), new Button("no", "No"))),
                new Menu(
                        "Choose",
                        "Open",
                        List.of(
                                new Section("A", List.of(new Row("1", "One", "first"), new Row("2", "Two", null))),
                                new Section("B", List.of(new Row("3", "Three", null))))),
                new Template("order_shipped", "tr", parameters, picture),
                new Template("plain", null, Map.of(), null));
    }

    @ParameterizedTest
    @MethodSource("everyContent")
    void readsBackWhatItWrites(Content content) throws JsonProcessingException {
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("skip_filter", true);
        options.put("nothing", null);
        options.put("numbers", Arrays.asList(1, 1L << 40, 1.5, null, "1"));
        options.put("nested", Map.of("deep", List.of(Map.of("er", false))));
        Send full = new Send(
                "order-1001",
                "maytapi-main",
                new Recipient("+905301234567"),
                "Ali",
                content,
                "wamid.1",
                Instant.parse("2026-12-01T06:00:00Z"),
                Instant.parse("2026-12-02T06:00:00.123456789Z"),
                Priority.HIGH,
                Category.MARKETING,
                options);
        Send least = new Send(
                null, null, new Recipient("12@g.us"), null, content, null, null, null, Priority.NORMAL, null, null);

        for (Send send : List.of(full, least)) {
            ObjectNode written = json.write(send);
            assertThat(json.read(written, SendJsonTest::asWritten)).isEqualTo(send);
            JsonNode travelled = MAPPER.readTree(MAPPER.writeValueAsString(written));
            assertThat(json.read(travelled, SendJsonTest::asWritten)).isEqualTo(send);
        }
    }

    @Test
    void writesTheDocumentedFieldsInTheirOrder() {
        Send send = read(
                """
                {"options": {"b": 1, "a": null}, "category": "OTP", "priority": "Low", "expiresAt": "2026-12-01T09:00:00Z",
                 "sendAt": "2026-12-01T09:00:00+03:00", "replyTo": "x", "media": [{"url": "https://a.b/c"}],
                 "text": "t", "type": "Image", "name": "n", "to": "+905301234567", "account": " a ", "reference": "r "}
                """);

        assertThat(json.write(send))
                .hasToString("{\"reference\":\"r\",\"account\":\"a\",\"to\":\"+905301234567\","
                        + "\"name\":\"n\",\"type\":\"image\",\"text\":\"t\",\"media\":{\"url\":\"https://a.b/c\"},"
                        + "\"replyTo\":\"x\",\"sendAt\":\"2026-12-01T09:00:00+03:00\","
                        + "\"expiresAt\":\"2026-12-01T12:00:00+03:00\",\"priority\":\"low\",\"category\":\"otp\","
                        + "\"options\":{\"b\":1,\"a\":null}}");
    }

    @Test
    void takesATemplateOrElseATextWithoutAType() {
        assertThat(read("{'to':'1','text':'hi'}").content()).isEqualTo(new Text("hi"));
        assertThat(read("{'to':'1','template':{'name':'n'}}").content().type()).isEqualTo(ContentType.TEMPLATE);
    }

    @Test
    void countsBlankAndNullAsAbsent() {
        Send send = read("{'to':'1','text':'hi','type':' ','account':'','reference':null,'sendAt':'','media':null,"
                + "'priority':' ','template':null,'options':null,'name':' '}");

        assertThat(send)
                .isEqualTo(new Send(
                        null,
                        null,
                        new Recipient("1"),
                        null,
                        new Text("hi"),
                        null,
                        null,
                        null,
                        Priority.NORMAL,
                        null,
                        null));
    }

    @Test
    void givesTheResolverTheNumberAndTheAccount() {
        Send send = json.read(
                tree("{'to':' 0530 ','account':'a','text':'hi'}"),
                (to, account) -> new Recipient("+" + to + "/" + account));

        assertThat(send.to().address()).isEqualTo("+0530/a");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-12-01T09:00:00+03:00, 2026-12-01T06:00:00Z",
        "2026-12-01T09:00:00+03, 2026-12-01T06:00:00Z",
        "2026-12-01T09:00:00+0300, 2026-12-01T06:00:00Z",
        "2026-12-01T09:00Z, 2026-12-01T09:00:00Z",
        "2026-12-01T09:00:00.5Z, 2026-12-01T09:00:00.5Z",
        "2026-12-01T09:00, 2026-12-01T06:00:00Z",
        "2026-12-01 09:00:00, 2026-12-01T06:00:00Z",
        // The clocks of Istanbul went forward at 03:00 on 27 March 2016 and back at 04:00 on 8 November 2015.
        "2016-03-27T03:30:00, 2016-03-27T01:30:00Z",
        "2015-11-08T03:30:00, 2015-11-08T00:30:00Z"
    })
    void readsTimesWithAnOffsetOrInTheZone(String written, Instant expected) {
        assertThat(read("{'to':'1','text':'hi','sendAt':'" + written + "'}").sendAt())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | | invalid-type",
                "'text' | | invalid-type",
                "{'text':'hi'} | to | missing-field",
                "{'to':' ','text':'hi'} | to | missing-field",
                "{'to':905301234567,'text':'hi'} | to | invalid-type",
                "{'to':'1','text':5} | text | invalid-type",
                "{'to':'1','text':{'a':1}} | text | invalid-type",
                "{'to':'1'} | text | missing-field",
                "{'to':'1','text':'\\u0000'} | text | invalid-text",
                "{'to':'1','text':'a\\ud83d'} | text | invalid-text",
                "{'to':'1','text':'\\ude00a'} | text | invalid-text",
                "{'to':'1','text':'\\ud83d\\ud83d\\ude00'} | text | invalid-text",
                "{'to':'1','text':'hi','name':'\\u0000a'} | name | invalid-text",
                "{'to':'1','text':'hi','txet':'x'} | txet | unknown-field",
                "{'to':'1','text':'hi','type':'fax'} | type | invalid-value",
                "{'to':'1','text':'hi','type':['text']} | type | invalid-type",
                "{'to':'1','text':'hi','priority':'urgent'} | priority | invalid-value",
                "{'to':'1','text':'hi','category':'spam'} | category | invalid-value",
                "{'to':'1','text':'hi','sendAt':'tomorrow'} | sendAt | invalid-time",
                "{'to':'1','text':'hi','sendAt':'2026-02-30T09:00:00Z'} | sendAt | invalid-time",
                "{'to':'1','text':'hi','sendAt':'2026-12-01'} | sendAt | invalid-time",
                "{'to':'1','text':'hi','sendAt':'+123456789-12-01T00:00:00Z'} | sendAt | invalid-time",
                "{'to':'1','text':'hi','sendAt':1796104800} | sendAt | invalid-type",
                "{'to':'1','text':'hi','sendAt':'2026-12-02T00:00Z','expiresAt':'2026-12-01T00:00Z'} | expiresAt |"
                        + " invalid-time",
                "{'to':'1','text':'hi','reference':'a\\u0007b'} | reference | invalid-reference",
                "{'to':'1','text':'hi','options':[1]} | options | invalid-type",
                "{'to':'1','text':'hi','options':{'a':{'b':['\\ud800']}}} | options.a | invalid-text",
                "{'to':'1','text':'hi','media':{'url':'https://a.b'}} | media | unexpected-field",
                "{'to':'1','type':'image','text':'hi'} | media | missing-field",
                "{'to':'1','type':'image','media':{}} | media.url | missing-field",
                "{'to':'1','type':'image','media':[]} | media | missing-field",
                "{'to':'1','type':'image','media':'https://a.b'} | media | invalid-type",
                "{'to':'1','type':'image','media':['https://a.b']} | media[0] | invalid-type",
                "{'to':'1','type':'image','media':{'url':'ftp://a.b/c'}} | media.url | invalid-url",
                "{'to':'1','type':'image','media':{'url':'C:/a.jpg'}} | media.url | invalid-url",
                "{'to':'1','type':'image','media':{'url':'https:///a.jpg'}} | media.url | invalid-url",
                "{'to':'1','type':'image','media':{'url':'https://a.b/c d'}} | media.url | invalid-url",
                "{'to':'1','type':'image','media':[{'url':'/a'},{'url':'b'}]} | media[1].url | invalid-url",
                "{'to':'1','type':'image','media':{'url':'/a','caption':'x'}} | media.caption | unknown-field",
                "{'to':'1','type':'location'} | location | missing-field",
                "{'to':'1','type':'location','location':{'latitude':1}} | location.longitude | missing-field",
                "{'to':'1','type':'location','location':{'latitude':'1','longitude':1}} | location.latitude |"
                        + " invalid-type",
                "{'to':'1','type':'location','location':{'latitude':90.1,'longitude':1}} | location.latitude |"
                        + " invalid-location",
                "{'to':'1','type':'location','location':{'latitude':1,'longitude':-181}} | location.longitude |"
                        + " invalid-location",
                "{'to':'1','type':'location','text':'hi','location':{'latitude':1,'longitude':1}} | text |"
                        + " unexpected-field",
                "{'to':'1','type':'contacts','contacts':[]} | contacts | missing-field",
                "{'to':'1','type':'contacts','contacts':[{'name':'A'}]} | contacts[0].phones | missing-field",
                "{'to':'1','type':'contacts','contacts':[{'name':'A','phones':[1]}]} | contacts[0].phones[0] |"
                        + " invalid-type",
                "{'to':'1','type':'contacts','contacts':[{'name':'A','phones':[' ']}]} | contacts[0].phones[0] |"
                        + " missing-field",
                "{'to':'1','type':'buttons','buttons':[{'id':'a','title':'A'}]} | text | missing-field",
                "{'to':'1','type':'buttons','text':'hi','buttons':[{'id':'a'}]} | buttons[0].title | missing-field",
                "{'to':'1','type':'list','text':'hi','list':{'button':'b'}} | list.sections | missing-field",
                "{'to':'1','type':'list','text':'hi','list':{'button':'b','sections':[{'title':'t','rows':[{'id':'1'}]}]}}"
                        + " | list.sections[0].rows[0].title | missing-field",
                "{'to':'1','type':'template'} | template | missing-field",
                "{'to':'1','template':{'language':'tr'}} | template.name | missing-field",
                "{'to':'1','template':{'name':'n'},'text':'hi'} | text | unexpected-field",
                "{'to':'1','template':{'name':'n','parameters':{'1':2}}} | template.parameters.1 | invalid-type",
                "{'to':'1','template':{'name':'n','parameters':{'1':'a','2':' '}}} | template.parameters.2 | missing-field",
                "{'to':'1','template':{'name':'n','header':{'filename':'a'}}} | template.header.url | missing-field"
            })
    void refusesWhatIsNoSend(String written, String field, String code) {
        InvalidSendException refusal = refusal(written);

        assertThat(refusal.field()).isEqualTo(field == null ? "" : field);
        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal.getMessage()).contains(refusal.field());
    }

    @ParameterizedTest
    @CsvSource({
        "mediaUrl, there are reference",
        "send_at, did you mean sendAt?",
        "Text, did you mean text?",
        "refrence, did you mean reference?",
        "'media\n\u202Eurl', media??url"
    })
    void namesTheNearestKnownField(String name, String reason) {
        assertThat(refusal(MAPPER.createObjectNode().put(name, "x")).getMessage())
                .contains(reason);
    }

    @Test
    void neverRepeatsTheTextItRefuses() {
        String secret = "s3cret code 123456";
        for (String field : List.of("text", "type", "priority", "category", "sendAt", "media", "options", "list")) {
            ObjectNode node = MAPPER.createObjectNode().put("to", "1").put("text", "x");
            assertThat(refusal(node.put(field, secret + "\u0000")).getMessage()).doesNotContain("123456");
        }
    }

    @Test
    void allowsWhatItsLimitsAllow() {
        ObjectNode node = MAPPER.createObjectNode().put("to", "1");

        node.put("text", "ş".repeat(65_536)).put("reference", "r".repeat(200));
        assertThat(json.read(node, SendJsonTest::asWritten).reference()).hasSize(200);
        assertThat(refusal(node.deepCopy().put("text", "x".repeat(65_537))).code())
                .isEqualTo("text-too-long");
        assertThat(refusal(node.deepCopy().put("reference", "r".repeat(201))).code())
                .isEqualTo("invalid-reference");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void allowsDataOfUpToSixteenMebibytes(int more) {
        ObjectNode node = MAPPER.createObjectNode().put("to", "1").put("type", "image");
        node.putObject("media").put("url", "data:" + "a".repeat(16 * 1024 * 1024 - 5 + more));

        if (more == 0) {
            assertThat(json.read(node, SendJsonTest::asWritten).content().type())
                    .isEqualTo(ContentType.IMAGE);
        } else {
            assertThat(refusal(node).code()).isEqualTo("invalid-url");
        }
    }

    private Send read(String written) {
        return json.read(tree(written), SendJsonTest::asWritten);
    }

    private InvalidSendException refusal(String written) {
        return refusal(tree(written));
    }

    private InvalidSendException refusal(JsonNode node) {
        return catchThrowableOfType(InvalidSendException.class, () -> json.read(node, SendJsonTest::asWritten));
    }

    private static JsonNode tree(String written) {
        try {
            return MAPPER.readTree(written.replace('\'', '"'));
        } catch (JsonProcessingException notJson) {
            throw new IllegalArgumentException(notJson);
        }
    }

    private static Recipient asWritten(String to, String account) {
        return new Recipient(to);
    }
}
