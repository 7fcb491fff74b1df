package dev.caravan.jms;

import dev.caravan.intake.Admitted;
import dev.caravan.jms.JmsIntake.Result;
import dev.caravan.jms.JmsIntake.Results;
import dev.caravan.jms.TakenMessage.Item;
import dev.caravan.ledger.LedgerException;
import dev.caravan.outcome.Outcomes;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replies that need not wait: to what was rejected, to what repeats a send that has its end, and to everything when
 * acceptance is what the caller waits for. Given before the message is acknowledged: a crash in between repeats them.
 */
final class AnswersAtOnce {

    private static final Logger LOG = LoggerFactory.getLogger(AnswersAtOnce.class);

    private final ReplySender sender;
    private final Outcomes outcomes;
    private final String namespace;

    AnswersAtOnce(ReplySender sender, Outcomes outcomes, String namespace) {
        this.sender = sender;
        this.outcomes = outcomes;
        this.namespace = namespace;
    }

    /** A reply that cannot be given is logged and forgotten: its sends are in the ledger all the same. */
    void give(Results results) {
        TakenMessage message = results.message();
        for (Result result : results.all()) {
            try {
                Optional<String> answer = answer(message, result);
                if (answer.isPresent()) {
                    sender.send(message.replyTo(), message.correlation(), answer.get());
                }
            } catch (ReplyException | BrokerAwayException | LedgerException failed) {
                LOG.warn("A reply to a JMS message is not given: {}", failed.getMessage());
            }
        }
    }

    private Optional<String> answer(TakenMessage message, Result result) {
        if (result.admitted() instanceof Admitted.Rejected rejected) {
            return Optional.of(rejected(message, result.item(), rejected));
        }
        if (result.admitted() instanceof Admitted.Repeated repeated) {
            if (repeated.state().isEnd()) {
                return outcomes.latest(repeated.id());
            }
            return message.repliesOnAccepted() ? outcomes.accepted(repeated.id()) : Optional.empty();
        }
        Admitted.Accepted accepted = (Admitted.Accepted) result.admitted();
        if (accepted.state().isEnd()) {
            return outcomes.latest(accepted.id());
        }
        return message.repliesOnAccepted() ? outcomes.accepted(accepted.id()) : Optional.empty();
    }

    private String rejected(TakenMessage message, Item item, Admitted.Rejected rejected) {
        return outcomes.rejected(
                (message.id() == null ? "ID:none" : message.id()) + '#' + item.index(),
                rejected.earlier(),
                namespace,
                item.element() == null ? null : item.element().json(),
                rejected.code(),
                rejected.reason());
    }
}
