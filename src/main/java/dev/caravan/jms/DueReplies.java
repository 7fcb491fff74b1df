package dev.caravan.jms;

import dev.caravan.ledger.Replies;
import dev.caravan.ledger.Replies.Due;
import dev.caravan.ledger.Store;
import dev.caravan.outcome.Outcomes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of the route of replies: those whose send has reached its end. Used by one timer's thread. */
final class DueReplies {

    private static final Logger LOG = LoggerFactory.getLogger(DueReplies.class);
    private static final int CHUNK = 200;
    private static final int TRIES = 4;
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(2);

    private final Store store;
    private final Replies replies;
    private final Outcomes outcomes;
    private final ReplySender sender;
    private final Map<Long, Failed> failing = new HashMap<>();

    DueReplies(Store store, Replies replies, Outcomes outcomes, ReplySender sender) {
        this.store = store;
        this.replies = replies;
        this.outcomes = outcomes;
        this.sender = sender;
    }

    private record Failed(int tries, long nanos) {
        boolean waits() {
            return System.nanoTime() - nanos < BETWEEN_TRIES.toNanos();
        }
    }

    /** Step {@code due-replies}: the body becomes the replies to give now, the oldest first, a limited number. */
    void find(Exchange exchange) {
        if (store.read(replies::anyLeft)) {
            store.write(transaction -> {
                replies.takeOver(transaction);
                return null;
            });
        }
        exchange.getMessage()
                .setBody(store.read(transaction -> replies.due(transaction, CHUNK + failing.size()).stream()
                        .filter(reply -> !failing.containsKey(reply.id())
                                || !failing.get(reply.id()).waits())
                        .toList()));
    }

    /** Step {@code send-reply}: the outcome to who waits for it. */
    void send(Exchange exchange) {
        Due reply = exchange.getMessage().getBody(Due.class);
        Optional<String> outcome = outcomes.of(reply.send(), reply.sequence());
        if (outcome.isPresent()) {
            sender.send(ReplyAddress.parse(reply.destination()), reply.correlation(), outcome.get());
        }
    }

    /** Step {@code forget-reply}: it has been given. */
    void forget(Exchange exchange) {
        forget(exchange.getMessage().getBody(Due.class));
    }

    /** Step {@code reply-failed}: once more in a while, and after a few tries never. */
    void failed(Exchange exchange) {
        Due reply = exchange.getMessage().getBody(Due.class);
        Failed before = failing.getOrDefault(reply.id(), new Failed(0, 0));
        int tries = before.tries() + 1;
        if (tries < TRIES) {
            failing.put(reply.id(), new Failed(tries, System.nanoTime()));
            return;
        }
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        LOG.warn("The reply to send {} is given up: {}", reply.send(), failure.getMessage());
        forget(reply);
    }

    private void forget(Due reply) {
        store.write(transaction -> {
            replies.forget(transaction, reply.id());
            return null;
        });
        failing.remove(reply.id());
    }
}
