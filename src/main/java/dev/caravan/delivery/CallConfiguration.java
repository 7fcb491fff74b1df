package dev.caravan.delivery;

import dev.caravan.provider.Judge;
import dev.caravan.provider.Providers;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The steps of the providers' routes by the names they call them: what makes a call, and needs no ledger. */
@Configuration(proxyBeanMethods = false)
class CallConfiguration {

    @Bean
    LaneMetrics laneMetrics(MeterRegistry registry) {
        return new LaneMetrics(registry);
    }

    @Bean
    Lookups lookups(Providers providers) {
        return new Lookups(providers);
    }

    @Bean
    Calling calling(Providers providers, Judge judge, LaneMetrics metrics) {
        return new Calling(providers, judge, metrics);
    }

    @Bean
    Connections connections() {
        return new Connections();
    }

    @Bean("connection")
    Processor connection(Connections connections) {
        return connections::connect;
    }

    @Bean("close-idle-connections")
    Processor closeIdleConnections(Connections connections) {
        return connections::closeIdle;
    }

    @Bean("request")
    Processor request(Calling calling) {
        return calling::request;
    }

    @Bean("read-answer")
    Processor readAnswer(Calling calling) {
        return calling::readAnswer;
    }

    @Bean("answer")
    Processor answer(Calling calling) {
        return calling::answer;
    }

    @Bean("call-failed")
    Processor callFailed(Calling calling) {
        return calling::callFailed;
    }

    @Bean("question-failed")
    Processor questionFailed(Calling calling) {
        return calling::questionFailed;
    }

    @Bean("lookup-questions")
    Processor lookupQuestions(Lookups lookups) {
        return lookups::questions;
    }

    @Bean("lookup-answer")
    Processor lookupAnswer(Lookups lookups) {
        return lookups::answer;
    }

    @Bean("lookup-failed")
    Processor lookupFailed(Lookups lookups) {
        return lookups::failed;
    }
}
