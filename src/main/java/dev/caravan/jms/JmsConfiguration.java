package dev.caravan.jms;

import dev.caravan.CaravanProperties;
import dev.caravan.CaravanProperties.ReplyOn;
import dev.caravan.ConfigurationException;
import dev.caravan.account.Accounts;
import dev.caravan.intake.Admission;
import dev.caravan.intake.Origins;
import dev.caravan.ledger.Replies;
import dev.caravan.ledger.Store;
import dev.caravan.outcome.Outcomes;
import jakarta.jms.ConnectionFactory;
import java.util.List;
import org.apache.camel.Component;
import org.apache.camel.Processor;
import org.apache.camel.component.jms.JmsComponent;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The component {@code jms}, and the steps of the JMS door by the names its routes call them. */
@Configuration(proxyBeanMethods = false)
class JmsConfiguration {

    @Bean("jms-door")
    JmsDoor jmsDoor(ObjectProvider<ConnectionFactory> connections, Accounts accounts, CaravanProperties properties) {
        ConnectionFactory factory = connections.getIfAvailable();
        if (factory == null) {
            refuseEndpoints("caravan.outcomes", properties.outcomes());
            refuseEndpoints("caravan.events", properties.events());
            refuseEndpoints("caravan.inbound", properties.inbound());
        }
        return new JmsDoor(factory, accounts);
    }

    private static void refuseEndpoints(String key, List<String> endpoints) {
        if (endpoints.stream().anyMatch(endpoint -> endpoint.startsWith("jms:"))) {
            throw withoutBroker(key);
        }
    }

    private static ConfigurationException withoutBroker(String key) {
        return new ConfigurationException(
                key,
                "there is no broker for an endpoint that begins with jms:",
                "write into caravan.jms.listen the address of one to start here, or name your own with"
                        + " spring.artemis.mode: native and spring.artemis.broker-url");
    }

    /** Made when a route or an outcome endpoint asks for it, so that a closed door costs nothing. */
    @Bean("jms")
    @Lazy
    Component jmsComponent(ObjectProvider<ConnectionFactory> connections) {
        ConnectionFactory factory = connections.getIfAvailable();
        if (factory == null) {
            throw withoutBroker("caravan.jms.listen");
        }
        JmsComponent component = new JmsComponent();
        component.setConnectionFactory(factory);
        component.setHeaderFilterStrategy(new JmsHeaders());
        return component;
    }

    @Bean
    ReplySender replySender(ObjectProvider<ConnectionFactory> connections) {
        return new ReplySender(connections.getIfAvailable());
    }

    @Bean
    JmsIntake jmsIntake(
            Admission admission, Origins origins, ReplySender sender, Outcomes outcomes, CaravanProperties properties) {
        CaravanProperties.Jms jms = properties.jms();
        return new JmsIntake(
                admission,
                origins.ofQueue(jms.namespace()),
                new InvalidQueue(JmsDoor.invalid(jms.queue())),
                new AnswersAtOnce(sender, outcomes, jms.namespace()),
                jms.replyOn() == ReplyOn.ACCEPTED);
    }

    @Bean
    DueReplies dueReplies(Store store, Replies replies, Outcomes outcomes, ReplySender sender) {
        return new DueReplies(store, replies, outcomes, sender);
    }

    @Bean("take-message")
    Processor takeMessage(JmsIntake intake) {
        return intake::take;
    }

    @Bean("admit-message")
    Processor admitMessage(JmsIntake intake) {
        return intake::admit;
    }

    @Bean("set-aside-message")
    Processor setAsideMessage(JmsIntake intake) {
        return intake::setAside;
    }

    @Bean("answer-message")
    Processor answerMessage(JmsIntake intake) {
        return intake::answer;
    }

    @Bean("due-replies")
    Processor dueRepliesStep(DueReplies replies) {
        return replies::find;
    }

    @Bean("send-reply")
    Processor sendReply(DueReplies replies) {
        return replies::send;
    }

    @Bean("forget-reply")
    Processor forgetReply(DueReplies replies) {
        return replies::forget;
    }

    @Bean("reply-failed")
    Processor replyFailed(DueReplies replies) {
        return replies::failed;
    }
}
