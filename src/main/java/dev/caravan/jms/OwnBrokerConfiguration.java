package dev.caravan.jms;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.jms.artemis.ArtemisAutoConfiguration;

/**
 * The user's own Artemis, as Spring Boot connects to it. Only when it is asked for: with the broker's classes in the jar,
 * Boot would start one by itself.
 */
@AutoConfiguration
@ConditionalOnProperty(name = "spring.artemis.mode", havingValue = "native")
@ImportAutoConfiguration(ArtemisAutoConfiguration.class)
class OwnBrokerConfiguration {}
