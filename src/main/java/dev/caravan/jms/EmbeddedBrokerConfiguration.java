package dev.caravan.jms;

import dev.caravan.CaravanProperties;
import dev.caravan.ConfigurationException;
import dev.caravan.Gateway;
import jakarta.jms.ConnectionFactory;
import java.io.IOException;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.autoconfigure.jms.JmsHealthContributorAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.jms.connection.CachingConnectionFactory;
import org.springframework.util.StringUtils;

/** The broker of {@code caravan.jms.listen} and the connection to it, unless the user has one of their own. */
@AutoConfiguration(after = OwnBrokerConfiguration.class, before = JmsHealthContributorAutoConfiguration.class)
@Conditional(EmbeddedBrokerConfiguration.Listens.class)
@ConditionalOnMissingBean(ConnectionFactory.class)
class EmbeddedBrokerConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBrokerConfiguration.class);

    static final class Listens implements Condition {
        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return StringUtils.hasText(context.getEnvironment().getProperty("caravan.jms.listen"));
        }
    }

    /** After the gateway has its home to itself: a second broker on one directory would wait for ever. */
    @Bean
    EmbeddedBroker embeddedBroker(CaravanProperties properties, Gateway gateway) {
        CaravanProperties.Jms jms = properties.jms();
        try {
            EmbeddedBroker broker = EmbeddedBroker.start(
                    properties.home().resolve("broker"), jms.listen(), jms.queue(), jms.user(), jms.password());
            LOG.info("The broker listens, and sends are taken from the queue {}", jms.queue());
            return broker;
        } catch (IOException failed) {
            throw new ConfigurationException(
                    "caravan.jms.listen",
                    failed.getMessage(),
                    "write a free port as tcp://127.0.0.1:61616, or stop what uses it");
        }
    }

    @Bean
    ConnectionFactory jmsConnectionFactory(EmbeddedBroker broker, CaravanProperties properties) {
        ActiveMQConnectionFactory factory = new ActiveMQConnectionFactory(
                broker.url(), properties.jms().user(), properties.jms().password());
        // Nothing here ever reads an object out of a message.
        factory.setDeserializationDenyList("*");
        CachingConnectionFactory caching = new CachingConnectionFactory(factory);
        // A consumer that is put back would go on taking messages.
        caching.setCacheConsumers(false);
        caching.setSessionCacheSize(8);
        return caching;
    }
}
