package dev.caravan.jms;

import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.DeliveryMode;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.time.Duration;
import org.apache.activemq.artemis.api.core.ActiveMQException;
import org.apache.activemq.artemis.api.core.SimpleString;
import org.apache.activemq.artemis.jms.client.ActiveMQSession;
import org.springframework.jms.connection.SessionProxy;

/** Sends replies, each in a session of its own so that one that fails harms neither another nor the sends. */
final class ReplySender {

    /** Should its destination vanish at the very moment it is sent, a reply does not lie about for ever. */
    private static final Duration TEMPORARY_REPLY_LASTS = Duration.ofMinutes(5);

    private final ConnectionFactory connections;

    /** @param connections null when the door is closed, and nothing is ever sent */
    ReplySender(ConnectionFactory connections) {
        this.connections = connections;
    }

    /**
     * @param correlation or null
     * @throws BrokerAwayException when there is no connection
     * @throws ReplyException when the destination is gone, or refuses; the message does not name it
     */
    void send(ReplyAddress address, String correlation, String body) {
        try (Connection connection = connections.createConnection();
                Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE)) {
            send(session, address, correlation, body);
        } catch (JMSException away) {
            throw new BrokerAwayException(away);
        }
    }

    private static void send(Session session, ReplyAddress address, String correlation, String body) {
        if (isGone(session, address)) {
            throw new ReplyException("its temporary queue has gone with its connection", null);
        }
        // Without a destination of its own: a cache of producers would keep one for every temporary queue.
        try (MessageProducer producer = session.createProducer(null)) {
            Message reply = session.createTextMessage(body);
            reply.setJMSCorrelationID(correlation);
            producer.send(
                    address.in(session),
                    reply,
                    address.isTemporary() ? DeliveryMode.NON_PERSISTENT : DeliveryMode.PERSISTENT,
                    Message.DEFAULT_PRIORITY,
                    address.isTemporary() ? TEMPORARY_REPLY_LASTS.toMillis() : Message.DEFAULT_TIME_TO_LIVE);
        } catch (JMSException | RuntimeException failed) {
            throw new ReplyException(
                    "its " + address.kind() + " does not take it: "
                            + failed.getClass().getSimpleName(),
                    failed);
        }
    }

    /**
     * Artemis makes the queue that a message is sent to, so a reply to somebody who has gone would be kept for nobody. Other
     * brokers refuse such a message by themselves.
     */
    private static boolean isGone(Session session, ReplyAddress address) {
        Session own = session instanceof SessionProxy proxy ? proxy.getTargetSession() : session;
        if (!address.isTemporary() || !(own instanceof ActiveMQSession artemis)) {
            return false;
        }
        SimpleString name = SimpleString.of(address.name());
        try {
            return address.kind() == ReplyAddress.Kind.TEMPORARY_QUEUE
                    ? !artemis.getCoreSession().queueQuery(name).isExists()
                    : !artemis.getCoreSession().addressQuery(name).isExists();
        } catch (ActiveMQException failed) {
            throw new ReplyException("its queue cannot be looked up: " + failed.getType(), failed);
        }
    }
}
