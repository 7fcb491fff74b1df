package dev.caravan.api;

import dev.caravan.intake.QueueFullException;
import dev.caravan.ledger.LedgerException;
import dev.caravan.message.InvalidSendException;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the one answer of every failure of a step: a problem document. */
final class Failures {

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
    private static final Duration LEDGER_PAUSE = Duration.ofSeconds(5);
    private static final Duration QUEUE_PAUSE = Duration.ofSeconds(30);

    private Failures() {}

    /** Step {@code problem}. */
    static void answer(Exchange exchange) {
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        ProblemException problem = problem(failure);
        if (problem == null) {
            LOG.error("Operation {} failed", ApiRequest.of(exchange).operation(), failure);
            problem = new ProblemException(Refusal.of(500));
        }
        BodyReading reading = BodyReading.of(exchange);
        if (reading != null) {
            problem = problem.with(reading.counts().put("batch", reading.batch().batch()));
        }
        problem.answer().to(exchange);
    }

    static ProblemException queueFull(String detail) {
        return new ProblemException(429, "queue-full", detail).retryAfter(QUEUE_PAUSE);
    }

    /** The refusal that a failure stands for; null when it is a fault of ours. */
    static ProblemException problem(Exception failure) {
        if (failure instanceof ProblemException problem) {
            return problem;
        }
        if (failure instanceof InvalidSendException invalid) {
            return new ProblemException(
                    422, invalid.code(), invalid.getMessage(), invalid.field().isEmpty() ? null : invalid.field());
        }
        if (failure instanceof QueueFullException full) {
            return queueFull(full.getMessage());
        }
        if (failure instanceof LedgerException) {
            return new ProblemException(
                            503, "ledger-away", "The ledger cannot be read or written now. Try again later.")
                    .retryAfter(LEDGER_PAUSE);
        }
        return null;
    }
}
