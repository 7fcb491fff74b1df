package dev.caravan.jms;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.util.List;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.jms.client.ActiveMQMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of messages that are out of the ordinary, up to the ledger and the queue of invalid ones. */
class JmsIntakeTest {

    private static final String GOOD = "{\"to\": \"+905301234567\", \"text\": \"hello\"}";

    @TempDir
    private Path home;

    private MessageDoor door;

    @BeforeEach
    void open() throws Exception {
        door = new MessageDoor(home);
    }

    @AfterEach
    void close() throws Exception {
        door.close();
    }

    @Test
    void whoeverWaitsIsNotedOnceThoughTheMessageComesTwice() throws Exception {
        TextMessage message = door.caller().createTextMessage("[" + GOOD + "," + GOOD + "]");
        message.setJMSReplyTo(door.caller().createQueue("answers"));

        String id = door.putTwice(message);

        assertThat(texts("SELECT request FROM reply ORDER BY id")).containsExactly(id + "#0", id + "#1");
        assertThat(texts("SELECT reference FROM send ORDER BY id")).containsExactly(id + "#0", id + "#1");
    }

    @Test
    void noReplyIsKeptUnderWhatNoDatabaseCanHold() throws Exception {
        TextMessage message = door.caller().createTextMessage(GOOD);
        message.setJMSCorrelationID("half\0whole");
        message.setJMSReplyTo(door.caller().createQueue("answers"));
        String id = door.put(message);
        TextMessage unanswerable = door.caller().createTextMessage(GOOD);
        unanswerable.setJMSReplyTo(door.caller().createQueue("half\0whole"));

        door.put(unanswerable);

        assertThat(texts("SELECT correlation FROM reply")).containsExactly(id);
        assertThat(texts("SELECT state FROM send")).containsExactly("queued", "queued");
    }

    @Test
    void aPropertyThatNoClientCanWriteIsLeftOutOfTheCopy() throws Exception {
        TextMessage message = door.caller().createTextMessage("{}");
        message.setStringProperty("department", "sales");
        ((ActiveMQMessage) message).getCoreMessage().putBytesProperty(SimpleString.of("raw"), new byte[] {1});
        ((ActiveMQMessage) message)
                .getCoreMessage()
                .putStringProperty(SimpleString.of(""), SimpleString.of("nameless"));

        door.put(message);

        List<Message> invalid = door.invalid();
        assertThat(invalid).hasSize(1);
        assertThat(invalid.get(0).getStringProperty("department")).isEqualTo("sales");
        assertThat(invalid.get(0).getStringProperty(InvalidQueue.CODE)).isEqualTo("missing-field");
    }

    private List<String> texts(String sql) {
        return door.behind().ledger().texts(sql);
    }
}
