package dev.caravan.jms;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.intake.Incoming;
import dev.caravan.jms.JmsContent.Element;
import dev.caravan.message.InvalidSendException;
import dev.caravan.message.Priority;
import dev.caravan.message.Traceparent;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Session;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** A message that was taken from the queue and is not acknowledged yet, as chunks of sends. Used by one thread. */
final class TakenMessage implements Iterator<TakenMessage.Chunk> {

    private static final int CHUNK = 500;

    private static final String REPLY_ON = "caravanReplyOn";

    private final Message message;
    private final Session session;
    private final String id;
    private final Priority priority;
    private final String traceparent;
    private final ReplyAddress replyTo;
    private final String correlation;
    private final boolean repliesOnAccepted;
    private JmsContent content;
    private InvalidSendException problem;

    /**
     * A send, or why there is none.
     *
     * @param element null when the message as a whole is at fault
     * @param problem null when it may be a send
     */
    record Item(int index, Element element, InvalidSendException problem) {}

    /** Some sends of a message: each chunk is one commit. */
    record Chunk(TakenMessage message, List<Item> items) {}

    /**
     * @param session the one it was taken in
     * @param repliesOnAccepted what holds unless the message says otherwise
     */
    TakenMessage(Message message, Session session, boolean repliesOnAccepted) throws JMSException {
        this.message = message;
        this.session = session;
        id = message.getJMSMessageID();
        priority = priority(message.getJMSPriority());
        replyTo = ReplyAddress.of(message.getJMSReplyTo());
        String given = message.getJMSCorrelationID();
        correlation = given == null || !ReplyAddress.isStorable(given) ? id : given;
        String trace = property(JmsHeaders.TRACEPARENT);
        traceparent = Traceparent.of(trace);
        String replyOn = property(REPLY_ON);
        this.repliesOnAccepted = "accepted".equals(replyOn) || repliesOnAccepted && !"end".equals(replyOn);
        try {
            content = JmsContent.of(message);
        } catch (InvalidSendException unreadable) {
            problem = unreadable;
        }
    }

    private static Priority priority(int level) {
        if (level == Message.DEFAULT_PRIORITY) {
            return null;
        }
        return level < Message.DEFAULT_PRIORITY ? Priority.LOW : Priority.HIGH;
    }

    private String property(String name) {
        try {
            return message.getStringProperty(name);
        } catch (JMSException noText) {
            return null;
        }
    }

    Message message() {
        return message;
    }

    Session session() {
        return session;
    }

    /** The provider's id of it, or null when its sender asked for none. */
    String id() {
        return id;
    }

    /** Where it wants replies, or null. */
    ReplyAddress replyTo() {
        return replyTo;
    }

    String correlation() {
        return correlation;
    }

    boolean repliesOnAccepted() {
        return repliesOnAccepted;
    }

    /** Whether each of its sends has an index. */
    boolean isArray() {
        return content != null && content.isArray();
    }

    String written(Item item) {
        return content.written(item.element());
    }

    @Override
    public boolean hasNext() {
        return problem != null || content != null && content.hasNext();
    }

    @Override
    public Chunk next() {
        if (problem != null) {
            Item whole = new Item(0, null, problem);
            problem = null;
            return new Chunk(this, List.of(whole));
        }
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        List<Item> items = new ArrayList<>();
        while (items.size() < CHUNK && content.hasNext()) {
            items.add(item(content.next()));
        }
        return new Chunk(this, items);
    }

    private Item item(Element element) {
        InvalidSendException unfit = element.problem();
        if (unfit == null && isAbsent(element.json().path("reference"))) {
            if (id == null) {
                unfit = new InvalidSendException(
                        "reference",
                        "no-message-id",
                        "the message has no JMSMessageID, so a send without a reference would not be recognised when it"
                                + " comes again; write a reference");
            } else {
                element.json().put("reference", id + '#' + element.index());
            }
        }
        return new Item(element.index(), element, unfit);
    }

    private static boolean isAbsent(JsonNode reference) {
        return reference.isMissingNode()
                || reference.isNull()
                || reference.isTextual() && reference.textValue().isBlank();
    }

    /** For admission; only for items without a problem. */
    Incoming incoming(Item item) {
        String request = id == null ? null : id + '#' + item.index();
        Incoming.Reply reply = replyTo == null || repliesOnAccepted
                ? null
                : new Incoming.Reply(replyTo.written(), correlation, request);
        return new Incoming(item.element().json(), priority, traceparent, reply);
    }
}
