package dev.caravan.jms;

import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.Queue;
import jakarta.jms.Session;
import jakarta.jms.TemporaryQueue;
import jakarta.jms.TemporaryTopic;
import jakarta.jms.Topic;
import java.util.Arrays;

/**
 * Where a reply goes, in a form that outlives the connection it came over.
 *
 * @param kind whether it is a queue or a topic, and whether it ends with its owner's connection
 */
record ReplyAddress(Kind kind, String name) {

    enum Kind {
        QUEUE("queue"),
        TOPIC("topic"),
        TEMPORARY_QUEUE("temp-queue"),
        TEMPORARY_TOPIC("temp-topic");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    /** That of a {@code JMSReplyTo}; null for none, or one without a name that can be kept. */
    static ReplyAddress of(Destination destination) throws JMSException {
        if (destination instanceof Queue queue) {
            return named(
                    destination instanceof TemporaryQueue ? Kind.TEMPORARY_QUEUE : Kind.QUEUE, queue.getQueueName());
        }
        if (destination instanceof Topic topic) {
            return named(
                    destination instanceof TemporaryTopic ? Kind.TEMPORARY_TOPIC : Kind.TOPIC, topic.getTopicName());
        }
        return null;
    }

    private static ReplyAddress named(Kind kind, String name) {
        return name == null || name.isBlank() || !isStorable(name) ? null : new ReplyAddress(kind, name);
    }

    /** PostgreSQL has no U+0000 in a text: a message with one would wait for the ledger for ever. */
    static boolean isStorable(String text) {
        return text.indexOf('\0') < 0;
    }

    /** What {@link #written()} wrote. */
    static ReplyAddress parse(String written) {
        int colon = written.indexOf(':');
        String word = written.substring(0, colon);
        Kind kind = Arrays.stream(Kind.values())
                .filter(one -> one.word.equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the ledger holds a reply to a " + word));
        return new ReplyAddress(kind, written.substring(colon + 1));
    }

    /** For the ledger: {@code temp-queue:name}. */
    String written() {
        return kind.word + ':' + name;
    }

    boolean isTemporary() {
        return kind == Kind.TEMPORARY_QUEUE || kind == Kind.TEMPORARY_TOPIC;
    }

    /** A temporary destination that is still there is found by its name as any other. */
    Destination in(Session session) throws JMSException {
        return kind == Kind.QUEUE || kind == Kind.TEMPORARY_QUEUE
                ? session.createQueue(name)
                : session.createTopic(name);
    }
}
