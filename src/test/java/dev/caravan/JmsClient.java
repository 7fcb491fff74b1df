package dev.caravan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TextMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;

/** Someone who talks to a broker over a connection of their own. */
final class JmsClient implements AutoCloseable {

    static final String SENDS = "caravan.sends";
    static final String INVALID = "caravan.sends.invalid";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ActiveMQConnectionFactory factory;
    private final Connection connection;
    private final Session session;

    JmsClient(String url, String user, String password) throws JMSException {
        factory = new ActiveMQConnectionFactory(url, user, password);
        connection = factory.createConnection();
        session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        connection.start();
    }

    /** What is done to a message before it is sent. */
    @FunctionalInterface
    interface Touch<M> {
        void to(M message) throws JMSException;
    }

    Session session() {
        return session;
    }

    TextMessage text(String body) throws JMSException {
        return session.createTextMessage(body);
    }

    BytesMessage bytes(String body) throws JMSException {
        BytesMessage message = session.createBytesMessage();
        message.writeBytes(body.getBytes(StandardCharsets.UTF_8));
        return message;
    }

    /** Sends to the door, and returns the message's id. */
    String send(Message message) throws JMSException {
        return send(message, Message.DEFAULT_PRIORITY);
    }

    String send(Message message, int priority) throws JMSException {
        try (MessageProducer producer = session.createProducer(session.createQueue(SENDS))) {
            producer.send(message, DeliveryMode.PERSISTENT, priority, 0);
        }
        return message.getJMSMessageID();
    }

    void sendWithoutId(Message message) throws JMSException {
        try (MessageProducer producer = session.createProducer(session.createQueue(SENDS))) {
            producer.setDisableMessageID(true);
            producer.send(message);
        }
    }

    TemporaryQueue temporaryQueue() throws JMSException {
        return session.createTemporaryQueue();
    }

    /** The next message of a queue, in vain after a while. */
    Message take(jakarta.jms.Queue queue) throws JMSException {
        try (MessageConsumer consumer = session.createConsumer(queue)) {
            Message message = consumer.receive(PATIENCE.toMillis());
            if (message == null) {
                throw new AssertionError("no message in " + queue);
            }
            return message;
        }
    }

    Message take(String queue) throws JMSException {
        return take(session.createQueue(queue));
    }

    /** As many messages as a queue gets, each as JSON. */
    List<JsonNode> takeJson(jakarta.jms.Queue queue, int count) throws JMSException, IOException {
        List<JsonNode> taken = new ArrayList<>();
        while (taken.size() < count) {
            taken.add(JSON.readTree(((TextMessage) take(queue)).getText()));
        }
        return taken;
    }

    /** Messages of a queue, those under way to a consumer too; -1 when there is no such queue. */
    long count(String queue) {
        try {
            var found = ((ActiveMQSession) session).getCoreSession().queueQuery(SimpleString.of(queue));
            return found.isExists() ? found.getMessageCount() : -1;
        } catch (ActiveMQException failed) {
            throw new AssertionError("the broker does not say", failed);
        }
    }

    @Override
    public void close() throws JMSException {
        connection.close();
        factory.close();
    }
}
