package dev.caravan.jms;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.caravan.intake.DropFolder;
import dev.caravan.intake.Origin;
import dev.caravan.message.PhoneNumbers;
import dev.caravan.message.SendJson;
import jakarta.jms.Connection;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.Exchange;
import org.apache.camel.component.jms.JmsBinding;
import org.apache.camel.component.jms.JmsMessage;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.slf4j.LoggerFactory;

/**
 * The JMS door with everything before and behind it that is ours, from the broker up to the ledger and the queue of invalid
 * messages: what the route does with a message, step by step. Its account is {@code main} (Maytapi).
 */
final class MessageDoor implements AutoCloseable {

    private static final String QUEUE = "caravan.sends";
    private static final long PATIENCE = 10_000;

    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final DropFolder behind;
    private final EmbeddedBroker broker;
    private final ActiveMQConnectionFactory factory;
    private final Connection connection;
    private final Session caller;
    private final Session taker;
    private final MessageProducer producer;
    private final MessageConsumer consumer;
    private final MessageConsumer invalid;
    private final JmsIntake intake;

    MessageDoor(Path home) throws IOException, JMSException {
        // Outside of a gateway nobody has said that a broker is to be quiet.
        ((Logger) LoggerFactory.getLogger("org.apache.activemq")).setLevel(Level.WARN);
        behind = new DropFolder(home, 1_000_000);
        broker = EmbeddedBroker.start(home.resolve("broker"), "tcp://127.0.0.1:" + freePort(), QUEUE, "user", "word");
        factory = new ActiveMQConnectionFactory(broker.url(), "user", "word");
        connection = factory.createConnection();
        caller = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
        taker = connection.createSession(true, Session.SESSION_TRANSACTED);
        producer = caller.createProducer(caller.createQueue(QUEUE));
        producer.setDeliveryMode(DeliveryMode.NON_PERSISTENT);
        consumer = taker.createConsumer(taker.createQueue(QUEUE));
        invalid = caller.createConsumer(caller.createQueue(JmsDoor.invalid(QUEUE)));
        connection.start();
        Origin origin = new Origin(
                "jms", "default", null, Set.of(), null, new PhoneNumbers("TR"), new SendJson(DropFolder.ZONE));
        InvalidQueue aside = new InvalidQueue(JmsDoor.invalid(QUEUE));
        intake = new JmsIntake(behind.admission(), origin, aside, null, false);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** For making messages. */
    Session caller() {
        return caller;
    }

    DropFolder behind() {
        return behind;
    }

    /** Sends a message and takes it in; returns its id. */
    String put(Message message) throws JMSException {
        producer.send(message);
        take();
        taker.commit();
        return message.getJMSMessageID();
    }

    /** The same, but its acknowledgement is lost, so that it comes once more. */
    String putTwice(Message message) throws JMSException {
        producer.send(message);
        take();
        taker.rollback();
        take();
        taker.commit();
        return message.getJMSMessageID();
    }

    private void take() throws JMSException {
        Message message = consumer.receive(PATIENCE);
        if (message == null) {
            throw new AssertionError("no message has come");
        }
        Exchange exchange = new DefaultExchange(camel);
        exchange.setIn(new JmsMessage(exchange, message, taker, new JmsBinding()));
        intake.take(exchange);
        TakenMessage taken = exchange.getMessage().getBody(TakenMessage.class);
        while (taken.hasNext()) {
            Exchange chunk = new DefaultExchange(camel);
            chunk.getMessage().setBody(taken.next());
            intake.admit(chunk);
            intake.setAside(chunk);
        }
    }

    /** What has come into the queue of invalid messages so far, and takes it out. */
    List<Message> invalid() throws JMSException {
        List<Message> all = new ArrayList<>();
        Message message = invalid.receiveNoWait();
        while (message != null) {
            all.add(message);
            message = invalid.receiveNoWait();
        }
        return all;
    }

    @Override
    public void close() throws IOException, JMSException {
        connection.close();
        factory.close();
        broker.close();
        behind.close();
    }
}
