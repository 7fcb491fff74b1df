package dev.caravan.jms;

import dev.caravan.intake.Admitted;
import dev.caravan.jms.TakenMessage.Item;
import jakarta.jms.BytesMessage;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The queue of what is no valid send: a copy of the message, or of the one send in it, with the reason. */
final class InvalidQueue {

    private static final Logger LOG = LoggerFactory.getLogger(InvalidQueue.class);

    static final String CODE = "caravanCode";
    static final String REASON = "caravanReason";

    private static final String FIELD = "caravanField";
    private static final String INDEX = "caravanIndex";
    private static final String ORIGINAL = "caravanMessageId";

    /** Of the provider or the delivery, which the copy gets of its own. */
    private static final List<String> NOT_COPIED = List.of("jms", "_amq", "__amq", "caravan");

    private final String name;

    InvalidQueue(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    /** Within the session that took the message: the copy is there once the message is acknowledged, and not before. */
    void add(TakenMessage taken, Item item, Admitted.Rejected rejected) throws JMSException {
        Session session = taken.session();
        Message copy = item.element() == null
                ? whole(taken.message(), session, rejected)
                : session.createTextMessage(taken.written(item));
        copyProperties(taken.message(), copy);
        copy.setJMSCorrelationID(taken.message().getJMSCorrelationID());
        copy.setJMSReplyTo(taken.message().getJMSReplyTo());
        copy.setJMSType(taken.message().getJMSType());
        copy.setStringProperty(CODE, rejected.code());
        copy.setStringProperty(REASON, rejected.reason());
        if (!rejected.field().isEmpty()) {
            copy.setStringProperty(FIELD, rejected.field());
        }
        if (taken.id() != null) {
            copy.setStringProperty(ORIGINAL, taken.id());
        }
        if (taken.isArray()) {
            copy.setIntProperty(INDEX, item.index());
        }
        try (MessageProducer producer = session.createProducer(session.createQueue(name))) {
            producer.send(copy);
        }
    }

    /** Only what can be read safely: of an object, a map, a stream, or what is too large, everything but the body. */
    private static Message whole(Message message, Session session, Admitted.Rejected rejected) throws JMSException {
        if (rejected.code().equals(JmsContent.TOO_LARGE)) {
            return session.createMessage();
        }
        if (message instanceof TextMessage text) {
            return session.createTextMessage(text.getText());
        }
        if (message instanceof BytesMessage bytes) {
            BytesMessage copy = session.createBytesMessage();
            copy.writeBytes(JmsContent.read(bytes));
            return copy;
        }
        return session.createMessage();
    }

    private static void copyProperties(Message from, Message to) throws JMSException {
        Enumeration<?> names = from.getPropertyNames();
        while (names.hasMoreElements()) {
            String name = names.nextElement().toString();
            String lower = name.toLowerCase(Locale.ROOT);
            if (NOT_COPIED.stream().noneMatch(lower::startsWith)) {
                copyProperty(name, from, to);
            }
        }
    }

    /** One that JMS has no name or no type for, written in another protocol, must not make the message come for ever. */
    private static void copyProperty(String name, Message from, Message to) {
        try {
            to.setObjectProperty(name, from.getObjectProperty(name));
        } catch (JMSException | IllegalArgumentException unwritable) {
            LOG.debug("A property cannot be copied: {}", unwritable.getClass().getSimpleName());
        }
    }
}
