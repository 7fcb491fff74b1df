package dev.caravan.jms;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.Assertions;
import org.springframework.util.FileSystemUtils;

/**
 * Whatever is in a message: each of its sends ends in the ledger or in the queue of invalid ones, none in both, and no good
 * one is lost to another's fault. From the broker, through the steps of the door.
 */
class AnyMessageTest {

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final String GOOD = "{\"to\":\"+905301234567\",\"text\":\"a\\u0131 b\"}";
    private static final String ORIGINAL = " [" + GOOD + ",\n{\"to\":\"+905301234568\",\"type\":\"image\",\"media\":"
            + "{\"url\":\"https://a.example/b\"},\"options\":{\"skip_filter\":true}}, " + GOOD + "]";
    private static final Duration NO_HANG = Duration.ofSeconds(20);

    private static Path home;
    private static MessageDoor door;

    @BeforeContainer
    static void open() throws IOException, JMSException {
        home = Files.createTempDirectory("caravan-");
        door = new MessageDoor(home);
    }

    @AfterContainer
    static void close() throws IOException, JMSException {
        door.close();
        FileSystemUtils.deleteRecursively(home);
    }

    @Property(tries = 150)
    void noGoodSendIsLostToTheOthersOfItsMessage(
            @ForAll boolean inBytes, @ForAll @Size(min = 1, max = 8) List<@From("elements") String> elements)
            throws JMSException {
        String id = put(message(inBytes, '[' + String.join(",", elements) + ']'));

        List<String> sends = admitted(id);
        for (int index = 0; index < elements.size(); index++) {
            if (elements.get(index).equals(GOOD)) {
                assertThat(sends).contains(id + '#' + index);
            }
        }
        List<String> places = new ArrayList<>(sends);
        for (Message aside : door.invalid()) {
            int index = aside.getIntProperty("caravanIndex");
            assertThat(((TextMessage) aside).getText())
                    .isEqualTo(elements.get(index).strip());
            places.add(id + '#' + index);
        }
        assertThat(places).hasSize(elements.size()).doesNotHaveDuplicates();
    }

    @Property(tries = 150)
    void aMessageWithWrongBytesIsTakenInOrSetAside(@ForAll @Size(min = 1, max = 5) List<@From("edits") Edit> edits)
            throws JMSException {
        byte[] body = ORIGINAL.getBytes(UTF_8);
        for (Edit edit : edits) {
            body = edit.on(body);
        }

        assertThatItEndsInOnePlace(body);
    }

    @Property(tries = 100)
    void anyBytesAreTakenInOrSetAside(@ForAll @Size(max = 200) byte[] body) throws JMSException {
        assertThatItEndsInOnePlace(body);
    }

    @Property(tries = 100)
    void anyTextIsTakenInOrSetAside(@ForAll("anyTexts") String body) throws JMSException {
        String id = put(door.caller().createTextMessage(body));

        assertThatItEndsInOnePlace(id, body);
    }

    private void assertThatItEndsInOnePlace(byte[] body) throws JMSException {
        BytesMessage message = door.caller().createBytesMessage();
        message.writeBytes(body);
        String id = put(message);

        assertThatItEndsInOnePlace(id, text(body));
    }

    /** @param body null when it is no text */
    private static void assertThatItEndsInOnePlace(String id, String body) throws JMSException {
        int sends = sends(body);
        int admitted = admitted(id).size();
        List<Message> aside = door.invalid();
        if (sends == 0) {
            assertThat(admitted).isZero();
            assertThat(aside).hasSize(1);
            assertThat(aside.get(0).propertyExists("caravanIndex")).isFalse();
        } else {
            assertThat(admitted + aside.size()).isEqualTo(sends);
        }
        for (Message one : aside) {
            assertThat(one.getStringProperty(InvalidQueue.REASON)).isNotBlank();
            assertThat(one.getStringProperty("caravanMessageId")).isEqualTo(id);
        }
    }

    private static String put(Message message) {
        return Assertions.assertTimeoutPreemptively(NO_HANG, () -> door.put(message));
    }

    private static List<String> admitted(String id) {
        return door.behind().ledger().texts("SELECT reference FROM send WHERE reference LIKE ?", id + "#%");
    }

    private static Message message(boolean inBytes, String body) throws JMSException {
        if (!inBytes) {
            return door.caller().createTextMessage(body);
        }
        BytesMessage message = door.caller().createBytesMessage();
        message.writeBytes(body.getBytes(UTF_8));
        return message;
    }

    private static String text(byte[] body) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException none) {
            return null;
        }
    }

    /** How many there are in a body, good or bad; 0 when it is none at all. */
    private static int sends(String body) {
        try {
            JsonNode whole = body == null ? JSON.missingNode() : JSON.readTree(body);
            return whole.isArray() ? whole.size() : whole.isObject() ? 1 : 0;
        } catch (JsonProcessingException noJson) {
            return 0;
        }
    }

    /**
     * A change of some bytes.
     *
     * @param place modulo the length
     * @param removed how many there
     * @param inserted in their place
     */
    record Edit(int place, int removed, byte[] inserted) {
        byte[] on(byte[] bytes) {
            int start = bytes.length == 0 ? 0 : place % bytes.length;
            int end = Math.min(bytes.length, start + removed);
            ByteArrayOutputStream edited = new ByteArrayOutputStream();
            edited.write(bytes, 0, start);
            edited.writeBytes(inserted);
            edited.write(bytes, end, bytes.length - end);
            return edited.toByteArray();
        }
    }

    @Provide
    Arbitrary<Edit> edits() {
        Arbitrary<byte[]> telling = Arbitraries.of(
                        "\"",
                        ",",
                        "{",
                        "}",
                        "[",
                        "]",
                        ":",
                        "\\",
                        "null",
                        "1e9",
                        "\\ud800",
                        "\ufeff",
                        ",{}",
                        "\"to\":0,")
                .map(text -> text.getBytes(UTF_8));
        Arbitrary<byte[]> any = Arbitraries.bytes().array(byte[].class).ofMaxSize(3);
        return Combinators.combine(
                        Arbitraries.integers().between(0, 400),
                        Arbitraries.integers().between(0, 8),
                        Arbitraries.oneOf(List.of(telling, any)))
                .as(Edit::new);
    }

    @Provide
    Arbitrary<String> anyTexts() {
        Arbitrary<String> json = Arbitraries.strings()
                .withChars("{}[]\",:\\ 0e-+ntu\ud83d\ude00\0")
                .ofMaxLength(60);
        return Arbitraries.oneOf(
                List.of(Arbitraries.strings().ofMaxLength(60), json, json.map(rest -> "[" + GOOD + "," + rest + "]")));
    }

    @Provide
    Arbitrary<String> elements() {
        return Arbitraries.frequencyOf(List.of(
                Tuple.of(2, Arbitraries.just(GOOD)),
                Tuple.of(3, strange()),
                Tuple.of(1, numbers()),
                Tuple.of(1, nested())));
    }

    /** JSON all the same, so that everybody can tell where the next one begins. */
    private static Arbitrary<String> strange() {
        return Arbitraries.of(
                "null",
                "true",
                "\"\"",
                "[]",
                "{}",
                "{ }",
                "{\"to\":{\"to\":[{}]}}",
                "{\"to\":\"1\",\"to\":\"2\"}",
                "{\"a\":{\"b\":1,\"b\":[{\"c\":{}}]},\"d\":[[]]}",
                "{\"to\":\"+905301234567\",\"text\":5}",
                "{\"to\":\"+905301234567\",\"text\":\"\\u0000\"}",
                "{\"to\":\"+905301234567\",\"text\":\"\\ud83d\"}",
                "{\"to\":\"+905301234567\",\"text\":\"\\udc00\\ud83d\"}",
                "{\"to\":\"\\ud800\",\"text\":\"x\"}",
                "{\"reference\":\"\\u0000\",\"to\":\"+905301234567\",\"text\":\"x\"}",
                "{\"reference\":[],\"to\":\"+905301234567\",\"text\":\"x\"}",
                "{\"to\":\"+905301234567\",\"text\":\"x\",\"sendAt\":\"+999999999-12-31T23:59:59+18:00\"}",
                "{\"to\":\"+905301234567\",\"text\":\"x\",\"expiresAt\":\"-999999999-01-01T00:00:00-18:00\"}",
                "{\"to\":\"+905301234567\",\"text\":\"x\",\"options\":{\"skip_filter\":1e400}}",
                "{\"\":\"\",\"\\u0000\":1,\"\\ud800\":2}");
    }

    private static Arbitrary<String> numbers() {
        Arbitrary<String> huge = Arbitraries.of(
                "-0", "1e999", "1e-999", "1e1000000000", "1".repeat(999), "-0." + "0".repeat(900) + "1", "9e99999");
        return Combinators.combine(Arbitraries.of("to", "text", "options", "sendAt", "priority", "media"), huge)
                .as((field, number) -> "{\"to\":\"+905301234567\",\"text\":\"x\",\"" + field + "\":" + number + "}");
    }

    private static Arbitrary<String> nested() {
        return Combinators.combine(
                        Arbitraries.of("[", "{\"a\":"), Arbitraries.integers().between(1, 900))
                .as((open, depth) -> "{\"to\":\"+905301234567\",\"text\":\"x\",\"options\":{\"skip_filter\":"
                        + open.repeat(depth) + "1" + (open.equals("[") ? "]" : "}").repeat(depth) + "}}");
    }
}
