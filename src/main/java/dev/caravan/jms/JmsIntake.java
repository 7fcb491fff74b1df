package dev.caravan.jms;

import dev.caravan.intake.Admission;
import dev.caravan.intake.Admitted;
import dev.caravan.intake.Incoming;
import dev.caravan.intake.Origin;
import dev.caravan.intake.QueueFullException;
import dev.caravan.jms.TakenMessage.Chunk;
import dev.caravan.jms.TakenMessage.Item;
import dev.caravan.ledger.LedgerException;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.StatefulService;
import org.apache.camel.component.jms.JmsMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of the JMS door. A message is acknowledged by its session's commit after the last of them; until then nothing
 * is lost by a crash, and what was admitted already is recognised when the message comes again.
 */
final class JmsIntake {

    private static final Logger LOG = LoggerFactory.getLogger(JmsIntake.class);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
    private static final int TRIES = 3;

    private final Admission admission;
    private final Origin origin;
    private final InvalidQueue invalidQueue;
    private final AnswersAtOnce answers;
    private final boolean repliesOnAccepted;

    JmsIntake(
            Admission admission,
            Origin origin,
            InvalidQueue invalidQueue,
            AnswersAtOnce answers,
            boolean repliesOnAccepted) {
        this.admission = admission;
        this.origin = origin;
        this.invalidQueue = invalidQueue;
        this.answers = answers;
        this.repliesOnAccepted = repliesOnAccepted;
    }

    /** A send and what became of it. */
    record Result(Item item, Admitted admitted) {}

    /** What became of a chunk. */
    record Results(TakenMessage message, List<Result> all) {}

    /** Step {@code take-message}: the body becomes the message's sends in chunks; its headers are gone. */
    void take(Exchange exchange) throws JMSException {
        JmsMessage in = exchange.getIn(JmsMessage.class);
        Message message = in.getJmsMessage();
        TakenMessage taken = new TakenMessage(message, in.getJmsSession(), repliesOnAccepted);
        in.setBody(taken);
        in.removeHeaders("*");
    }

    /** Step {@code admit-message}: a chunk into the ledger, in one commit; waits for it as long as the route runs. */
    void admit(Exchange exchange) {
        Chunk chunk = exchange.getMessage().getBody(Chunk.class);
        List<Incoming> incoming = chunk.items().stream()
                .filter(item -> item.problem() == null)
                .map(item -> chunk.message().incoming(item))
                .toList();
        Iterator<Admitted> admitted = admit(incoming, () -> isRunning(exchange)).iterator();
        List<Result> results = new ArrayList<>(chunk.items().size());
        for (Item item : chunk.items()) {
            results.add(new Result(item, item.problem() == null ? admitted.next() : rejected(item)));
        }
        exchange.getMessage().setBody(new Results(chunk.message(), results));
    }

    /** Step {@code set-aside-message}: what is no send to the queue of invalid ones, with the message's own commit. */
    void setAside(Exchange exchange) throws JMSException {
        Results results = exchange.getMessage().getBody(Results.class);
        try {
            for (Result result : results.all()) {
                if (result.admitted() instanceof Admitted.Rejected rejected) {
                    invalidQueue.add(results.message(), result.item(), rejected);
                }
            }
        } catch (JMSException unwritable) {
            LOG.warn(
                    "A message that is no valid send goes back to its queue, because {} cannot be written: {}",
                    invalidQueue.name(),
                    unwritable.getClass().getSimpleName());
            pause(() -> isRunning(exchange));
            throw unwritable;
        }
    }

    /** Step {@code answer-message}: a reply to each send of which there is something to tell already. */
    void answer(Exchange exchange) {
        Results results = exchange.getMessage().getBody(Results.class);
        if (results.message().replyTo() != null) {
            answers.give(results);
        }
    }

    private List<Admitted> admit(List<Incoming> incoming, BooleanSupplier isRunning) {
        boolean waited = false;
        int failures = 0;
        while (!incoming.isEmpty()) {
            try {
                List<Admitted> admitted = admission.admit(origin, incoming);
                if (waited) {
                    LOG.info("The JMS message that waited is taken in");
                }
                return admitted;
            } catch (LedgerException | QueueFullException later) {
                if (!waited) {
                    LOG.warn("A JMS message waits, unacknowledged: {}", later.getMessage());
                }
                waited = true;
            } catch (RuntimeException unexpected) {
                // Only its type: what it says may quote the message.
                LOG.error(
                        "A JMS message cannot be processed: {} at {}",
                        unexpected.getClass().getName(),
                        unexpected.getStackTrace().length == 0
                                ? "?"
                                : unexpected.getStackTrace()[0]);
                failures++;
                if (failures == TRIES) {
                    return incoming.stream().map(one -> failed()).toList();
                }
            }
            if (!pause(isRunning)) {
                throw new StoppingException();
            }
        }
        return List.of();
    }

    private static Admitted failed() {
        return new Admitted.Rejected(
                "", "internal-error", "it could not be processed; the gateway's log says more", null);
    }

    private static Admitted rejected(Item item) {
        return new Admitted.Rejected(
                item.problem().field(), item.problem().code(), item.problem().getMessage(), null);
    }

    private static boolean isRunning(Exchange exchange) {
        Route route = exchange.getContext().getRoute(exchange.getFromRouteId());
        return route != null
                && route.getConsumer() instanceof StatefulService consumer
                && consumer.isStarted()
                && !exchange.getContext().isStopping();
    }

    /** False when the route stops meanwhile. */
    private static boolean pause(BooleanSupplier isRunning) {
        long end = System.nanoTime() + BETWEEN_TRIES.toNanos();
        while (isRunning.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
            if (System.nanoTime() - end >= 0) {
                return true;
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
        }
        return false;
    }

    /** The message goes back to its queue, as it was. */
    private static final class StoppingException extends RuntimeException {

        StoppingException() {
            super("the gateway stops before the message could be stored, so it goes back to its queue");
        }
    }
}
